"""Proxy modes: the API is named by what the browser saw, live and from a recording."""

from __future__ import annotations

from pathlib import Path

import pytest
from mitmproxy.proxy.mode_specs import ProxyMode

from analysis.exchange import Exchange
from analysis.redact import Door
from analysis.sources import open_capture, read
from analysis.sources.flow import exchange_of

from . import flows


@pytest.mark.parametrize(
    ("mode", "tls", "scheme", "seen"),
    [
        ("regular", True, "https", "https://localhost:8080"),
        ("reverse:https://upstream.example", False, "https", "http://localhost:8080"),
        ("reverse:http://upstream.example", True, "http", "https://localhost:8080"),
        ("reverse:http://upstream.example", False, "http", "http://localhost:8080"),
        ("transparent", False, "http", "http://localhost:8080"),
    ],
)
def test_the_scheme_is_the_browsers(
    tmp_path: Path, mode: str, tls: bool, scheme: str, seen: str
) -> None:
    """In reverse mode mitmproxy writes down the scheme that it speaks with the server."""
    flow = flows.call(url="https://upstream.example/a")
    flow.request.headers["Host"] = "localhost:8080"
    flow.request.scheme = scheme
    flow.client_conn.proxy_mode = ProxyMode.parse(mode)
    flow.client_conn.tls = tls
    live = exchange_of(flow, Door(b"k"), "c0")
    assert live.url.origin == seen
    capture = flows.save(tmp_path / "in.flow", flow)
    recorded = list(read(open_capture(str(capture)), Door(b"k"), "c0"))
    assert recorded == [live]
    assert isinstance(recorded[0], Exchange)
