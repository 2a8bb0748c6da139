"""A program of a user, for the type checker: never run, only judged by `test_typed.py`.

What must be accepted stands alone; what must be refused carries the reason.
"""

from pathlib import Path

import pandas as pd

from analysis import audit
from analysis.finding import Finding, Kind, Severity
from analysis.result import AuditResult, ExchangeRow, Policy


def severe(result: AuditResult) -> list[Finding]:
    return [each for each in result.findings if each.severity in (Severity.CRITICAL, Severity.HIGH)]


def main(folder: Path) -> None:
    result = audit([folder, "session.flow"], redact=True)
    broken: list[Finding] = [each for each in result.findings if each.kind is Kind.BROKEN]
    rows: tuple[ExchangeRow, ...] = result.exchanges
    policies: tuple[Policy, ...] = result.policies
    frame: pd.DataFrame = result.to_frame("exchanges")
    text: str = broken[0].title + rows[0].url + policies[0].api
    result.save("report.html")
    again: AuditResult = AuditResult.from_dict(result.to_dict())
    print(severe(again), len(frame), text)

    audit(["session.flow"], redaction=True)  # type: ignore[call-arg]
    result.findings.append(broken[0])  # type: ignore[attr-defined]
    result.save(1)  # type: ignore[arg-type]
    result.totals.blocked = 0  # type: ignore[misc]
    wrong: int = result.to_json()  # type: ignore[assignment]
    number: int = result.to_frame("findings")  # type: ignore[assignment]
    print(wrong, number)
