"""Annotations for a step of GitHub Actions: workflow commands, printed among its log.

A step shows ten of each level and drops the rest without a word, so the tenth says what is
left. Text for people goes between `stop-commands`: a captured value that looks like a
command is none there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

from analysis.finding import Finding, Severity
from analysis.result import AuditResult

from . import story, verdict, words
from .escape import annotation, annotation_property, clip
from .story import Book

MOST = 10
"""Annotations of one level that a step shows."""
LONGEST = 600
_LOUD = (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM)


def render(result: AuditResult, fails: Callable[[Finding], bool], text: str = "") -> str:
    """The lines that a step prints.

    Args:
        fails: whether a finding makes the step fail; those are errors.
        text: what people read in the log.
    """
    book = Book(result)
    by_level: dict[str, list[Finding]] = {"error": [], "warning": [], "notice": []}
    for finding in book.open:
        by_level[_level(finding, fails)].append(finding)
    lines = [*_quoted(text), *_about_captures(book)]
    for level, findings in by_level.items():
        lines += _annotated(book, level, findings)
    return "".join(f"{line}\n" for line in lines)


def _level(finding: Finding, fails: Callable[[Finding], bool]) -> str:
    if fails(finding):
        return "error"
    return "warning" if finding.severity in _LOUD else "notice"


def _annotated(book: Book, level: str, findings: list[Finding]) -> Iterator[str]:
    room = MOST if len(findings) <= MOST else MOST - 1
    for finding in findings[:room]:
        title = f"{words.KIND_WORDS[finding.kind]}: {story.may(finding)}{finding.title}"
        yield _command(level, title, _told(book, finding))
    if len(findings) > room:
        more = words.count(len(findings) - room, "more finding")
        yield _command(level, f"{more} of this level", "They are in the log and in the report.")


def _told(book: Book, finding: Finding) -> str:
    lines = (
        story.route(finding),
        story.tally(book, [finding]),
        clip(finding.message, LONGEST),
        clip(finding.remedy, LONGEST),
        f"More: cors-audit explain {clip(finding.rule, 60)}",
    )
    return "\n".join(line for line in lines if line)


def _about_captures(book: Book) -> Iterator[str]:
    result = book.result
    failed = [f"{clip(c.name)}: {clip(c.error)}" for c in result.captures if c.error]
    if not book.calls and not result.totals.preflights:
        failed += [line.text for line in verdict.lines(book)]
        failed += [clip(each.reason) for each in result.skipped]
        yield _command("error", "Nothing to judge", "\n".join(failed))
    elif failed:
        yield _command("warning", "A recording could not be read to its end", "\n".join(failed))


def _quoted(text: str) -> Iterator[str]:
    """Text in which nothing is a command: its digest, which it cannot hold, ends it."""
    if text:
        word = hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()
        yield f"::stop-commands::{word}"
        yield text.rstrip("\n")
        yield f"::{word}::"


def _command(level: str, title: str, message: str) -> str:
    return f"::{level} title={annotation_property(clip(title, 200))}::{annotation(message)}"
