"""CSV and Parquet: nothing is lost between the JSON result and the tables."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import reports
from analysis import audit
from analysis.batch import frames
from analysis.result import AuditResult
from reports.escape import cell, json_cell, visible

from . import example_result as example

SAMPLES = Path(__file__).resolve().parents[2] / "sample_flows"
TABLES = ("exchanges", "findings", "policies")
RESULTS: dict[str, Callable[[], AuditResult]] = {
    "recordings": lambda: audit([str(SAMPLES)]),
    "shop": example.shop,
    "empty": example.empty,
    "ignoring": example.ignoring,
    "hostile": example.hostile,
}


@pytest.fixture(scope="module", params=RESULTS)
def result(request: pytest.FixtureRequest) -> AuditResult:
    return RESULTS[request.param]()


def rows_of(frame: pd.DataFrame, like: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A table as the rows of the JSON result; `like` tells lists from texts."""

    def back(name: str, value: Any, told: Any) -> Any:
        if isinstance(told, list | dict):
            return json.loads(value)
        if pd.isna(value):
            return None
        if name in frames.TIMES:
            return value.timestamp()
        return value.item() if hasattr(value, "item") else value

    return [
        {name: back(name, frame[name].iloc[number], told) for name, told in row.items()}
        for number, row in enumerate(like)
    ]


def well_formed(value: Any) -> Any:
    """Text as UTF-8 can hold it: half a surrogate pair as JSON writes it."""
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value


@pytest.mark.parametrize("table", TABLES)
def test_nothing_is_lost_in_a_file(result: AuditResult, table: str, tmp_path: Path) -> None:
    """All values come back; times to the microsecond."""
    reports.save(result, tmp_path / "nightly.parquet")
    read = pd.read_parquet(tmp_path / f"nightly.{table}.parquet")
    like = result.to_dict()[table]
    assert len(read) == len(like)
    assert list(read.columns) == list(frames.dtypes(table))
    for told, row in zip(rows_of(read, like), like, strict=True):
        for name, value in row.items():
            if name in frames.TIMES and value is not None:
                assert told[name] == pytest.approx(value, abs=1e-6, rel=0), name
            else:
                assert told[name] == well_formed(value), name


@pytest.mark.parametrize("table", TABLES)
def test_a_file_is_the_frame(result: AuditResult, table: str, tmp_path: Path) -> None:
    reports.save(result, tmp_path / "nightly.parquet")
    frame = result.to_frame(table)
    read = pd.read_parquet(tmp_path / f"nightly.{table}.parquet")
    if len(frame):  # Arrow keeps no categories where there is no row
        pd.testing.assert_frame_equal(read, frame)
    assert read.attrs == frame.attrs
    assert read.attrs["captures"] == result.to_dict()["captures"]
    assert {name: str(dtype) for name, dtype in read.dtypes.items()} == frames.dtypes(table)


def test_the_dtypes_are_documented() -> None:
    """Every column and its dtype stand in the README."""
    readme = (Path(reports.__file__).parent / "README.md").read_text(encoding="utf-8")
    for table in TABLES:
        columns: dict[str, list[str]] = {}
        for name, dtype in frames.dtypes(table).items():
            columns.setdefault(dtype, []).append(f"`{name}`")
        for dtype, names in columns.items():
            assert f"| {table} | `{dtype}` | {', '.join(names)} |" in readme.splitlines()


@pytest.mark.parametrize("table", TABLES)
def test_tables_of_several_results_concatenate(table: str) -> None:
    """Rows, dtypes and categories stay, whichever values came in which result."""
    parts = {name: make().to_frame(table) for name, make in RESULTS.items()}
    both = pd.concat(parts, names=["result"])
    assert {name: str(dtype) for name, dtype in both.dtypes.items()} == frames.dtypes(table)
    for name, part in parts.items():
        if len(part):  # an index of many results cannot name one without rows
            pd.testing.assert_frame_equal(both.loc[name], part)


def test_severities_and_confidences_have_an_order() -> None:
    found = example.shop().to_frame("findings")
    severe = found[found["severity"] >= "high"]
    assert set(severe["severity"]) == {"critical", "high"} & set(found["severity"]) != set()
    assert found["confidence"].max() == "certain"


def test_a_category_of_a_newer_version_is_kept() -> None:
    data = example.shop().to_dict()
    data["exchanges"][0]["engine"] = "ladybird"
    engines = AuditResult.from_dict(data).to_frame("exchanges")["engine"]
    assert engines[0] == "ladybird"
    assert str(engines.dtype) == "category"


def test_the_parts_are_the_tables() -> None:
    assert reports.PARTS["parquet"] == tuple(frames.ROWS) == TABLES


def test_tables_have_no_place_on_standard_output() -> None:
    with pytest.raises(reports.NoText, match=r"-o NAME\.parquet"):
        reports.render(example.shop(), "parquet")


def undone(text: str) -> str:
    """What the README says to take away to have the text as it was."""
    return re.sub(r"""(^|[;,"|])'([ ']*[=+\-@＝＋－＠])""", r"\1\2", text)


def told(value: Any) -> str:
    """A plain value of a finding as its cell shows it."""
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else visible(value) if isinstance(value, str) else str(value)


def test_nothing_is_lost_in_the_csv(result: AuditResult) -> None:
    text = reports.render(result, "csv")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    like = result.to_dict()["findings"]
    assert len(rows) == len(like)
    for row, finding in zip(rows, like, strict=True):
        assert list(row) == list(finding)
        for name, value in finding.items():
            if isinstance(value, list | dict):
                assert json.loads(row[name]) == value
            else:
                assert undone(row[name]) == told(value), name


def test_pandas_reads_the_csv(result: AuditResult) -> None:
    read = pd.read_csv(io.StringIO(reports.render(result, "csv")), keep_default_na=False)
    assert len(read) == len(result.findings)
    assert read["count"].tolist() == [finding.count for finding in result.findings]


@pytest.mark.parametrize("separator", [",", ";", "|", "\t"])
def test_no_cell_is_a_formula(separator: str) -> None:
    """Read with whatever separator, a spreadsheet finds none."""
    text = reports.render(example.hostile(), "csv")
    for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE):
        reader = csv.reader(io.StringIO(text), delimiter=separator, quoting=quoting)
        for row in reader:
            for each in row:
                assert not re.match(r'[\s"]*[=+\-@\t\r]', each), each[:80]


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(1)", " =1", "' =1", "'=1", "''=1", "a;=1", 'a",=1', "a;'=1", "＝1",
     "a-b", "a, b", "GET /a=b"],
)  # fmt: skip
def test_a_cell_can_be_undone(text: str) -> None:
    assert undone(cell(text)) == text
    assert json.loads(json_cell([text])) == [text]
    assert not re.match(r"\s*[=+\-@＝]", cell(text))


@pytest.mark.parametrize("text", ["a-b", "a, b", "GET /a=b", "https://a.example", "it's"])
def test_an_ordinary_text_is_left_alone(text: str) -> None:
    assert cell(text) == text
