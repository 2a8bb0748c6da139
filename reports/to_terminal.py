"""The summary for a terminal: about one screen, worst first.

Colours and characters beyond ASCII only when asked for; every captured string is shown
with visible escapes, so no byte of a stranger reaches the terminal as a command.
"""

from __future__ import annotations

from collections.abc import Iterator

from analysis.finding import Kind
from analysis.result import AuditResult

from . import columns, story, verdict, words
from .course import course, latest
from .ending import summary_lines
from .escape import visible

__all__ = ["render", "summary_lines"]

MOST_LINES = 40
INDENT = "  "
SYMBOLS = {
    Kind.BROKEN: "✕",
    Kind.DANGEROUS: "▲",
    Kind.FRAGILE: "◆",
    Kind.SLOW: "◷",
    Kind.NOTE: "i",
}
ASCII_SYMBOLS = {
    Kind.BROKEN: "x",
    Kind.DANGEROUS: "!",
    Kind.FRAGILE: "~",
    Kind.SLOW: ".",
    Kind.NOTE: "i",
}
COLORS = {
    "broken": "31",
    "dangerous": "35",
    "fragile": "33",
    "slow": "33",
    "note": "34",
    "fine": "32",
    "bold": "1",
    "quiet": "2",
}
SIMPLER = {"→": "->", "·": "-", "…": "...", "–": "-", "\u00a0": " ", "‘": "'", "’": "'"}


def render(
    result: AuditResult, *, color: bool = False, ascii_only: bool = False, width: int = 100
) -> str:
    """The summary, without a line end after the last line."""
    page = Screen(color, ascii_only, max(width, 40))
    book = story.Book(result)
    for line in verdict.lines(book):
        page.add(line.text, tone=line.tone, bold=True)
    for text in _figures(book):
        page.add(text, tone="quiet")
    if not book.open:
        for spot in result.blind_spots:
            page.add(f"- {visible(spot.message)}", hang=2)
    grouped = story.groups(book.open)
    told = 0
    for group in grouped:
        block = Screen(color, ascii_only, page.width)
        _tell(block, book, group)
        if len(page.lines) + len(block.lines) + 1 > MOST_LINES - (3 if width >= 80 else 7):
            break
        page.lines += ["", *block.lines]
        told += 1
    rest = [finding for group in grouped[told:] for finding in group.findings]
    if rest:
        kinds = [f"{n} {k.value}" for k in Kind if (n := sum(f.kind is k for f in rest))]
        page.lines.append("")
        page.add(f"{words.count(len(rest), 'more finding')} in the report: {', '.join(kinds)}.")
    if book.ignored:
        ignored = words.count(len(book.ignored), "finding")
        page.add(f"{ignored} ignored, by configuration or baseline.")
    return "\n".join(page.lines)


def _figures(book: story.Book) -> Iterator[str]:
    result, totals = book.result, book.result.totals
    seen = [verdict.source(result), words.period(*verdict.span(result)), verdict.browsers(book)]
    yield " · ".join(part for part in seen if part)
    if not book.calls and not totals.preflights:
        yield f"{words.count(totals.flows, 'request')} recorded"
        return
    waited = words.duration(sum(policy.preflight_seconds for policy in result.policies))
    avoidable = sum(policy.avoidable_preflights for policy in result.policies)
    fine = len(verdict.fine_apis(book))
    apis = words.out_of(fine, len(result.policies), "API")
    yield (
        f"{words.out_of(totals.blocked, book.calls, 'API call')} blocked · "
        f"{words.count(totals.preflights, 'preflight')}, {waited}, {avoidable} avoidable · "
        f"{apis} {'needs' if fine == 1 else 'need'} no change"
    )
    if totals.indeterminate:
        yield verdict.unclear(book)
    if over := course(book):
        yield latest(over)


def _tell(page: Screen, book: story.Book, group: story.Group) -> None:
    head = group.head
    symbol = (ASCII_SYMBOLS if page.ascii_only else SYMBOLS)[head.kind]
    title = f"{story.may(head)}{visible(head.title, 140)}"
    mark = f"{symbol} {head.kind.value}"
    page.add(f"{mark:<12} {title}", tone=head.kind.value, hang=13, colored=len(mark))
    pages = story.pages(group.findings)
    route = f"{pages} → {words.host(head.api)}" if pages else words.host(head.api)
    facts = (route, story.calls(group.findings, 1), story.tally(book, group.findings))
    page.add(" · ".join(fact for fact in facts if fact), indent=INDENT, most=2)
    room = 2 * (page.width - len(INDENT)) - 12
    cause = words.plain(words.rich(story.cause(head, room), 260))
    if cause:
        page.add(cause, indent=INDENT, most=2)
    fix = story.best_fix(head)
    stack = f", {visible(fix.stack, 40)}" if fix else ""
    remedy = words.plain(words.rich(story.remedy(head), 240))
    page.add(f"Fix{stack}: {remedy}  [{visible(head.rule, 60)}]", indent=INDENT, most=2)


class Screen:
    """Lines of a known width, for this summary and for others."""

    def __init__(self, color: bool, ascii_only: bool, width: int) -> None:
        self.color, self.ascii_only, self.width = color, ascii_only, width
        self.lines: list[str] = []

    def add(
        self,
        text: str,
        *,
        tone: str = "",
        bold: bool = False,
        indent: str = "",
        hang: int = 0,
        most: int = 4,
        colored: int | None = None,
    ) -> None:
        """Wrap `text`; the first `colored` characters (default all) take the tone's colour."""
        if self.ascii_only:
            for fancy, simple in SIMPLER.items():
                text = text.replace(fancy, simple)
            text = text.encode("ascii", "backslashreplace").decode("ascii")
        room = self.width - len(indent) - hang
        wrapped = list(columns.wrap(text, room + hang if not hang else room))
        if len(wrapped) > most:
            sign = "..." if self.ascii_only else "…"
            wrapped = [*wrapped[: most - 1], columns.cut(wrapped[most - 1], room - 4, "") + sign]
        for number, line in enumerate(wrapped):
            painted = line
            if number == 0 and colored is not None:
                painted = self._paint(line[:colored], tone, True) + line[colored:]
            elif colored is None:
                painted = self._paint(line, tone, bold)
            self.lines.append((indent + (" " * hang if number else "") + painted).rstrip(" "))

    def _paint(self, text: str, tone: str, bold: bool) -> str:
        codes = [COLORS[name] for name in ("bold" if bold else "", tone) if name in COLORS]
        return f"\x1b[{';'.join(codes)}m{text}\x1b[0m" if self.color and codes else text
