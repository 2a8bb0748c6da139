"""Flows wait a moment and are judged together; never where somebody looks at their marks."""

from __future__ import annotations

import asyncio
import gc
import weakref
from pathlib import Path
from typing import Any

import pytest
from mitmproxy import http, options
from mitmproxy.addons import save
from mitmproxy.hooks import RunningHook
from mitmproxy.proxy import layers
from mitmproxy.test import taddons

from addon import inbox
from addon.inbox import MOST_WAITING, Inbox, Noted, Passing, Waiting
from addon.mishaps import Mishaps
from addon.recorder import CorsAudit
from tests.benchmarks.memory import Traffic

from . import flows


def collecting() -> tuple[Inbox, list[str]]:
    judged: list[str] = []

    def judge(waiting: Waiting) -> None:
        judged.extend(flow_id for flow_id, *_ in waiting.passing)

    return Inbox(judge, Mishaps()), judged


def passing(flow_id: str) -> Passing:
    return flow_id, None, None


def test_without_a_loop_nothing_waits() -> None:
    box, judged = collecting()
    box.pass_by(passing("a"))
    assert judged == ["a"]


def test_they_wait_a_moment_and_keep_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "WAIT", 0.01)
    box, judged = collecting()

    async def session() -> None:
        for name in "abcde":
            box.pass_by(passing(name))
        assert not judged
        while not judged:
            await asyncio.sleep(0.005)

    asyncio.run(session())
    assert judged == list("abcde")


def test_not_too_many_wait() -> None:
    box, judged = collecting()

    async def session() -> None:
        for _ in range(MOST_WAITING - 1):
            box.pass_by(passing("a"))
        assert not judged
        box.pass_by(passing("a"))
        assert len(judged) == MOST_WAITING
        box.pass_by(passing("a"))
        assert len(judged) == MOST_WAITING
        box.empty()
        assert len(judged) == MOST_WAITING + 1

    asyncio.run(session())


def test_an_error_of_ours_goes_no_further(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(inbox, "WAIT", 0.0)

    def fail(waiting: Waiting) -> None:
        raise RuntimeError("ours")

    box = Inbox(fail, Mishaps())

    async def session() -> None:
        box.pass_by(passing("a"))
        while not caplog.records:
            await asyncio.sleep(0.001)

    asyncio.run(session())
    assert [each.name for each in caplog.records] == ["cors_audit"]


def test_no_flow_is_held_while_it_waits() -> None:
    """A flow is many objects, and may have a large body."""
    addon = CorsAudit()
    heard: list[Noted] = []

    async def session() -> None:
        with taddons.context(options=options.Options()) as tctx:
            tctx.master._legacy_log_events.uninstall()
            tctx.master.addons.add(addon)
            tctx.configure(addon, cors_report="")
            made = flows.call()
            alive = weakref.ref(made)
            addon._last.response(made)
            heard.extend(addon._inbox._waiting.noted)
            del made
            for _ in range(4):  # it lets go of tuples from the inside, one layer each time
                gc.collect()
            assert alive() is None
            assert not gc.is_tracked(heard[0])
            addon._inbox.empty()
            (row,) = addon._result().exchanges
            assert row.verdict == "blocked"

    asyncio.run(session())
    assert len(heard) == 1


def test_a_flow_that_ends_twice_is_counted_once() -> None:
    """As a replayed one does that has failed."""

    async def session() -> None:
        addon, made = CorsAudit(), flows.call()
        with taddons.context(options=options.Options()) as tctx:
            tctx.master._legacy_log_events.uninstall()
            tctx.master.addons.add(addon)
            tctx.configure(addon, cors_report="")
            for _ in range(2):  # while it waits, and when it was judged
                addon._listen(made)
                addon._listen(made)
                addon._inbox.pass_by((made.id, None, None))
                addon._inbox.empty()
            result = addon._result()
            addon.done()
        assert len(result.exchanges) == 1
        assert result.totals.flows == 1

    asyncio.run(session())


def test_what_waits_is_nothing_to_the_garbage_collector() -> None:
    """It looks through the whole memory once a quarter of it is new and has outlived two rounds:
    that takes mitmproxy longer than all that we do."""
    stayed, before, heard = 0, 0, 0

    def count(phase: str, info: dict[str, int]) -> None:
        nonlocal stayed, before
        if info["generation"] == 1 and phase == "start":
            before = len(gc.get_objects(2))
        elif info["generation"] == 1:
            stayed += len(gc.get_objects(2)) - before

    async def session() -> None:
        nonlocal heard
        addon = CorsAudit()
        with taddons.context(options=options.Options()) as tctx:
            tctx.master._legacy_log_events.uninstall()
            tctx.master.addons.add(addon)
            tctx.configure(addon, cors_report="")
            gc.collect()
            gc.freeze()
            gc.callbacks.append(count)
            for flow in Traffic().flows(3_000):
                flow.request.headers = http.Headers([(b"Host", b"app.example")])
                assert flow.response is not None
                flow.response.headers = http.Headers()
                addon._last.response(flow)
                heard += 1
            gc.callbacks.remove(count)
            gc.unfreeze()
            addon.done()

    asyncio.run(session())
    assert heard >= 3_000
    assert stayed / heard < 3


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
