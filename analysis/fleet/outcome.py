"""What became of each recording, and the table of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pandas as pd

from ..finding import Kind, Severity
from ..frozen import frozen
from ..result import AuditResult


@frozen
class Outcome:
    """What became of one recording."""

    recording: str
    result: str | None
    """Where its result is, below the folder for results; None: there is none."""
    error: str | None
    """Why there is none, or why it is of a part of the recording only."""
    leaked: bool = False
    """The result would have held a withheld value: it was not written."""
    flows: int = 0
    cors: int = 0
    preflights: int = 0
    blocked: int = 0
    indeterminate: int = 0
    first: float | None = None
    last: float | None = None
    findings: tuple[tuple[Kind, Severity, int], ...] = ()
    """How many there are of each sort, without those that were accepted."""
    ignored: int = 0
    """Findings that were accepted."""


def outcome_of(name: str, where: str, result: AuditResult) -> Outcome:
    """The outcome of a recording that was judged, and whose result is written."""
    capture, totals = result.captures[0], result.totals
    counted = Counter((f.kind, f.severity) for f in result.findings if f.ignored is None)
    return Outcome(
        recording=name,
        result=where,
        error=capture.error,
        flows=totals.flows,
        cors=totals.cors,
        preflights=totals.preflights,
        blocked=totals.blocked,
        indeterminate=totals.indeterminate,
        first=capture.first,
        last=capture.last,
        findings=tuple((kind, severity, n) for (kind, severity), n in sorted(counted.items())),
        ignored=sum(f.ignored is not None for f in result.findings),
    )


def table(outcomes: Sequence[Outcome]) -> pd.DataFrame:
    """A row for each recording, with the findings that were not accepted counted by kind."""
    rows = []
    for each in outcomes:
        kinds = Counter[str]()
        for kind, _, count in each.findings:
            kinds[f"{kind}_findings"] += count
        rows.append(
            {
                "recording": each.recording,
                "result": each.result,
                "error": each.error,
                "flows": each.flows,
                "cors": each.cors,
                "preflights": each.preflights,
                "blocked": each.blocked,
                "indeterminate": each.indeterminate,
                "first": None if each.first is None else round(each.first * 1e6),
                "last": None if each.last is None else round(each.last * 1e6),
                **{f"{kind}_findings": kinds[f"{kind}_findings"] for kind in Kind},
                "ignored_findings": each.ignored,
            }
        )
    made = pd.DataFrame(rows).astype(
        {"recording": "string", "result": "string", "error": "string", "first": "Int64",
         "last": "Int64"}
    )  # fmt: skip
    for name in ("first", "last"):
        made[name] = pd.to_datetime(made[name], unit="us", utc=True)
    return made
