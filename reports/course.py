"""Sentences about several recordings, one after the other, shared by all formats."""

from __future__ import annotations

from analysis.finding import Finding
from analysis.frozen import frozen
from analysis.result import Capture
from analysis.series import FindingCourse, Series

from . import words
from .escape import visible
from .story import Book


@frozen
class Step:
    """What changed in one recording; ignored findings are left out."""

    appeared: tuple[Finding, ...]
    gone: tuple[Finding, ...]
    still: int
    """Findings that were there before, too."""


class Course:
    """The course of a result over its recordings, looked up by recording and by finding."""

    def __init__(self, book: Book, series: Series) -> None:
        self.series = series
        self.order = tuple(each.capture for each in series.captures)
        self._captures = {each.id: each for each in book.result.captures}
        self._of = {each.key: each for each in series.findings}
        self._open = [finding for finding in book.open if finding.key in self._of]

    @property
    def last(self) -> str:
        """Id of the latest recording."""
        return self.order[-1]

    def capture(self, id: str) -> Capture:
        """The recording with this id."""
        return self._captures[id]

    def name(self, id: str, limit: int = 60) -> str:
        """Its file's name."""
        return visible(self._captures[id].name, limit, wire=False)

    def of(self, finding: Finding) -> FindingCourse | None:
        """Where a finding was seen; None: only several recordings together show it."""
        return self._of.get(finding.key)

    def found(self, id: str) -> list[Finding]:
        """What this recording shows."""
        return [each for each in self._open if id in self._of[each.key].found]

    def step(self, id: str, api: str | None = None) -> Step:
        """What changed in this recording, in all or in one API."""
        findings = [each for each in self._open if api is None or each.api == api]
        appeared = [each for each in findings if id in self._of[each.key].appeared]
        gone = [each for each in findings if id in self._of[each.key].gone]
        found = sum(id in self._of[each.key].found for each in findings)
        return Step(tuple(appeared), tuple(gone), found - len(appeared))


def course(book: Book) -> Course | None:
    """The course of a result; None for a single recording."""
    series = book.result.series
    return Course(book, series) if series and len(series.captures) > 1 else None


def latest(over: Course) -> str:
    """What the latest recording changed, in one sentence."""
    step = over.step(over.last)
    name = over.name(over.last)
    if not over.series.captures[-1].calls:
        return f"The latest recording, {name}, holds no cross-origin call."
    counts = (
        f"{words.count(len(step.appeared), 'finding')} new",
        f"{len(step.gone)} gone",
        f"{step.still} as before",
    )
    return f"In the latest recording, {name}: {', '.join(counts)}."


def of_finding(over: Course, finding: Finding) -> str:
    """Where a finding was seen: `Found in 2 of the 5 recordings that made these calls: …`."""
    seen = over.of(finding)
    if seen is None:
        return "No recording alone shows it, all of them together do."
    number = words.count(len(seen.tried), "recording")
    if len(seen.tried) == 1:
        return f"Only {over.name(seen.tried[0])} made these calls."
    said = f"Found in {len(seen.found)} of {number} that made these calls"
    if seen.found[-1] != seen.tried[-1]:
        return f"{said}, last in {over.name(seen.found[-1])}; gone in {over.name(seen.tried[-1])}."
    if seen.found[-1] in seen.appeared:
        return f"{said}, new in {over.name(seen.found[-1])}."
    return f"{said}, first in {over.name(seen.found[0])}."
