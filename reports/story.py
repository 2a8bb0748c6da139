"""A finding in a few words, and findings in the order in which to mend them.

Shared by every format made for people, so that they all tell the same story.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from analysis.finding import Confidence, Endpoint, Finding, Fix, Kind, Severity
from analysis.frozen import frozen
from analysis.result import AuditResult, ExchangeRow, Policy

from . import words
from .escape import clip

MOST_FIRST = 5
SENT_WORDS = {
    "never-sent": "never sent",
    "executed-unreadable": "sent and executed, but unreadable",
    "executed-readable": "sent and readable",
}
"""What became of the request, in words; anything else is not known."""


class Placed(Protocol):
    """A finding, or a row of a comparison: what happened, and where."""

    @property
    def api(self) -> str: ...
    @property
    def pages(self) -> tuple[str, ...]: ...
    @property
    def endpoints(self) -> tuple[Endpoint, ...]: ...
    @property
    def message(self) -> str: ...
    @property
    def confidence(self) -> Confidence: ...


@frozen
class Group:
    """Findings that share their cause: one line of work."""

    head: Finding
    findings: tuple[Finding, ...]
    count: int


class Book:
    """The result with what is looked up again and again."""

    def __init__(self, result: AuditResult) -> None:
        self.result = result
        self.exchanges: dict[str, ExchangeRow] = {}
        for row in result.exchanges:
            self.exchanges.setdefault(row.flow_id, row)
        self.policies: dict[str, Policy] = {policy.api: policy for policy in result.policies}
        self.open = tuple(f for f in result.findings if f.ignored is None)
        self.ignored = tuple(f for f in result.findings if f.ignored is not None)

    def examples(self, finding: Finding) -> list[ExchangeRow]:
        """The exchanges that the finding points at, the telling one first."""
        ids = dict.fromkeys(
            each.flow_id for each in sorted(finding.evidence, key=lambda e: e.role != "primary")
        )
        return [self.exchanges[flow] for flow in ids if flow in self.exchanges]

    def of_kind(self, kind: Kind) -> list[Finding]:
        """Findings that nobody accepted, of one kind."""
        return [finding for finding in self.open if finding.kind is kind]

    @property
    def calls(self) -> int:
        """API calls of the session, those that never left included."""
        return max(sum(policy.calls for policy in self.result.policies), self.result.totals.cors)


def groups(findings: Iterable[Finding]) -> list[Group]:
    """Findings gathered by what one change repairs, in the order of work."""
    gathered: dict[tuple[str, ...], list[Finding]] = {}
    for finding in findings:
        fix = finding.fixes[0].code if finding.fixes else finding.key
        gathered.setdefault((finding.rule, finding.api, fix), []).append(finding)
    made = [Group(each[0], tuple(each), sum(f.count for f in each)) for each in gathered.values()]
    return sorted(made, key=_work)


def first(book: Book) -> list[Group]:
    """The work to begin with: at most five lines, one of them for the worst danger.

    Broken and dangerous findings; the others only where there is neither.
    """
    urgent = [f for f in book.open if f.kind in (Kind.BROKEN, Kind.DANGEROUS)]
    ordered = groups(urgent or book.open)
    chosen = ordered[:MOST_FIRST]
    if all(group.head.kind is Kind.BROKEN for group in chosen):
        danger = [group for group in ordered if group.head.kind is Kind.DANGEROUS][:1]
        chosen = [*chosen[: MOST_FIRST - len(danger)], *danger]
    return chosen


def fails(finding: Finding) -> bool:
    """Does it make a test red, where nobody said what should? As `check` unless told otherwise."""
    urgent = finding.kind in (Kind.BROKEN, Kind.DANGEROUS)
    return urgent and finding.severity.rank <= Severity.MEDIUM.rank and finding.ignored is None


def _work(group: Group) -> tuple[int, int, int, str]:
    """Broken by calls unblocked, all else by how bad it is."""
    head = group.head
    worst = min(finding.severity.rank for finding in group.findings)
    if head.kind is Kind.BROKEN:
        return words.KINDS.index(head.kind), -group.count, worst, head.key
    return words.KINDS.index(head.kind), worst, -group.count, head.key


def pages(findings: Iterable[Placed], most: int = 2) -> str:
    """Hosts of the pages that made the calls."""
    hosts = dict.fromkeys(words.host(page) for finding in findings for page in finding.pages)
    return words.listed(list(hosts), most)


def calls(findings: Iterable[Placed], most: int = 2) -> str:
    """`PUT and DELETE /api/cart`, `GET /a and 3 more endpoints`."""
    methods: dict[str, list[str]] = {}
    for finding in findings:
        for endpoint in finding.endpoints:
            known = methods.setdefault(endpoint.path_template, [])
            if endpoint.method not in known:
                known.append(endpoint.method)
    shown = [
        f"{words.listed([clip(m, 30) for m in each], 3)} {clip(path, 60)}"
        for path, each in methods.items()
    ]
    if len(shown) <= most:
        return words.listed(shown)
    return f"{shown[0]} and {words.count(len(shown) - 1, 'more endpoint')}"


def route(finding: Placed) -> str:
    """`app.example → api.example · PUT /cart and 2 more endpoints`."""
    origin, made = pages([finding]), calls([finding], 1)
    where = f"{origin} → {words.host(finding.api)}" if origin else words.host(finding.api)
    return f"{where} · {made}" if made else where


def tally(book: Book, findings: Iterable[Finding]) -> str:
    """How many calls, and what became of them: `14 of 60 calls never sent`."""
    chosen = list(findings)
    number = sum(finding.count for finding in chosen)
    policy = book.policies.get(chosen[0].api)
    if chosen[0].kind is not Kind.BROKEN:
        return words.count(number, "exchange shows it", "exchanges show it")
    total = words.out_of(number, policy.calls if policy else 0, "call")
    return f"{total} {fate(book, chosen)}"


def fate(book: Book, findings: Iterable[Finding]) -> str:
    """What became of the requests, as far as the examples tell the same."""
    sent = {row.sent for finding in findings for row in book.examples(finding)}
    if len(sent) == 1:
        word = SENT_WORDS.get(sent.pop())
        if word and word != SENT_WORDS["executed-readable"]:
            return word
    return "blocked"


def cause(finding: Placed, limit: int = 180) -> str:
    """The cause in a sentence or two, out of the message.

    A first sentence that only leads up to it is left out: who called what stands in the
    line above, and what a preflight is stands in the card.
    """
    said = words.sentences(finding.message)
    if len(said) > 1 and _leads_up(finding, said[0]):
        said = said[1:]
    if len(said) > 1 and len(said[0]) + len(said[1]) < limit:
        return f"{said[0]} {said[1]}"
    return said[0] if said else ""


def _leads_up(finding: Placed, sentence: str) -> bool:
    if finding.api not in sentence or not any(page in sentence for page in finding.pages):
        return False
    rest = sentence.replace(finding.api, "")
    for endpoint in finding.endpoints:
        rest = rest.replace(f"{endpoint.method} {endpoint.path_template}", "")
    for page in finding.pages:
        rest = rest.replace(page, "")
    return len(rest) < 40 or "preflight" in rest


def remedy(finding: Finding) -> str:
    """What to change, in one sentence."""
    fix = best_fix(finding)
    if fix and fix.where == "client" and fix.note:
        return words.first_sentence(fix.note)
    headers = [each for each in finding.expected if each.header.lower() != "status"]
    parts = [
        f"answer with status {clip(each.needed, 60)}"
        for each in finding.expected
        if each.header.lower() == "status"
    ]
    if headers:
        sent = [f"`{clip(each.header, 40)}: {clip(each.needed, 60)}`" for each in headers]
        parts.append(f"send {words.listed(sent, 2)}")
    if parts:
        text = ", and ".join(parts)
        return f"{text[0].upper()}{text[1:]}."
    if fix and fix.note:
        return words.first_sentence(fix.note)
    return finding.remedy or "See the finding."


def best_fix(finding: Finding) -> Fix | None:
    """The fix to try first."""
    return finding.fixes[0] if finding.fixes else None


def may(finding: Placed) -> str:
    """A word in front of the title of a finding whose evidence is thin."""
    return "Maybe: " if finding.confidence is Confidence.TENTATIVE else ""
