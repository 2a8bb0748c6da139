"""What changed from capture to capture.

Verdicts are those of the whole session, since a preflight may lie in another capture than its
request; opinions are formed anew for each capture alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set

from ..engine import Opinions, form_opinions
from ..fetch.origin import portless
from ..finding import Finding
from ..findings import endpoint_of, page_of
from ..result import Capture
from ..series import ApiCounts, CaptureCounts, FindingCourse, Series
from ..session.intent import Intent
from ..session.judge import Judged

Call = tuple[str, str, str, str]
"""Page, API, method and path, without ports of this machine."""


def series(
    captures: Sequence[Capture],
    judged: Iterable[Judged],
    findings: Sequence[Finding],
    intent: Intent,
) -> Series:
    """The course of a session over its captures.

    Args:
        judged: every exchange of the session.
        findings: of the session as a whole.
        intent: what the owners of the APIs declared.
    """
    ordered = sorted(captures, key=lambda each: (each.first or 0.0, each.id))
    parts: dict[str, list[Judged]] = defaultdict(list)
    for seen in judged:
        parts[seen.exchange.capture].append(seen)
    opinions = {each.id: form_opinions(parts[each.id], intent, fixes=False) for each in ordered}
    apis = [
        ApiCounts(each.api, capture, each.calls, each.blocked)
        for capture, opinion in opinions.items()
        for each in opinion.apis
    ]
    return Series(
        captures=tuple(_counts(capture, opinion) for capture, opinion in opinions.items()),
        apis=tuple(sorted(apis, key=lambda each: each.api)),
        findings=tuple(_courses(findings, opinions, _made(parts))),
    )


def _counts(capture: str, opinion: Opinions) -> CaptureCounts:
    apis = opinion.apis
    return CaptureCounts(
        capture,
        calls=sum(each.calls for each in apis),
        preflights=sum(each.preflights for each in apis),
        blocked=sum(each.blocked for each in apis),
        indeterminate=sum(each.indeterminate for each in apis),
    )


def _made(parts: Mapping[str, Iterable[Judged]]) -> Mapping[Call, Set[str]]:
    """The captures that made each call."""
    made: dict[Call, set[str]] = defaultdict(set)
    for capture, part in parts.items():
        for seen in part:
            call = _call(page_of(seen), seen.exchange.url.origin, *endpoint_of(seen))
            made[call].add(capture)
    return made


def _call(page: str, api: str, method: str, path: str) -> Call:
    return portless(page), portless(api), method, path


def _courses(
    findings: Iterable[Finding],
    opinions: Mapping[str, Opinions],
    made: Mapping[Call, Set[str]],
) -> Iterator[FindingCourse]:
    """Where each finding's calls were made, or it was found."""
    found: dict[str, set[str]] = defaultdict(set)
    for capture, opinion in opinions.items():
        for each in opinion.findings:
            for key in (each.key, *(under.key for under in each.explains)):
                found[key].add(capture)
    order = list(opinions)
    for finding in findings:
        shown = found.get(finding.key)
        if not shown:
            continue
        tried = {
            capture
            for page in finding.pages
            for call in finding.endpoints
            for capture in made.get(_call(page, finding.api, call.method, call.path_template), ())
        }
        seen = [capture for capture in order if capture in tried or capture in shown]
        steps = list(zip([None, *seen], seen, strict=False))
        yield FindingCourse(
            finding.key,
            tuple(seen),
            tuple(capture for capture in seen if capture in shown),
            tuple(
                now
                for before, now in steps
                if now in shown and before not in shown and now != order[0]
            ),
            tuple(now for before, now in steps if now not in shown and before in shown),
        )
