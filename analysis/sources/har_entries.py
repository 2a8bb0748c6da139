"""One entry of a HAR file, to the wire.

Exporters write one thing in several ways; what they agree on is HAR 1.2
(http://www.softwareishard.com/blog/har-12-spec/), their own fields begin with `_`.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

from ..exchange import LATEST, believed
from .base import Problem
from .exporters import Exporter
from .wire import Fields, Wire

OF_THE_WEB = ("http://", "https://")
SOCKETS = {"ws": "http", "wss": "https"}
"""WebSocket URLs, and the scheme of the request that opens one."""
UNANSWERED = (
    "the developer tools show no answer (status 0 or -1) where the browser refused it, never "
    "sent the request, lost it or still waited for it: record through the proxy to see which"
)


def wire(entry: Any, id: str, capture: str, exporter: Exporter) -> Wire | Problem:
    """What was on the wire, or why this entry tells nothing about it."""
    try:
        return _wire(entry, id, capture, exporter)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
        return Problem("entry that cannot be understood", "it is not as HAR 1.2 says")


def _wire(entry: dict[str, Any], id: str, capture: str, exporter: Exporter) -> Wire | Problem:
    request, response = entry["request"], entry.get("response") or {}
    url, socket = _url(_text(request["url"]))
    if not url.startswith(OF_THE_WEB):
        return Problem("entry that is no HTTP request", "CORS does not apply")
    if response.get("_fetchedViaServiceWorker") is True:
        why = "the page's own service worker answered: nothing of it was on the wire"
        return Problem("answer of a service worker", why)
    status = response.get("status")
    answered = type(status) is int and 100 <= status <= 999
    lost = None
    if not answered:
        if not exporter.saw_the_wire:
            return Problem("call without an answer", UNANSWERED)
        lost = _text(entry.get("_error") or response.get("_error") or "no response was recorded")
    started = _moment(entry.get("startedDateTime"))
    asked = _fields(request.get("headers"))
    if (socket or "_webSocketMessages" in entry) and not _has(asked, b"upgrade"):
        asked = (*asked, (b"Upgrade", b"websocket"))
    return Wire(
        id=id,
        capture=capture,
        address="",
        connection=_connection(entry, capture, exporter),
        started=started,
        ended=_end(started, entry.get("time")),
        method=_text(request["method"]),
        url=url,
        http_version=_version(request.get("httpVersion")),
        request=asked,
        status=status if answered else None,
        response=_fields(response.get("headers")) if answered else (),
        lost=lost,
    )


def _text(value: object) -> str:
    if type(value) is not str:
        raise TypeError("not a text")
    return value


def _url(text: str) -> tuple[str, bool]:
    """The URL as of HTTP, and whether it is a WebSocket's."""
    scheme, colon, rest = text.partition("://")
    scheme = scheme.lower()
    return SOCKETS.get(scheme, scheme) + colon + rest, scheme in SOCKETS


def _has(fields: Fields, name: bytes) -> bool:
    return any(each.lower() == name for each, _ in fields)


def _connection(entry: dict[str, Any], capture: str, exporter: Exporter) -> str:
    """Which connection it was, if this exporter knows. Other files number theirs anew."""
    known = entry.get(exporter.connection) if exporter.connection is not None else None
    if type(known) not in (str, int) or not known:
        return ""
    return f"{capture}/{known}"


def _moment(value: object) -> float | None:
    """Seconds since the epoch of an ISO 8601 time; None when it is none."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        seconds = moment.timestamp()
    except (ValueError, OverflowError):
        return None
    return believed(seconds)


def _end(started: float | None, took: object) -> float | None:
    """When the answer was complete; HAR counts in milliseconds, and writes -1 for unknown."""
    if started is None or type(took) not in (int, float):
        return None
    assert isinstance(took, int | float)
    if not math.isfinite(took) or not 0 <= took / 1000 < LATEST:
        return None
    return started + took / 1000


def _version(value: object) -> str:
    """As mitmproxy spells it: exporters write `h2`, `http/2.0`, `HTTP/1.1`, or nothing."""
    text = value.lower() if isinstance(value, str) else ""
    if text in ("h2", "http/2", "http/2.0"):
        return "HTTP/2.0"
    if text in ("h3", "http/3", "http/3.0") or text.startswith("h3-"):
        return "HTTP/3"
    return "HTTP/1.0" if text == "http/1.0" else "HTTP/1.1"


def _fields(headers: object) -> Fields:
    """Header lines. Names of HTTP/2's own begin with a colon; lines of one name that the
    developer tools have joined stand below each other in one value."""
    if headers is None:
        return ()
    if not isinstance(headers, list):
        raise TypeError("no list of headers")
    lines: list[tuple[bytes, bytes]] = []
    for each in headers:
        name = _text(each["name"])
        if name and not name.startswith(":"):
            lines += [(_bytes(name), _bytes(line)) for line in _text(each["value"]).split("\n")]
    return tuple(lines)


def _bytes(text: str) -> bytes:
    """Bytes as on the wire: browsers read header values as latin-1, mitmproxy as UTF-8."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogateescape" if text.isprintable() else "replace")
