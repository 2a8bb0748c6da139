"""Proof of a finding: the calls it is about, what stood where, the raw exchange."""

from __future__ import annotations

from analysis.finding import Endpoint, Finding, Kind
from analysis.frozen import frozen
from analysis.result import ExchangeRow, HeaderRow

from .. import story, words
from ..escape import clip, visible
from ..story import Book
from .asked import shown_value
from .steps import asked_method

MOST_CALLS = 20
MOST_EXAMPLES = 3
MOST_SEEN = 20
MOST_HEADERS = 40


@frozen
class Call:
    """An endpoint with its examples."""

    method: str
    path: str
    pages: str
    count: str
    first: str
    flows: str


@frozen
class Seen:
    """One place of the evidence, for findings that are not about a refusal."""

    call: str
    origin: str
    header: str
    value: str
    absent: bool
    note: str
    time: str


@frozen
class Line:
    """A header line; `removed` when its value was withheld."""

    name: str
    value: str
    removed: bool


@frozen
class Raw:
    """Request left, response right: names and permitted values only."""

    request: str
    sent: tuple[Line, ...]
    response: str
    received: tuple[Line, ...]
    more: int


def calls(book: Book, finding: Finding) -> tuple[Call, ...]:
    """The affected endpoints, most calls first."""
    examples = book.examples(finding)
    made = []
    for endpoint in finding.endpoints[:MOST_CALLS]:
        rows = [row for row in examples if _is_call_of(row, endpoint)]
        flows = [visible(row.flow_id[:8]) for row in rows]
        shown = ", ".join(flows[:MOST_EXAMPLES])
        hidden = max(endpoint.count, len(flows)) - min(len(flows), MOST_EXAMPLES)
        if shown and hidden > 0:
            shown += f", +{words.grouped(hidden)}"
        first = min((row.started for row in rows if row.started is not None), default=None)
        if first is None and len(finding.endpoints) == 1:
            first = finding.first
        from_pages = dict.fromkeys(words.host(row.page) for row in rows if row.page)
        made.append(
            Call(
                clip(endpoint.method, 40),
                clip(endpoint.path_template, 200),
                words.listed(list(from_pages), 2) or story.pages([finding]),
                words.grouped(endpoint.count),
                words.clock(first),
                shown or "in the JSON",
            )
        )
    return tuple(made)


def _is_call_of(row: ExchangeRow, endpoint: Endpoint) -> bool:
    return row.path_template == endpoint.path_template and endpoint.method in (
        row.method,
        asked_method(row),
    )


def seen(book: Book, finding: Finding) -> tuple[Seen, ...]:
    """The evidence, place by place; of a refusal what is not among the affected calls."""
    made: list[Seen] = []
    for each in finding.evidence:
        row = book.exchanges.get(each.flow_id)
        if len(made) == MOST_SEEN:
            break
        if finding.kind is Kind.BROKEN and (
            row is None or any(_is_call_of(row, endpoint) for endpoint in finding.endpoints)
        ):
            continue
        made.append(
            Seen(
                call=f"{asked_method(row)} {clip(row.path_template, 80)}" if row else "",
                origin=clip(row.origin, 120) if row and row.origin else "none",
                header=clip(each.header, 80) if each.header else f"the {clip(each.place, 20)}",
                value=clip(each.value) if each.value is not None else "",
                absent=each.value is None and each.header is not None,
                note=clip(each.note, 120),
                time=words.clock(row.started) if row else "",
            )
        )
    return tuple(made)


def raw(row: ExchangeRow) -> Raw | None:
    """The exchange as it was on the wire; None when its headers are not in the result."""
    if not row.request_headers and not row.response_headers:
        return None
    status = "no response" if row.status is None else f"status {row.status}"
    hidden = sum(max(len(h) - MOST_HEADERS, 0) for h in (row.request_headers, row.response_headers))
    return Raw(
        f"{clip(row.method, 40)} {clip(row.url, 300)}",
        tuple(_line(header) for header in row.request_headers[:MOST_HEADERS]),
        status,
        tuple(_line(header) for header in row.response_headers[:MOST_HEADERS]),
        hidden,
    )


def _line(header: HeaderRow) -> Line:
    return Line(clip(header.name, 100), shown_value(header), header.value is None)
