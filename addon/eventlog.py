"""Wording and throttling of the lines that appear while a person browses.

Lines are plain ASCII: mitmproxy colours them by level, and a terminal that cannot encode a
character would otherwise break the hook that logs it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from analysis.exchange import Exchange
from analysis.finding import Finding, Kind
from analysis.session.judge import Judged
from reports import columns
from reports.escape import visible

SYMBOLS = {
    Kind.BROKEN: "x",
    Kind.DANGEROUS: "!",
    Kind.FRAGILE: "~",
    Kind.SLOW: ".",
    Kind.NOTE: "i",
}
LOUD = (Kind.BROKEN, Kind.DANGEROUS)
"""Kinds that are logged as warnings; the others as information."""
REPEATS = (10, 100, 1000)
BURST = 20
"""New lines within `BURST_SECONDS` before the rest is only counted."""
BURST_SECONDS = 10.0
LONGEST = 160
LONGEST_HOST = 40
LONGEST_CALL = 60
LONGEST_TITLE = 90
DOTS = "..."


def line(finding: Finding) -> str:
    """One finding in one line: kind, who to whom, call, what happened, rule."""
    pages = ", ".join(_host(page) for page in finding.pages[:2])
    call = finding.endpoints[0] if finding.endpoints else None
    where = f"{plain(call.method)} {plain(call.path_template)}" if call else ""
    api = _host(finding.api)
    parts = (
        _kind(finding.kind),
        f"{pages} -> {api}" if pages else api,
        columns.middle(where, LONGEST_CALL, DOTS),
        columns.cut(plain(finding.title), LONGEST_TITLE, DOTS),
        f"[{finding.rule}]",
    )
    return "  ".join(part for part in parts if part)


def surer(finding: Finding) -> str:
    """A finding told before, for which there is better evidence now."""
    return f"{line(finding)}  now {finding.confidence.value}"


def repeat(kind: Kind, rule: str, api: str, count: int) -> str:
    """The same finding once more, at a round number."""
    return f"{_kind(kind)}  [{rule}] again: {count} calls so far  {_host(api)}"


def comment(rules: Sequence[str], title: str, remedy: str) -> str:
    """What a flow says about itself: `CORS` and the rules first, so that it can be found."""
    return f"CORS {', '.join(rules)}: {plain(title)}.\nFix: {plain(remedy)}"


def settled(seen: Judged) -> str:
    """A call that is known to be blocked only now."""
    return f"settled by later evidence: {_call(seen.exchange)} was blocked"


def altered(exchange: Exchange) -> str:
    """An answer in which another addon, or an option of mitmproxy, had a hand."""
    return (
        f"The answer to {_call(exchange)} was {exchange.altered}, by another script or an option. "
        "The browser judged that; nothing in such answers is held against the API."
    )


def plain(text: str) -> str:
    """Text that any terminal can encode, and that commands none."""
    return visible(text).encode("ascii", "backslashreplace").decode("ascii")


def _call(exchange: Exchange) -> str:
    text = f"{exchange.method} {_host(exchange.url.origin)}{exchange.url.path}"
    return columns.middle(plain(text), LONGEST, DOTS)


def _kind(kind: Kind) -> str:
    return f"{SYMBOLS[kind]} {kind.value:<9}"


def _host(origin: str) -> str:
    return columns.middle(plain(origin.partition("://")[2] or origin), LONGEST_HOST, DOTS)


class Throttle:
    """Decides whether a finding's line is worth printing now."""

    def __init__(self) -> None:
        self._times: deque[float] = deque()
        self.held_back = 0
        """New findings whose line was left out since the last one printed."""

    def lets_through(self, now: float) -> bool:
        """Is there room for one more new line at this time, in seconds?"""
        while self._times and now - self._times[0] > BURST_SECONDS:
            self._times.popleft()
        if len(self._times) >= BURST:
            self.held_back += 1
            return False
        self._times.append(now)
        return True
