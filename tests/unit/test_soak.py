"""Ten browsers at once for some flows; `python -m tests.benchmarks.soak` does it for minutes."""

from __future__ import annotations

import logging
import sys
from functools import lru_cache
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from mitmproxy.test import tflow

from addon.recorder import CorsAudit
from tests.benchmarks import soak
from tests.benchmarks.held import held
from tests.benchmarks.moment import Moment

FLOWS = 500
MORE_THAN_KEPT = 8_000
"""Bytes; our tables have about 4 000 of one of the first flows, and a whole flow would be 7 000
more."""


@pytest.mark.skipif(sys.platform != "linux", reason="it looks into /proc")
def test_ten_browsers_at_once(tmp_path: Path) -> None:
    done = soak.run(tmp_path, 120, flows=FLOWS)
    course = done.course
    assert course.asked == done.live.totals.flows >= FLOWS
    assert done.differences() == []
    first, last = course.moments[0], course.moments[-1]
    assert max(each.tasks for each in course.moments) > first.tasks
    assert last.tasks <= first.tasks, "tasks that nobody ended"
    assert last.files <= first.files + 1, "files that nobody closed"
    assert last.held is not None
    assert first.held is not None
    tables, caches = last.ours - first.ours, last.held["caches"] - first.held["caches"]
    assert 0 < (tables - caches) / last.flows < MORE_THAN_KEPT, "flows that we hold"
    assert first.ours < last.ours < last.used < last.resident
    assert "cors_audit:" not in course.log


def test_what_the_addon_holds_is_found_by_name() -> None:
    addon = CorsAudit()
    before = held(addon)
    flow = tflow.tflow(resp=True)
    flow.request.content = b"x" * 1_000_000
    addon._explanations._known[flow.id] = flow  # type: ignore[assignment]
    after = held(addon)
    grown = after["_explanations._known"] - before["_explanations._known"]
    assert 1_000_000 < grown < 1_050_000
    assert abs(after.total() - before.total() - grown) < 1_000


def test_caches_and_values_of_our_modules_are_held(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("analysis.soaked")
    module.__dict__["said"] = lru_cache(str.upper)
    module.__dict__["log"] = []
    monkeypatch.setitem(sys.modules, "analysis.soaked", module)
    before = held()
    module.said("x" * 10_000)
    module.log.append(bytes(20_000))
    after = held()
    assert 20_000 < after["caches"] - before["caches"] < 30_000
    assert 20_000 < after["modules"] - before["modules"] < 30_000


def test_what_is_not_ours_is_not_counted() -> None:
    addon = CorsAudit()
    before = held(addon)
    log = logging.Logger("elsewhere")
    log.attic = bytes(1_000_000)  # type: ignore[attr-defined]
    addon._teller.log = log  # type: ignore[attr-defined]
    assert held(addon).total() - before.total() < 10_000


def moment(flows: int, used: int, ours: int, tasks: int = 9, files: int = 9) -> Moment:
    return Moment(flows / 100, 0, flows, tasks, files, used + 5, 5, {"_kept": ours})


def course(*moments: Moment) -> soak.Course:
    return soak.Course([moment(0, 0, 0, 1), *moments], 0, 0, "")


def test_growth_is_by_flows_and_of_the_second_half_while_there_is_traffic() -> None:
    between = Moment(3.5, 0, 350, 9, 9, 3_455, 5, None)
    kept = moment(300, 3_000, 2_000), between, moment(400, 3_900, 2_500), moment(401, 0, 0, 1)
    assert course(moment(100, 900, 900), *kept).grown == pytest.approx((5.0, 4.0))
    assert course(moment(100, 900, 900), *kept).tables() == [("_kept", 500, 2_500)]


def test_of_a_short_run_all_growth_counts() -> None:
    assert course(moment(100, 3_000, 1_000, 1)).grown == pytest.approx((10.0, 20.0))


def test_what_grows_is_named() -> None:
    steep = course(moment(100, 0, 0), moment(200, 90_000, 30_000))
    assert list(soak._grown(steep, 0)) == [
        "not flat: what our code holds grows by 300 bytes a flow",
        "not flat: the rest grows by 600 bytes a flow more than without us",
    ]
    assert list(soak._grown(steep, 400)) == [
        "not flat: what our code holds grows by 300 bytes a flow"
    ]
    assert list(soak._grown(course(moment(100, 0, 0), moment(200, 20_000, 10_000)), 0)) == []


def test_what_was_left_behind_is_named() -> None:
    done = SimpleNamespace(
        differences=lambda: ["findings"],
        course=soak.Course([moment(0, 0, 0, 5, 9), moment(9, 0, 0, 7, 12)], 9, 0, ""),
        live=SimpleNamespace(totals=SimpleNamespace(flows=8)),
    )
    assert list(soak._left_behind(done)) == [  # type: ignore[arg-type]
        "live report and recording differ in: findings",
        "9 requests, 8 flows in the report",
        "tasks that nobody ended: 2",
        "files that nobody closed: 3",
    ]
