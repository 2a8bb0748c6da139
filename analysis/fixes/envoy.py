"""Envoy."""

from __future__ import annotations

from ..finding import Confidence
from .model import Recognised, Signature, Stack, Wanted, in_places, shown

OWN = ("access-control-allow-origin", "access-control-allow-credentials")


def configure(wanted: Wanted) -> str:
    """The `cors` filter, and its policy for a virtual host."""
    rows = [
        "typed_per_filter_config:",
        "  envoy.filters.http.cors:",
        '    "@type": type.googleapis.com/envoy.extensions.filters.http.cors.v3.CorsPolicy',
        "    allow_origin_string_match:",
        *(f'      - exact: "{origin}"' for origin in wanted.origins),
        f'    allow_methods: "{", ".join(wanted.methods)}"',
    ]
    if wanted.headers:
        rows.append(f'    allow_headers: "{", ".join(wanted.headers)}"')
    if wanted.expose:
        rows.append(f'    expose_headers: "{", ".join(wanted.expose)}"')
    if wanted.credentials:
        rows.append("    allow_credentials: true")
    rows += [
        f'    max_age: "{wanted.max_age}"',
        "    forward_not_matching_preflights: false",
        "response_headers_to_remove:   # the application's",
        *(f"  - {name}   # removed" for name in OWN),
        "response_headers_to_add:",
        "  - header: {key: Vary, value: Origin}",
        "    append_action: APPEND_IF_EXISTS_OR_ADD",
    ]
    filters = [
        "- name: envoy.filters.http.cors",
        "  typed_config:",
        '    "@type": type.googleapis.com/envoy.extensions.filters.http.cors.v3.Cors',
    ]
    return wanted.remarks("#") + in_places(
        "#",
        ("first of `http_filters`, before ext_authz and jwt_authn", "\n".join(filters) + "\n"),
        ("in the API's `virtual_hosts` entry", "\n".join(rows) + "\n"),
    )


def recognise(signature: Signature) -> Recognised | None:
    """It names itself, or says how long the application behind took."""
    server = signature.get("server")
    if server in ("envoy", "istio-envoy"):
        return shown("server", server), Confidence.CERTAIN
    if signature.has("x-envoy-upstream-service-time"):
        return "the header `x-envoy-upstream-service-time`", Confidence.CERTAIN
    return None


STACK = Stack(
    id="envoy",
    name="Envoy",
    where="proxy",
    configure=configure,
    place="In the listener's `http_filters` and the route configuration.",
    traps="The filter alone does nothing without a policy. It sends no `Vary`, and leaves the "
    "application's headers to refused origins: the last lines mend both. "
    "`safe_regex` must match the whole origin.",
    versions="Envoy 1.31 and newer",
    source="https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/cors_filter",
    recognise=recognise,
    special={
        "preflight-needs-login": "Filters run in the order of the list: `cors` must stand before "
        "the one that checks logins.",
        "gateway-error": "Envoy's own 503 and 504 pass the filter, so they carry the headers, too.",
        "hidden-error-status": "Errors pass the filter, Envoy's own 503 and 504 included.",
        "multiple-allow-origin": "`response_headers_to_remove` takes the application's header "
        "away before the filter sets its own.",
    },
)
