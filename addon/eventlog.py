"""Wording and throttling of the lines that appear while a person browses.

Lines are plain ASCII: mitmproxy colours them by level, and a terminal that cannot encode a
character would otherwise break the hook that logs it.
"""

from __future__ import annotations

import traceback
from collections import deque
from pathlib import Path

from analysis.finding import Finding, Kind
from analysis.session.judge import Judged
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


def line(finding: Finding) -> str:
    """One finding in one line: kind, who to whom, call, what happened, rule."""
    pages = ", ".join(_host(page) for page in finding.pages[:2])
    call = finding.endpoints[0] if finding.endpoints else None
    where = f"{call.method} {call.path_template}" if call else ""
    parts = (
        f"{SYMBOLS[finding.kind]} {finding.kind.value:<9}",
        f"{pages} -> {_host(finding.api)}",
        _middle(where, 60),
        finding.title,
        f"[{finding.rule}]",
    )
    return ascii_only(visible("  ".join(part for part in parts if part), LONGEST + 80))


def repeat(finding: Finding) -> str:
    """The same finding once more, at a round number."""
    return ascii_only(
        f"{SYMBOLS[finding.kind]} {finding.kind.value:<9}  {finding.rule} again: "
        f"{finding.count} calls so far ({_host(finding.api)})"
    )


def settled(seen: Judged) -> str:
    """A call that is known to be blocked only now."""
    exchange = seen.exchange
    call = f"{exchange.method} {_host(exchange.url.origin)}{exchange.url.path}"
    text = f"settled by later evidence: {call} was blocked"
    return ascii_only(visible(text, LONGEST))


def ascii_only(text: str) -> str:
    """Text that any terminal can encode."""
    return text.encode("ascii", "backslashreplace").decode("ascii")


def trace(error: BaseException) -> str:
    """An error of ours: its kind and where it came from, without its words: they may quote
    what was captured."""
    frames = traceback.extract_tb(error.__traceback__)
    places = " < ".join(f"{Path(each.filename).name}:{each.lineno}" for each in reversed(frames))
    return ascii_only(f"{type(error).__name__} at {places}")


def _host(origin: str) -> str:
    return origin.partition("://")[2] or origin


def _middle(text: str, limit: int) -> str:
    """Cut in the middle: both ends of a path tell more than its inside."""
    if len(text) <= limit:
        return text
    half = (limit - 3) // 2
    return f"{text[:half]}...{text[-half:]}"


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
