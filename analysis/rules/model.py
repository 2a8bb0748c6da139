"""The shape of a rule.

A rule asks the verdict; it does not read the Fetch standard again. It looks at one judged
exchange (`check_exchange`) or at the facts about one API (`check_api`) and yields hits. Its
texts, examples and references are its documentation and its test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Literal

from ..fetch.classify import JUDGED, Role
from ..finding import Confidence, Evidence, Expectation, Kind, Severity
from ..frozen import frozen
from ..session.facts import ApiFacts
from ..session.intent import NOTHING_DECLARED, Intent
from ..session.judge import Judged
from ..session.links import Node


class Per(StrEnum):
    """What makes two hits of a rule one finding."""

    ENDPOINT = "endpoint"
    """Same page, API, method and path shape."""
    PAGE = "page"
    """Same page and API, whatever the endpoint."""
    API = "api"
    """Same API."""


@frozen
class Hit:
    """What a check found in one place."""

    seen: Judged
    """The exchange that shows it; it gives page, API, method and path."""
    message: str
    evidence: tuple[Evidence, ...]
    expected: tuple[Expectation, ...] = ()
    confidence: Confidence = Confidence.CERTAIN
    confidence_why: str = "the exchange itself shows it"
    severity: Severity | None = None
    """None: the rule's own."""
    title: str | None = None
    """None: the rule's own."""
    trusted: tuple[str, ...] = ()
    """Origins whose being allowed is the trouble: declaring them all intended silences it."""


@frozen
class Example:
    """Two transcripts (see `analysis.sources.transcript`): one is caught, one is not."""

    bad: str
    good: str
    declared: Intent = NOTHING_DECLARED
    """What the owners of the APIs declared in both."""


@frozen
class Rule:
    """One opinion."""

    id: str
    """Reads well after the word *allow*."""
    title: str
    """The consequence for the user, not the header's name."""
    kind: Kind
    severity: Severity
    per: Per
    since: str
    why: str
    """Why it happens and whom it hurts."""
    fix: str
    """What to change, in one sentence."""
    references: tuple[str, ...]
    example: Example
    cwe: tuple[str, ...] = ()
    check_exchange: Callable[[Judged, ApiFacts], Iterator[Hit]] | None = None
    check_api: Callable[[ApiFacts], Iterator[Hit]] | None = None
    roles: frozenset[Role] = JUDGED
    """The kinds of exchanges that `check_exchange` looks at."""
    answers_with: tuple[str, ...] = ()
    """It looks only at answers that hold headers of all these (lower-case) names."""
    at_end: bool = False
    """It rests on what did *not* happen, so it is asked only when the session is over."""
    covers: tuple[str, ...] = ()
    """Rules whose findings go with the cure of this one: they are listed under it."""
    server_fix: bool = True
    """Does the least-privilege configuration of the server cure it?"""


def fetch(anchor: str) -> str:
    """Link to a section of the Fetch standard."""
    return f"https://fetch.spec.whatwg.org/#{anchor}"


def mdn(page: str) -> str:
    """Link to MDN's page about a CORS error."""
    return f"https://developer.mozilla.org/docs/Web/HTTP/Guides/CORS/Errors/{page}"


def evidence(
    seen: Judged | Node,
    place: Literal["request", "response"],
    header: str | None,
    note: str,
    role: Literal["primary", "related"] = "primary",
) -> Evidence:
    """Point at a header (or, with None, at the whole message) of an exchange.

    Args:
        note: three or four words that say what to see there.
        role: the first place of a hit is the primary one.
    """
    headers = seen.exchange.response if place == "response" else seen.exchange.request
    value = headers.get(header.lower()) if header is not None else None
    return Evidence(seen.exchange.id, role, place, header, value, note)
