"""mitmproxy's three tools with the addon, an origin server, and a client that is told what to ask.

Everything listens on 127.0.0.1.
"""

from __future__ import annotations

import http.client
import json
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from analysis.result import AuditResult, ExchangeRow

ROOT = Path(__file__).resolve().parents[2]
ADDON = ROOT / "addon" / "cors_audit.py"
PAGE = "http://app.example"
CHROMIUM = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/156.0.0.0 Safari/537.36"
)
SECONDS = 90.0
"""How long a tool may take to start or to end on a busy machine."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        body = b'{"from": "the server"}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if self.path.startswith("/open"):
            self.send_header("Access-Control-Allow-Origin", self.headers["Origin"] or "*")
            self.send_header("Vary", "Origin")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def origin_server(tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """A server on a port: `/open…` may be read by every page, anything else by none."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class Answer:
    """What the client got."""

    status: int
    headers: dict[str, str]
    body: bytes


def ask(port: int, target: str, host: str | None = None, socks: bool = False) -> Answer:
    """GET like Chromium's `fetch` in a page of another site, through whoever listens on `port`.

    Args:
        target: an absolute URL for a proxy, a path for a server (then `host` is needed).
    """
    headers = {"User-Agent": CHROMIUM, "Origin": PAGE, "Sec-Fetch-Mode": "cors"}
    headers |= {"Sec-Fetch-Site": "cross-site", "Host": host or urlsplit(target).netloc}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    if socks:
        url = urlsplit(target)
        connection.sock = _through_socks(port, url.port or 80)
        target = url.path
    connection.request("GET", target, headers=headers)
    response = connection.getresponse()
    named = {name.lower(): value for name, value in response.getheaders()}
    answer = Answer(response.status, named, response.read())
    connection.close()
    return answer


def _through_socks(proxy: int, port: int) -> socket.socket:
    """RFC 1928, without a password, to 127.0.0.1."""
    made = socket.create_connection(("127.0.0.1", proxy), timeout=SECONDS)
    made.sendall(b"\x05\x01\x00")
    assert made.recv(2) == b"\x05\x00"
    made.sendall(b"\x05\x01\x00\x01\x7f\x00\x00\x01" + port.to_bytes(2, "big"))
    assert made.recv(10)[:2] == b"\x05\x00"
    return made


def command(tool: str, folder: Path, *words: str) -> list[str]:
    """The command line of a tool with the addon; scripts to come before it stand in `words`."""
    program = Path(sys.executable).with_name(tool)
    return [str(program), "--set", f"confdir={folder / 'conf'}", *words]


WITH_ADDON = ("-s", str(ADDON), "--set", "cors_report=report.json")


class Mitmdump:
    """mitmdump in a folder of its own; ended by SIGTERM, as a person's `kill` does.

    Args:
        words: its arguments, `WITH_ADDON` among them.
    """

    def __init__(self, folder: Path, *words: str) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self.port = free_port()
        self._log = folder / "log"
        self._words = words

    def __enter__(self) -> Mitmdump:
        listen = ("--listen-host", "127.0.0.1", "--listen-port", str(self.port))
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                command("mitmdump", self.folder, *listen, *self._words),
                cwd=self.folder, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        wait_until(lambda: _listens(self.port) or self._process.poll() is not None)
        assert self._process.poll() is None, self.output
        return self

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise

    @property
    def output(self) -> str:
        """All that it has said."""
        return self._log.read_text(encoding="utf-8", errors="surrogateescape")

    @property
    def report(self) -> AuditResult:
        """The report it wrote at its end."""
        return load(self.folder / "report.json")

    def row(self, path: str) -> ExchangeRow:
        """The one exchange with that path."""
        (found,) = [row for row in self.report.exchanges if row.path_template == path]
        return found


def load(path: Path) -> AuditResult:
    """Read a JSON report."""
    return AuditResult.from_dict(json.loads(path.read_text(encoding="utf-8")))


def wait_until(happened: Callable[[], object], seconds: float = SECONDS) -> None:
    """Return once `happened()` is true; fail after that many seconds."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
