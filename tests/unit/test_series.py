"""Several recordings, one after the other: what is new, what is gone, which APIs got worse."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

import reports
from analysis import audit
from analysis.finding import Finding, Ignored
from analysis.result import AuditResult
from analysis.series import FindingCourse
from reports import view
from reports.course import course, latest, of_finding
from reports.story import Book
from reports.view.recordings import Recordings

from . import flows

DAY = 86_400.0
LET_IN = ("Access-Control-Allow-Origin", "https://app.example"), ("Vary", "Origin")
OTHER = "https://other.example/items"
NIGHTS = {
    "b-first": (("/a", LET_IN), ("/b", ()), ("/c", LET_IN)),
    "a-second": (("/a", ()), ("/b", LET_IN), ("/c", LET_IN)),
    "c-third": (("/a", ()), ("/d", ())),
}
"""Recordings in order of time, not of their names: paths and the headers of their answers."""


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> AuditResult:
    """The result over a folder of three recordings."""
    folder = tmp_path_factory.mktemp("nights")
    for number, (name, calls) in enumerate(NIGHTS.items()):
        start = 1_700_000_000.0 + number * DAY
        made = [
            flows.call(*answer, url=f"https://api.example{path}", started=start + place)
            for place, (path, answer) in enumerate(calls)
        ]
        made.append(flows.call(*LET_IN, url=OTHER, started=start + 10))
        flows.save(folder / f"{name}.flow", *made)
    return audit([folder])


def missing(result: AuditResult) -> Finding:
    """The finding about answers that let nobody in."""
    (found,) = (each for each in result.findings if each.rule == "missing-allow-origin")
    return found


def section(result: AuditResult) -> Recordings:
    """The page's section about the recordings."""
    told = view.page(result).recordings
    assert told is not None
    return told


def named(result: AuditResult, ids: tuple[str, ...]) -> list[str]:
    names = {each.id: each.name.removesuffix(".flow") for each in result.captures}
    return [names[each] for each in ids]


def test_counts_by_capture(nights: AuditResult) -> None:
    series = nights.series
    assert series is not None
    assert named(nights, tuple(each.capture for each in series.captures)) == list(NIGHTS)
    assert [(each.calls, each.blocked) for each in series.captures] == [(4, 1), (4, 1), (3, 2)]
    assert sum(each.blocked for each in series.captures) == nights.totals.blocked
    mine = [each for each in series.apis if each.api == "https://api.example"]
    assert [(each.calls, each.blocked) for each in mine] == [(3, 1), (3, 1), (2, 2)]
    assert [each.calls for each in series.apis if each.api == "https://other.example"] == [1, 1, 1]


def test_findings_by_endpoint_come_and_go(tmp_path: Path) -> None:
    """Gone is only what was tried again."""
    server = (("Access-Control-Allow-Origin", "https://app.example"),)
    for number, (status, answer) in enumerate([(500, ()), (200, server), (500, ()), (None, ())]):
        start = 1_700_000_000.0 + number * DAY
        made = [flows.call(*server, started=start), flows.call(*server, started=start + 1)]
        if status is not None:
            url = "https://api.example/pay"
            made.append(flows.call(*answer, url=url, status=status, started=start + 2))
        flows.save(tmp_path / f"{number}.flow", *made)
    result = audit([tmp_path])
    (hidden,) = (each for each in result.findings if each.rule == "hidden-error-status")
    assert result.series is not None
    seen = next(each for each in result.series.findings if each.key == hidden.key)
    assert seen == FindingCourse(
        hidden.key, ("c0", "c1", "c2"), ("c0", "c2"), appeared=("c2",), gone=("c1",)
    )
    over = course(Book(result))
    assert over is not None
    assert of_finding(over, hidden) == (
        "Found in 2 of 3 recordings that made these calls, new in 2.flow."
    )


def test_the_same_endpoint_of_another_page_was_not_tried(tmp_path: Path) -> None:
    other = "https://b.example"
    pay = "https://api.example/pay"
    later = 1_700_000_000.0 + DAY
    flows.save(tmp_path / "0.flow", flows.call(*LET_IN), flows.call(url=pay, status=500))
    let_in = ("Access-Control-Allow-Origin", other), ("Vary", "Origin")
    flows.save(tmp_path / "1.flow", flows.call(*let_in, url=pay, origin=other, started=later))
    result = audit([tmp_path])
    (hidden,) = (each for each in result.findings if each.rule == "hidden-error-status")
    assert result.series is not None
    seen = next(each for each in result.series.findings if each.key == hidden.key)
    assert (seen.tried, seen.gone) == (("c0",), ())


def test_an_api_got_worse(nights: AuditResult) -> None:
    told = section(nights)
    assert [row.name for row in told.rows] == [f"{name}.flow" for name in NIGHTS]
    assert [(row.calls, row.blocked) for row in told.rows] == [("4", "1"), ("4", "1"), ("3", "2")]
    assert {row.api: row.chip.text for row in told.apis}["other.example"] == "as before"


def test_a_new_finding_makes_its_api_worse(tmp_path: Path) -> None:
    for number, answer in enumerate((LET_IN, (), LET_IN)):
        start = 1_700_000_000.0 + number * DAY
        calls = [flows.call(*answer, started=start), flows.call(*LET_IN, url=OTHER, started=start)]
        flows.save(tmp_path / f"{number}.flow", *calls)
    worse = audit([str(tmp_path / "0.flow"), str(tmp_path / "1.flow")])
    (row,) = (each for each in section(worse).apis if each.api == "api.example")
    assert (row.chip.text, row.before, row.last) == (
        "worse",
        "0 of 1 call blocked in 0.flow",
        "1 of 1 call blocked in 1.flow",
    )
    (new,) = section(worse).appeared
    assert new.anchor == f"finding-{missing(worse).key}"
    better = audit([tmp_path])
    (row,) = (each for each in section(better).apis if each.api == "api.example")
    assert row.chip.text == "better"
    assert [each.kind for each in section(better).gone] == ["broken"]
    over = course(Book(better))
    assert over is not None
    assert latest(over) == "In the latest recording, 2.flow: 0 findings new, 1 gone, 0 as before."
    assert of_finding(over, missing(better)) == (
        "Found in 1 of 3 recordings that made these calls, last in 1.flow; gone in 2.flow."
    )
    for format in ("html", "md"):
        assert "1 gone" in str(reports.render(better, format))


def test_an_accepted_finding_changes_nothing(tmp_path: Path) -> None:
    flows.save(tmp_path / "0.flow", flows.call(*LET_IN))
    flows.save(tmp_path / "1.flow", flows.call(started=1_700_000_000.0 + DAY))
    result = audit([tmp_path])
    accepted = tuple(
        dataclasses.replace(each, ignored=Ignored("known", None)) for each in result.findings
    )
    told = section(dataclasses.replace(result, findings=accepted))
    assert told.appeared == ()
    assert [row.chip.text for row in told.apis] == ["as before"]


def test_one_recording_has_no_course(tmp_path: Path) -> None:
    result = audit([flows.save(tmp_path / "0.flow", flows.call())])
    assert result.series is None
    assert view.page(result).recordings is None
    assert "Recordings, one after the other" not in str(reports.render(result, "html"))


def test_a_recording_without_calls(tmp_path: Path) -> None:
    flows.save(tmp_path / "0.flow", flows.call())
    asset = flows.call(started=1_700_000_000.0 + DAY)
    del asset.request.headers["origin"], asset.request.headers["sec-fetch-mode"]
    flows.save(tmp_path / "1.flow", asset)
    told = section(audit([tmp_path]))
    assert "holds no cross-origin call" in told.intro
    assert [row.calls for row in told.rows] == ["1", "0"]


def test_survives_json(nights: AuditResult) -> None:
    again = AuditResult.from_dict(json.loads(nights.to_json()))
    assert again.series == nights.series
    assert reports.render(again, "html") == reports.render(nights, "html")
