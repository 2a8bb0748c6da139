"""One real browsing, recorded twice: by mitmdump, and as HAR by each exporter that is here.

This is where the rows of `analysis.sources.exporters` are measured.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

from playwright.sync_api import sync_playwright

from analysis import audit
from analysis.result import AuditResult
from analysis.sources.exporters import EXPORTERS
from tests.browser import chromium, firefox

from . import exporters
from .running import WITH_ADDON, Mitmdump, origin_server

CALLS = """async (api) => {
  for (const path of ["/open/a", "/open/b", "/closed"]) {
    await fetch(api + path).catch(() => 0);
  }
  await fetch(api + "/open/asked", {headers: {"X-Asked": "1"}}).catch(() => 0);
}"""


def test_playwrights_own_recording(tmp_path: Path, no_browser: Callable[[str], NoReturn]) -> None:
    path = chromium.find()
    if path is None:
        no_browser("no Chromium on this machine")
    flow, har = tmp_path / "x.flow", tmp_path / "x.har"
    with (
        origin_server() as pages,
        origin_server() as api,
        Mitmdump(tmp_path / "proxy", "-w", str(flow), *WITH_ADDON) as proxy,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--proxy-bypass-list=<-loopback>"],
            proxy={"server": f"http://127.0.0.1:{proxy.port}"},
        )
        context = browser.new_context(record_har_path=har)
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{pages}/open")
        page.evaluate(CALLS, f"http://127.0.0.1:{api}")
        context.close()
        browser.close()
    whole, part = audit([flow]), audit([har])
    assert part.captures[0].made_by == "Playwright"
    verdicts = {row.url: row.verdict for row in whole.exchanges if row.role == "cors"}
    assert verdicts[f"http://127.0.0.1:{api}/closed"] == "blocked"
    shown = {row.url: row.verdict for row in part.exchanges}
    assert shown.keys() == {f"http://127.0.0.1:{api}/open/{name}" for name in "ab"}
    for url, verdict in shown.items():
        assert verdict in (verdicts[url], "indeterminate"), url
    refused = {each.what: each.count for each in part.skipped}
    assert refused == {"call without an answer": 2}
    assert any("leaves preflights out" in spot.message for spot in part.blind_spots)


Shown = dict[tuple[str, str], tuple[str, str, str | None, bool]]


def shown(result: AuditResult) -> Shown:
    """Of each call and preflight: verdict, credentials, reason, was its preflight found."""
    return {
        (row.method, urlsplit(row.url).path): (
            row.verdict, row.credentials, row.reason, row.preflight is not None
        )
        for row in result.exchanges
    }  # fmt: skip


def entries(har: str, method: str, path: str) -> Iterator[dict[str, Any]]:
    """The entries of that request."""
    for each in json.loads(har)["log"]["entries"]:
        request = each["request"]
        if request["method"] == method and request["url"].endswith(path):
            yield each


def names(message: dict[str, Any]) -> set[str]:
    return {each["name"].lower() for each in message["headers"]}


def recorded(folder: Path, export: Callable[[Path, int, str, str], Any]) -> tuple[AuditResult, Any]:
    """The calls as mitmdump recorded them, and what was exported."""
    flow = folder / "x.flow"
    with (
        exporters.server() as pages,
        exporters.server() as api,
        Mitmdump(folder / "proxy", "-w", str(flow), *WITH_ADDON) as proxy,
    ):
        page, called = f"http://127.0.0.1:{pages}/page", f"http://localhost:{api}"
        exported = export(folder, proxy.port, page, called)
    return audit([flow]), exported


def told(folder: Path, har: str) -> AuditResult:
    path = folder / "x.har"
    path.write_text(har)
    return audit([path])


def test_chromes_own_export(tmp_path: Path, no_browser: Callable[[str], NoReturn]) -> None:
    """With its connections a HAR file decides what a recording decides, sanitised or not."""
    if chromium.find() is None:
        no_browser("no Chromium on this machine")
    whole, (sanitised, complete) = recorded(tmp_path, exporters.by_chromium)
    wanted = shown(whole)
    assert len(wanted) == 12
    for har in (sanitised, complete):
        part = told(tmp_path, har)
        assert part.captures[0].made_by == "WebInspector"
        assert shown(part) == wanted
        assert {each.what: each.count for each in part.skipped} == {"call without an answer": 1}
        (refused,) = entries(har, "GET", "/closed/error")
        assert refused["response"]["status"] == 500
        assert refused["response"]["_error"] == "net::ERR_FAILED"
        assert "_connectionId" not in refused
        (plain,) = entries(har, "GET", "/open/plain")
        (cookie,) = entries(har, "GET", "/open/with-cookie")
        assert plain["_connectionId"] != cookie["_connectionId"]
        assert plain["connection"] == cookie["connection"]  # the proxy's port
        (socket,) = entries(har, "GET", "/socket")
        assert socket["_webSocketMessages"]
        assert part.totals.cors == whole.totals.cors
    by = EXPORTERS["WebInspector"]
    assert (by.preflights, by.refused) == (True, True)
    (asked,) = entries(sanitised, "GET", "/open/authorized")
    assert ("authorization" in names(asked["request"])) is by.credentials
    (asked,) = entries(complete, "GET", "/open/authorized")
    assert "authorization" in names(asked["request"])
    (login,) = entries(sanitised, "GET", "/open/login")
    assert ("set-cookie" in names(login["response"])) is by.credentials


def test_firefoxs_own_export(tmp_path: Path, no_browser: Callable[[str], NoReturn]) -> None:
    """It leaves nothing out but connections, without which some verdicts stay open."""
    if firefox.find() is None:
        no_browser("no Firefox on this machine")
    whole, har = recorded(tmp_path, exporters.by_firefox)
    wanted, got = shown(whole), shown(part := told(tmp_path, har))
    assert part.captures[0].made_by == "Firefox"
    assert got.keys() == wanted.keys()
    assert len(wanted) == 12
    for key, (verdict, _, reason, paired) in got.items():
        assert (verdict, reason, paired) in (
            (wanted[key][0], *wanted[key][2:]), ("indeterminate", None, wanted[key][3])
        ), key  # fmt: skip
    assert [key for key, row in got.items() if row[0] == "indeterminate"] == [
        ("GET", "/star/plain")
    ]
    by = EXPORTERS["Firefox"]
    assert (by.preflights, by.refused, by.connection) == (True, True, None)
    (refused,) = entries(har, "GET", "/closed/error")
    assert refused["response"]["status"] == 500
    (asked,) = entries(har, "GET", "/open/authorized")
    assert ("authorization" in names(asked["request"])) is by.credentials
    (login,) = entries(har, "GET", "/open/login")
    assert ("set-cookie" in names(login["response"])) is by.credentials
