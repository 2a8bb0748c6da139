"""Does the journal survive `kill -9`? A real mitmdump records a steady stream and is killed.

    python -m tests.benchmarks.crash [KILLS]

Every recording goes on in the same journal. After each kill the journal must read, hold every
exchange that was complete a second before, and none twice.
"""

from __future__ import annotations

import contextlib
import http.client
import itertools
import socket
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random

from analysis import audit
from analysis.exchange import Exchange
from analysis.redact import Door
from analysis.sources import open_capture, read

ADDON = Path(__file__).resolve().parents[2] / "addon" / "cors_audit.py"
RATE = 100
"""Requests a second, at most."""
LOST_AT_MOST = 1.0
"""Seconds before the kill from which on exchanges may be missing."""
PATIENCE = 60.0
ORIGIN = "https://app.example"
BROWSER = {
    "Origin": ORIGIN,
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0.0.0",
    "Sec-Fetch-Mode": "cors",
    "Sec-Fetch-Site": "cross-site",
}


class _Api(BaseHTTPRequestHandler):
    """Lets everybody in."""

    protocol_version = "HTTP/1.1"

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):  # the proxy was killed
            super().handle()

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Access-Control-Allow-Origin", ORIGIN)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


class Crashes:
    """Recordings that are killed, all in one journal.

    Args:
        folder: for the journal and mitmproxy's certificates.
    """

    def __init__(self, folder: Path) -> None:
        self.journal = folder / "session.jsonl"
        self._folder = folder
        self._numbers = itertools.count()
        self._done: dict[str, float] = {}
        """Of this recording each answered request's mark, and when its answer was complete."""
        self._due: set[str] = set()
        self._api = ThreadingHTTPServer(("127.0.0.1", 0), _Api)
        self._api.daemon_threads = True
        threading.Thread(target=self._api.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop the server."""
        self._api.shutdown()
        self._api.server_close()

    def record(self, seconds: float) -> None:
        """Record a stream of requests, and kill the recording so long after the first answer."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        words = ["--mode", f"reverse:http://127.0.0.1:{self._api.server_address[1]}"]
        words += ["--listen-host", "127.0.0.1", "--listen-port", str(port), "-q", "-s", str(ADDON)]
        words += ["--set", f"confdir={self._folder / 'conf'}", "--set", "cors_report="]
        words += ["--set", f"cors_session={self.journal}"]
        code = f"from mitmproxy.tools.main import mitmdump; mitmdump({words!r})"
        proxy = subprocess.Popen([sys.executable, "-c", code], cwd=self._folder)
        killed = threading.Event()
        asking = threading.Thread(target=self._ask, args=(port, killed))
        try:
            _wait_for(port, proxy)
            asking.start()
            limit = time.monotonic() + PATIENCE
            while not self._done and time.monotonic() < limit:
                time.sleep(0.01)
            time.sleep(seconds)
            now = time.monotonic()
        finally:
            proxy.kill()
            killed.set()
            proxy.wait()
        asking.join()
        self._due |= {mark for mark, at in self._done.items() if at < now - LOST_AT_MOST}
        self._done.clear()  # the others may be lost, and stay so

    def check(self) -> tuple[int, int]:
        """(exchanges in the journal, torn lines); fails where the journal breaks its promise."""
        items = list(read(open_capture(str(self.journal)), Door(), "c0"))
        heard = [each for each in items if isinstance(each, Exchange)]
        torn = [each for each in items if not isinstance(each, Exchange)]
        assert not any(each.fatal for each in torn), torn
        marks = [each.request.get("accept") or "" for each in heard]
        assert self._due, "no answer was a second old"
        assert self._due <= set(marks), sorted(self._due - set(marks))[:5]
        assert len(marks) == len(set(marks)), "an exchange stands there twice"
        result = audit([str(self.journal)])
        assert result.captures[0].complete
        assert result.totals.flows == len(heard)
        assert len({row.flow_id for row in result.exchanges}) == len(result.exchanges) == len(heard)
        return len(heard), len(torn)

    def _ask(self, port: int, killed: threading.Event) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        with contextlib.suppress(OSError, http.client.HTTPException):  # it is killed
            while not killed.is_set():
                mark = f"application/x-{next(self._numbers)}"
                connection.request("GET", "/items", headers={**BROWSER, "Accept": mark})
                connection.getresponse().read()
                self._done[mark] = time.monotonic()
                time.sleep(1 / RATE)
        connection.close()


def _wait_for(port: int, proxy: subprocess.Popen[bytes]) -> None:
    limit = time.monotonic() + PATIENCE
    while time.monotonic() < limit and proxy.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("mitmdump does not listen")


def main(arguments: list[str]) -> None:
    """Kill, check and print."""
    kills = int(arguments[0]) if arguments else 50
    random = Random(kills)
    with tempfile.TemporaryDirectory() as folder:
        crashes = Crashes(Path(folder))
        try:
            for number in range(1, kills + 1):
                crashes.record(random.uniform(1.05, 2.0))
                heard, torn = crashes.check()
                print(f"{number:3} kills: {heard:6} exchanges read, {torn} torn lines", flush=True)
        finally:
            crashes.close()


if __name__ == "__main__":
    main(sys.argv[1:])
