"""Where browsers differ: one row per engine, one column per difference.

Everything that is not here is the same in all three, and is written once in the modules
beside this one. Measured on Chromium 156, Firefox 153 ESR and WebKitGTK 2.50; columns that
came from source only say so.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, eq=False)
class Browser:
    """How one engine departs from the others. All times in seconds."""

    name: str

    # The CORS check
    drops_empty_lines: bool
    """Where a header is repeated, its empty lines are dropped before values are joined."""
    counts_canonical_allow_origin: bool
    """More than one line spelt `Access-Control-Allow-Origin`, as HTTP/1 servers do, is refused
    whatever the values; lines spelt otherwise are joined."""

    # The preflight check
    redirect_before_origin: bool
    """A redirected preflight is refused before its `Allow-Origin` is looked at."""
    status_before_origin: bool
    """A status outside 200-299 is refused before `Allow-Origin` is looked at."""
    lists_parsed_before_method: bool
    """Both lists are parsed before the method is looked for."""

    # What needs a preflight
    client_hints_safelisted: bool
    """`DPR`, `Width` and the like, set by script, need no preflight."""
    non_ascii_safelisted: bool
    """Bytes from 0x80 in `Content-Type` or `Accept` need no preflight."""
    range_unit_any_case: bool
    """`Range: Bytes=0-1` counts as `bytes=0-1`."""

    # Redirects
    preflight_keeps_origin: bool
    """The preflight of a tainted hop shows the page's origin; the request says `null`."""
    preflights_simple_hops: bool
    """A hop that lost its body or `Authorization` on the way is preflighted all the same."""

    # Credentials
    storage_access_since: int | None
    """Major version from which every cross-site request with mode `include` carries
    `Sec-Fetch-Storage-Access`, so that its absence tells, too. None: never, or, like Firefox,
    not from workers and controlled pages."""
    pools_by_credentials: bool
    """Requests with and without credentials never share a connection."""
    pools_http2: bool
    """Over HTTP/2 neither."""

    # Redirects off the web
    bars_schemes_at_home: bool
    """One of a same-origin request is a CORS error, though no CORS request was made yet."""
    bars_unusable_targets: bool
    """One to a URL that no browser follows (`data:`, or none at all) is a CORS error as well."""

    # Loads without CORS
    blocks_opaque: bool
    """Opaque Response Blocking keeps data from elements."""
    unknown_resource_policy_embeds: bool
    """To `require-corp` a `Cross-Origin-Resource-Policy` of an unknown value is as good as one
    that allows."""

    # The preflight cache
    max_age_cap: int
    max_age_strict: bool
    """A `Max-Age` that is no plain number means: do not cache (else: the default of 5 s)."""
    max_age_sign: bool
    """`+600` is read as 600."""
    methods_always_cached: frozenset[str]
    """Methods that an entry serves though `Allow-Methods` does not list them."""
    wildcard_reused: bool
    """An entry made by `*` serves later requests."""
    wildcard_covers_authorization_in_cache: bool
    include_serves_anonymous: bool
    """An entry made for mode `include` serves a request of another mode."""


CHROMIUM = Browser(
    name="chromium",
    drops_empty_lines=False,
    counts_canonical_allow_origin=False,
    redirect_before_origin=True,
    status_before_origin=False,
    lists_parsed_before_method=True,
    client_hints_safelisted=True,
    non_ascii_safelisted=True,
    range_unit_any_case=False,
    preflight_keeps_origin=False,
    preflights_simple_hops=False,
    storage_access_since=133,
    pools_by_credentials=True,
    pools_http2=True,
    bars_schemes_at_home=True,
    bars_unusable_targets=False,
    blocks_opaque=True,
    unknown_resource_policy_embeds=False,
    max_age_cap=7200,
    max_age_strict=False,
    max_age_sign=True,
    methods_always_cached=frozenset({"GET", "HEAD", "POST"}),
    wildcard_reused=True,
    wildcard_covers_authorization_in_cache=False,
    include_serves_anonymous=True,
)

FIREFOX = Browser(
    name="firefox",
    drops_empty_lines=True,
    counts_canonical_allow_origin=True,
    redirect_before_origin=False,
    status_before_origin=False,
    lists_parsed_before_method=False,
    client_hints_safelisted=False,
    non_ascii_safelisted=False,
    range_unit_any_case=False,
    preflight_keeps_origin=True,
    preflights_simple_hops=True,
    storage_access_since=None,
    pools_by_credentials=True,
    pools_http2=False,
    bars_schemes_at_home=False,
    bars_unusable_targets=False,
    blocks_opaque=True,
    unknown_resource_policy_embeds=True,
    max_age_cap=86400,
    max_age_strict=True,
    max_age_sign=False,
    methods_always_cached=frozenset({"GET", "POST"}),
    wildcard_reused=False,
    wildcard_covers_authorization_in_cache=False,
    include_serves_anonymous=False,
)

WEBKIT = Browser(
    name="webkit",
    drops_empty_lines=False,
    counts_canonical_allow_origin=False,
    redirect_before_origin=True,
    status_before_origin=True,
    lists_parsed_before_method=True,
    client_hints_safelisted=False,
    non_ascii_safelisted=True,
    range_unit_any_case=True,
    preflight_keeps_origin=False,
    preflights_simple_hops=True,
    storage_access_since=None,
    pools_by_credentials=False,
    pools_http2=False,
    bars_schemes_at_home=False,
    bars_unusable_targets=True,
    blocks_opaque=False,
    unknown_resource_policy_embeds=False,
    max_age_cap=600,
    max_age_strict=False,
    max_age_sign=True,
    methods_always_cached=frozenset({"GET", "HEAD", "POST"}),
    wildcard_reused=True,
    wildcard_covers_authorization_in_cache=True,
    include_serves_anonymous=True,
)

BROWSERS = {each.name: each for each in (CHROMIUM, FIREFOX, WEBKIT)}
