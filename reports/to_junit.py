"""JUnit XML, which every CI shows without a plugin: a suite an API, a case an endpoint and a page.

A case fails by a finding that `check` fails on; it is skipped where the browser's verdict
cannot be told, or a person accepted what is wrong. The last suite is about the recordings:
one that could not be read is an error, and so is a session with nothing to judge.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from analysis.finding import Finding
from analysis.result import AuditResult, ExchangeRow

from . import story, words
from .cases import Case, gather
from .escape import clip, visible_lines, xml
from .story import Book

MOST_CODE = 6000
RECORDINGS = "recordings"
LONGEST = 1e6
"""Seconds; a clock that jumped makes no longer ones."""


@dataclass(slots=True)
class Suite:
    """The printed cases of a suite, and how they came out."""

    name: str
    started: float | None = None
    seconds: float = 0.0
    tests: int = 0
    failures: int = 0
    errors: int = 0
    skipped: int = 0
    lines: list[str] = field(default_factory=list)

    def add(self, name: str, seconds: float, *elements: str) -> None:
        """One case; its first element says how it came out."""
        outcome = elements[0] if elements else ""
        self.tests += 1
        self.seconds += seconds
        self.failures += outcome.startswith("<failure")
        self.errors += outcome.startswith("<error")
        self.skipped += outcome.startswith("<skipped")
        opening = _tag("testcase", classname=self.name, name=name, time=f"{seconds:.3f}")
        self.lines += [f"  {opening}", *(f"   {each}" for each in elements), "  </testcase>"]

    def printed(self) -> Iterator[str]:
        """The suite as lines of XML."""
        when = words.moment(self.started)
        yield " " + _tag(
            "testsuite",
            name=self.name,
            tests=str(self.tests),
            failures=str(self.failures),
            errors=str(self.errors),
            skipped=str(self.skipped),
            time=f"{self.seconds:.3f}",
            **({"timestamp": when.strftime("%Y-%m-%dT%H:%M:%S")} if when else {}),
        )
        yield from self.lines
        yield " </testsuite>"


def render(result: AuditResult) -> str:
    """The XML text."""
    book = Book(result)
    suites = [*_apis(book), _recordings(book)]
    opening = _tag(
        "testsuites",
        name="cors-audit",
        tests=str(sum(suite.tests for suite in suites)),
        failures=str(sum(suite.failures for suite in suites)),
        errors=str(sum(suite.errors for suite in suites)),
        time=f"{sum(suite.seconds for suite in suites):.3f}",
    )
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', opening]
    for suite in suites:
        lines += suite.printed()
    return "\n".join([*lines, "</testsuites>"]) + "\n"


def _apis(book: Book) -> Iterator[Suite]:
    cases = gather(book)
    told: dict[str, str] = {}
    suites: dict[str, Suite] = {}
    for place, case in sorted(cases.items()):
        api, method, path, page = place
        suite = suites.setdefault(api, Suite(clip(api)))
        name = f"{clip(method, 40)} {clip(path)} from {clip(page)}"
        times = [row.started for row in case.rows if row.started is not None]
        suite.started = min([*times, *([suite.started] if suite.started is not None else [])],
                            default=None)  # fmt: skip
        seconds = sum(_seconds(row) for row in case.rows)
        suite.add(name, seconds, *_outcome(book, case, name, told))
    yield from suites.values()


def _seconds(row: ExchangeRow) -> float:
    if row.started is None or row.ended is None:
        return 0.0
    return min(max(0.0, row.ended - row.started), LONGEST)


def _outcome(book: Book, case: Case, name: str, told: dict[str, str]) -> Iterator[str]:
    """How it came out, then what else there is to say.

    Args:
        told: key of a finding: name of the case that holds the whole of it.
    """
    bad = [finding for finding in case.findings if story.fails(finding)]
    accepted = [finding for finding in case.findings if finding.ignored is not None]
    blocked, unclear = case.rows_with("blocked"), case.rows_with("indeterminate")
    if bad:
        title = _title(bad[0]) + (f" (and {len(bad) - 1} more)" if len(bad) > 1 else "")
        texts = [text for finding in bad for text in _told(book, finding, name, told)]
        yield _element("failure", title, bad[0].rule, texts)
    elif blocked and accepted:
        yield _element("skipped", f"accepted: {_reason(accepted[0])}", accepted[0].rule)
    elif blocked and not case.findings:
        row = blocked[0]
        text = clip(row.message or row.lost or "", 900)
        why = clip(row.reason or "for a reason not known", 80)
        yield _element("failure", f"blocked by the browser: {why}", row.reason or "", [text])
    elif unclear:
        why = words.listed([clip(each, 200) for each in unclear[0].assuming])
        some = words.out_of(len(unclear), len(case.rows), "exchange")
        yield _element("skipped", f"cannot tell {some}: {why}", "indeterminate")
    elif case.rows and not blocked and not case.rows_with("allowed"):
        lost = next((row.lost for row in case.rows if row.lost), None)
        yield _element(
            "skipped", f"not judged: {clip(lost or 'no CORS check ran')}", "not-applicable"
        )
    rest = [_line(finding) for finding in case.findings if finding not in bad]
    if rest:
        yield f"<system-out>{xml(chr(10).join(rest))}</system-out>"


def _told(book: Book, finding: Finding, name: str, told: dict[str, str]) -> Iterator[str]:
    """A finding in full, once; elsewhere where it stands."""
    yield f"{_title(finding)} [{clip(finding.rule, 60)}]"
    if finding.key in told:
        yield f"The same as in the case {told[finding.key]}."
        yield ""
        return
    told[finding.key] = f"{clip(finding.api)} {name}"
    yield clip(finding.message, 1200)
    for row in book.examples(finding)[:1]:
        if row.message:
            yield clip(row.message, 900)
    for want in finding.expected:
        got = "absent" if want.got is None else clip(want.got)
        yield f"{clip(want.header, 80)}: {got}, needed {clip(want.needed)}"
    fix = story.best_fix(finding)
    if fix:
        yield f"Fix ({clip(fix.stack, 60)}): {clip(fix.note or finding.remedy, 600)}"
        yield visible_lines(fix.code.rstrip("\n"), MOST_CODE)
    yield f"Finding {clip(finding.key, 60)}, confidence {finding.confidence}."
    yield ""


def _line(finding: Finding) -> str:
    accepted = f" (accepted: {_reason(finding)})" if finding.ignored else ""
    rule = clip(finding.rule, 60)
    return f"{finding.kind}, {finding.severity}: {_title(finding)} [{rule}]{accepted}"


def _title(finding: Finding) -> str:
    return clip(story.may(finding) + finding.title, 160)


def _reason(finding: Finding) -> str:
    return clip(finding.ignored.reason, 200) if finding.ignored else ""


def _recordings(book: Book) -> Suite:
    """What was read, and what in it was not judged."""
    result = book.result
    suite = Suite(RECORDINGS)
    for capture in result.captures:
        failed = (
            [] if capture.error is None else [_element("error", clip(capture.error), "incomplete")]
        )
        suite.add(clip(capture.name), 0.0, *failed)
    for each in result.skipped:
        message = f"not judged, {words.grouped(each.count)} ×: {clip(each.reason)}"
        suite.add(clip(each.what), 0.0, _element("skipped", message, "not-judged"))
    spots = [clip(spot.message, 400) for spot in result.blind_spots]
    if not book.calls and not result.totals.preflights:
        suite.add(
            "something to judge", 0.0, _element("error", "nothing to judge", "nothing", spots)
        )
    suite.lines.append(f"  <system-out>{xml(chr(10).join(spots))}</system-out>")
    return suite


def _tag(element: str, /, **attributes: str) -> str:
    given = "".join(f' {key}="{xml(value)}"' for key, value in attributes.items())
    return f"<{element}{given}>"


def _element(name: str, message: str, type: str, text: Iterable[str] = ()) -> str:
    opening = _tag(name, type=clip(type, 80), message=message)
    return f"{opening}{xml(chr(10).join(text))}</{name}>"
