"""What the browsers said, in the words both drivers use, and its way into `truth.json`."""

from __future__ import annotations

from dataclasses import dataclass, field

PREFLIGHT_CODES = {
    "InvalidAllowMethodsPreflightResponse",
    "InvalidAllowHeadersPreflightResponse",
    "MethodDisallowedByPreflightResponse",
    "HeaderDisallowedByPreflightResponse",
}


def about_preflight(code: str) -> bool:
    """Whether a CorsError of Chromium speaks of the preflight's answer."""
    return code.startswith("Preflight") or code in PREFLIGHT_CODES


@dataclass
class Outcome:
    """What the page saw of one step."""

    begun: float
    ended: float
    """Seconds since the epoch, by the browser's clock."""
    outcome: str


@dataclass
class Observation:
    """One request as the browser tells of it."""

    url: str
    method: str
    time: float
    preflight: bool = False
    blocked: bool | None = None
    code: str | None = None
    key: str | None = None
    parameter: str | None = None
    message: str | None = None
    sent: bool = True
    """False if it surely never reached the proxy: refused preflight, cache, service worker."""
    doubtful: bool = False
    """True if the browser did not say that it sent anything."""
    load: str = ""
    """Redirect hops and preflights of one load share it."""
    hop: int = 0
    notes: list[str] = field(default_factory=list)


@dataclass
class Record:
    """One line of `truth.json`."""

    browser: str
    version: str
    name: str
    """The case in words; `case` is its number in the query."""
    case: str
    step: str
    title: str
    tags: list[str]
    method: str
    """As on the wire."""
    url: str
    role: str
    """`preflight`, `actual`, or `hop` for the target of a redirect."""
    kind: str
    """`cors`, or the kind of control."""
    page: str
    page_outcome: str
    """Of the step that caused it."""
    blocked: bool | None
    chromium_code: str | None
    parameter: str | None
    firefox_key: str | None
    message: str | None
    credentials_mode: str
    served_by: str
    """Of an actual request: `preflight`, `cache` or `none`."""
    preflight_of: str | None
    """Of a preflight: the flow it asked for; null if none followed."""
    flow_id: str | None
    """Null if nothing reached the proxy."""
    notes: list[str]
