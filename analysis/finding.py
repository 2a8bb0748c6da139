"""A finding: our opinion about what the browser did, or about a policy.

A verdict is a fact about a browser and lives in `analysis.fetch`; nothing here knows
the Fetch standard. These are the words of the JSON result, so renaming one is a change
of the format.
"""

from __future__ import annotations

from enum import StrEnum

from .frozen import frozen


class Kind(StrEnum):
    """What sort of trouble a finding is. Function and security never share a number."""

    BROKEN = "broken"
    DANGEROUS = "dangerous"
    FRAGILE = "fragile"
    SLOW = "slow"
    NOTE = "note"


class Severity(StrEnum):
    """How bad it is, worst first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for critical, 4 for info: smaller is worse."""
        return _RANKS[self]


class Confidence(StrEnum):
    """How sure we are: `certain` only when the wire itself proves it."""

    CERTAIN = "certain"
    FIRM = "firm"
    TENTATIVE = "tentative"

    @property
    def rank(self) -> int:
        """0 for certain, 2 for tentative: smaller is surer."""
        return _RANKS[self]


_RANKS = {each: rank for kinds in (Severity, Confidence) for rank, each in enumerate(kinds)}


@frozen
class Evidence:
    """One place in the capture that a finding points at."""

    flow_id: str
    """Id of the flow in its capture."""
    role: str
    """`primary` or `related`."""
    place: str
    """`request` or `response`."""
    header: str | None
    """Name of the header that decides, or null when the place is the message as a whole."""
    value: str | None
    """What stood there, redacted; null when the header is absent."""
    note: str
    """Three or four words that say what to see there."""


@frozen
class Expectation:
    """What came, beside what would have passed."""

    header: str
    """A header's name, or `status`."""
    got: str | None
    """The value as the browser saw it, null when the header was absent."""
    needed: str
    """A value that would have passed."""


@frozen
class Endpoint:
    """Calls that share a method and a path shape."""

    method: str
    path_template: str
    count: int


@frozen
class Fix:
    """One way to put it right, written for one stack."""

    stack: str
    """Name as people write it: `Express (cors)`, `nginx`, `any server`, `in the page`."""
    where: str
    """`server`, `client` or `proxy`."""
    detected: bool
    """True when this stack was recognised in the capture."""
    because: str
    """What gave the stack away; empty when it was not detected."""
    code: str
    """Text to copy, holding exactly what this session needed."""
    note: str
    """Where it goes, and its traps."""
    executed: str | None = None
    """Versions with which our tests ran this stack's configuration, and when; empty when they
    did not; null where there is nothing to run (plain headers, a change in the page)."""


@frozen
class Explained:
    """A finding that another one accounts for: the cure of that one cures it too."""

    key: str
    rule: str
    kind: Kind
    severity: Severity
    title: str
    message: str
    count: int


@frozen
class Ignored:
    """A person's decision to accept a finding."""

    reason: str
    until: str | None
    """Date, YYYY-MM-DD, after which the finding counts again."""


@frozen
class Finding:
    """One problem, however many exchanges show it."""

    key: str
    """Stable across captures, machines and orders: names rule, page, API, method and path."""
    rule: str
    kind: Kind
    severity: Severity
    confidence: Confidence
    confidence_why: str
    title: str
    """What happens to the user, not the header's name."""
    message: str
    """What happened here, in two or three sentences."""
    why_it_matters: str
    api: str
    """Origin of the server that answered."""
    endpoints: tuple[Endpoint, ...]
    pages: tuple[str, ...]
    """Origins that made the calls; `null` for opaque ones."""
    count: int
    """Exchanges that show it."""
    first: float | None
    """Seconds since the epoch of the first such exchange."""
    last: float | None
    evidence: tuple[Evidence, ...]
    """At most five exchanges; the primary one first."""
    expected: tuple[Expectation, ...]
    fixes: tuple[Fix, ...]
    """Best first: the detected stack's, then the others."""
    cwe: tuple[str, ...]
    references: tuple[str, ...]
    ignored: Ignored | None = None
    remedy: str = ""
    """What to change, in one sentence that holds for every server."""
    explains: tuple[Explained, ...] = ()
    """Findings with the same cause, listed here and nowhere else."""
    by_configuration: bool = False
    """True where CORS configuration of the server cures it: then what the API's shelf holds
    does, too."""
