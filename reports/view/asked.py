"""The table of what the browser asked, what the server answered and what was needed."""

from __future__ import annotations

from collections.abc import Iterator

from analysis.finding import Expectation, Finding
from analysis.frozen import frozen
from analysis.result import ExchangeRow, HeaderRow

from .. import characters
from ..characters import Piece
from ..escape import clip
from ..story import Book

ROWS = (
    ("Origin", "Origin", "Access-Control-Allow-Origin"),
    ("Method", "Access-Control-Request-Method", "Access-Control-Allow-Methods"),
    ("Headers", "Access-Control-Request-Headers", "Access-Control-Allow-Headers"),
    ("Credentials", "", "Access-Control-Allow-Credentials"),
)
"""Label, the header that asks, the header that answers."""
CREDENTIALS = {
    "include": "included (cookies or a login)",
    "not-include": "not included",
}
MOST_LINES = 4


@frozen
class Answer:
    """A line of the server's answer; `state` is `ok`, `missing`, `wrong` or `quiet`."""

    name: str
    pieces: tuple[Piece, ...]
    state: str


@frozen
class Row:
    """One question, its answer, and what would have passed."""

    label: str
    asked: tuple[str, ...]
    answers: tuple[Answer, ...]
    needed: tuple[Piece, ...]
    """Empty when the answer would do."""


def rows(book: Book, finding: Finding) -> tuple[Row, ...]:
    """The table for the finding's first example; none when nothing is known."""
    examples = book.examples(finding)
    row = examples[0] if examples else None
    expected = {each.header.lower(): each for each in finding.expected}
    made = [*_known(row, expected), *_status(row, expected.pop("status", None))]
    made += [_other(each, row) for each in expected.values()]
    return tuple(made)


def _known(row: ExchangeRow | None, expected: dict[str, Expectation]) -> Iterator[Row]:
    for label, ask, answer in ROWS:
        wanted = expected.pop(answer.lower(), None)
        asked = _lines(row.request_headers, ask) if row and ask else ()
        if row and label == "Credentials":
            asked = (CREDENTIALS.get(row.credentials, "cannot be told from the wire"),)
            if row.role == "preflight" and wanted is None:
                continue
        got = _values(row.response_headers, answer) if row else ()
        if wanted is not None or asked or got:
            yield _row(label, asked, answer, got, wanted)


def _status(row: ExchangeRow | None, wanted: Expectation | None) -> Iterator[Row]:
    if row is None and wanted is None:
        return
    asked = (clip(row.method, 40),) if row else ()
    got = (str(row.status),) if row and row.status is not None else ()
    if wanted is None and row is not None and row.status is None:
        answer = Answer("", (Piece("no response"),), "quiet")
        yield Row("Status", asked, (answer,), ())
        return
    yield _row("Status", asked, "", got, wanted)


def _other(wanted: Expectation, row: ExchangeRow | None) -> Row:
    got = _values(row.response_headers, wanted.header) if row else ()
    return _row(clip(wanted.header, 60), (), clip(wanted.header, 60), got, wanted)


def _row(
    label: str,
    asked: tuple[str, ...],
    name: str,
    got: tuple[str, ...],
    wanted: Expectation | None,
) -> Row:
    if wanted is None:
        if not got:
            return Row(label, asked, (Answer(name, (), "quiet"),), ())
        fine = tuple(Answer(name, (Piece(value),), "ok") for value in got)
        return Row(label, asked, fine, ())
    needed = clip(wanted.needed)
    values = got or ((clip(wanted.got),) if wanted.got is not None else ())
    if not values:
        return Row(label, asked, (Answer(name, (), "missing"),), (Piece(needed),))
    answers = tuple(Answer(name, characters.pieces(value, needed)[0], "wrong") for value in values)
    marked = characters.pieces(values[0], needed)[1] if len(values) == 1 else (Piece(needed),)
    return Row(label, asked, answers, marked)


def _lines(headers: tuple[HeaderRow, ...], name: str) -> tuple[str, ...]:
    return tuple(f"{name}: {value}" for value in _values(headers, name))


def _values(headers: tuple[HeaderRow, ...], name: str) -> tuple[str, ...]:
    found = [h for h in headers if h.name.lower() == name.lower()][:MOST_LINES]
    return tuple(shown_value(header) for header in found)


def shown_value(header: HeaderRow) -> str:
    """The value, or how much of it was removed."""
    if header.value is None:
        return f"value removed, {header.size} {'byte' if header.size == 1 else 'bytes'}"
    return clip(header.value) if header.value else "(empty)"
