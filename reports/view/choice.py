"""Which findings get a card of their own, and which a row on the card of one like them."""

from __future__ import annotations

from analysis.finding import Finding
from analysis.frozen import frozen

from .. import story
from ..story import Book
from . import fixes, proof

MOST_CARDS = 100
MOST_ALIKE = 3
"""Cards of findings that one change repairs; the others are rows on the first of them."""
MOST_ROWS = 20
MOST_EXPLAINED = 12
CARD, ROW, LISTED = 6_000, 450, 600
"""Characters of a card's frame, of a row in one of its tables, and of a finding's row."""


@frozen
class Choice:
    """What the page shows of the findings that nobody accepted."""

    cards: tuple[Finding, ...]
    alike: dict[str, tuple[Finding, ...]]
    """By the key of the finding with the card, those that are rows on it."""
    left_out: int


def choose(book: Book, room: int) -> Choice:
    """In order, those of `Fix these first` in any case.

    Args:
        room: characters that the cards may take.
    """
    first = {group.head.key for group in story.first(book)}
    group_of = {each.key: group for group in story.groups(book.open) for each in group.findings}
    reserved = len(first)
    cards: list[Finding] = []
    alike: dict[str, list[Finding]] = {}
    carded: dict[str, int] = {}
    room -= sum(_weight(finding) for finding in book.open if finding.key in first)
    left_out = 0
    for finding in book.open:
        head = group_of[finding.key].head.key
        weight = 0 if finding.key in first else _weight(finding)
        reserved -= finding.key in first
        fits = (
            len(cards) + reserved < MOST_CARDS
            and carded.get(head, 0) < MOST_ALIKE
            and weight <= room
        )
        if finding.key in first or fits:
            cards.append(finding)
            carded[head] = carded.get(head, 0) + 1
            room -= weight
            continue
        rows = alike.setdefault(head, [])
        if head in carded and len(rows) < MOST_ROWS and room > LISTED:
            rows.append(finding)
            room -= LISTED
        else:
            left_out += 1
    return Choice(tuple(cards), {key: tuple(rows) for key, rows in alike.items()}, left_out)


def _weight(finding: Finding) -> int:
    """About the characters that a card adds to the page; the best fix stands there twice, once
    to be copied."""
    texts = [finding.message, finding.why_it_matters, finding.confidence_why]
    texts += [each.message for each in finding.explains[:MOST_EXPLAINED]]
    text = sum(min(len(each), 600) for each in texts)
    rows = len(finding.evidence) + len(finding.endpoints[: proof.MOST_CALLS])
    shown = [min(len(fix.code), fixes.MOST_CODE) for fix in fixes.picked(finding)]
    code = sum(shown) + sum(shown[:1])
    return CARD + ROW * rows + 2 * text + code * 3 // 2  # escaped, it grows
