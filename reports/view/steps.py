"""One call, step by step: what was sent, where the browser stopped, what never left."""

from __future__ import annotations

from collections.abc import Iterator

from analysis.finding import Finding
from analysis.frozen import frozen
from analysis.result import ExchangeRow

from .. import words
from ..escape import clip
from ..story import Book
from ..words import Rich, Span

MOST_HOPS = 5


@frozen
class Step:
    """`mark` is `done`, `stop`, `never` or `unknown`; `word` says the same for all readers."""

    mark: str
    word: str
    text: Rich
    note: str


def steps(book: Book, finding: Finding) -> tuple[Step, ...]:
    """The steps of the finding's first example, none when it has no example."""
    examples = book.examples(finding)
    if not examples:
        return ()
    row = examples[0]
    made = [*_hops(book, row), *_preflight_of(book, row), _sent(row)]
    if row.verdict == "blocked":
        made.append(Step("stop", "stopped", _why(finding, row), "browser stops here"))
        made.append(_after(row))
    elif row.verdict == "indeterminate":
        why = words.listed([clip(each, 120) for each in row.assuming], 2)
        made.append(Step("unknown", "unknown", (Span(f"Cannot tell: {why}"),), "perhaps blocked"))
    return tuple(made)


def asked_method(row: ExchangeRow) -> str:
    """The method of the request; for a preflight that of the request it was sent for."""
    if row.role == "preflight":
        for header in row.request_headers:
            if header.name.lower() == "access-control-request-method" and header.value:
                return clip(header.value, 40)
        return "request"
    return clip(row.method, 40)


def _hops(book: Book, row: ExchangeRow) -> Iterator[Step]:
    chain: list[ExchangeRow] = []
    before = row.redirected_from
    while before in book.exchanges and len(chain) < MOST_HOPS:
        chain.append(book.exchanges[before])
        before = chain[-1].redirected_from
    for hop in reversed(chain):
        step = _sent(hop)
        yield Step(step.mark, step.word, step.text, f"{step.note} · redirects")


def _preflight_of(book: Book, row: ExchangeRow) -> Iterator[Step]:
    if row.preflight == "cache":
        text = Span(f"OPTIONS {clip(row.path_template, 80)}", code=True)
        yield Step("done", "done", (text,), "answered from the browser's cache")
    elif row.preflight in book.exchanges:
        yield _sent(book.exchanges[row.preflight])


def _sent(row: ExchangeRow) -> Step:
    call = Span(f"{clip(row.method, 40)} {clip(row.path_template, 80)}", code=True)
    if row.status is None:
        lost = clip(row.lost or "no response arrived", 80)
        return Step("unknown", "unknown", (call,), f"sent · {lost}")
    took = ""
    if row.started is not None and row.ended is not None:
        took = words.duration(row.ended - row.started)
    facts = " · ".join(fact for fact in ("sent", str(row.status), took) if fact)
    return Step("done", "done", (call,), facts)


def _why(finding: Finding, row: ExchangeRow) -> Rich:
    headers = [each for each in finding.expected if each.header.lower() != "status"]
    if headers:
        first = headers[0]
        name = Span(clip(first.header, 60), code=True)
        if first.got is None:
            return (Span("Response has no "), name)
        return (name, Span(" is "), Span(clip(first.got, 80), code=True))
    if finding.expected:
        return (Span(f"Status {clip(finding.expected[0].got or 'missing', 20)} does not pass"),)
    return (Span(clip(row.reason or "The answer does not pass the check", 80), code=True),)


def _after(row: ExchangeRow) -> Step:
    path = clip(row.path_template, 80)
    if row.role == "preflight":
        call = Span(f"{asked_method(row)} {path}", code=True)
        return Step("never", "not sent", (call,), "never sent")
    return Step("never", "unreadable", (Span("The page's script"),), "gets a network error")
