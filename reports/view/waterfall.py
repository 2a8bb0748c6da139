"""Telling moments: the calls around a refusal, preflight and request side by side."""

from __future__ import annotations

from analysis.finding import Kind
from analysis.frozen import frozen
from analysis.result import ExchangeRow

from .. import words
from ..escape import clip
from ..story import Book
from .steps import asked_method

MOST_MOMENTS = 10
MOST_BARS = 8
BEFORE, AFTER = 0.2, 0.5
LEFT, RIGHT, TOP, LINE = 230, 700, 34, 28
DASHED = 60


@frozen
class Bar:
    """A rectangle; `look` is `preflight`, `request`, `blocked` or `never`."""

    x: int
    y: int
    width: int
    look: str


@frozen
class Row:
    """One call; the texts stand left of and after its bars."""

    label: str
    y: int
    bars: tuple[Bar, ...]
    note: str
    note_x: int


@frozen
class Mark:
    """A time on the axis."""

    x: int
    text: str


@frozen
class Moment:
    """One drawing."""

    heading: str
    title: str
    height: int
    marks: tuple[Mark, ...]
    rows: tuple[Row, ...]


def moments(book: Book) -> tuple[Moment, ...]:
    """The first example of each Broken finding, in order of time; overlaps shown once."""
    made: list[tuple[float, Moment]] = []
    shown: set[str] = set()
    for finding in book.open:
        if finding.kind is not Kind.BROKEN or len(made) == MOST_MOMENTS:
            continue
        row = next(iter(book.examples(finding)), None)
        if row is None or row.flow_id in shown:
            continue
        if row.started is None or words.moment(row.started) is None:
            continue
        around = _around(book, row)
        shown.update(each.flow_id for each in around)
        made.append((row.started, _moment(book, row, around)))
    return tuple(moment for _, moment in sorted(made, key=lambda each: each[0]))


def _around(book: Book, row: ExchangeRow) -> list[ExchangeRow]:
    """The calls of the same page near `row`; served preflights are drawn with their request."""
    assert row.started is not None
    served = {each.preflight for each in book.result.exchanges}
    near = [
        each
        for each in book.result.exchanges
        if each.role in ("cors", "preflight")
        and (each.role == "cors" or each.flow_id not in served)
        and each.page == row.page
        and each.started is not None
        and row.started - BEFORE <= each.started <= row.started + AFTER
    ]
    near.sort(key=lambda each: (each.started or 0.0, each.flow_id))
    if row not in near:
        near.insert(0, row)
    at = near.index(row)
    first = max(0, min(at - MOST_BARS // 2, len(near) - MOST_BARS))
    return near[first : first + MOST_BARS]


def _moment(book: Book, row: ExchangeRow, around: list[ExchangeRow]) -> Moment:
    spans = [_span(each) for each in around]
    spans += [_span(book.exchanges[e.preflight]) for e in around if e.preflight in book.exchanges]
    start = min(first for first, _ in spans)
    length = max(max(last for _, last in spans) - start, 0.01)
    rows = tuple(_row(book, each, n, start, length) for n, each in enumerate(around))
    page = words.host(row.page or row.origin or "")
    stopped = sum(each.verdict == "blocked" for each in around)
    calls = words.count(len(around), "call")
    return Moment(
        f"{words.clock(row.started)} UTC · {page}",
        f"{calls} in {words.duration(length)}, {stopped} of them blocked by the browser.",
        TOP + LINE * len(around) + 8,
        tuple(
            Mark(LEFT + round((RIGHT - LEFT) * n / 4), words.duration(length * n / 4) or "0 ms")
            for n in range(5)
        ),
        rows,
    )


def _span(row: ExchangeRow) -> tuple[float, float]:
    first = row.started or 0.0
    last = row.ended if words.moment(row.ended) is not None and row.ended else first
    return first, max(first, last)


def _row(book: Book, row: ExchangeRow, number: int, start: float, length: float) -> Row:
    y = TOP + LINE * number

    def bar(of: ExchangeRow, look: str) -> Bar:
        first, last = _span(of)
        x = LEFT + round((RIGHT - LEFT) * max(first - start, 0.0) / length)
        return Bar(x, y, max(round((RIGHT - LEFT) * (last - first) / length), 4), look)

    bars = []
    if row.role == "preflight":
        bars.append(bar(row, "preflight"))
        if row.verdict == "blocked":
            bars.append(Bar(bars[0].x + bars[0].width + 3, y, DASHED, "never"))
    else:
        if row.preflight in book.exchanges:
            bars.append(bar(book.exchanges[row.preflight], "preflight"))
        bars.append(bar(row, "blocked" if row.verdict == "blocked" else "request"))
    label = f"{asked_method(row)} {row.path_template}"
    return Row(clip(label, 30), y, tuple(bars), _note(row), bars[-1].x + bars[-1].width + 8)


def _note(row: ExchangeRow) -> str:
    status = "no response" if row.status is None else str(row.status)
    if row.verdict == "indeterminate":
        return f"? {status}, cannot tell"
    if row.verdict != "blocked":
        return status
    if row.role == "preflight":
        return f"✕ preflight {status}, {asked_method(row)} never sent"
    return f"✕ {status}, blocked"
