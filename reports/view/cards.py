"""A finding's card: all that is known about one problem, in the order of reading."""

from __future__ import annotations

from dataclasses import replace

from analysis.finding import Explained, Finding, Kind
from analysis.frozen import frozen
from analysis.result import ExchangeRow

from .. import story, words
from ..course import Course, of_finding
from ..escape import clip
from ..story import Book
from ..words import Rich
from . import asked, fixes, links, proof, steps
from .alike import Alike, alike
from .choice import MOST_EXPLAINED, Choice
from .fixes import Others, Shelf, Shown
from .links import Link
from .proof import Call, Raw, Seen
from .right import Check, checks


@frozen
class Explains:
    """A finding with the same cause."""

    kind: str
    kind_word: str
    title: Rich
    count: str
    rule: str
    message: Rich


@frozen
class Card:
    """One finding; empty tuples and texts are left out of the page."""

    anchor: str
    kind: str
    kind_word: str
    title: Rich
    pages: str
    api: str
    endpoints: str
    rule: str
    severity: str
    count: str
    heading: str
    """What the first part is called."""
    happened: Rich
    matters: Rich
    confidence: str
    why_sure: Rich
    chromium: str
    firefox: str
    firefox_name: str
    firefox_link: str
    steps: tuple[steps.Step, ...]
    explains: tuple[Explains, ...]
    explains_left_out: int
    asked: tuple[asked.Row, ...]
    seen: tuple[Seen, ...]
    fixes: tuple[Shown, ...]
    others: Others | None
    elsewhere: bool
    """Configuration for other servers is left to the command line."""
    calls: tuple[Call, ...]
    calls_left_out: int
    raw: Raw | None
    period: str
    references: tuple[Link, ...]
    has_curl: bool
    open: bool = False
    course: str = ""
    """In which of several recordings it was found."""
    alike: tuple[Alike, ...] = ()


@frozen
class Filter:
    """One check box of the filter bar."""

    kind: str
    word: str
    count: int


@frozen
class Findings:
    """The section of cards."""

    intro: str
    filters: tuple[Filter, ...]
    cards: tuple[Card, ...]
    left_out: int
    checks: tuple[Check, ...]
    """What was looked for in vain, where there is no finding."""


def findings(book: Book, names: dict[str, str], choice: Choice, over: Course | None) -> Findings:
    """All cards, worst first, as the result orders them."""
    shelf = Shelf(book.result)
    counts = {kind: len(book.of_kind(kind)) for kind in Kind}
    return Findings(
        intro=_intro(book, counts),
        filters=tuple(
            Filter(kind.value, words.KIND_WORDS[kind], counts[kind])
            for kind in Kind
            if counts[kind]
        ),
        cards=tuple(
            replace(
                _card(book, finding, names[finding.key], shelf),
                open=number == 0,
                course=of_finding(over, finding) if over else "",
                alike=tuple(alike(book, choice.alike.get(finding.key, ()), names)),
            )
            for number, finding in enumerate(choice.cards)
        ),
        left_out=choice.left_out,
        checks=checks(book),
    )


def _intro(book: Book, counts: dict[Kind, int]) -> str:
    if not book.open:
        return "No finding." if not book.ignored else "No finding that is not ignored."
    meanings = " ".join(
        f"{words.KIND_WORDS[kind]}: {words.KIND_MEANINGS[kind]}." for kind in Kind if counts[kind]
    )
    ignored = f", {len(book.ignored)} ignored" if book.ignored else ""
    return f"{words.count(len(book.result.findings), 'finding')}{ignored}. {meanings}"


def _card(book: Book, finding: Finding, anchor: str, shelf: Shelf) -> Card:
    examples = book.examples(finding)
    row = examples[0] if examples else None
    broken = finding.kind is Kind.BROKEN
    hidden = max(len(finding.endpoints) - proof.MOST_CALLS, 0)
    name, link = links.firefox(row.reasons.firefox if row else None)
    return Card(
        anchor=anchor,
        kind=finding.kind.value,
        kind_word=words.KIND_WORDS[finding.kind],
        title=words.rich(story.may(finding) + finding.title, 200),
        pages=story.pages([finding]),
        api=words.host(finding.api),
        endpoints=words.count(len(finding.endpoints), "endpoint"),
        rule=clip(finding.rule, 80),
        severity=finding.severity.value,
        count=words.count(finding.count, "call" if broken else "exchange"),
        heading="What happened" if broken else "What was seen",
        happened=words.rich(finding.message),
        matters=words.rich(finding.why_it_matters),
        confidence=finding.confidence.value,
        why_sure=words.rich(finding.confidence_why, 300),
        chromium=_message(row.message if row else None),
        firefox=_message(row.message_firefox if row else None),
        firefox_name=name,
        firefox_link=link,
        steps=steps.steps(book, finding) if broken or _unclear(row) else (),
        explains=tuple(_explains(each) for each in finding.explains[:MOST_EXPLAINED]),
        explains_left_out=max(len(finding.explains) - MOST_EXPLAINED, 0),
        asked=asked.rows(book, finding) if broken or finding.expected else (),
        seen=proof.seen(book, finding),
        fixes=fixes.chosen(finding),
        others=shelf.others(finding, anchor),
        elsewhere=shelf.elsewhere(finding),
        calls=proof.calls(book, finding),
        calls_left_out=hidden,
        raw=proof.raw(row) if row else None,
        period=words.period(finding.first, finding.last) if finding.first is not None else "",
        references=links.references(finding),
        has_curl=row is not None,
    )


def _explains(each: Explained) -> Explains:
    return Explains(
        each.kind.value,
        words.KIND_WORDS[each.kind],
        words.rich(each.title, 200),
        words.count(each.count, "exchange"),
        clip(each.rule, 80),
        words.rich(each.message, 600),
    )


def _message(text: str | None) -> str:
    return clip(text, 900) if text else ""


def _unclear(row: ExchangeRow | None) -> bool:
    return row is not None and row.verdict == "indeterminate"
