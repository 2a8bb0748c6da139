"""The summary for a notebook: what a result shows when it is the last line of a cell.

A verdict and a table of what was found, as a fragment of HTML without style, script or links;
the notebook gives it its look. Frames have the rest (`AuditResult.to_frame`).
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from analysis.finding import Finding
from analysis.result import AuditResult

from . import leaks, story, verdict, words
from .escape import visible

MOST = 20
"""Rows of the table; the others are counted."""
COLUMNS = ("kind", "severity", "what happens", "API", "exchanges", "rule")


def render(result: AuditResult) -> str:
    """The fragment.

    Raises:
        SecretFound: something that was withheld stands in it, and cannot be masked.
    """
    return leaks.searched(lambda shown: "\n".join(_lines(shown)), result, result.secrets)


def _lines(result: AuditResult) -> Iterator[str]:
    book = story.Book(result)
    for line in verdict.lines(book):
        yield f"<p><strong>{_text(line.text)}</strong></p>"
    ordered = [each for group in story.groups(book.open) for each in group.findings]
    if ordered:
        yield f"<table><thead><tr>{_cells('th', *COLUMNS)}</tr></thead><tbody>"
        for each in ordered[:MOST]:
            yield f"<tr>{_cells('td', *_row(each))}</tr>"
        yield "</tbody></table>"
    rest = len(ordered) - MOST
    if rest > 0:
        yield f"<p>{words.count(rest, 'more finding')}.</p>"
    if book.ignored:
        yield f"<p>{words.count(len(book.ignored), 'finding')} ignored.</p>"
    if not result.redacted:
        yield "<p>Not redacted: secrets may stand in it.</p>"


def _row(finding: Finding) -> tuple[str, ...]:
    return (
        finding.kind.value,
        finding.severity.value,
        story.may(finding) + finding.title,
        finding.api,
        str(finding.count),
        finding.rule,
    )


def _cells(tag: str, *texts: str) -> str:
    return "".join(f"<{tag}>{_text(text)}</{tag}>" for text in texts)


def _text(text: str) -> str:
    return escape(visible(text))
