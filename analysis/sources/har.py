"""HAR files (HTTP Archive 1.2), as browsers, Playwright and mitmproxy export them.

What they hold is what a developer tool knew, which is less than what was on the wire:
`analysis.blindness` says what each of them leaves out. Read with the standard library alone:
mitmproxy's reader ends at the first entry that it does not like, and makes an answer with status 0
of every call that has none.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from mmap import mmap
from typing import Any

from ..exchange import Exchange
from ..redact import Door
from .base import Problem, Unjudged
from .wire import Fields, Wire

_CREATOR = re.compile(rb'"creator"\s*:\s*\{[^{}]{0,500}?"name"\s*:\s*"([^"\\\x00-\x1f]{1,60})"')
_BEGINS = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{\s*"')
ON_THE_WIRE = "mitmproxy"
"""Exporters of this name saw the wire: where they have no answer, there was none."""
OF_THE_WEB = ("http://", "https://")
SOCKETS = {"ws": "http", "wss": "https"}
"""WebSocket URLs, and the scheme of the request that opens one."""
LATEST = 2**33
"""Seconds since the epoch beyond which a time is not believed."""


def is_har(head: bytes) -> bool:
    """Does a file that begins so look like a HAR file?"""
    return _BEGINS.match(head) is not None and b'"log"' in head


def made_by(data: bytes | mmap) -> str | None:
    """The exporter's own name, `WebInspector` for Chromium's developer tools."""
    found = _CREATOR.search(data, 0, 2**20)
    return found[1].decode("utf-8", "replace") if found else None


def exchanges(data: bytes | mmap, door: Door, capture: str) -> Iterator[Exchange | Problem]:
    """Read a HAR file; an entry that cannot be understood costs itself.

    Yields:
        An exchange per entry, a `Problem` per thing that could not be judged.
    """
    try:
        log = json.loads(bytes(data).decode("utf-8-sig", "replace"))["log"]
        entries = log["entries"]
    except (ValueError, RecursionError):
        why = "no complete JSON: export it again"
        yield Problem("HAR file that is cut off or damaged", why, fatal=True)
        return
    except (KeyError, TypeError):
        entries = None
    if not isinstance(entries, list):
        yield Problem("HAR file without entries", "it has no list log.entries", fatal=True)
        return
    wire_seen = (made_by(data) or "").startswith(ON_THE_WIRE)
    for number, entry in enumerate(entries):
        try:
            yield _entry(entry, door, f"{capture}#{number}", capture, wire_seen)
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
            yield Problem("entry that cannot be understood", "it is not as HAR 1.2 says")


def _entry(
    entry: dict[str, Any], door: Door, id: str, capture: str, wire_seen: bool
) -> Exchange | Problem:
    request, response = entry["request"], entry.get("response") or {}
    url = _text(request["url"])
    scheme, colon, rest = url.partition("://")
    url = SOCKETS.get(scheme.lower(), scheme.lower()) + colon + rest
    if not url.startswith(OF_THE_WEB):
        return Problem("entry that is no HTTP request", "CORS does not apply")
    status = response.get("status")
    answered = type(status) is int and 100 <= status <= 999
    lost = None
    if not answered:
        if not wire_seen:
            why = (
                "the developer tools show no answer (status 0 or -1) where the browser refused it, "
                "lost it or still waited for it: record through the proxy to see which"
            )
            return Problem("call without an answer", why)
        lost = _text(entry.get("_error") or response.get("_error") or "no response was recorded")
    started = _moment(entry.get("startedDateTime"))
    try:
        return Wire(
            id=id,
            capture=capture,
            address="",
            connection="",
            started=started,
            ended=_end(started, entry.get("time")),
            method=_text(request["method"]),
            url=url,
            http_version=_version(request.get("httpVersion")),
            request=_fields(request.get("headers")),
            status=status if answered else None,
            response=_fields(response.get("headers")) if answered else (),
            lost=lost,
        ).through(door)
    except Unjudged as error:
        return error.problem


def _text(value: object) -> str:
    if type(value) is not str:
        raise TypeError("not a text")
    return value


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
    return seconds if 0 <= seconds < LATEST else None


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
