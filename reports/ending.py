"""The last lines of a live session: at most ten, ASCII only."""

from __future__ import annotations

from analysis.finding import Finding, Kind
from analysis.result import AuditResult

from . import story, verdict, words
from .escape import visible

LONGEST = 150
MOST_LINES = 10


def summary_lines(result: AuditResult) -> list[str]:
    """What the session showed, for a log."""
    book = story.Book(result)
    totals = result.totals
    if not book.calls and not totals.preflights:
        said = [f"CORS audit: {_requests(result)}; {verdict.lines(book)[0].text}"]
        said += [f"  {visible(spot.message)}" for spot in result.blind_spots]
    else:
        said = [_heading(book)]
        loud = [(kind, book.of_kind(kind)) for kind in (Kind.BROKEN, Kind.DANGEROUS)]
        digits = max(len(str(len(found))) for _, found in loud)
        said += [_kind_line(book, kind, found, digits) for kind, found in loud if found]
        said += _others(book)
        if not book.of_kind(Kind.BROKEN) and not book.of_kind(Kind.DANGEROUS):
            said += [f"  {line.text}" for line in verdict.lines(book)]
        if totals.indeterminate:
            said.append(f"  {verdict.unclear(book)}")
        if book.open:
            first = story.groups(book.open)[0].head
            said.append(f"  Next: cors-audit explain {visible(first.rule, 60)}")
    return [_ascii(line) for line in said[:MOST_LINES]]


def _requests(result: AuditResult) -> str:
    return words.count(result.totals.flows, "request")


def _heading(book: story.Book) -> str:
    totals = book.result.totals
    first, last = verdict.span(book.result)
    length = words.duration(last - first) if first is not None and last is not None else ""
    return (
        f"CORS audit: {_requests(book.result)}, {totals.cors + totals.preflights} cross-origin, "
        f"from {words.count(totals.page_origins, 'page origin')} to "
        f"{words.count(totals.api_origins, 'API')}" + (f" in {length}" if length else "")
    )


def _kind_line(book: story.Book, kind: Kind, found: list[Finding], digits: int) -> str:
    first = story.groups(found)[0].head
    start = f"  {len(found):>{digits}} {kind.value:<10}"
    rule = f"[{visible(first.rule, 60)}]"
    if kind is Kind.BROKEN:
        blocked = words.out_of(book.result.totals.blocked, book.calls, "call")
        call = story.calls([first], 1)
        return f"{start} {blocked} blocked   first: {words.host(first.api)} {call}  {rule}"
    return f"{start} {words.host(first.api)}: {visible(first.title, 80)}  {rule}"


def _others(book: story.Book) -> list[str]:
    counts = [
        f"{len(book.of_kind(kind))} {kind.value}"
        for kind in (Kind.FRAGILE, Kind.SLOW, Kind.NOTE)
        if book.of_kind(kind)
    ]
    if book.ignored:
        counts.append(f"{len(book.ignored)} ignored")
    return [f"  {', '.join(counts)}"] if counts else []


def _ascii(text: str) -> str:
    for fancy, simple in {"…": "...", "–": "-", "\u00a0": " ", "→": "->", "·": "-"}.items():
        text = text.replace(fancy, simple)
    text = text.encode("ascii", "backslashreplace").decode("ascii")
    return text if len(text) <= LONGEST + 50 else f"{text[: LONGEST + 47]}..."
