"""The findings for programs: what `cors-audit diff` reads out of a page.

What findings share is written once: a session may have thousands that differ in their place
only. Evidence is in the JSON result alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from analysis.finding import Finding

from ..escape import clip

MOST_LISTED = 20
ROOM = 400_000
"""Characters of all findings together."""


def groups(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """The findings in order as far as there is room, neighbours that share all but their place
    in one group.

    Each of `each` is key, pages, endpoints (method, path shape, count), count, reason for which
    it is ignored or null, and the findings under it.
    """
    made: list[dict[str, Any]] = []
    room = ROOM
    for finding in findings:
        shared, place = _shared(finding), _place(finding)
        begins = not made or any(made[-1][name] != shared[name] for name in shared)
        room -= len(json.dumps(place)) + (len(json.dumps(shared)) if begins else 0)
        if room < 0:
            break
        if begins:
            made.append({**shared, "each": []})
        made[-1]["each"].append(place)
    return made


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
