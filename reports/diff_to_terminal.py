"""Two results compared, for a terminal: what got worse first, then what may be forgotten."""

from __future__ import annotations

from collections.abc import Iterable

from analysis.diff import Diff, FindingRow

from . import compared, story, words
from .escape import visible
from .to_terminal import ASCII_SYMBOLS, INDENT, SYMBOLS, Screen

MOST_ROWS = 10
"""Findings of each sort that are told; the others are counted."""
MOST_POLICY_LINES = 12


def render(diff: Diff, *, color: bool = False, ascii_only: bool = False, width: int = 100) -> str:
    """The comparison, without a line end after the last line."""
    page = Screen(color, ascii_only, max(width, 40))
    head = compared.headline(diff)
    page.add(head.text, tone=head.tone, bold=True)
    page.add(f"OLD {compared.side(diff.old)}", tone="quiet", hang=4)
    page.add(f"NEW {compared.side(diff.new)}", tone="quiet", hang=4)
    _appeared(page, compared.open_rows(diff.appeared))
    _changed(page, diff.changed)
    _gone(page, diff.gone)
    _policies(page, diff)
    accepted = len(diff.appeared) - len(compared.open_rows(diff.appeared))
    if accepted:
        page.lines.append("")
        page.add(f"{words.count(accepted, 'new finding')} ignored, by configuration or baseline.")
    return "\n".join(page.lines)


def _appeared(page: Screen, rows: list[FindingRow]) -> None:
    _heading(page, "New", len(rows))
    for row in sorted(rows, key=lambda each: not each.worse)[:MOST_ROWS]:
        _title(page, row)
        _place(page, row, compared.caution(row, "OLD"))
        cause = words.plain(words.rich(story.cause(row, 2 * page.width - 20), 260))
        if cause:
            page.add(cause, indent=INDENT, most=2)
        remedy = words.plain(words.rich(row.remedy, 240))
        page.add(f"Fix: {remedy}", indent=INDENT, most=2)
    _more(page, rows)


def _changed(page: Screen, rows: Iterable[FindingRow]) -> None:
    every = sorted(rows, key=lambda each: not each.worse)
    _heading(page, "Changed", len(every))
    for row in every[:MOST_ROWS]:
        _title(page, row, compared.changes(row.changes))
        _place(page, row)
    _more(page, every)


def _gone(page: Screen, rows: Iterable[FindingRow]) -> None:
    every = sorted(rows, key=lambda each: each.compared is False)
    _heading(page, "Gone", len(every))
    for row in every[:MOST_ROWS]:
        _title(page, row)
        _place(page, row, compared.caution(row, "NEW"))
    _more(page, every)


def _policies(page: Screen, diff: Diff) -> None:
    if not diff.policies_compared:
        page.lines.append("")
        page.add("Policies were not compared: an HTML report holds none. Its JSON result does.")
        return
    _heading(page, "Policies", len(diff.policies))
    left = MOST_POLICY_LINES
    for number, row in enumerate(diff.policies):
        said = list(compared.policy(row))
        if number and len(said) > left:
            rest = words.count(len(diff.policies) - number, "more API")
            page.add(f"{rest} in the JSON (--format json).")
            break
        left -= len(said)
        page.add(words.host(row.api), bold=True)
        for line in said:
            page.add(line, indent=INDENT, hang=2, most=2)


def _heading(page: Screen, name: str, number: int) -> None:
    if number:
        page.lines.append("")
        page.add(f"{name} ({number})", bold=True)


def _title(page: Screen, row: FindingRow, more: str = "") -> None:
    symbol = (ASCII_SYMBOLS if page.ascii_only else SYMBOLS)[row.kind]
    mark = f"{symbol} {row.kind.value}"
    text = f"{compared.title(row)}: {more}" if more else compared.title(row)
    page.add(f"{mark:<12} {text}", tone=row.kind.value, hang=13, colored=len(mark))


def _place(page: Screen, row: FindingRow, note: str = "") -> None:
    facts = f"{story.route(row)}  [{visible(row.rule, 60)}]"
    page.add(f"{facts} · {note}" if note else facts, indent=INDENT, most=3)


def _more(page: Screen, rows: list[FindingRow]) -> None:
    if len(rows) > MOST_ROWS:
        page.add(f"{len(rows) - MOST_ROWS} more in the JSON (--format json).")
