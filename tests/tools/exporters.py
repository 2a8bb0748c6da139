"""The exporters of HAR files that are in real browsers, and calls for them to write down.

Chrome's is the one behind "Save all as HAR" in the network panel of its developer tools, Firefox's
is its network monitor's.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha1
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from addon.launch import firefox as launch

from ..browser import chromium
from ..browser.cdp import DevTools
from ..browser.firefox import Program
from .running import wait_until

TOKEN = "Bearer q7Hs9Zt2Lm4Xw8Rb"
CALLS = """async (api) => {
  const call = (path, how) => fetch(api + path, how).then((got) => got.text()).catch(() => 0);
  await call("/open/login", {credentials: "include"});
  await call("/open/plain");
  await call("/open/with-cookie", {credentials: "include"});
  await call("/star/plain");
  await call("/star/with-cookie", {credentials: "include"});
  await call("/closed");
  await call("/closed/error");
  await call("/open/asked", {headers: {"X-Asked": "1"}});
  await call("/open/authorized", {headers: {"Authorization": "TOKEN"}});
  const socket = new WebSocket(api.replace("http", "ws") + "/socket");
  await new Promise((over) => { socket.onclose = socket.onerror = over; });
  await call("/closed/put", {method: "PUT"});
}""".replace("TOKEN", TOKEN)
PAGE = "<!doctype html><title>calls</title>"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _answer(self) -> None:
        if self.path == "/socket":
            self._open_and_close()
            return
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        page = self.path == "/page"
        body = (PAGE if page else '{"from": "the server"}').encode()
        self.send_response(500 if self.path.endswith("error") else 200)
        self.send_header("Content-Type", "text/html" if page else "application/json")
        self.send_header("Content-Length", str(len(body)))
        if self.path.startswith("/star"):
            self.send_header("Access-Control-Allow-Origin", "*")
        elif self.path.startswith("/open"):
            self.send_header("Access-Control-Allow-Origin", self.headers["Origin"] or "*")
            self.send_header("Access-Control-Allow-Credentials", "true")
            self.send_header("Access-Control-Allow-Headers", "authorization, x-asked")
            self.send_header("Vary", "Origin")
        if self.path.endswith("login"):
            self.send_header("Set-Cookie", "sid=q7Hs9Zt2Lm4Xw8Rb; Path=/")
        self.end_headers()
        self.wfile.write(body)

    def _open_and_close(self) -> None:
        """A websocket that is over at once (RFC 6455)."""
        key = self.headers["Sec-WebSocket-Key"].encode() + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", b64encode(sha1(key).digest()).decode())
        self.end_headers()
        self.wfile.write(b"\x81\x02hi\x88\x02\x03\xe8")
        self.close_connection = True

    do_GET = do_PUT = do_OPTIONS = _answer

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def server() -> Iterator[int]:
    """A server on a port of 127.0.0.1 that allows by path, preflights too."""
    made = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    made.daemon_threads = True
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    try:
        yield made.server_port
    finally:
        made.shutdown()
        thread.join()
        made.server_close()


def by_chromium(folder: Path, proxy: int, page: str, api: str) -> tuple[str, str]:
    """What Chrome's developer tools export of the calls: sanitised, as by default, and not."""
    binary = chromium.find()
    assert binary is not None
    command = [
        binary,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-component-update",
        f"--user-data-dir={folder / 'profile'}",
        "--remote-debugging-pipe",
        "--remote-debugging-port=0",
        "--remote-allow-origins=*",
        f"--proxy-server=http://127.0.0.1:{proxy}",
        "--proxy-bypass-list=<-loopback>",
        "about:blank",
    ]
    environment = {"HOME": str(folder), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    devtools = DevTools(command, environment, folder / "chromium.log")
    try:
        send = devtools.send
        named = folder / "profile" / "DevToolsActivePort"
        wait_until(lambda: named.is_file() and named.read_text().strip())
        port = named.read_text().split()[0]
        target = send("Target.createTarget", url="about:blank")["targetId"]
        tab = send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        panel = (
            "devtools://devtools/bundled/devtools_app.html?"
            f"ws=127.0.0.1:{port}/devtools/page/{target}&panel=network"
        )
        tools = send("Target.createTarget", url=panel)["targetId"]
        tools = send("Target.attachToTarget", targetId=tools, flatten=True)["sessionId"]

        def run(session: str, expression: str) -> object:
            told = send(
                "Runtime.evaluate",
                session,
                expression=expression,
                awaitPromise=True,
                returnByValue=True,
            )
            return told["result"].get("value")

        log = "(await import('./models/logs/logs.js')).NetworkLog.NetworkLog.instance()"

        def heard(path: str) -> Callable[[], object]:
            found = (
                f"{log}.requests().some((each) => each.url().endsWith('{path}') && each.finished)"
            )
            return lambda: run(tools, f"(async () => {found})()")

        def shown() -> object:
            send("Page.navigate", tab, url=page)
            time.sleep(0.5)
            return heard("/page")()

        wait_until(shown)  # the tools need a while until they listen
        run(tab, f"({CALLS})({json.dumps(api)})")
        wait_until(heard("/closed/put"))
        build = "(await import('./models/har/har.js')).Log.Log.build"
        whole, sanitised = (
            run(
                tools,
                f"(async () => JSON.stringify({{log: await {build}({log}.requests(), "
                f"{{sanitize: {wanted}}})}}))()",
            )
            for wanted in ("false", "true")
        )
        assert isinstance(whole, str)
        assert isinstance(sanitised, str)
        return sanitised, whole
    finally:
        devtools.close()


OPEN_MONITOR = """
const { require } = ChromeUtils.importESModule("resource://devtools/shared/loader/Loader.sys.mjs");
const { gDevTools } = require("devtools/client/framework/devtools");
const { gBrowser } = Services.wm.getMostRecentWindow("navigator:browser");
gDevTools.showToolboxForTab(gBrowser.selectedTab, { toolId: "netmonitor" })
  .then((toolbox) => toolbox.getNetMonitorAPI()).then((api) => { window.monitor = api; });
"""
EXPORT = """
window.exported = "";
window.monitor.getHar().then((har) => { window.exported = JSON.stringify(har); });
"""


ATTEMPTS = 4
"""Firefox's monitor at times misses the answer to a preflight that it refuses."""


def by_firefox(folder: Path, proxy: int, page: str, api: str) -> str:
    """What Firefox's network monitor exports of the calls."""
    with Program(folder, launch.through_proxy(proxy)) as program:
        control = program.marionette
        control.context("content")
        control.command("WebDriver:Navigate", url=page)
        control.context("chrome")
        control.script(OPEN_MONITOR)
        wait_until(lambda: control.script("return Boolean(window.monitor)"))
        exported = ""

        def whole() -> bool:
            nonlocal exported
            control.script(EXPORT)
            wait_until(lambda: control.script("return window.exported"))
            exported = control.script("return window.exported")
            entries = json.loads(exported)["log"]["entries"]
            return any(
                each["request"]["url"].endswith("/closed/put")
                and each["request"]["method"] == "OPTIONS"
                and each["response"]["headers"]
                and each["response"]["status"]
                for each in entries
            )

        for _ in range(ATTEMPTS):
            control.context("content")
            control.command("WebDriver:Navigate", url=page)
            control.script(f"({CALLS})(arguments[0]).then(() => {{ window.over = true; }})", api)
            wait_until(lambda: control.script("return Boolean(window.over)"))
            control.context("chrome")
            with contextlib.suppress(AssertionError):
                wait_until(whole, 10)
                return exported
        raise AssertionError("Firefox's monitor never showed the answer to the last preflight")
