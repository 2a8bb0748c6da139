"""Flows wait a moment and are judged together; never where somebody looks at their marks."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from mitmproxy import http, options
from mitmproxy.addons import save
from mitmproxy.hooks import RunningHook
from mitmproxy.proxy import layers
from mitmproxy.test import taddons

from addon import inbox
from addon.inbox import MOST_WAITING, Inbox, Waiting
from addon.mishaps import Mishaps
from addon.recorder import CorsAudit

from . import flows


def collecting() -> tuple[Inbox, list[str]]:
    judged: list[str] = []

    def judge(waiting: Waiting) -> None:
        judged.extend(flow.id for flow, _ in waiting)

    return Inbox(judge, Mishaps()), judged


def test_without_a_loop_nothing_waits() -> None:
    box, judged = collecting()
    made = flows.call()
    box.put(made)
    assert judged == [made.id]


def test_they_wait_a_moment_and_keep_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "WAIT", 0.01)
    box, judged = collecting()
    made = [flows.call() for _ in range(5)]

    async def session() -> None:
        for each in made:
            box.put(each)
        assert not judged
        while not judged:
            await asyncio.sleep(0.005)

    asyncio.run(session())
    assert judged == [each.id for each in made]


def test_not_too_many_wait() -> None:
    box, judged = collecting()

    async def session() -> None:
        for _ in range(MOST_WAITING - 1):
            box.put(flows.call())
        assert not judged
        box.put(flows.call())
        assert len(judged) == MOST_WAITING
        box.put(flows.call())
        assert len(judged) == MOST_WAITING
        box.empty()
        assert len(judged) == MOST_WAITING + 1

    asyncio.run(session())


def test_large_bodies_do_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "MOST_BYTES", 1_000)
    box, judged = collecting()

    async def session() -> None:
        for size in (400, 400, 400, 100):
            made = flows.call()
            made.response = http.Response.make(200, b"x" * size)
            box.put(made)
        assert len(judged) == 3
        box.empty()

    asyncio.run(session())
    assert len(judged) == 4


def test_an_error_of_ours_goes_no_further(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(inbox, "WAIT", 0.0)

    def fail(waiting: Waiting) -> None:
        raise RuntimeError("ours")

    box = Inbox(fail, Mishaps())

    async def session() -> None:
        box.put(flows.call())
        while not caplog.records:
            await asyncio.sleep(0.001)

    asyncio.run(session())
    assert [each.name for each in caplog.records] == ["cors_audit"]


@pytest.mark.parametrize("saved", [False, True])
def test_marks_are_set_in_time_where_flows_are_saved(saved: bool, tmp_path: Path) -> None:
    """What saves flows comes right behind us, and must find the marks."""
    made = flows.call()
    if saved:
        changed: dict[str, Any] = {"save_stream_file": str(tmp_path / "session.flow")}
    else:
        changed = {}

    async def session() -> None:
        addon = CorsAudit()
        with taddons.context(options=options.Options()) as tctx:
            tctx.master._legacy_log_events.uninstall()
            tctx.master.addons.add(addon, save.Save())
            tctx.options.update(cors_report="", **changed)
            tctx.master.addons.trigger(RunningHook())
            await tctx.master.addons.trigger_event(layers.http.HttpResponseHook(made))
            assert bool(made.marked) is saved
            assert addon.findings() != ["No findings so far."]
            assert made.marked
            tctx.options.update(save_stream_file=None)
            addon.done()

    asyncio.run(session())
