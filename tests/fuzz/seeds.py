"""What fuzzing begins with: sound inputs of every kind, made anew, and the corpus of found ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path
from random import Random

from mitmproxy import flow
from mitmproxy.io import FlowReader, FlowWriter
from mitmproxy.test import tflow

from analysis import audit
from analysis.exchange import Exchange
from analysis.ignores import baseline_text
from analysis.policies.file import text as policy_text
from analysis.redact import Door
from analysis.result import AuditResult
from analysis.sources import journal, open_capture, read
from reports import render

HERE = Path(__file__).parent
CORPUS = HERE / "corpus"
ROOT = HERE.parents[1]
SAMPLE = min((ROOT / "sample_flows").glob("*.flow"), key=lambda path: path.stat().st_size)


def seeds(target: str) -> list[bytes]:
    """Inputs for a target: the corpus first."""
    folder = CORPUS / target
    kept = [path.read_bytes() for path in sorted(folder.iterdir())] if folder.is_dir() else []
    return kept + MADE[target]()


@cache
def _flows() -> list[flow.Flow]:
    with SAMPLE.open("rb") as file:
        return list(FlowReader(file).stream())


def recorded() -> list[tuple[flow.Flow, bytes]]:
    """HTTP flows of the bundled recordings, and what `mitmdump -w` writes of them."""
    found = []
    for path in sorted((ROOT / "sample_flows").glob("*.flow")):
        with path.open("rb") as file:
            found += [(each, _dump(each)) for each in FlowReader(file).stream()]
    return [(each, raw) for each, raw in found if each.type == "http"]


def _dump(*flows: flow.Flow) -> bytes:
    file = BytesIO()
    writer = FlowWriter(file)
    for each in flows:
        writer.add(each)
    return file.getvalue()


def _files() -> list[bytes]:
    few = [each for each in _flows() if len(_dump(each)) < 6_000][:4]
    odd = [tflow.ttcpflow(), tflow.tdnsflow(), tflow.twebsocketflow(), tflow.tflow(err=True)]
    hidden = tflow.tflow(resp=True)
    hidden.response.content = _dump(*few[:2])
    return [_dump(*few[:2]), _dump(*odd), _dump(few[0], hidden, few[1])]


def _records() -> list[bytes]:
    made = [*_flows()[:6], tflow.ttcpflow(), tflow.twebsocketflow(), tflow.tflow(err=True)]
    return [raw[raw.index(b":") + 1 : -1] for raw in map(_dump, made)]


def _journal() -> list[bytes]:
    items = read(open_capture(str(SAMPLE)), Door(b"seed"), "c0")
    lines = [journal.line(each).encode() for each in items if isinstance(each, Exchange)]
    return [b"".join(lines[:3]), b"".join(lines[3:5]) + journal.gap(3).encode() + lines[5]]


def _har() -> list[bytes]:
    entry = {
        "startedDateTime": "2026-01-02T03:04:05.678Z",
        "time": 12.5,
        "request": {
            "method": "PUT", "url": "https://api.example/users/7?a=1", "httpVersion": "h2",
            "headers": [{"name": "Origin", "value": "https://app.example"},
                        {"name": "Cookie", "value": "a=1; b=2"}],
        },
        "response": {
            "status": 200, "httpVersion": "h2",
            "headers": [{"name": "Access-Control-Allow-Origin", "value": "*"},
                        {"name": "Set-Cookie", "value": "a=1; Secure\nb=2; Path=/"}],
            "content": {"size": 2, "text": "aGk=", "encoding": "base64"},
        },
    }  # fmt: skip
    log = {"version": "1.2", "creator": {"name": "WebInspector", "version": "1"}}
    return [json.dumps({"log": {**log, "entries": [entry, entry]}}).encode()]


@cache
def _result() -> AuditResult:
    return audit([str(SAMPLE)])


def _results() -> list[bytes]:
    plain = _result().to_dict()
    plain["exchanges"], plain["shelves"], plain["rules"] = plain["exchanges"][:1], [], []
    plain["findings"], plain["policies"] = plain["findings"][:2], plain["policies"][:1]
    for finding in plain["findings"]:
        finding["fixes"] = []
    return [json.dumps(plain).encode()]


def _page() -> list[bytes]:
    page = render(_result(), "html")
    start = page.index('id="data">') + len('id="data">')
    return [page[start : page.index("</script>", start)].encode()]


CONFIG = b"""\
fail-on = "broken:medium"
baseline = "b.json"
[intent]
"https://api.shop.example" = ["https://shop.example", "*"]
[[ignore]]
rule = "missing-allow-origin"
api = "https://*.shop.example"
path = "/legacy/*"
reason = "goes"
until = 2027-03-31
"""
HEADERS = (
    b"Access-Control-Allow-Origin:https://app.example\nAccess-Control-Allow-Credentials: true\n"
    b"Access-Control-Allow-Methods:PUT, DELETE\nAccess-Control-Allow-Headers:x-a,content-type\n"
    b"Access-Control-Max-Age:600",
    b"access-control-allow-origin:*\nAccess-Control-Allow-Origin:null\nVary:Origin\nLocation:/x",
    b"Origin:https://app.example\nAccess-Control-Request-Method:PUT\nContent-Type:text/plain;a=b\n"
    b"Access-Control-Request-Headers:x-a,content-type\nRange:bytes=0-7\nAccept:a\nCookie:a=1",
)
VALUES = (
    b"PUT, x-a,,*", b"600", b"text/plain; charset=utf-8", b"bytes=0-1", b"sid=9fX2kQ81mmZ; Path=/",
    b"Mozilla/5.0 (X11) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36", b"b'x' a@b.example",
    b"https://me:pw@b.example/users/7?token=9fX2kQ81mmZpq#f", b"eyJhbGciOiJIUzI1NiJ9.e30.c2ln",
)  # fmt: skip
URLS = (
    b"https://api.example/users/7?page=2&token=x#f", b"http://[::1]:8080/a//b/%7Euser/",
    b"https://me:pw@xn--mnchen-3ya.example:443/", b"//b.example/x", b"/next", b"ws://a/",
    b"https://api.example/main.3f2a1b9c.js?a[b]=1",
)  # fmt: skip
ORIGINS = (
    b"https://app.example", b"http://localhost:3000", b"null", b"*", b"file://", b"http://[::1]:8",
    b"https://app.example/", b"HTTPS://APP.example:443", b"a://b, c://d", b"http://a%2eb:65536",
    b"chrome-extension://abcdefgh",
)  # fmt: skip
PATTERNS = (b"/api/*/x?\0/api/users/x1", b"*a*a*b\0aaaaaaaaab", b"[::1]\0[::1]", b"/{n}/*\0/7/x")


MADE: dict[str, Callable[[], list[bytes]]] = {
    "flows": _files,
    "records": _records,
    "har": _har,
    "journal": _journal,
    "config": lambda: [CONFIG],
    "policy": lambda: [policy_text(_result().policies[:1]).encode()],
    "baseline": lambda: [baseline_text(_result()).encode()],
    "result": _results,
    "page": _page,
    "headers": lambda: list(HEADERS),
    "values": lambda: list(VALUES),
    "urls": lambda: list(URLS),
    "origins": lambda: list(ORIGINS),
    "patterns": lambda: list(PATTERNS),
    "sessions": lambda: [Random(seed).randbytes(400) for seed in range(8)],
}
