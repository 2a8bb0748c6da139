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


def settled_later() -> tuple[http.HTTPFlow, http.HTTPFlow]:
    """A call of which the wire does not tell whether it carried credentials, so not whether `*`
    let it pass; and one with a cookie, on the same connection, which shows that it did."""
    page = "https://app.shop.example"
    star = ("Access-Control-Allow-Origin", "*")
    open_one = call(star, url="https://api.shop.example/a", origin=page)
    open_one.request.headers["Sec-Fetch-Site"] = "same-site"
    exact = (("Access-Control-Allow-Origin", page), ("Access-Control-Allow-Credentials", "true"))
    sure = call(
        *exact, ("Vary", "Origin"), url="https://api.shop.example/b", origin=page,
        request=(("Cookie", "a=1"),), started=1_700_000_001.0,
    )  # fmt: skip
    sure.request.headers["Sec-Fetch-Site"] = "same-site"
    sure.client_conn = open_one.client_conn
    return open_one, sure
