"""The bundled recordings: our verdicts against what the browsers reported while recording."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from analysis import audit
from analysis.result import ExchangeRow

SAMPLES = Path(__file__).resolve().parents[1] / "sample_flows"
EXPECTED: dict[str, dict[str, Any]] = json.loads((SAMPLES / "expected.json").read_text())


def test_every_recording_is_described() -> None:
    assert set(EXPECTED) == {path.name for path in SAMPLES.glob("*.flow")}


@pytest.mark.parametrize("name", EXPECTED)
def test_verdicts_are_the_browser_s(name: str) -> None:
    result = audit([str(SAMPLES / name)])
    rows = list(result.exchanges)
    for expected in EXPECTED[name]["exchanges"]:
        row = _take(rows, expected)
        if row.verdict == "indeterminate":
            assert row.assuming, "an undecided verdict names its unknown"
            continue
        assert row.verdict == expected["verdict"], row.url
        if expected["reason"] is not None:
            assert row.reason == expected["reason"], row.url


def _take(rows: list[ExchangeRow], expected: dict[str, Any]) -> ExchangeRow:
    """Find the exchange that an expectation speaks of, and use it up."""
    for row in rows:
        if (
            row.role == expected["role"]
            and row.page in (expected["page"], None)
            and expected["url_contains"] in row.url
            and expected["method"] in (row.method, _asked_method(row))
        ):
            rows.remove(row)
            return row
    raise AssertionError(f"no exchange like {expected}")


def _asked_method(row: ExchangeRow) -> str | None:
    return row.method if row.role != "preflight" else "OPTIONS"
