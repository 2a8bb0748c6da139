"""A case: a page, the steps it takes, and what the server says to each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .answers import Headers, Reply

INCLUDE = "include"
NOT_INCLUDE = "not-include"

CORS = "cors"
SAME_ORIGIN = "same-origin"
NO_CORS = "no-cors"
NAVIGATION = "navigation"
WEBSOCKET = "websocket"
NON_BROWSER = "non-browser"
"""Kinds of request; all but `cors` are controls, on which no CORS check runs."""

ALWAYS_INCLUDE = {
    "image",
    "script",
    "stylesheet",
    "video",
    "beacon",
    "ping",
    "form",
    "frame",
    "prefetch",
    "import-scripts",
    "websocket",
}
"""Initiators that send credentials unless `crossorigin` says otherwise."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing the page does."""

    run: str = "fetch"
    """Name of the initiator, a function in `calls.js` or `elements.js`."""
    options: dict[str, Any] = field(default_factory=dict)
    """Its options; see there."""
    target: str = "api"
    reply: Reply = field(default_factory=Reply)
    hops: dict[str, Reply] = field(default_factory=dict)
    """Replies of the URLs that redirects lead to."""
    kind: str = CORS
    kind_in: dict[str, str] = field(default_factory=dict)
    """The kind where a browser differs."""
    url: str = ""
    """Use the URL of this earlier step; else the step has one of its own."""
    fragment: str = ""
    together: bool = False
    """Start at the same time as the step before."""
    context: str = ""
    """Where it runs: `worker`, `sandbox`, `data`, …; empty for the page itself."""
    pause: int = 0
    """Milliseconds to wait before it."""
    credentials: str = ""
    """The mode where it does not follow from the options."""
    hop_kinds: dict[str, str] = field(default_factory=dict)
    """Kinds of the redirects' targets where they differ from `kind`."""

    @property
    def credentials_mode(self) -> str:
        """What the author of the page asked for."""
        if self.credentials:
            return self.credentials
        asked = self.options.get("credentials") or self.options.get("crossorigin")
        if asked is not None:
            return INCLUDE if asked in ("include", "use-credentials", True) else NOT_INCLUDE
        return INCLUDE if self.run in ALWAYS_INCLUDE else NOT_INCLUDE


@dataclass(frozen=True, slots=True)
class Case:
    """What happens on one page."""

    name: str
    """`area/what-is-special`, unique; it never reaches the wire."""
    steps: tuple[Step, ...]
    page: str = "app"
    scheme: str = "https"
    page_headers: Headers = ()
    hard: int | None = None
    """Number in the list of hard cases."""
    core: bool = False
    service_worker: bool = False
    """A service worker that passes everything on controls the page."""
    settle: float = 0.0
    """Seconds to wait for late requests."""
    http_cache: bool = True
    number: str = ""
    """Given when the tables are put together; the `case` of the query."""

    @property
    def title(self) -> str:
        """The name in words."""
        return self.name.replace("/", ": ").replace("-", " ")

    def step_name(self, index: int) -> str:
        """The `step` of the query."""
        return self.steps[index].url or str(index + 1)

    def replies(self) -> dict[str, Reply]:
        """How each URL of the case answers."""
        found: dict[str, Reply] = {}
        for index, step in enumerate(self.steps):
            if not step.url:
                found[self.step_name(index)] = step.reply
            found |= step.hops
        return found
