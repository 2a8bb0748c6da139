"""Which requests the browser asks permission for: methods, headers, bodies, listeners."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..answers import GRANT, Reply
from ..case import Case, Step
from .tools import ask

HEADERS: tuple[tuple[str, str, str], ...] = (
    ("accept", "Accept", "application/json"),
    ("accept-quote", "Accept", 'a/b;c="d"'),
    ("accept-non-ascii", "Accept", "é"),
    ("accept-128", "Accept", "a" * 128),
    ("accept-129", "Accept", "a" * 129),
    ("accept-language", "Accept-Language", "de, en;q=0.5"),
    ("accept-language-underscore", "Accept-Language", "en_US"),
    ("content-language", "Content-Language", "de"),
    ("range", "Range", "bytes=0-3"),
    ("range-open", "Range", "bytes=4-"),
    ("range-suffix", "Range", "bytes=-5"),
    ("range-two", "Range", "bytes=0-1,3-4"),
    ("range-backwards", "Range", "bytes=5-1"),
    ("range-upper", "Range", "Bytes=0-1"),
    ("range-unit", "Range", "items=0-1"),
    ("authorization", "Authorization", "Bearer x"),
    ("x-requested-with", "X-Requested-With", "XMLHttpRequest"),
    ("cache-control", "Cache-Control", "no-cache"),
    ("pragma", "Pragma", "no-cache"),
    ("if-none-match", "If-None-Match", '"x"'),
    ("if-modified-since", "If-Modified-Since", "Mon, 01 Jan 2024 00:00:00 GMT"),
    ("user-agent", "User-Agent", "lab"),
    ("dpr", "DPR", "2"),
    ("save-data", "Save-Data", "on"),
    ("width", "Width", "100"),
    ("viewport-width", "Viewport-Width", "100"),
    ("device-memory", "Device-Memory", "4"),
    ("downlink", "Downlink", "1.5"),
    ("rtt", "RTT", "100"),
    ("ect", "ECT", "4g"),
    ("sec-ch-ua", "Sec-CH-UA", "x"),
    ("priority", "Priority", "u=1"),
    ("upgrade-insecure-requests", "Upgrade-Insecure-Requests", "1"),
    ("last-event-id", "Last-Event-ID", "1"),
    ("method-override", "X-HTTP-Method-Override", "PUT"),
    ("method-override-trace", "X-HTTP-Method-Override", "TRACE"),
    ("cookie", "Cookie", "a=b"),
    ("origin", "Origin", "https://other.test"),
    ("long-value", "X-Long", "a" * 4000),
    ("empty-value", "X-Empty", ""),
    ("upper-name", "X-SHOUT", "1"),
)
CORE_HEADERS = {
    "accept-129",
    "range",
    "range-suffix",
    "authorization",
    "dpr",
    "user-agent",
    "if-none-match",
    "cookie",
    "long-value",
}

CONTENT_TYPES: tuple[tuple[str, str], ...] = (
    ("plain", "text/plain"),
    ("plain-upper", "TEXT/PLAIN"),
    ("plain-charset", "text/plain;charset=utf-8"),
    ("plain-json-parameter", "text/plain; application/json"),
    ("plain-slash-parameter", "text/plain;v=1/2"),
    ("plain-quoted", 'text/plain; a="b"'),
    ("plain-list", "text/plain, application/json"),
    ("plain-non-ascii", "text/plain; a=é"),
    ("plain-suffix", "text/plain+json"),
    ("form", "application/x-www-form-urlencoded"),
    ("multipart", "multipart/form-data; boundary=ab"),
    ("multipart-colon", "multipart/form-data; boundary=a:b"),
    ("json", "application/json"),
    ("csp-report", "application/csp-report"),
    ("empty", ""),
    ("no-slash", "text"),
    ("129-bytes", "text/plain; a=" + "b" * 115),
)
CORE_TYPES = {"plain", "plain-json-parameter", "json", "multipart-colon"}

BODIES: tuple[tuple[str, Any], ...] = (
    ("string", "ok"),
    ("params", {"params": {"a": "1"}}),
    ("form-data", {"form": {"a": "1"}}),
    ("bytes", {"bytes": [1, 2]}),
    ("blob", {"blob": "x", "type": ""}),
    ("json-blob", {"blob": "{}", "type": "application/json"}),
    ("stream", {"stream": "ok"}),
)


def cases() -> Iterator[Case]:
    """Everything is granted; what matters is whether permission is asked for."""
    for name, header, value in HEADERS:
        yield Case(
            f"needs-preflight/{name}",
            (ask(method="GET", headers=[[header, value]]),),
            core=name in CORE_HEADERS,
        )
    for name, value in CONTENT_TYPES:
        hard = 21 if name in ("multipart-colon", "plain-json-parameter") else None
        yield Case(
            f"content-type/{name}",
            (ask(method="POST", body="{}", headers=[["Content-Type", value]]),),
            hard=hard,
            core=name in CORE_TYPES,
        )
    for name, body in BODIES:
        hard = 16 if name == "stream" else None
        yield Case(
            f"body/{name}",
            (ask(method="POST", body=body),),
            hard=hard,
            core=name in ("stream", "json-blob"),
        )
    for name, options in (
        ("post-text", {"method": "POST", "body": "ok"}),
        ("post-empty", {"method": "POST"}),
        ("get", {"method": "GET"}),
    ):
        for listener in (True, False):
            yield Case(
                f"upload-listener/{name}-{'listening' if listener else 'deaf'}",
                (Step("xhr", options | {"upload": listener}, reply=Reply(preflights=(GRANT,))),),
                hard=16 if listener else None,
                core=name == "post-text",
            )
    two_accepts = [["Accept", "a" * 100], ["Accept", "b" * 100]]
    yield Case("needs-preflight/accept-twice", (ask(method="GET", headers=two_accepts),))
    two_types = [["Content-Type", "text/plain"], ["Content-Type", "text/plain"]]
    yield Case("content-type/twice", (ask(method="POST", body="x", headers=two_types),))
    many = [[f"X-{letter}", "1"] for letter in "zyxwv"]
    yield Case("needs-preflight/many-names", (ask(method="GET", headers=many),))
    for cache in ("no-cache", "reload", "no-store", "force-cache"):
        yield Case(f"needs-preflight/cache-{cache}", (ask(method="GET", cache=cache),))
    for scheme in ("http", "https"):
        for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
            for page, target in (("app", "api"), ("lab", "labapi"), ("local", "localapi")):
                if page == "local" and scheme == "https":
                    continue
                yield Case(
                    f"methods/{method.lower()}-{scheme}-{page}",
                    (ask(method=method, target=target),),
                    page=page,
                    scheme=scheme,
                    core=(scheme == "http" and method in ("GET", "PUT")) or method == "OPTIONS",
                )
