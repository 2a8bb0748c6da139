"""Recordings with a hostile string in every field that a capture has.

Each call goes to a server of its own and is refused by the browser, so that each gets a card
whose raw exchange shows all that was captured of it.
"""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mitmproxy import flow, http
from mitmproxy.io import FlowReader

from tests.unit import flows

from .corpus import STRINGS, wire

PAGE = b"https://app.example"
PER_RECORDING = 31
"""Calls in one recording: each must get a card, and long values leave room for few."""

KEPT = (
    b"Accept", b"Accept-Language", b"Cache-Control", b"Content-Type", b"Sec-CH-UA",
    b"Sec-Fetch-Dest", b"Via",
)  # fmt: skip
"""Request headers whose values reports may show."""
KEPT_ANSWERS = (
    b"Access-Control-Allow-Origin", b"Access-Control-Allow-Credentials",
    b"Access-Control-Allow-Headers", b"Access-Control-Allow-Methods",
    b"Access-Control-Expose-Headers", b"Access-Control-Max-Age", b"Content-Type", b"Server",
    b"Timing-Allow-Origin", b"Vary", b"X-Powered-By",
)  # fmt: skip
WITHHELD = (b"Authorization", b"Cookie", b"Referer", b"X-Mine")
WITHHELD_ANSWERS = (b"Set-Cookie", b"WWW-Authenticate", b"X-Theirs")


def _call(number: int) -> http.HTTPFlow:
    made = flows.call(url=f"https://api-{number}.example/list", started=1_700_000_000.0 + number)
    made.id = f"{number:08d}-flow"
    return made


def in_headers(number: int, text: str) -> http.HTTPFlow:
    """The method, and what reports may show of headers: names on both sides, and the values on
    the list."""
    made, value = _call(number), wire(text)
    assert made.response is not None
    made.request.data.method = value
    asked = [*((name, value) for name in KEPT), (b"X-" + value, b"name")]
    made.request.headers.fields += tuple(asked)
    made.response.headers = http.Headers(
        [*((name, value) for name in KEPT_ANSWERS), (value, b"name")]
    )
    return made


def in_secrets(number: int, text: str) -> http.HTTPFlow:
    """Values that reports show only when asked not to redact, `User-Agent` among them."""
    made, value = _call(number), wire(text)
    assert made.response is not None
    made.request.data.path = b"/search?b=" + value + b"&" + value + b"=1"
    made.request.headers[b"User-Agent"] = flows.CHROMIUM.encode() + b" " + value
    made.request.headers.fields += tuple((name, value) for name in WITHHELD)
    made.response.headers = http.Headers([(name, value) for name in WITHHELD_ANSWERS])
    return made


def in_preflight(number: int, text: str) -> http.HTTPFlow:
    """What a preflight asks for, and what its answer lists."""
    made, value = _call(number), wire(text)
    assert made.response is not None
    made.request.method = "OPTIONS"
    made.request.headers[b"Access-Control-Request-Method"] = value
    made.request.headers[b"Access-Control-Request-Headers"] = value
    made.response.headers = http.Headers(
        [
            (b"Access-Control-Allow-Origin", PAGE),
            (b"Access-Control-Allow-Methods", b"x" + value),
            (b"Access-Control-Allow-Headers", value),
            (b"Access-Control-Max-Age", value),
        ]
    )
    return made


def in_path(number: int, text: str) -> http.HTTPFlow:
    """The path, and what the server redirects to."""
    made, value = _call(number), wire(text)
    assert made.response is not None
    made.request.data.path = b"/p/" + value
    made.response.status_code = 302
    made.response.headers[b"Location"] = b"/q/" + value
    return made


def in_origin(number: int, text: str) -> http.HTTPFlow:
    """The page's origin; what does not begin like one of the web is not judged."""
    made = _call(number)
    made.request.headers[b"Origin"] = b"http://" + wire(text)
    return made


def in_host(number: int, text: str) -> http.HTTPFlow:
    """The host, as the `Host` header has it and as the proxy connected."""
    made = _call(number)
    made.request.headers[b"Host"] = wire(text) + b"%d" % number
    host = wire(text).decode("utf-8", "replace")
    made.request.data.host = made.client_conn.sni = made.server_conn.sni = host
    return made


def in_error(number: int, text: str) -> http.HTTPFlow:
    """What mitmproxy said when the connection broke."""
    made = _call(number)
    made.response = None
    made.error = flow.Error(text)
    return made


FIELDS: dict[str, Callable[[int, str], http.HTTPFlow]] = {
    "headers": in_headers,
    "secrets": in_secrets,
    "preflight": in_preflight,
    "path": in_path,
    "origin": in_origin,
    "host": in_host,
    "error": in_error,
}


@dataclass(frozen=True)
class Recording:
    """A file, and the calls in it by the id of their flow."""

    path: Path
    calls: dict[str, http.HTTPFlow]


def record(folder: Path, field: str) -> tuple[list[Recording], int]:
    """Write the calls with every string in one field; answers the files, and how many calls
    mitmproxy refused to write or to read again."""
    taken: list[tuple[http.HTTPFlow, bytes]] = []
    for number, text in enumerate(STRINGS):
        call = FIELDS[field](number, text)
        with contextlib.suppress(UnicodeError, ValueError):
            data = flows.dump(call)
            if len(list(FlowReader(io.BytesIO(data)).stream())) == 1:
                taken.append((call, data))
    made = []
    for first in range(0, len(taken), PER_RECORDING):
        part = taken[first : first + PER_RECORDING]
        path = folder / file_name(f"{field} {first} {STRINGS[len(made)]}")
        path.write_bytes(b"".join(data for _, data in part))
        made.append(Recording(path, {call.id: call for call, _ in part}))
    return made, len(STRINGS) - len(taken)


def file_name(text: str) -> str:
    """What of a string can be the name of a file: no slash, no NUL, 200 bytes."""
    return os.fsdecode(wire(text).replace(b"/", b"").replace(b"\0", b"")[:200])
