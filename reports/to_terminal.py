"""The summary for a terminal: one screen, worst first; what has no room is a line each.

Colours and characters beyond ASCII only when asked for; every captured string is shown
with visible escapes, so no byte of a stranger reaches the terminal as a command.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate

from analysis.finding import Kind
from analysis.result import AuditResult

from . import columns, story, verdict, words
from .course import course, latest
from .ending import summary_lines
from .escape import visible

__all__ = ["render", "summary_lines"]

MOST_LINES = 40
"""Where nobody says how high the screen is, as in a log."""
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
    result: AuditResult,
    *,
    color: bool = False,
    ascii_only: bool = False,
    width: int = 100,
    height: int = MOST_LINES,
) -> str:
    """The summary, without a line end after the last line.

    Args:
        width, height: columns and lines that there are. At least 40 columns are used, and as many
            lines as the heading and the first finding need.
    """
    page = Screen(color, ascii_only, max(width, 40))
    book = story.Book(result)
    for line in verdict.lines(book):
        page.add(line.text, tone=line.tone, bold=True)
    for text in _figures(book):
        page.add(text, tone="quiet")
    if not book.open:
        for spot in result.blind_spots:
            page.add(f"- {visible(spot.message)}", hang=2)
    ending = Screen(color, ascii_only, page.width)
    if book.ignored:
        ignored = words.count(len(book.ignored), "finding")
        ending.add(f"{ignored} ignored, by configuration or baseline.")
    page.lines += _findings(page, book, height - len(page.lines) - len(ending.lines))
    return "\n".join([*page.lines, *ending.lines])


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
        f"{apis} fine"
    )
    if totals.indeterminate:
        yield verdict.unclear(book)
    if over := course(book):
        yield latest(over)


def _findings(like: Screen, book: story.Book, room: int) -> list[str]:
    """As many whole as leave a line for each of the others; at last, how many more there are."""
    groups = story.groups(book.open)
    blocks = [_whole(like, book, group) for group in groups[: room // 4 + 1]]
    ends = list(accumulate(len(block) for block in blocks))
    others = (len(groups) - number for number in range(1, len(blocks) + 1))
    fitting = [end + (left and left + 1) <= room for end, left in zip(ends, others, strict=True)]
    whole = max((number for number, fits in enumerate(fitting, 1) if fits), default=1)
    told = [line for block in blocks[:whole] for line in block]
    left = groups[whole:]
    if not left:
        return told
    space = room - len(told) - 1
    if len(left) > space:
        left = left[: max(space - len(_more(like, left)), 0)]
    rest = Screen(like.color, like.ascii_only, like.width)
    for group in left:
        _list(rest, group)
    return [*told, "", *rest.lines, *_more(like, groups[whole + len(left) :])]


def _more(like: Screen, groups: list[story.Group]) -> list[str]:
    """How many findings have no place here; nothing where all have."""
    page = Screen(like.color, like.ascii_only, like.width)
    kinds = [finding.kind for group in groups for finding in group.findings]
    counts = [f"{n} {kind.value}" for kind in Kind if (n := kinds.count(kind))]
    if kinds:
        page.add(f"{len(kinds)} more in a report: {', '.join(counts)}.")
    return page.lines


def _whole(like: Screen, book: story.Book, group: story.Group) -> list[str]:
    """An empty line, what is wrong, who calls whom, why, and the fix."""
    page = Screen(like.color, like.ascii_only, like.width)
    page.lines.append("")
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
    return page.lines


def _list(page: Screen, group: story.Group) -> None:
    """One line: what kind, which rule, which call."""
    head = group.head
    symbol = (ASCII_SYMBOLS if page.ascii_only else SYMBOLS)[head.kind]
    mark = f"{symbol} {head.kind.value}"
    call = f"{words.host(head.api)} {story.calls(group.findings, 1)}"
    line = f"{mark:<12} {visible(head.rule, 60)}  {call}"
    page.add(columns.cut(line, page.width), tone=head.kind.value, most=1, colored=len(mark))


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
