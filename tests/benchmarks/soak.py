"""Ten browsers at full speed through a real mitmdump with the addon: what grows, what gets lost?

    python -m tests.benchmarks.soak [MINUTES]

Each browser is a client with an address and an agent of its own, over TLS, which asks one request
after another out of the made-up traffic of `traffic`; one server of this machine answers for all
hosts. Printed are mitmdump's resident memory, the tasks of its event loop and its open files over
time, and whether the report at the end equals what the command line says of the recording that was
written by the side (`-w`). Needs Linux (`/proc`).
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mitmproxy import certs, http

from analysis import audit
from analysis.result import AuditResult

from .traffic import AGENT, Traffic

ADDON = Path(__file__).resolve().parents[2] / "addon" / "cors_audit.py"
PROBE = Path(__file__).with_name("soak_probe.py")
BROWSERS = 10
BODY = 2_000
"""Mean size of bodies, in bytes."""
START_SECONDS, END_SECONDS = 60, 300
LIVE = "live"
SETTLED = 0.5
"""Share of the time after which memory is to stay as it is."""
GROWTH = 0.05
"""By which share it may grow after that."""


@dataclass(frozen=True)
class Moment:
    """A line of the probe."""

    seconds: float
    megabytes: float
    tasks: int
    files: int
    flows: int


@dataclass(frozen=True)
class Run:
    """What a run came to."""

    moments: list[Moment]
    live: AuditResult
    offline: AuditResult
    asked: int
    log: str

    def differences(self) -> list[str]:
        """Names of the fields in which the live report is not what the recording says."""
        live, offline = _comparable(self.live), _comparable(self.offline)
        return [name for name in live if live[name] != offline[name]]


class Internet:
    """One server for all hosts, and the browsers that ask it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._turns = itertools.count()
        self._answers: dict[str, http.Response | None] = {}
        self.asked = 0

    async def serve(self) -> asyncio.Server:
        """Begin to answer on a free port."""
        authority = certs.CertStore.from_store(self._folder, "soak", 2048)
        entry = authority.get_cert("soak.example", [])
        made = self._folder / "server.pem"
        made.write_bytes(entry.cert.to_pem() + _key(entry))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(made)
        return await asyncio.start_server(self._answer, "127.0.0.1", 0, ssl=context)

    async def browse(self, number: int, port: int, until: float) -> None:
        """Be one browser until then."""
        traffic = Traffic(BODY, seed=number)
        connections: dict[str, tuple[asyncio.StreamReader, asyncio.StreamWriter]] = {}
        for flow in traffic.flows(10**9):
            if time.monotonic() > until:
                break
            if not isinstance(flow, http.HTTPFlow) or flow.websocket is not None:
                continue
            name = flow.client_conn.id
            if name not in connections:
                current = {each[0].id for each in traffic.connections.values()}
                for old in connections.keys() - current:
                    await _close(connections.pop(old))
                connections[name] = await _connect(number, port, flow.request.host)
            if not await self._ask(flow, number, *connections[name]):
                await _close(connections.pop(name))
        for each in connections.values():
            await _close(each)

    async def _ask(
        self, flow: http.HTTPFlow, number: int,
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter,
    ) -> bool:  # fmt: skip
        """Send a request and read its answer; can the connection be used again?"""
        turn = str(next(self._turns))
        self._answers[turn] = flow.response
        asked = flow.request
        path = f"{asked.path}{'&' if '?' in asked.path else '?'}turn={turn}"
        fields = [(b"Host", asked.host.encode()), *asked.headers.fields]
        fields = [
            (name, AGENT + b" Edg/1%02d" % number if name == b"user-agent" else value)
            for name, value in fields
            if name != b"content-length"
        ]
        body = asked.raw_content or b""
        if body:
            fields.append((b"content-length", b"%d" % len(body)))
        head = f"{asked.method} {path} HTTP/1.1\r\n".encode() + _lines(fields)
        writer.write(head + body)
        self.asked += 1
        try:
            await writer.drain()
            lines = await reader.readuntil(b"\r\n\r\n")
            status, length, keep = int(lines[9:12]), 0, True
            for line in lines.lower().split(b"\r\n"):
                if line.startswith(b"content-length:"):
                    length = int(line[15:])
                keep = keep and line != b"connection: close"
            if length and asked.method != "HEAD" and status not in (204, 304):
                await reader.readexactly(length)
        except (asyncio.IncompleteReadError, ConnectionError):
            return False
        return keep and flow.response is not None

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                for line in head.lower().split(b"\r\n"):
                    if line.startswith(b"content-length:"):
                        await reader.readexactly(int(line[15:]))
                turn = head.split(b" ", 2)[1].rpartition(b"turn=")[2].decode()
                answer = self._answers.pop(turn)
                if answer is None:
                    break
                body = answer.raw_content or b""
                fields = [each for each in answer.headers.fields if each[0] != b"content-length"]
                if answer.status_code not in (204, 304):
                    fields.append((b"content-length", b"%d" % len(body)))
                writer.write(b"HTTP/1.1 %d OK\r\n" % answer.status_code + _lines(fields) + body)
                await writer.drain()
        writer.close()
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            await writer.wait_closed()


def run(folder: Path, seconds: float) -> Run:
    """Browse for so long, then end mitmdump, and compare."""
    internet = Internet(folder)
    return asyncio.run(_run(internet, folder, seconds))


async def _run(internet: Internet, folder: Path, seconds: float) -> Run:
    server = await internet.serve()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    report, capture, probe = folder / "live.json", folder / "soak.flow", folder / "probe.jsonl"
    settings = {
        "confdir": folder / "conf", "listen_host": "127.0.0.1", "listen_port": port,
        "ssl_insecure": "true", "flow_detail": 0, "cors_report": report,
        "soak_port": server.sockets[0].getsockname()[1], "soak_log": probe,
    }  # fmt: skip
    words = ["-s", str(PROBE), "-s", str(ADDON), "-w", str(capture)]
    words += [f"--set={name}={value}" for name, value in settings.items()]
    code = f"from mitmproxy.tools.main import mitmdump; mitmdump({words!r})"
    with (folder / "mitmdump.log").open("wb") as log:
        proxy = subprocess.Popen(
            [sys.executable, "-c", code], cwd=folder, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        await _listening(port, proxy)
        until = time.monotonic() + seconds
        browsing = (internet.browse(number, port, until) for number in range(BROWSERS))
        await asyncio.gather(*browsing)
        await _idle(probe)
        proxy.send_signal(signal.SIGINT)
        await asyncio.to_thread(proxy.wait, END_SECONDS)
    finally:
        proxy.kill()
        proxy.wait()
        server.close()
    lines = probe.read_text("ascii").splitlines()
    return Run(
        moments=[Moment(*json.loads(line)) for line in lines],
        live=AuditResult.from_dict(json.loads(report.read_text("utf-8"))),
        offline=audit([capture]),
        asked=internet.asked,
        log=(folder / "mitmdump.log").read_text("utf-8"),
    )


async def _listening(port: int, proxy: subprocess.Popen[bytes]) -> None:
    limit = time.monotonic() + START_SECONDS
    while time.monotonic() < limit and proxy.poll() is None:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.05)
    raise AssertionError("mitmdump does not listen")


async def _idle(probe: Path) -> None:
    """Wait until mitmdump, too, has closed what was closed, or has had the time to."""
    limit = time.monotonic() + START_SECONDS
    while time.monotonic() < limit:
        await asyncio.sleep(1)
        lines = probe.read_text("ascii").splitlines()
        if Moment(*json.loads(lines[-1])).tasks <= Moment(*json.loads(lines[0])).tasks:
            return


async def _connect(
    number: int, port: int, host: str
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection through the proxy, from this browser's own address."""
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", port, local_addr=(f"127.0.0.{10 + number}", 0)
    )
    writer.write(f"CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    await writer.start_tls(context, server_hostname=host)
    return reader, writer


async def _close(connection: tuple[asyncio.StreamReader, asyncio.StreamWriter]) -> None:
    connection[1].close()
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        await connection[1].wait_closed()


def _lines(fields: list[tuple[bytes, bytes]]) -> bytes:
    return b"".join(b"%s: %s\r\n" % each for each in fields) + b"\r\n"


def _key(entry: certs.CertStoreEntry) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return entry.privatekey.private_bytes(
        Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()
    )


def _comparable(result: AuditResult) -> dict[str, Any]:
    """A result without what tells a live session from its recording: the capture and its name."""
    data: dict[str, Any] = json.loads(result.to_json())
    del data["captures"], data["blind_spots"]
    for row in data["exchanges"]:
        del row["capture"]
    for each in data["skipped"]:
        del each["capture"]
    return data


def table(moments: list[Moment], rows: int = 12) -> Iterator[str]:
    """The course, in so many lines."""
    yield f"{'seconds':>8} {'flows':>9} {'flows/s':>8} {'MiB':>8} {'tasks':>6} {'files':>6}"
    shown = moments[:: max(1, len(moments) // rows)]
    for before, each in zip([shown[0], *shown], [*shown, moments[-1]], strict=True):
        took = each.seconds - before.seconds
        rate = (each.flows - before.flows) / took if took else 0
        yield (
            f"{each.seconds:8.0f} {each.flows:9} {rate:8.0f} {each.megabytes:8.1f} "
            f"{each.tasks:6} {each.files:6}"
        )


def main(arguments: list[str]) -> None:
    """Run and print; exit code 1 where something grew or differs."""
    minutes = float(arguments[0]) if arguments else 20.0
    with tempfile.TemporaryDirectory() as folder:
        done = run(Path(folder), minutes * 60)
        size = (Path(folder) / "soak.flow").stat().st_size
    for line in table(done.moments):
        print(line)
    totals = done.live.totals
    print(f"recording {size / 2**20:.0f} MiB, {totals.flows} flows, {totals.cors} with CORS")
    settled = [each for each in done.moments if each.seconds >= SETTLED * minutes * 60]
    browsing = [each.megabytes for each in settled]
    growth = max(browsing[len(browsing) // 2 :]) / max(browsing[: len(browsing) // 2]) - 1
    print(f"memory in the last quarter against the one before: {growth:+.1%}")
    differences = done.differences()
    print(f"live report and recording differ in: {', '.join(differences) or 'nothing'}")
    sys.exit(bool(differences) or growth > GROWTH)


if __name__ == "__main__":
    main(sys.argv[1:])
