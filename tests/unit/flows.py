"""Flows for tests, made by mitmproxy's own helpers and written by its own writer."""

from __future__ import annotations

import io
from pathlib import Path

from mitmproxy import flow, http
from mitmproxy.io import FlowWriter
from mitmproxy.test import tflow, tutils

CHROMIUM = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/156.0.0.0 Safari/537.36"
)


def call(
    *answer: tuple[str | bytes, str | bytes],
    url: str = "https://api.example/items",
    origin: str = "https://app.example",
    method: str = "GET",
    status: int | None = 200,
    body: bytes = b"",
    request: tuple[tuple[str | bytes, str | bytes], ...] = (),
    started: float = 1_700_000_000.0,
) -> http.HTTPFlow:
    """A cross-origin call by Chromium, and its answer (none where `status` is None)."""
    asked = http.Request.make(method, url)
    asked.headers = http.Headers(
        _bytes(
            [
                ("Host", asked.host),
                ("Origin", origin),
                ("User-Agent", CHROMIUM),
                ("Sec-Fetch-Mode", "cors"),
                ("Sec-Fetch-Site", "cross-site"),
                *request,
            ]
        )
    )
    asked.timestamp_start, asked.timestamp_end = started, started + 0.01
    made = tflow.tflow(req=asked, resp=False)
    if status is not None:
        made.response = tutils.tresp(
            status_code=status,
            headers=http.Headers(_bytes(answer)),
            content=body,
            timestamp_start=started + 0.02,
            timestamp_end=started + 0.03,
        )
    return made


def _bytes(pairs: list[tuple[str | bytes, str | bytes]] | tuple[object, ...]) -> list[object]:
    return [
        tuple(each.encode("latin-1") if isinstance(each, str) else each for each in pair)  # type: ignore[attr-defined]
        for pair in pairs
    ]


def dump(*flows: flow.Flow) -> bytes:
    """The bytes that `mitmdump -w` would write."""
    file = io.BytesIO()
    writer = FlowWriter(file)
    for each in flows:
        writer.add(each)
    return file.getvalue()


def save(path: Path, *flows: flow.Flow) -> Path:
    """Write a flow file."""
    path.write_bytes(dump(*flows))
    return path
