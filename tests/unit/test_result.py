"""The treaty: the JSON result, its schema, and the way back."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis import audit, plain, schema
from analysis.finding import Kind
from analysis.result import AuditResult, Skipped

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = sorted((ROOT / "sample_flows").glob("*.flow"))


@pytest.fixture(scope="module")
def result() -> AuditResult:
    """All samples as one session."""
    return audit([str(path) for path in SAMPLES])


def test_the_shipped_schema_is_fresh() -> None:
    """If this fails: python -m analysis.schema > analysis/result.schema.json"""
    shipped = (ROOT / "analysis" / "result.schema.json").read_text(encoding="utf-8")
    assert shipped == schema.text()


def test_the_result_fits_its_schema(result: AuditResult) -> None:
    jsonschema.validate(json.loads(result.to_json()), schema.schema())


def test_the_text_is_what_the_library_would_write(result: AuditResult) -> None:
    assert result.to_json() == json.dumps(result.to_dict(), indent=1) + "\n"


@dataclass(frozen=True, slots=True)
class Nothing:
    """No field to show."""

    aside: int = field(default=1, metadata={"private": True})


@dataclass(frozen=True, slots=True)
class Holder:
    """A single field."""

    held: object


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.recursive(
        st.one_of(
            st.none(), st.booleans(), st.integers(), st.floats(), st.text(),
            st.binary(), st.sampled_from([*Kind, HTTPStatus.OK]), st.builds(Nothing),
            st.builds(Skipped, *[st.text()] * 3, st.integers()),
        ),
        lambda inner: st.one_of(
            st.lists(inner), st.lists(inner).map(tuple), st.dictionaries(st.text(), inner),
            st.builds(Holder, inner),
        ),
    )
)  # fmt: skip
def test_any_text_is_what_the_library_would_write(value: object) -> None:
    assert plain.text(value) == json.dumps(value, indent=1, default=plain.plain)


def test_the_way_there_and_back(result: AuditResult) -> None:
    assert AuditResult.from_dict(json.loads(result.to_json())) == result


def test_fields_of_newer_versions_are_left_out(result: AuditResult) -> None:
    assert AuditResult.from_dict({**result.to_dict(), "tomorrow": 1}) == result


@pytest.mark.parametrize("data", [{}, {"format": "cors-audit/result", "format_version": 99}])
def test_what_is_no_result_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"cors-audit|format_version"):
        AuditResult.from_dict(data)


def test_a_damaged_result_is_refused(result: AuditResult) -> None:
    with pytest.raises(ValueError, match="damaged"):
        AuditResult.from_dict({**result.to_dict(), "totals": None})


@pytest.mark.parametrize("table", ["exchanges", "findings", "policies"])
def test_tables_lose_no_row(result: AuditResult, table: str) -> None:
    frame = result.to_frame(table)
    assert len(frame) == len(getattr(result, table))
    if table == "exchanges":
        assert str(frame["started"].dtype).startswith("datetime64")
        assert str(frame["verdict"].dtype) == "category"


def test_an_unknown_table_is_named(result: AuditResult) -> None:
    with pytest.raises(ValueError, match="exchanges, findings, policies"):
        result.to_frame("cookies")
