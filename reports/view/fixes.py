"""Fixes as a card shows them: the best in full, the others once for all cards of an API."""

from __future__ import annotations

from analysis.finding import Finding, Fix
from analysis.frozen import frozen
from analysis.result import AuditResult

from .. import words
from ..escape import clip, visible_lines
from ..words import Rich, Span

HEADINGS = {"server": "Fix on the server", "client": "Fix in the page", "proxy": "Fix at the proxy"}
MOST_CODE = 6000
ROOM_FOR_OTHERS = 150_000
"""Characters of code for stacks that were not recognised, in all cards together."""


@frozen
class Shown:
    """One way to put it right."""

    heading: str
    stack: str
    note: Rich
    code: str
    because: Rich
    """How the stack was recognised; empty when it was not."""
    executed: str
    """Whether our tests ran this configuration; empty where there is nothing to run."""


@frozen
class Others:
    """Configurations for other servers; `same_as` is the card that shows them."""

    count: int
    items: tuple[Shown, ...]
    same_as: str
    left_out: str
    """Names of the stacks whose code the command line writes."""


def chosen(finding: Finding) -> tuple[Shown, ...]:
    """The best fix, and the best in another place that is known to be there: the page, or a
    proxy that was recognised."""
    return tuple(_shown(fix) for fix in picked(finding))


def picked(finding: Finding) -> list[Fix]:
    """The fixes that `chosen` shows."""
    best = list(finding.fixes[:1])
    for fix in finding.fixes[1:]:
        if fix.where != best[0].where and (fix.detected or fix.where == "client"):
            best.append(fix)
            break
    return best


class Shelf:
    """Remembers which other fixes were shown already, so that no text stands twice."""

    def __init__(self, result: AuditResult) -> None:
        self._on_shelf = {each.api: each.fixes for each in result.shelves}
        self._seen: dict[tuple[tuple[str, str], ...], str] = {}
        self._room = ROOM_FOR_OTHERS

    def elsewhere(self, finding: Finding) -> bool:
        """Does only the command line write the configuration for other servers?"""
        return finding.by_configuration and finding.api not in self._on_shelf

    def others(self, finding: Finding, anchor: str) -> Others | None:
        """The fixes that `chosen` leaves over, and the API's shelf; None when there are none."""
        best = picked(finding)
        rest = [fix for fix in finding.fixes if fix not in best]
        if finding.by_configuration:
            rest += self._on_shelf.get(finding.api, ())
        if not rest:
            return None
        key = tuple((fix.stack, fix.code) for fix in rest)
        if key in self._seen:
            return Others(len(rest), (), self._seen[key], "")
        size = sum(len(fix.code) + len(fix.note) for fix in rest)
        if size > self._room:
            names = words.listed([clip(fix.stack, 40) for fix in rest], 20)
            return Others(len(rest), (), "", names)
        self._room -= size
        self._seen[key] = anchor
        return Others(len(rest), tuple(_shown(fix) for fix in rest), "", "")


def _shown(fix: Fix) -> Shown:
    because: Rich = ()
    if fix.detected and fix.because:
        because = (Span("Recognised by "), *words.rich(fix.because, 300), Span("."))
    return Shown(
        HEADINGS.get(fix.where, "Fix"),
        clip(fix.stack, 60),
        words.rich(fix.note, 700),
        visible_lines(fix.code.rstrip("\n"), MOST_CODE),
        because,
        _executed(fix),
    )


def _executed(fix: Fix) -> str:
    if fix.executed is None:
        return ""
    if not fix.executed:
        return "not executed here"
    return f"executed with {clip(fix.executed, 120)}"
