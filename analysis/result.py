"""The result of an audit: everything a report, a CI gate or another tool may rely on.

`AuditResult` is complete: a report can be made from its JSON years later, without the
engine. Fields may be added within a format version, never renamed or removed.

History of the format:
    1  first version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any

from .finding import Finding, Fix
from .frozen import frozen
from .hidden import Secrets
from .plain import plain, public, text, typed
from .series import Series

if TYPE_CHECKING:
    import pandas as pd

FORMAT = "cors-audit/result"
FORMAT_VERSION = 1


@frozen
class Tool:
    """Who made the result."""

    name: str
    version: str


@frozen
class Capture:
    """One input: a file, or the live session."""

    id: str
    name: str
    """File name only, never a path."""
    kind: str
    """`flow`, `har`, `journal` or `live`."""
    flows: int
    first: float | None
    """Start of the first exchange, seconds since the epoch, UTC."""
    last: float | None
    """End of the last one."""
    complete: bool
    """False when reading stopped early or the audit was interrupted."""
    error: str | None
    """Why it is not complete, in one sentence."""
    sha256: str | None
    """Digest of the file's bytes; null for the live session, standard input and large files."""
    made_by: str | None = None
    """Of a HAR file: the name that its exporter gives itself."""


@frozen
class Totals:
    """Counts over the whole session."""

    flows: int
    cors: int
    """CORS requests, preflights not counted."""
    preflights: int
    blocked: int
    """Calls the browser refused: blocked requests, and refused preflights whose request
    therefore never left."""
    indeterminate: int
    page_origins: int
    api_origins: int
    redacted_values: int
    """Values removed before judging, each time that one came (analysis/README.md)."""


@frozen
class Reasons:
    """Each engine's own word for the refusal; null where that engine lets it pass."""

    chromium: str | None
    """`CorsError` of the DevTools protocol."""
    firefox: str | None
    """Key of the console message, `CORS…`."""
    webkit: str | None
    """Console text."""


@frozen
class HeaderRow:
    """A header as it stood on the wire; the value is null when it was withheld."""

    name: str
    value: str | None
    size: int
    """Bytes of the value on the wire."""


@frozen
class ExchangeRow:
    """One request and what came of it."""

    flow_id: str
    capture: str
    started: float | None
    ended: float | None
    method: str
    """As the browser sent it: `patch` and `PATCH` are two methods."""
    url: str
    """Redacted: query values removed, path segments that are no words templated."""
    path_template: str
    status: int | None
    """Null: no response arrived."""
    origin: str | None
    """Value of the `Origin` header."""
    page: str | None
    """Origin of the page that started it, if known: after redirects `origin` is `null`."""
    api: str
    """Origin of the server."""
    client: str
    engine: str
    """`chromium`, `firefox`, `webkit` or `unknown`."""
    role: str
    verdict: str
    """`allowed`, `blocked`, `indeterminate` or `not-applicable`."""
    reason: str | None
    """Chromium's `CorsError` name for a blocked exchange."""
    reason_param: str | None
    """The method, header or value that the reason is about."""
    reasons: Reasons
    message: str | None
    """What Chromium's console prints."""
    message_firefox: str | None
    credentials: str
    """`include`, `not-include` or `unknown`."""
    because: tuple[str, ...]
    """Ids of the evidence rules used."""
    assuming: tuple[str, ...]
    """What was taken for granted, or which unknown decides an indeterminate verdict."""
    preflight: str | None
    """`flow_id` of the preflight that served this request, `cache`, or null."""
    preflight_needed: bool | None
    preflight_why: tuple[str, ...]
    redirected_from: str | None
    redirects_to: str | None
    sent: str
    """`executed-readable`, `executed-unreadable`, `never-sent` or `unknown`; on a preflight it
    speaks of the request it was sent for."""
    lost: str | None
    """Why no complete response arrived, in the proxy's words."""
    request_headers: tuple[HeaderRow, ...]
    """Only for exchanges that a finding points at, else empty."""
    response_headers: tuple[HeaderRow, ...]


@frozen
class Observed:
    """A value and how often the session showed it."""

    value: str
    count: int


def observed(counts: Mapping[str, int]) -> tuple[Observed, ...]:
    """What was counted, most often first."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Observed(value, count) for value, count in ordered if count)


@frozen
class Needs:
    """What the pages of this session asked of an API."""

    origins: tuple[Observed, ...]
    methods: tuple[Observed, ...]
    headers: tuple[Observed, ...]
    """Request headers that need permission, lower-cased."""
    credentials: str
    """`include`, `not-include`, `mixed` or `unknown`."""


@frozen
class Allows:
    """What an API answered."""

    allow_origin_mode: str
    """`absent`, `wildcard`, `null`; `fixed` (one value, whoever asks); `listed` (some origins
    named, others not); `echoed` (everybody who asked was named, but they may well belong
    together); `reflected` (origins of strangers named, nobody refused); `mixed`."""
    allow_origins: tuple[Observed, ...]
    credentials: bool
    """`Access-Control-Allow-Credentials: true` was seen together with an allowed origin."""
    methods: tuple[str, ...]
    headers: tuple[str, ...]
    exposed: tuple[str, ...]
    max_age: tuple[str, ...]
    """Distinct values as sent."""
    vary_origin: str
    """`always`, `sometimes` or `never`."""
    errors: str
    """Do error responses carry CORS headers: `yes`, `no`, `some` or `none-seen`."""


@frozen
class PolicyEvidence:
    """How often the session showed the need for what a policy allows."""

    calls: int = 0
    """Calls by the origins that the policy lets in; a preflight whose request is not in the
    capture counts as one."""
    origins: tuple[Observed, ...] = ()
    methods: tuple[Observed, ...] = ()
    """All that were used, GET, HEAD and POST included."""
    headers: tuple[Observed, ...] = ()
    exposed: tuple[Observed, ...] = ()
    """Answers that carried the header and let script read it."""
    include: int = 0
    """Calls that included credentials; likewise the following."""
    not_include: int = 0
    unknown: int = 0


@frozen
class LeftOut:
    """An origin that called and that the policy does not let in: a person must decide."""

    origin: str
    kind: str
    """`opaque` (it is `null`), `stranger` (letting it in was found to be dangerous), `refused`
    (where others were let in), `development` (a page of this machine or a private network, to
    an API on the open one), `insecure` (an http page that would need credentials of an https
    API), `undeclared` (the API's owner declared others)."""
    why: str
    count: int
    methods: tuple[str, ...]
    """What it would need, as in `LeastPrivilege`."""
    headers: tuple[str, ...]
    credentials: bool | None


@frozen
class PathPolicy:
    """The smallest policy of some paths of an API; fields as in `LeastPrivilege`."""

    paths: tuple[str, ...]
    """Path shapes."""
    origins: tuple[str, ...]
    methods: tuple[str, ...]
    headers: tuple[str, ...]
    credentials: bool | None
    exposed: tuple[str, ...]
    evidence: PolicyEvidence


@frozen
class LeastPrivilege:
    """The smallest policy under which everything legitimate in this session passes."""

    origins: tuple[str, ...]
    methods: tuple[str, ...]
    """Only those that need listing: GET, HEAD and POST never do."""
    headers: tuple[str, ...]
    credentials: bool | None
    """Null: the capture cannot tell; a person must decide."""
    max_age: int
    undecided: tuple[str, ...]
    """What a person must decide, one sentence each."""
    exposed: tuple[str, ...] = ()
    """Response headers that pages could read by name, lower-cased."""
    vary: tuple[str, ...] = ("Origin",)
    evidence: PolicyEvidence = PolicyEvidence()
    left_out: tuple[LeftOut, ...] = ()
    may_expose: tuple[Observed, ...] = ()
    """Response headers that a page may want to read; whether it does is not on the wire."""
    by_path: tuple[PathPolicy, ...] = ()
    """Policies by path, where they are tighter together than the one above; else empty."""


HOPS = ("CDN", "gateway", "proxy", "platform", "application")
"""What an answer passes, the nearest to the browser first."""


@frozen
class Stack:
    """A server software that was recognised."""

    name: str
    because: str
    confidence: str
    hop: str = ""
    """`CDN`, `gateway`, `proxy`, `platform` or `application`; policies list the nearest to the
    browser first."""


@frozen
class Shelf:
    """The whole configuration of an API for every server software that it may be."""

    api: str
    fixes: tuple[Fix, ...]


@frozen
class AnswerRow:
    """One kind of answer at one endpoint: who asked, how, and what came back."""

    origin: str
    credentials: str
    """Mode of the request: `include`, `not-include` or `unknown`."""
    on_preflight: bool
    status: int
    allow_origin: str | None
    """The header as sent, null when absent; likewise the others."""
    allow_credentials: str | None
    vary_origin: bool
    cacheable: bool
    """Some cache may keep it."""
    methods: str | None
    headers: str | None
    exposed: str | None
    max_age: str | None
    count: int
    first: float | None
    last: float | None
    example: str
    """`flow_id` of the first such exchange."""


@frozen
class EndpointPolicy:
    """The policy of one method and path shape."""

    method: str
    path_template: str
    count: int
    """Calls, those that were never sent included."""
    allow_origin_mode: str
    """As in `Allows`."""
    answers: tuple[AnswerRow, ...]
    answers_left_out: int
    """Answers of yet other kinds, only counted."""


@frozen
class Policy:
    """One API origin: what was needed, what was allowed, what would be right."""

    api: str
    pages: tuple[str, ...]
    calls: int
    """CORS requests, those that were never sent included."""
    preflights: int
    preflight_seconds: float
    """Sum of the time spent waiting for preflights."""
    avoidable_preflights: int
    """How many of them a `Max-Age` of 7200 would have saved in this session."""
    blocked: int
    indeterminate: int
    stacks: tuple[Stack, ...]
    needs: Needs
    allows: Allows
    least_privilege: LeastPrivilege
    endpoints: tuple[EndpointPolicy, ...] = ()


@frozen
class Skipped:
    """Something in a capture that was not judged."""

    capture: str
    what: str
    reason: str
    count: int


@frozen
class BlindSpot:
    """Something this capture could not show, and why."""

    id: str
    message: str


@frozen
class RuleCard:
    """A rule that ran, whether or not it found something."""

    id: str
    title: str
    kind: str
    severity: str
    since: str


@frozen
class IgnoreUse:
    """A decision to accept findings, and what it did here; fields as in the configuration."""

    source: str
    """Name of the file that holds it."""
    rule: str
    api: str | None
    page: str | None
    method: str | None
    path: str | None
    key: str | None
    """Key of the accepted finding, for one out of a baseline."""
    reason: str
    until: str | None
    """Last day on which it applies, YYYY-MM-DD."""
    state: str
    """`used`; `unused`: nothing here matches it; `expired`: its day is over, it did not apply."""
    count: int
    """Findings that match it, those under another finding included."""


@frozen
class AuditResult:
    """What `cors-audit` found out. See the fields of the types above."""

    tool: Tool
    captures: tuple[Capture, ...]
    totals: Totals
    exchanges: tuple[ExchangeRow, ...]
    findings: tuple[Finding, ...]
    policies: tuple[Policy, ...]
    skipped: tuple[Skipped, ...]
    blind_spots: tuple[BlindSpot, ...]
    rules: tuple[RuleCard, ...]
    redacted: bool
    """False only with `--no-redact`."""
    ignores: tuple[IgnoreUse, ...] = ()
    """What was to be ignored, by configuration and by baseline."""
    series: Series | None = None
    """The course over several captures; null for one."""
    shelves: tuple[Shelf, ...] = ()
    """Configurations to choose from, for the few APIs with most findings whose software was not
    recognised; `cors-audit policy --for` writes them for every API."""
    secrets: Secrets = field(
        default=frozenset(), repr=False, compare=False, metadata={"private": True}
    )
    """Values withheld at the door, in memory only: a writer searches its finished text for
    them and refuses to write on a hit. Never part of the JSON, so empty after `from_dict`."""

    def __repr__(self) -> str:
        """One line: the whole would be megabytes."""
        totals = self.totals
        return (
            f"<AuditResult: flows {totals.flows}, cross-origin calls {totals.cors}, "
            f"blocked {totals.blocked}, findings {len(self.findings)}>"
        )

    def _repr_html_(self) -> str:
        """What a notebook shows: a verdict, and a table of what was found."""
        from reports import to_notebook

        return to_notebook.render(self)

    def to_dict(self) -> dict[str, Any]:
        """The JSON object, as plain dicts and lists."""
        body = plain(self)
        assert isinstance(body, dict)
        return {"format": FORMAT, "format_version": FORMAT_VERSION, **body}

    def to_json(self) -> str:
        """The JSON text: the same result gives the same bytes.

        Captured bytes outside ASCII stay readable as `\\u` escapes, so the text is ASCII.
        """
        fields = {name: getattr(self, name) for name in public(AuditResult)}
        return text({"format": FORMAT, "format_version": FORMAT_VERSION, **fields}) + "\n"

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> AuditResult:
        """Read what `to_dict` wrote.

        Raises:
            ValueError: `data` is not a result, or of a format this version does not know.
        """
        if data.get("format") != FORMAT:
            raise ValueError(f'not a cors-audit result: no "format": "{FORMAT}"')
        if data.get("format_version") != FORMAT_VERSION:
            raise ValueError(
                f"format_version {data.get('format_version')!r} is not {FORMAT_VERSION}: "
                "read it with the version of cors-audit that wrote it, or newer"
            )
        try:
            result = typed(cls, data)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"damaged cors-audit result: {error!r}") from error
        assert isinstance(result, cls)
        return result

    def to_frame(self, table: str) -> pd.DataFrame:
        """One of the tables `exchanges`, `findings`, `policies` as a pandas DataFrame.

        Columns and dtypes: `reports/README.md`. Tables of several results concatenate.

        Raises:
            ValueError: there is no such table.
        """
        from .batch.frames import frame

        return frame(self, table)

    def save(self, path: str) -> None:
        """Write a report; the suffix of `path` decides the format.

        Raises:
            reports.UnknownFormat: no renderer for that suffix.
            OSError: the file cannot be written.
        """
        from reports import save

        save(self, path)
