"""What was on the wire as a capture: written as a flow file or as a HAR file."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mitmproxy import connection, flow, http

from analysis.sources.transcript import CHROMIUM
from analysis.sources.wire import Wire

from . import flows

BEGAN = 1_700_000_000.0
"""Added to the times of transcripts, which begin at zero."""


def flow_of(wire: Wire) -> http.HTTPFlow:
    """The flow that mitmproxy would have recorded."""
    url = urlsplit(wire.url)
    started = BEGAN + (wire.started or 0.0)
    ended = BEGAN + (wire.ended or 0.0)
    client = connection.Client(
        peername=("127.0.0.1", 50000), sockname=("127.0.0.1", 8080), timestamp_start=started
    )
    server = connection.Server(address=(url.hostname or "", 443))
    server.timestamp_start = started
    made = http.HTTPFlow(client, server)
    path = wire.url.partition("://")[2].partition("/")[2]
    fields = _by_a_browser(wire)
    if not any(name.lower() == b"host" for name, _ in fields):
        fields.append((b"Host", url.netloc.encode()))
    made.request = http.Request(
        url.hostname or "", url.port or 443, wire.method.encode(), url.scheme.encode(), b"",
        f"/{path}".encode("latin-1"), b"HTTP/1.1", http.Headers(fields), b"", None,
        started, started,
    )  # fmt: skip
    if wire.status is not None:
        made.response = http.Response(
            b"HTTP/1.1", wire.status, b"", http.Headers(wire.response), b"body", None, ended, ended
        )
    if wire.lost:
        made.error = flow.Error(wire.lost, ended)
    return made


def entry_of(wire: Wire) -> dict[str, Any]:
    """The entry of a HAR file."""
    moment = datetime.fromtimestamp(BEGAN + (wire.started or 0.0), UTC)
    took = ((wire.ended or 0.0) - (wire.started or 0.0)) * 1000
    made: dict[str, Any] = {
        "startedDateTime": moment.isoformat(),
        "time": took,
        "request": {"method": wire.method, "url": wire.url, "headers": _lines(_by_a_browser(wire))},
        "response": {"status": wire.status or 0, "headers": _lines(wire.response)},
    }
    if wire.lost:
        made["_error"] = wire.lost
    return made


def _by_a_browser(wire: Wire) -> list[tuple[bytes, bytes]]:
    """Its header lines, with the user agent that transcripts take for granted."""
    named = any(name.lower() == b"user-agent" for name, _ in wire.request)
    return [*wire.request] if named else [*wire.request, (b"User-Agent", CHROMIUM.encode())]


def _lines(fields: Iterable[tuple[bytes, bytes]]) -> list[dict[str, str]]:
    return [
        {"name": name.decode("latin-1"), "value": value.decode("latin-1")} for name, value in fields
    ]


def save_flows(path: Path, wires: Iterable[Wire]) -> Path:
    """Write a flow file."""
    return flows.save(path, *map(flow_of, wires))


def save_har(path: Path, wires: Iterable[Wire], creator: str = "mitmproxy") -> Path:
    """Write a HAR file."""
    entries = [entry_of(wire) for wire in wires]
    log = {"version": "1.2", "creator": {"name": creator, "version": "1"}, "entries": entries}
    path.write_text(json.dumps({"log": log}))
    return path
