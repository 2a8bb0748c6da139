"""Runs the text cases: exchanges as a transcript, then what must come out, all of it.

`= ROLE VERDICT [REASON] [key:value …]` stands for one judged exchange, in order; keys are
`firefox`, `webkit` (with `_` for spaces), `credentials`, `preflight` (number of the exchange,
`cache` or `none`), `why`, `sent`, `page`. `= finding RULE` lines, where a case has any, name all
findings.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.engine import Auditor
from analysis.result import AuditResult, ExchangeRow
from analysis.sources.transcript import exchanges

CASES = sorted((Path(__file__).parent / "cases").glob("*.txt"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    wanted = [line[1:].strip() for line in text.splitlines() if line.startswith("=")]
    assert wanted, "the case expects nothing"
    result = _audit(text)
    verdicts = [line for line in wanted if not line.startswith("finding ")]
    assert len(result.exchanges) == len(verdicts), [_shown(row) for row in result.exchanges]
    for line, row in zip(verdicts, result.exchanges, strict=True):
        _compare(line, row)
    findings = sorted(line.split()[1] for line in wanted if line.startswith("finding "))
    if findings:
        assert sorted({f.rule for f in result.findings}) == findings


def _audit(text: str) -> AuditResult:
    auditor = Auditor()
    for exchange in exchanges(text, auditor.door, "t"):
        auditor.add(exchange)
    return auditor.result()


def _shown(row: ExchangeRow) -> str:
    return f"{row.role} {row.verdict} {row.reason}"


def _compare(line: str, row: ExchangeRow) -> None:
    words = line.split()
    plain = [word for word in words if ":" not in word]
    got = [row.role, row.verdict] + ([row.reason] if row.reason else [])
    assert got == plain, f"{row.flow_id}: {row.assuming} {row.because}"
    actual = {
        "firefox": row.reasons.firefox,
        "webkit": (row.reasons.webkit or "none").replace(" ", "_"),
        "credentials": row.credentials,
        "preflight": (row.preflight or "none").removeprefix("t#"),
        "why": ",".join(row.preflight_why),
        "sent": row.sent,
        "page": row.page,
    }
    for word in words:
        if ":" in word:
            key, _, value = word.partition(":")
            assert actual[key] == value, f"{row.flow_id}: {key}"
