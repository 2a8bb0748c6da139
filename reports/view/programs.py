"""The findings for programs: what `cors-audit diff` reads out of a page.

What findings share is written once: a session may have thousands that differ in their place
only. Evidence is in the JSON result alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from analysis.finding import Finding

from ..escape import clip

MOST_LISTED = 20
ROOM = 400_000
"""Characters of all findings together."""


def groups(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """The findings in order, neighbours that share all but their place in one group.

    Each of `each` is key, pages, endpoints (method, path shape, count), count, reason for which
    it is ignored or null, and the findings under it.
    """
    made: list[dict[str, Any]] = []
    for finding in _fitting(findings):
        shared = _shared(finding)
        if not made or any(made[-1][name] != shared[name] for name in shared):
            made.append({**shared, "each": []})
        made[-1]["each"].append(_place(finding))
    return made


def left_out(findings: Sequence[Finding]) -> int:
    """How many did not fit into `groups`."""
    return len(findings) - sum(1 for _ in _fitting(findings))


def _fitting(findings: Iterable[Finding]) -> Iterator[Finding]:
    room = ROOM
    before: dict[str, Any] = {}
    for finding in findings:
        shared = _shared(finding)
        room -= len(json.dumps(_place(finding)))
        if shared != before:
            room -= len(json.dumps(shared))
        if room < 0:
            return
        before = shared
        yield finding


def _shared(finding: Finding) -> dict[str, Any]:
    return {
        "rule": clip(finding.rule, 80),
        "kind": finding.kind.value,
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "title": clip(finding.title),
        "api": clip(finding.api),
        "remedy": clip(finding.remedy),
    }


def _place(finding: Finding) -> list[Any]:
    return [
        clip(finding.key, 80),
        [clip(page) for page in finding.pages[:MOST_LISTED]],
        [
            [clip(each.method, 40), clip(each.path_template), each.count]
            for each in finding.endpoints[:MOST_LISTED]
        ],
        finding.count,
        clip(finding.ignored.reason) if finding.ignored else None,
        [
            {
                "key": clip(each.key, 80),
                "rule": clip(each.rule, 80),
                "kind": each.kind.value,
                "severity": each.severity.value,
                "title": clip(each.title),
                "count": each.count,
            }
            for each in finding.explains
        ],
    ]
