"""Findings that the same change repairs as one that has a card: a row each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from analysis.finding import Finding
from analysis.frozen import frozen

from .. import story, words
from ..escape import visible
from ..story import Book
from ..words import Rich

MOST_EXAMPLES = 2


@frozen
class Alike:
    """One such finding."""

    anchor: str
    title: Rich
    pages: str
    calls: str
    count: str
    flows: str


def alike(book: Book, findings: Iterable[Finding], names: dict[str, str]) -> Iterator[Alike]:
    """A row for each, in order.

    Args:
        names: by key, the places in the page.
    """
    for each in findings:
        examples = [visible(row.flow_id[:8]) for row in book.examples(each)[:MOST_EXAMPLES]]
        yield Alike(
            names[each.key],
            words.rich(story.may(each) + each.title, 200),
            story.pages([each]) or "not known",
            story.calls([each], 1),
            words.grouped(each.count),
            ", ".join(examples) or "in the JSON",
        )
