"""One real browsing, recorded twice: by mitmdump, and as HAR by Playwright."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from playwright.sync_api import sync_playwright

from analysis import audit
from tests.browser import chromium

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
