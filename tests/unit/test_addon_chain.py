"""Our places before and behind all others are taken only while something may rewrite messages."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mitmproxy import http, options
from mitmproxy.addons import mapremote, modifyheaders, save, script, view
from mitmproxy.flow import Error
from mitmproxy.hooks import DoneHook, RunningHook
from mitmproxy.proxy.layers.http import HttpErrorHook, HttpResponseHook
from mitmproxy.test import taddons

from addon.chain import First, Last
from addon.recorder import CorsAudit
from tests.tools.running import ADDON, ROOT

from . import flows

SAMPLE = ROOT / "sample_flows" / "05-hidden-500.flow"

OPEN = "|~s|Access-Control-Allow-Origin|*"


class Listener:
    """Somebody else's addon, which hears of messages."""

    def response(self, flow: http.HTTPFlow) -> None:
        raise AssertionError(flow)


class Bystander:
    """Another one, which does not."""

    def done(self) -> None:
        pass


def places(during: Callable[[Any], None] = lambda _: None, *others: object) -> list[str]:
    """Our places in the chain, in order, in a session with these other addons."""

    async def session() -> list[str]:
        with taddons.context(options=options.Options()) as tctx:
            tctx.master._legacy_log_events.uninstall()
            manager = tctx.master.addons
            manager.add(
                modifyheaders.ModifyHeaders(), mapremote.MapRemote(), script.ScriptLoader(),
                CorsAudit(), *others,
            )  # fmt: skip
            tctx.options.update(cors_report="")
            manager.trigger(RunningHook())
            during(tctx.options)
            found = [type(each).__name__ for each in manager.chain]
            manager.trigger(DoneHook())
            assert not {First, Last} & {type(each) for each in manager.chain}
            assert not {First.name, Last.name} & manager.lookup.keys()
            return [name for name in found if name in ("First", "Last", "Listener")]

    return asyncio.run(session())


def test_nobody_rewrites() -> None:
    assert places() == []
    assert places(lambda _: None, Bystander()) == []


def test_others_may() -> None:
    assert places(lambda _: None, Listener()) == ["First", "Listener", "Last"]
    assert places(lambda _: None, view.View()) == ["First", "Last"]


@pytest.mark.parametrize(
    ("name", "value", "none"),
    [
        ("modify_headers", [OPEN], []),
        ("map_remote", ["|/open|/closed"], []),
        ("cors_stream_sse", True, False),
    ],
)
def test_options_may_be_set_at_any_time(name: str, value: object, none: object) -> None:
    def on(changed: Any) -> None:
        changed.update(**{name: value})

    def on_and_off(changed: Any) -> None:
        on(changed)
        changed.update(**{name: none})

    assert places(on) == ["First", "Last"]
    assert places(on_and_off) == []


def test_every_flow_is_heard_once_from_either_place() -> None:
    async def session() -> None:
        with taddons.context(options=options.Options()) as tctx:
            tctx.master._legacy_log_events.uninstall()
            manager, audit = tctx.master.addons, CorsAudit()
            manager.add(audit, modifyheaders.ModifyHeaders(), save.Save())
            tctx.options.update(cors_report="")
            manager.trigger(RunningHook())
            for number, rules in enumerate([[], [OPEN], [], [OPEN], [OPEN]]):
                tctx.options.update(modify_headers=rules)
                assert (audit.response is None) is bool(rules)
                began = 1_700_000_000.0 + number
                lost = flows.call(status=None, started=began + 0.5)
                lost.error = Error("connection closed", began + 0.6)
                await manager.trigger_event(HttpResponseHook(flows.call(started=began)))
                await manager.trigger_event(HttpErrorHook(lost))
                assert audit._result().totals.flows == 2 * (number + 1)
            manager.trigger(DoneHook())

    asyncio.run(session())


def test_a_script_counts_before_it_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "rewriter.py"
    path.write_text("def response(flow): pass\n")
    assert places(lambda changed: changed.update(scripts=[str(path)])) == ["First", "Last"]


WATCHED = """
import sys
from mitmproxy import ctx
from mitmproxy.tools import dump, main

class Watch:
    __module__ = "mitmproxy.watch"  # as one of mitmproxy's own

    def running(self):
        print(*[getattr(each, "name", "") for each in ctx.master.addons.chain], flush=True)

class Master(dump.DumpMaster):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.addons.add(Watch())

dump.DumpMaster = Master
main.mitmdump(sys.argv[1:])
"""


@pytest.mark.parametrize("beside", [False, True])
def test_mitmdump_with_our_script_alone_is_asked_no_more_than_needed(
    beside: bool, tmp_path: Path
) -> None:
    """The script's module stands in the chain, too."""
    watched, other = tmp_path / "watched.py", tmp_path / "other.py"
    watched.write_text(WATCHED)
    other.write_text("def response(flow): pass\n")
    words = [sys.executable, str(watched), "-q", "-n", "-r", str(SAMPLE)]
    words += ["-s", str(ADDON), *(["-s", str(other)] if beside else [])]
    words += ["--set", "cors_report=", "--set", f"confdir={tmp_path}"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert (First.name in done.stdout, Last.name in done.stdout) == (beside, beside)
