"""The verdict on one flow in words, for the person who has selected it.

Explanations are made when asked for; what they are made of is kept for the newest exchanges
that CORS has to do with, so that a long session does not grow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from analysis.engine import Heard
from analysis.exchange import Headers
from analysis.fetch.classify import JUDGED, Role
from analysis.finding import Finding
from analysis.findings import Group
from analysis.result import ExchangeRow
from analysis.rows import exchange_row
from analysis.session.judge import Judged, Outcome
from analysis.tables import keep
from reports import columns, story, words
from reports.escape import visible

KEPT = 5_000
"""Flows that can be explained; of older ones the report tells."""
WIDTH = 80
"""Columns; mitmweb does not wrap."""
LONGEST = 2_000
"""Characters of one sentence of the explanation."""
NOTHING = (
    "CORS has nothing to do with this flow, as far as this session shows: no browser asked for "
    "permission, or checked it, here. (Only flows heard live and in scope are explained, the "
    f"newest {KEPT} of them.)"
)
ASKED = ("origin", "access-control-request-method", "access-control-request-headers")
ENGINES = {"chromium": "Chromium", "firefox": "Firefox", "webkit": "Safari"}


class Explanations:
    """What was thought of the newest flows, by their ids."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Judged, tuple[Group, ...]]] = {}

    def keep(self, news: Heard) -> None:
        """Keep a new verdict with its findings, and earlier ones that are decided only now."""
        for decided in news.settled:
            known = self._known.get(decided.exchange.id)
            if known is not None:
                self._known[decided.exchange.id] = decided, news.earlier[decided.exchange.id]
        seen, groups = news.judged, news.here
        if not (seen.node.role in JUDGED or seen.failure or groups):
            return
        keep(self._known, seen.exchange.id, (seen, groups), KEPT)

    def lines(self, flow_id: str, finding: Callable[[Group], Finding]) -> list[str]:
        """The explanation of a flow, line by line, without a byte that cannot be seen.

        Args:
            finding: makes the finding of a group, as it stands now.
        """
        known = self._known.get(flow_id)
        if known is None:
            return wrapped(NOTHING)
        seen, groups = known
        findings = [finding(group) for group in groups]
        shown: list[str] = []
        for line in _lines(seen, findings):
            shown += wrapped(visible(line)) if line else [""]
        return shown


def _lines(seen: Judged, findings: Sequence[Finding]) -> Iterator[str]:
    row = exchange_row(seen, with_headers=False)
    yield f"{seen.verdict.outcome.value.upper()}: {_verdict(seen)}"
    yield from _words(row)
    yield ""
    call = f"{row.method} {row.url}"
    yield f"call      {call}  ({row.role}, page {row.page or 'unknown'})"
    yield from _headers("asked", _asked(seen.exchange.request))
    status = "no complete answer" if row.status is None else str(row.status)
    answered = [status, *_answered(seen.exchange.response)]
    if row.lost:
        answered.append(f"lost: {row.lost}")
    if seen.exchange.altered:
        answered.append(f"{seen.exchange.altered}: not the server's own answer")
    yield from _headers("answered", answered)
    if seen.failure:
        needed = dict.fromkeys(
            f"{each.header}: {each.needed}" for finding in findings for each in finding.expected
        )
        yield from _headers("needed", needed)
    yield f"judged    credentials: {row.credentials}; by {', '.join(row.because)}"
    for finding in findings:
        yield ""
        yield f"{finding.kind.value}, {finding.severity.value}: {finding.title}  [{finding.rule}]"
        yield f"  {words.plain(words.rich(finding.message, LONGEST))}"
        yield f"  Fix: {words.plain(words.rich(story.remedy(finding), 400))}"


def _verdict(seen: Judged) -> str:
    preflight = seen.node.role is Role.PREFLIGHT
    match seen.verdict.outcome:
        case Outcome.BLOCKED if preflight:
            return "the browser never sent the request that this preflight asked for."
        case Outcome.BLOCKED:
            return "the server has acted, but the browser kept the answer from the page."
        case Outcome.ALLOWED if preflight:
            return "the preflight passed."
        case Outcome.ALLOWED:
            return "the page could read the answer."
        case Outcome.INDETERMINATE:
            return f"the wire does not tell. {'; '.join(seen.verdict.assuming)}."
    return "no CORS check ran on this answer."


def _words(row: ExchangeRow) -> Iterator[str]:
    """The refusal as the client's own browser names it; as all do where that is unknown."""
    codes = {
        "chromium": (row.reasons.chromium, row.message),
        "firefox": (row.reasons.firefox, row.message_firefox),
        "webkit": (None, row.reasons.webkit),
    }
    for engine in [row.engine] if row.engine in codes else codes:
        code, message = codes[engine]
        if message:
            yield f"{ENGINES[engine]} says{f' ({code})' if code else ''}: {message}"


def _asked(headers: Headers) -> list[str]:
    return [f"{each.name}: {each.value}" for name in ASKED for each in headers.lines(name)]


def _answered(headers: Headers) -> list[str]:
    return [
        f"{each.name}: {each.value}"
        for each in headers.fields
        if each.name.lower().startswith("access-control-") or each.name.lower() == "vary"
    ]


def _headers(label: str, lines: Sequence[str] | dict[str, None]) -> Iterator[str]:
    for number, line in enumerate(lines):
        yield f"{'' if number else label:<10}{line}"


def wrapped(line: str) -> list[str]:
    """Lines that fit beside a list of flows; what follows the first is set in."""
    lead = line[: len(line) - len(line.lstrip())]
    hang = " " * (10 if line[9:10] == " " else len(lead) + 2)
    first, *rest = columns.wrap(line.lstrip(), WIDTH - len(hang))
    return [lead + first, *(hang + each for each in rest)]
