"""The first screen: verdict, four figures, what to mend first."""

from __future__ import annotations

from collections.abc import Iterator

from analysis.finding import Finding, Kind
from analysis.frozen import frozen

from .. import story, verdict, words
from ..course import Course, latest
from ..escape import clip
from ..story import Book, Group
from ..verdict import Line
from ..words import Rich, Span


@frozen
class Tile:
    """One figure with its words."""

    value: str
    beside: str
    below: str
    tone: str


@frozen
class Work:
    """One line of `Fix these first`."""

    number: int
    kind: str
    kind_word: str
    title: Rich
    pages: str
    api: str
    calls: str
    facts: str
    cause: Rich
    stack: str
    remedy: Rich
    also: str
    anchor: str
    link: str


@frozen
class Summary:
    """All of the first screen."""

    verdict: tuple[Line, ...]
    lede: Rich
    unclear: str
    course: str
    """What the latest of several recordings changed."""
    tiles: tuple[Tile, ...]
    heading: str
    order: str
    work: tuple[Work, ...]
    hints: tuple[str, ...]
    """Why there was nothing to judge."""


def summary(book: Book, names: dict[str, str], over: Course | None) -> Summary:
    """Build it; `names` are the anchors of the cards."""
    nothing = not book.calls and not book.result.totals.preflights
    urgent = book.of_kind(Kind.BROKEN) or book.of_kind(Kind.DANGEROUS)
    return Summary(
        verdict=verdict.lines(book),
        lede=tuple(_lede(book)),
        unclear=verdict.unclear(book),
        course=latest(over) if over else "",
        tiles=() if nothing else tuple(_tiles(book)),
        heading="Fix these first" if urgent else "Worth doing",
        order="Ordered by what unblocks the most calls, then by risk."
        if urgent
        else "Nothing is broken or dangerous; these would make it sturdier or faster.",
        work=tuple(_work(book, group, n, names) for n, group in enumerate(story.first(book), 1)),
        hints=tuple(clip(spot.message, 400) for spot in book.result.blind_spots) if nothing else (),
    )


def _lede(book: Book) -> Iterator[Span]:
    totals = book.result.totals
    yield Span("Recorded while browsing, nothing was sent by this tool. ")
    if not book.calls and not totals.preflights:
        yield Span(f"{words.count(totals.flows, 'request')} went by.")
        return
    yield Span(
        f"{words.count(totals.page_origins, 'page origin')} called "
        f"{words.count(len(book.result.policies), 'API')}"
    )
    fine = verdict.fine_apis(book)
    if fine and len(fine) <= 2 and len(fine) < len(book.result.policies):
        yield Span("; one API, " if len(fine) == 1 else "; two APIs, ")
        for number, api in enumerate(fine):
            if number:
                yield Span(" and ")
            yield Span(words.host(api), code=True)
        yield Span(
            ", works and is not over-exposed."
            if len(fine) == 1
            else ", work and are not over-exposed."
        )
    else:
        yield Span(".")


def _tiles(book: Book) -> Iterator[Tile]:
    result, totals = book.result, book.result.totals
    yield Tile(
        words.grouped(totals.blocked),
        f"of {words.count(book.calls, 'API call')}",
        "blocked by the browser",
        "broken" if totals.blocked else "plain",
    )
    dangerous = book.of_kind(Kind.DANGEROUS)
    apis = len({finding.api for finding in dangerous})
    yield Tile(
        words.grouped(len(dangerous)),
        f"on {words.count(apis, 'API')}" if dangerous else "",
        _dangers(dangerous),
        "dangerous" if dangerous else "plain",
    )
    waited = words.duration(sum(policy.preflight_seconds for policy in result.policies))
    avoidable = sum(policy.avoidable_preflights for policy in result.policies)
    noun = "preflight" if totals.preflights == 1 else "preflights"
    yield Tile(
        words.grouped(totals.preflights),
        f"{noun} · {waited}" if totals.preflights else noun,
        f"{words.grouped(avoidable)} {'was' if avoidable == 1 else 'were'} avoidable",
        "plain",
    )
    fine = len(verdict.fine_apis(book))
    yield Tile(
        words.grouped(fine),
        f"of {words.count(len(result.policies), 'API')}",
        "needs no change" if fine == 1 else "need no change",
        "plain",
    )


def _dangers(findings: list[Finding]) -> str:
    one = len(findings) == 1
    if all(map(verdict.is_policy, findings)):
        return "dangerous policy" if one else "dangerous policies"
    return "dangerous finding" if one else "dangerous findings"


def _work(book: Book, group: Group, number: int, names: dict[str, str]) -> Work:
    head = group.head
    fix = story.best_fix(head)
    several = len(group.findings)
    return Work(
        number=number,
        kind=head.kind.value,
        kind_word=words.KIND_WORDS[head.kind],
        title=words.rich(story.may(head) + head.title, 160),
        pages=story.pages(group.findings),
        api=words.host(head.api),
        calls=story.calls(group.findings),
        facts=story.tally(book, group.findings),
        cause=words.rich(story.cause(head), 240),
        stack=f"Fix · {clip(fix.stack, 40)}" if fix else "Fix",
        remedy=words.rich(story.remedy(head), 200),
        also=f"One change fixes {several} findings." if several > 1 else "",
        anchor=names[head.key],
        link="Copy the code" if fix and fix.code else "See the proof",
    )
