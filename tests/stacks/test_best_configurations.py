"""Frameworks in their documented best configuration: nothing is broken, nothing is dangerous.

Real servers, a real Chromium, a real mitmdump. Skipped without a browser, unless
`CORS_AUDIT_REQUIRE_BROWSERS=1` is set.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NoReturn

import pytest
from playwright.sync_api import sync_playwright

from addon.launch.processes import free_port, stop, wait_for_port
from analysis import audit
from analysis.finding import Kind, Severity

from ..browser import chromium
from ..browser.proxy import Proxy

SERVERS = sorted(Path(__file__).with_name("servers").glob("*.py"))
CALLS = """async (api) => {
  const call = (path, options) => fetch(api + path, {credentials: "include", ...options})
    .then((answer) => answer.status, (error) => error.name);
  const json = {method: "PUT", body: "{}", headers: {"Content-Type": "application/json"}};
  const told = [];
  for (const [path, options] of [
    ["/items"], ["/items/1", json], ["/items/2", json], ["/missing"], ["/boom"], ["/items"],
  ]) told.push(await call(path, options));
  return told;
}"""


class Quiet(SimpleHTTPRequestHandler):
    """The front end's server."""

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def front(folder: Path) -> Iterator[str]:
    """A page of another origin than the API; yields its origin."""
    (folder / "index.html").write_text("<!doctype html><title>front</title>")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://localhost:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def running(script: Path, port: int, origin: str) -> Iterator[None]:
    """The API."""
    process = subprocess.Popen(
        [sys.executable, str(script), str(port), origin],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for_port(port, process, 30)
        yield
    finally:
        stop(process)


@pytest.mark.parametrize("script", SERVERS, ids=lambda path: path.stem)
def test_the_best_configuration_is_clean(
    script: Path, tmp_path: Path, no_browser: Callable[[str], NoReturn]
) -> None:
    binary = chromium.find()
    if binary is None:
        no_browser("no chromium on this machine: install Chromium or Chrome")
    recording, port = tmp_path / "session.flow", free_port()
    with (
        front(tmp_path) as origin,
        running(script, port, origin),
        Proxy(recording, tmp_path, {"http": port, "https": port}) as proxy,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=binary,
            args=["--no-sandbox", "--proxy-bypass-list=<-loopback>"],
            proxy={"server": f"http://127.0.0.1:{proxy.port}"},
        )
        page = browser.new_page()
        page.goto(f"{origin}/index.html")
        told = page.evaluate(CALLS, f"http://localhost:{port}")
        browser.close()
    assert told == [200, 200, 200, 404, 500, 200]
    result = audit([str(recording)])
    assert result.totals.cors == 6
    assert result.totals.preflights >= 2
    loud = [f for f in result.findings if f.kind in (Kind.BROKEN, Kind.DANGEROUS)]
    medium = [f for f in result.findings if f.severity.rank <= Severity.MEDIUM.rank]
    assert [(f.rule, f.message) for f in loud + medium] == []
