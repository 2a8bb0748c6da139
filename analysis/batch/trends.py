"""What changed from capture to capture.

Verdicts are those of the whole session, since a preflight may lie in another capture than its
request; opinions are formed anew for each capture alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from ..engine import Opinions, form_opinions
from ..fetch.origin import portless
from ..finding import Finding
from ..findings import endpoint_of, page_of
from ..result import Capture
from ..series import ApiCounts, CaptureCounts, FindingCourse, Series
from ..session.intent import Intent
from ..session.judge import Judged

CALL = ["page", "api", "method", "path"]
COUNTS = ["calls", "preflights", "blocked", "indeterminate"]


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
    opinions = {each.id: form_opinions(parts[each.id], intent) for each in ordered}
    counts = _counts(opinions)
    totals = counts.groupby("capture")[COUNTS].sum().reindex([each.id for each in ordered])
    return Series(
        captures=tuple(
            CaptureCounts(str(capture), *(int(number) for number in numbers.values()))
            for capture, numbers in totals.fillna(0).to_dict("index").items()
        ),
        apis=tuple(
            ApiCounts(row["api"], row["capture"], int(row["calls"]), int(row["blocked"]))
            for row in counts.sort_values("api", kind="stable").to_dict("records")
        ),
        findings=tuple(_courses(findings, opinions, _made(parts))),
    )


def _counts(opinions: Mapping[str, Opinions]) -> pd.DataFrame:
    """A row for each capture and API that was called there, in order of time."""
    rows = [
        (capture, each.api, *(getattr(each, name) for name in COUNTS))
        for capture, opinion in opinions.items()
        for each in opinion.apis
    ]
    return pd.DataFrame(rows, columns=["capture", "api", *COUNTS])


def _made(parts: Mapping[str, Iterable[Judged]]) -> pd.DataFrame:
    """A row for each call that a capture made."""
    calls = {
        (capture, *_call(page_of(seen), seen.exchange.url.origin, *endpoint_of(seen)))
        for capture, part in parts.items()
        for seen in part
    }
    return pd.DataFrame(sorted(calls), columns=["capture", *CALL])


def _call(page: str, api: str, method: str, path: str) -> tuple[str, str, str, str]:
    return portless(page), portless(api), method, path


def _courses(
    findings: Sequence[Finding], opinions: Mapping[str, Opinions], made: pd.DataFrame
) -> Iterable[FindingCourse]:
    seen = _seen(findings, opinions, made)
    order = {capture: number for number, capture in enumerate(opinions)}
    seen["order"] = seen["capture"].map(order)
    seen = seen.sort_values(["key", "order"])
    before = seen.groupby("key")["found"].shift(fill_value=False).astype(bool)
    seen["appeared"] = seen["found"] & ~before & (seen["order"] > 0)
    seen["gone"] = ~seen["found"] & before
    courses = {key: rows for key, rows in seen.groupby("key") if rows["found"].any()}
    for finding in findings:
        if (rows := courses.get(finding.key)) is None:
            continue
        yield FindingCourse(
            finding.key,
            tuple(rows["capture"]),
            *(tuple(rows["capture"][rows[name]]) for name in ("found", "appeared", "gone")),
        )


def _seen(
    findings: Sequence[Finding], opinions: Mapping[str, Opinions], made: pd.DataFrame
) -> pd.DataFrame:
    """`key`, `capture`, `found`: a row where a finding's calls were made, or it was found."""
    needed = pd.DataFrame(
        [
            (each.key, *_call(page, each.api, call.method, call.path_template))
            for each in findings
            for page in each.pages
            for call in each.endpoints
        ],
        columns=["key", *CALL],
    )
    found = pd.DataFrame(
        [
            (key, capture, True)
            for capture, opinion in opinions.items()
            for each in opinion.findings
            for key in (each.key, *(under.key for under in each.explains))
        ],
        columns=["key", "capture", "found"],
    )
    tried = needed.merge(made, on=CALL)[["key", "capture"]].drop_duplicates()
    seen = tried.merge(found.drop_duplicates(), on=["key", "capture"], how="outer")
    seen["found"] = seen["found"].eq(True)
    return seen
