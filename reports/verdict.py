"""The verdict: sentences with counts, never a grade.

What was not browsed was not judged, so nothing here says that all is well with an app; it
says what was found in how many calls.
"""

from __future__ import annotations

from collections.abc import Iterator

from analysis.finding import Confidence, Finding, Kind
from analysis.frozen import frozen
from analysis.result import AuditResult

from . import words
from .escape import visible
from .story import Book

FORGED_REQUEST = "CWE-352"
"""The weakness of dangerous findings that are about sending, not about reading."""


@frozen
class Line:
    """One sentence; `tone` is a kind's word, `fine` or `plain`."""

    text: str
    tone: str


def lines(book: Book) -> tuple[Line, ...]:
    """One sentence for each axis, those with nothing to say left out."""
    result = book.result
    if not book.calls and not result.totals.preflights:
        return (Line(_nothing(result), "plain"),)
    broken, dangerous = book.of_kind(Kind.BROKEN), book.of_kind(Kind.DANGEROUS)
    made = []
    if broken:
        made.append(Line(_broken(broken), "broken"))
    elif result.totals.blocked:
        blocked = words.out_of(result.totals.blocked, book.calls, "API call")
        made.append(Line(f"The browser blocked {blocked}.", "broken"))
    made += [Line(text, "dangerous") for text in _dangerous(dangerous)]
    if not made:
        sure = not _unclear(book) and not book.ignored
        made.append(Line(_calm(book), "fine" if sure else "plain"))
    return tuple(made)


def _broken(findings: list[Finding]) -> str:
    sure = [f for f in findings if f.confidence is not Confidence.TENTATIVE]
    unsure = len(findings) - len(sure)
    if not sure:
        return f"{words.count(unsure, 'problem')} may have broken this app."
    text = f"{words.count(len(sure), 'problem')} broke this app"
    return f"{text}, {unsure} more may have." if unsure else f"{text}."


def is_policy(finding: Finding) -> bool:
    """Is it a policy that opens too much, and not a call that anybody may send?"""
    return FORGED_REQUEST not in finding.cwe


def _dangerous(findings: list[Finding]) -> Iterator[str]:
    opened = sum(is_policy(finding) for finding in findings)
    if opened:
        policies = words.count(opened, "policy", "policies")
        yield f"{policies} may let other sites read private data."
    sendable = {
        (finding.api, each.method, each.path_template)
        for finding in findings
        if not is_policy(finding)
        for each in finding.endpoints
    }
    if sendable:
        yield f"{words.count(len(sendable), 'call')} may be sent by other sites in a user's name."


def _calm(book: Book) -> str:
    apis = words.count(len(book.result.policies), "API")
    calls = words.count(book.calls, "API call")
    unclear = _unclear(book)
    if book.ignored:
        apis += f", besides {words.count(len(book.ignored), 'ignored finding')}"
    if unclear:
        judged = words.out_of(max(book.calls - unclear, 0), book.calls, "API call")
        could_not = "1 cannot be told" if unclear == 1 else f"{unclear} cannot be told"
        return f"Nothing broke, and no policy was too open, in {judged} to {apis}; {could_not}."
    return f"Nothing broke, and no policy was too open, in {calls} to {apis}."


def _unclear(book: Book) -> int:
    return book.result.totals.indeterminate


def _nothing(result: AuditResult) -> str:
    if not result.totals.flows:
        return "Nothing was recorded, so there was nothing to judge."
    return "No cross-origin calls were recorded, so there was nothing to judge."


def unclear(book: Book) -> str:
    """What the capture cannot tell, as a sentence; empty when it tells all."""
    number = _unclear(book)
    if not number:
        return ""
    calls = words.count(number, "exchange")
    return f"For {calls} the capture cannot tell whether the browser blocked it."


def browsers(book: Book) -> str:
    """The engines seen, `Chromium and Firefox`."""
    names = {"chromium": "Chromium", "firefox": "Firefox", "webkit": "Safari (WebKit)"}
    seen = {row.engine for row in book.result.exchanges}
    return words.listed([names[engine] for engine in names if engine in seen])


def span(result: AuditResult) -> tuple[float | None, float | None]:
    """Start and end of all captures together."""
    starts = [c.first for c in result.captures if c.first is not None]
    ends = [c.last for c in result.captures if c.last is not None]
    return (min(starts) if starts else None, max(ends) if ends else None)


def source(result: AuditResult) -> str:
    """What was audited: a file's name, the live session, or how many files."""
    if len(result.captures) == 1:
        return visible(result.captures[0].name, 60, wire=False)
    return words.count(len(result.captures), "recording")


def fine_apis(book: Book) -> tuple[str, ...]:
    """APIs that no finding is about, nor an unexplained refusal: they need no change."""
    blamed = {f.api for f in book.result.findings if f.kind is not Kind.NOTE}
    return tuple(
        policy.api
        for policy in book.result.policies
        if policy.api not in blamed and not policy.blocked and not policy.indeterminate
    )
