"""The end of a long session: said, and shortened by Ctrl+C as mitmproxy's loop hears it."""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import threading
from pathlib import Path

import pytest
from mitmproxy.test import taddons

from addon import ending
from addon.recorder import CorsAudit
from analysis import engine
from analysis.result import AuditResult

from . import flows


def test_ctrl_c_is_ours_meanwhile_and_the_loops_afterwards() -> None:
    heard: list[str] = []

    async def tool() -> None:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, heard.append, "loop")
        loops_own = signal.getsignal(signal.SIGINT)
        with ending.interruptible(lambda: heard.append("interrupt")):
            signal.raise_signal(signal.SIGINT)
            assert heard == ["interrupt"]
        assert signal.getsignal(signal.SIGINT) is loops_own
        loop.remove_signal_handler(signal.SIGINT)

    asyncio.run(tool())


def test_another_thread_handles_no_signals() -> None:
    before = signal.getsignal(signal.SIGINT)
    inside: list[object] = []

    def elsewhere() -> None:
        with ending.interruptible(lambda: None):
            inside.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert inside == [before]


def test_a_long_session_says_so_and_ctrl_c_leaves_a_report_of_a_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(ending, "LONG", 3)
    monkeypatch.setattr(engine, "AT_LEAST", 4)
    target = tmp_path / "report.json"
    with taddons.context() as context:
        # What this sends to addons as events must not outlive the context's loop.
        context.master._legacy_log_events.uninstall()
        addon = CorsAudit()
        context.master.addons.add(addon)
        context.configure(addon, cors_report=str(target))
        for number in range(9):
            addon._last.response(flows.call(started=1_700_000_000.0 + number))
        finish = addon._finish

        def pressed() -> None:
            signal.raise_signal(signal.SIGINT)
            finish()

        monkeypatch.setattr(addon, "_finish", pressed)
        addon.done()
        context.master.event_loop.close()
    assert "judging 9 exchanges" in caplog.text
    result = AuditResult.from_dict(json.loads(target.read_text()))
    assert len(result.exchanges) == 4
    assert [(each.what, each.count) for each in result.skipped] == [("exchanges", 5)]
    assert result.totals.flows == 9
