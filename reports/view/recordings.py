"""Several recordings, one after the other: what each showed, what is new, which APIs got worse."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from analysis.finding import Finding, Kind
from analysis.frozen import frozen
from analysis.series import ApiCounts, CaptureCounts

from .. import story, words
from ..course import Course, latest
from ..escape import clip
from ..words import Rich
from .apis import Chip

MOST_ROWS = 40
MOST_CHANGES = 20
BAR = 120
HARM = (Kind.BROKEN, Kind.DANGEROUS, Kind.FRAGILE)
"""Kinds of findings that make an API worse."""


@frozen
class Row:
    """One recording; `bar` and `part` are lengths of a drawing 120 wide."""

    name: str
    when: str
    calls: str
    bar: int
    part: int
    blocked: str
    broken: int
    dangerous: int
    others: int
    appeared: str
    gone: str


@frozen
class Change:
    """A finding that the latest recording brought, or no longer has."""

    kind: str
    kind_word: str
    title: Rich
    anchor: str
    """Empty: it has no card."""
    where: str


@frozen
class Api:
    """An API in the last two recordings that called it."""

    api: str
    before: str
    last: str
    chip: Chip
    why: str


@frozen
class Recordings:
    """The section."""

    intro: str
    rows: tuple[Row, ...]
    rows_left_out: int
    last: str
    appeared: tuple[Change, ...]
    appeared_left_out: int
    gone: tuple[Change, ...]
    gone_left_out: int
    apis: tuple[Api, ...]
    apis_left_out: int
    """Those that did not change are left out first."""


def recordings(over: Course, anchors: dict[str, str]) -> Recordings:
    """Build it.

    Args:
        anchors: by key the places of the findings that have a card.
    """
    captures = over.series.captures
    most = max(each.calls for each in captures)
    step = over.step(over.last)
    apis = sorted(_apis(over), key=lambda each: (ORDER[each.chip.tone], each.api))
    return Recordings(
        intro=f"{words.count(len(captures), 'recording')}, the earliest first. {latest(over)} "
        "New is what the recording before that made the same calls did not show.",
        rows=tuple(_row(over, each, most, n == 0) for n, each in enumerate(captures))[-MOST_ROWS:],
        rows_left_out=max(len(captures) - MOST_ROWS, 0),
        last=over.name(over.last),
        appeared=tuple(_changes(step.appeared, anchors)),
        appeared_left_out=max(len(step.appeared) - MOST_CHANGES, 0),
        gone=tuple(_changes(step.gone, anchors)),
        gone_left_out=max(len(step.gone) - MOST_CHANGES, 0),
        apis=tuple(apis[:MOST_ROWS]),
        apis_left_out=max(len(apis) - MOST_ROWS, 0),
    )


def _row(over: Course, counts: CaptureCounts, most: int, first: bool) -> Row:
    found = [finding.kind for finding in over.found(counts.capture)]
    step = over.step(counts.capture)
    capture = over.capture(counts.capture)
    scale = BAR / most if most else 0
    loud = found.count(Kind.BROKEN), found.count(Kind.DANGEROUS)
    return Row(
        over.name(counts.capture, 100),
        words.minute(capture.first),
        words.grouped(counts.calls),
        round(counts.calls * scale),
        round(counts.blocked * scale),
        words.grouped(counts.blocked),
        *loud,
        len(found) - sum(loud),
        "first" if first else str(len(step.appeared)),
        "first" if first else str(len(step.gone)),
    )


def _changes(findings: Iterable[Finding], anchors: dict[str, str]) -> Iterator[Change]:
    for finding in list(findings)[:MOST_CHANGES]:
        yield Change(
            finding.kind.value,
            words.KIND_WORDS[finding.kind],
            words.rich(story.may(finding) + finding.title, 200),
            anchors.get(finding.key, ""),
            story.route(finding),
        )


ORDER = {"broken": 0, "fine": 1, "plain": 2}
"""Worse, better, as before."""


def _apis(over: Course) -> Iterator[Api]:
    called: dict[str, list[ApiCounts]] = defaultdict(list)
    for each in over.series.apis:
        called[each.api].append(each)
    for api, counts in called.items():
        if len(counts) < 2:
            continue
        before, last = counts[-2:]
        step = over.step(last.capture, api)
        worse = [finding for finding in step.appeared if finding.kind in HARM]
        better = [finding for finding in step.gone if finding.kind in HARM]
        chip = Chip("plain", "as before")
        if worse:
            chip = Chip("broken", "worse")
        elif better:
            chip = Chip("fine", "better")
        yield Api(
            words.host(api),
            _told(over, before),
            _told(over, last),
            chip,
            words.listed([clip(f"+ {each.title}", 120) for each in worse], 3)
            or words.listed([clip(f"gone: {each.title}", 120) for each in better], 3),
        )


def _told(over: Course, counts: ApiCounts) -> str:
    blocked = words.out_of(counts.blocked, counts.calls, "call")
    return f"{blocked} blocked in {over.name(counts.capture, 40)}"
