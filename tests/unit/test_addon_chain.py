"""The place in front of all other addons is taken only while something may rewrite messages."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mitmproxy import http, options
from mitmproxy.addons import mapremote, modifyheaders, script, view
from mitmproxy.hooks import DoneHook, RunningHook
from mitmproxy.test import taddons

from addon.chain import First, Last
from addon.recorder import CorsAudit


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
    assert places() == ["Last"]
    assert places(lambda _: None, Bystander()) == ["Last"]


def test_others_may() -> None:
    assert places(lambda _: None, Listener()) == ["First", "Listener", "Last"]
    assert places(lambda _: None, view.View()) == ["First", "Last"]


@pytest.mark.parametrize(
    ("name", "value", "none"),
    [
        ("modify_headers", ["|~s|Access-Control-Allow-Origin|*"], []),
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
    assert places(on_and_off) == ["Last"]


def test_a_script_counts_before_it_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "rewriter.py"
    path.write_text("def response(flow): pass\n")
    assert places(lambda changed: changed.update(scripts=[str(path)])) == ["First", "Last"]
