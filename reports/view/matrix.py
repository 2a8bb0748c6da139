"""Who calls what: a row for every page, a column for every API."""

from __future__ import annotations

from dataclasses import dataclass, field

from analysis.finding import Kind
from analysis.frozen import frozen
from analysis.result import ExchangeRow

from .. import words
from ..escape import clip
from ..story import Book
from .apis import Chip, worst_first

MOST_COLUMNS = 12
MOST_ROWS = 40
UNKNOWN = "page not known"


@frozen
class Cell:
    """Calls of one page to one API; no chips means no calls."""

    api: str
    chips: tuple[Chip, ...]
    note: str


@frozen
class Row:
    """One page."""

    page: str
    cells: tuple[Cell, ...]


@frozen
class Matrix:
    """The table, and the APIs that did not fit."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    left_out: tuple[str, ...]
    rows_left_out: int


@dataclass(slots=True)
class _Count:
    calls: int = 0
    blocked: int = 0
    unclear: int = 0
    cookies: bool = False
    seen: set[str] = field(default_factory=set)

    @property
    def rank(self) -> tuple[int, int, int]:
        return -self.blocked, -self.unclear, -self.calls


def matrix(book: Book) -> Matrix:
    """Count the calls; both ways worst first."""
    counts: dict[tuple[str, str], _Count] = {}
    for row in book.result.exchanges:
        if is_call(row):
            page = row.page or row.origin or UNKNOWN
            _add(counts.setdefault((page, row.api), _Count()), row)
    for policy in book.result.policies:
        for page in policy.pages:
            counts.setdefault((page, policy.api), _Count())
    apis = [policy.api for policy in worst_first(book)]
    apis += sorted({api for _, api in counts} - set(apis))
    totals = _totals(counts)
    pages = sorted(totals, key=lambda page: (totals[page].rank, page))
    shown = apis[:MOST_COLUMNS]
    return Matrix(
        tuple(words.host(api) for api in shown),
        tuple(
            Row(clip(page, 120), tuple(_cell(book, page, api, counts) for api in shown))
            for page in pages[:MOST_ROWS]
        ),
        tuple(words.host(api) for api in apis[MOST_COLUMNS : MOST_COLUMNS + 100]),
        max(len(pages) - MOST_ROWS, 0),
    )


def is_call(row: ExchangeRow) -> bool:
    """A CORS request, or a refused preflight, whose request therefore never left."""
    return row.role == "cors" or (row.role == "preflight" and row.sent == "never-sent")


def _add(count: _Count, row: ExchangeRow) -> None:
    count.calls += 1
    count.blocked += row.verdict == "blocked"
    count.unclear += row.verdict == "indeterminate"
    count.cookies = count.cookies or row.credentials == "include"
    count.seen.add(row.credentials)


def _totals(counts: dict[tuple[str, str], _Count]) -> dict[str, _Count]:
    made: dict[str, _Count] = {}
    for (page, _), count in counts.items():
        total = made.setdefault(page, _Count())
        total.calls += count.calls
        total.blocked += count.blocked
        total.unclear += count.unclear
    return made


def _cell(book: Book, page: str, api: str, counts: dict[tuple[str, str], _Count]) -> Cell:
    name = words.host(api)
    count = counts.get((page, api))
    if count is None or not count.calls:
        return Cell(name, (), "no calls")
    dangerous = any(
        f.kind is Kind.DANGEROUS and f.api == api and page in f.pages for f in book.open
    )
    chips = []
    if count.blocked:
        chips.append(Chip("broken", f"{count.blocked} of {count.calls} blocked"))
    if count.unclear:
        chips.append(Chip("note", f"{count.unclear} of {count.calls} cannot be told"))
    works = count.calls - count.blocked - count.unclear
    if dangerous:
        chips.append(Chip("dangerous", f"{works} of {count.calls} work"))
    elif not chips:
        chips.append(Chip("fine", f"{works} of {count.calls} fine"))
    return Cell(name, tuple(chips), _cookies(count) + (" · too open" if dangerous else ""))


def _cookies(count: _Count) -> str:
    if count.cookies:
        return "with cookies"
    return "no cookies" if count.seen == {"not-include"} else "cookies unknown"
