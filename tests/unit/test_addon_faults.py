"""An error of ours at any place: the traffic is the same, it is told once, the session goes on."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import logging
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mitmproxy import flow as mitm_flow
from mitmproxy import http, options
from mitmproxy.hooks import DoneHook, RunningHook
from mitmproxy.proxy import layers
from mitmproxy.proxy.layers.tls import TlsFailedClientHook
from mitmproxy.test import taddons

import addon
from addon import inbox, mishaps, recorder
from analysis.engine import Auditor

from . import flows

MODULES = [
    importlib.import_module(f"addon.{each.name}")
    for each in pkgutil.iter_modules(addon.__path__)
    if not each.ispkg and each.name != "cors_audit"
]
"""All that run in mitmproxy."""
ALLOWED = (("Access-Control-Allow-Origin", "https://app.example"), ("Vary", "Origin"))
ROUNDS = 12
TIMES = 3
"""How often a place fails before it works again."""
AFFECTED = "traffic is not affected"

NOT_REACHED = {
    # Commands, what only they use, and what the tools ask for when a person looks.
    "CorsAudit.report", "CorsAudit.findings", "CorsAudit.explain", "CorsAudit.show",
    "CorsAudit.clear", "CorsAudit._explain", "recorder.filter_for", "marks.filter_for",
    "explain.wrapped", "explain.exchange_row", "explain.visible", "Explanations.lines",
    "VerdictView.render_priority", "VerdictView.prettify", "VerdictView._lines",
    "explain._lines", "explain._verdict", "explain._words", "explain._asked",
    "explain._answered", "explain._headers",
    # Where a session is long, and where a person has no patience.
    "ending.announcement", "Auditor.interrupt",
    # Before the start, where a mistake stops it.
    "settings.swallowed",
    # For captures.
    "Auditor.add", "Auditor.add_capture", "Auditor.skip", "Auditor.judged",
    # An error here is mitmproxy's to catch: this is where ours are caught.
    "Mishaps.note", "mishaps._log", "mishaps.trace", "CorsAudit._try",
    "CorsAudit._listen", "CorsAudit._not_judged", "CorsAudit._start",
    "CorsAudit._catch_up", "Inbox._time_is_up",
    "CorsAudit.load", "CorsAudit.configure", "CorsAudit.running", "CorsAudit.done",
    "CorsAudit.tls_failed_client",
    "First.requestheaders", "First.responseheaders",
}  # fmt: skip
NO_REPORT = {
    "CorsAudit._finish", "CorsAudit._result",
    "report_file.write", "Auditor.result", "Auditor.walk", "Auditor.tell", "Auditor._left_out",
    "CorsAudit._end", "ending.interruptible", "Auditor._until_interrupted",
}  # fmt: skip
"""Without these there is none, and that is said."""


def places() -> Iterator[tuple[str, Any, str]]:
    """(name, owner, attribute) of every function of ours, and of those imported from our house."""
    for module in (*MODULES, None):
        short = module.__name__.rpartition(".")[2] if module else ""
        members = vars(module).items() if module else [("Auditor", Auditor)]
        for name, member in members:
            home = str(getattr(member, "__module__", ""))
            if not home.startswith(("addon", "analysis", "reports")):
                continue
            if inspect.isfunction(member):
                yield f"{short}.{name}", module, name
            elif inspect.isclass(member) and (home == getattr(module, "__name__", home)):
                for method, value in vars(member).items():
                    if inspect.isfunction(value) and not method.startswith("__"):
                        if value.__module__ != home:
                            continue  # a named tuple's own
                        yield f"{name}.{method}", member, method


PLACES = {name: (owner, attribute) for name, owner, attribute in places()}


def traffic() -> list[http.HTTPFlow]:
    """Flows of every sort that the hooks tell apart."""
    made: list[http.HTTPFlow] = []
    for number in range(ROUNDS):
        path = f"https://api.example/{'abcdefghijkl'[number]}"
        plain = flows.call(url=f"{path}/plain")
        plain.request.headers = http.Headers([(b"Host", b"api.example")])
        lost = flows.call(url=f"{path}/lost", status=None)
        lost.error = mitm_flow.Error("Connect call failed")
        stream = flows.call(("Content-Type", "text/event-stream"), url=f"{path}/stream")
        local = flows.call(url=f"{path}/local")
        local.server_conn.timestamp_start = None
        unreadable = flows.call(url=f"{path}/odd")
        unreadable.request.headers["host"] = "[::1"
        open_verdict = flows.call(
            ("Access-Control-Allow-Origin", "*"), url=f"{path}/star",
            request=(("User-Agent", f"Mozilla/5.0 Firefox/153.{number}"),),
        )  # fmt: skip
        star, same_site = ("Access-Control-Allow-Origin", "*"), "https://app.api.example"
        asks = (("Access-Control-Request-Method", "PUT"),)
        followed = flows.call(
            star, ("Access-Control-Allow-Methods", "PUT"), url=f"{path}/put", origin=same_site,
            method="OPTIONS", request=asks,
        )  # fmt: skip
        # On a connection that turns out to carry cookies, an open verdict is settled: refused.
        undecided = flows.call(star, url=f"{path}/open", origin=same_site)
        cookie = flows.call(star, url=f"{path}/cookie", origin=same_site)
        cookie.request.headers["Cookie"] = "session=1"
        cookie.client_conn = undecided.client_conn
        for each in (undecided, cookie):
            each.request.headers["Sec-Fetch-Site"] = "same-site"
        made += [
            undecided,
            cookie,
            followed,
            flows.call(star, url=f"{path}/put", origin=same_site, method="PUT"),
            flows.call(star, url=f"{path}/rewritten"),
            flows.call(*ALLOWED, url=f"{path}/fine"),
            flows.call(url="https://api.example/same"),
            plain, lost, stream, local, unreadable, open_verdict,
        ]  # fmt: skip
    # A danger that is surer with every origin that is repeated.
    for number in range(6):
        origin = f"https://site{number}.example{number}.com"
        repeated = ("Access-Control-Allow-Origin", origin)
        credentials = ("Access-Control-Allow-Credentials", "true")
        made.append(flows.call(repeated, credentials, url="https://echo.example/", origin=origin))
    for number, each in enumerate(made):
        each.live = True
        each.request.timestamp_start = 1_700_000_000.0 + number
    return made


class Rewriter:
    """Somebody else's script."""

    def response(self, flow: http.HTTPFlow) -> None:
        if flow.request.path.endswith("rewritten"):
            flow.response.headers["Access-Control-Allow-Origin"] = "https://app.example"


def looks(flow: http.HTTPFlow) -> object:
    """What goes over the wire of a flow."""
    state = flow.get_state()
    response = state["response"]
    if response is not None:
        response = {**response, "timestamp_start": None, "timestamp_end": None}
    return state["request"], response, state["error"] is None, state["intercepted"]


async def session(folder: Path, made: list[http.HTTPFlow], monkeypatch: pytest.MonkeyPatch) -> None:
    """Load the addon and let the traffic pass, as mitmproxy does."""
    addon = recorder.CorsAudit()
    with taddons.context(options=options.Options()) as tctx:
        tctx.master._legacy_log_events.uninstall()
        manager = tctx.master.addons
        manager.add(addon, Rewriter())
        tctx.options.update(
            cors_report=str(folder / "report.json"), cors_session=str(folder / "journal.jsonl"),
            cors_scope="~all",
        )  # fmt: skip
        manager.trigger(RunningHook())
        tctx.options.update(cors_stream_sse=True)
        for number, flow in enumerate(made):
            # Some are judged alone, some with those around them.
            alone = number < len(made) // 4 or number > 3 * len(made) // 4
            monkeypatch.setattr(inbox, "MOST_WAITING", 1 if alone else 20)
            if number == len(made) // 2:
                tctx.options.update(cors_session="")
            if number == 3 * len(made) // 4:
                tctx.options.update(cors_scope="")
            await manager.trigger_event(layers.http.HttpRequestHeadersHook(flow))
            if flow.response is not None:
                await manager.trigger_event(layers.http.HttpResponseHeadersHook(flow))
                await manager.trigger_event(layers.http.HttpResponseHook(flow))
            else:
                await manager.trigger_event(layers.http.HttpErrorHook(flow))
        await manager.trigger_event(TlsFailedClientHook(_handshake()))
        manager.trigger(DoneHook())
        manager.trigger(DoneHook())
        await asyncio.sleep(0)


def _handshake() -> Any:
    class Side:
        sni = "api.example"

    class Data:
        conn = Side()

    return Data()


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> list[object]:
    """The traffic where nothing of ours fails."""
    made = traffic()
    with pytest.MonkeyPatch.context() as patch:
        asyncio.run(session(tmp_path_factory.mktemp("undisturbed"), made, patch))
    return [looks(flow) for flow in made]


@pytest.mark.parametrize("place", sorted(PLACES.keys() - NOT_REACHED))
def test_an_error_anywhere(
    place: str,
    undisturbed: list[object],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    raised = 0

    def fail(*arguments: object, **named: object) -> object:
        nonlocal raised
        raised += 1
        if raised <= TIMES:
            raise RuntimeError("bad \x1b[31m news \x9b \u202e \udc9b")
        return works(*arguments, **named)

    made = traffic()
    owner, attribute = PLACES[place]
    if owner is mishaps:  # it works only where something else fails
        monkeypatch.setattr(recorder, "times", None)
    works = getattr(owner, attribute)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(owner, attribute, fail)
    with caplog.at_level(logging.INFO):
        asyncio.run(session(tmp_path, made, monkeypatch))
    assert raised > 0, "this place is not reached: the traffic above lacks something"
    assert [looks(flow) for flow in made] == undisturbed
    said = [record for record in caplog.records if record.name == "cors_audit"]
    assert not [r for r in caplog.records if r.levelno >= logging.ERROR]
    told = [r.getMessage().partition("\n")[0] for r in said if AFFECTED in r.getMessage()]
    assert told, "it was not told"
    assert len(set(told)) == len(told), "it was told twice"
    # Where options could not be taken over, the defaults hold.
    written = {each.name for each in tmp_path.iterdir()} & {"report.json", "cors-report.html"}
    assert bool(written) == (place not in NO_REPORT)
    for record in said:
        assert record.getMessage().replace("\n", "").isprintable()
        assert record.getMessage().isascii()


def test_without_errors_nothing_of_the_kind_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        asyncio.run(session(tmp_path, traffic(), monkeypatch))
    assert not [r for r in caplog.records if AFFECTED in r.getMessage()]
    assert sum("CORS audit:" in r.getMessage() for r in caplog.records) == 1


def test_the_same_error_is_counted(caplog: pytest.LogCaptureFixture) -> None:
    noted = mishaps.Mishaps()
    for number in range(3):
        noted.note("this", ValueError(str(number)))
    for number in range(2 * mishaps.KINDS):
        noted.note(f"thing {number}", ValueError())
    assert "this (ValueError), 3 times" in noted.summary()[0]
    assert len(noted.summary()) == 2
    assert len(caplog.records) == mishaps.KINDS + 1


def test_the_lists_above_name_what_exists() -> None:
    assert PLACES.keys() >= NO_REPORT | NOT_REACHED
