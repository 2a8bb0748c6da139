"""Exchanges written by hand, as `curl -v` shows them.

    # comment
    > GET https://api.example/me        a request begins (method, absolute URL, [HTTP/2])
    > Origin: https://app.example       its headers
    < 200                               the answer's status; `! reason` instead: none came
    < Access-Control-Allow-Origin: *    its headers
    ~ answered by the proxy             how the proxy had a hand in it
    + 30                                seconds that the answer, or the failure, took to come
    @ 2.5                               seconds after the start at which the next one begins

Without these each exchange begins 0.1 s after the one before and takes 0.05 s. The notation
of the rules' examples and of `tests/cases`. `= …` lines are left to the reader of the file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ..exchange import Exchange
from ..redact import Door
from .wire import Wire

CHROMIUM = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/156.0.0.0 Safari/537.36"
)
"""User agent of a request that names none: a transcript tells of a browser."""
STEP = 0.1
TOOK = 0.05
_REQUEST = re.compile(r"[^\s:]+ [a-z]+://")


@dataclass
class _Draft:
    number: int
    method: str
    url: str
    http_version: str
    started: float
    request: list[tuple[bytes, bytes]] = field(default_factory=list)
    status: int | None = None
    response: list[tuple[bytes, bytes]] = field(default_factory=list)
    lost: str | None = None
    took: float = TOOK
    altered: str | None = None


def exchanges(text: str, door: Door | None = None, capture: str = "transcript") -> list[Exchange]:
    """Read a transcript.

    Raises:
        ValueError: a line cannot be understood; the message names it.
    """
    door = door or Door()
    return [each.through(door) for each in wires(text, capture)]


def wires(text: str, capture: str = "transcript") -> list[Wire]:
    """What a transcript says, nothing withheld.

    Raises:
        ValueError: a line cannot be understood; the message names it.
    """
    drafts: list[_Draft] = []
    clock = 0.0
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line or line[0] in "#=":
            continue
        mark, _, rest = line.partition(" ")
        rest = rest.strip()
        if mark == "@":
            clock = float(rest)
        elif mark == ">" and _REQUEST.match(rest):
            draft = _request_line(rest, len(drafts) + 1, clock)
            drafts.append(draft)
            clock += STEP
        elif mark == ">" and drafts:
            drafts[-1].request.append(_header(rest))
        elif mark == "<" and drafts and rest[:3].isdigit():
            drafts[-1].status = int(rest[:3])
        elif mark == "<" and drafts:
            drafts[-1].response.append(_header(rest))
        elif mark == "!" and drafts:
            drafts[-1].lost = rest
        elif mark == "+" and drafts:
            drafts[-1].took = float(rest)
        elif mark == "~" and drafts:
            drafts[-1].altered = rest
        else:
            raise ValueError(f"line {number} is no transcript: {raw!r}")
    return [_wire(draft, capture) for draft in drafts]


def _request_line(rest: str, number: int, clock: float) -> _Draft:
    method, url, *version = rest.split()
    return _Draft(number, method, url, version[0] if version else "HTTP/1.1", clock)


def _header(rest: str) -> tuple[bytes, bytes]:
    name, colon, value = rest.partition(":")
    if not colon or not name.strip():
        raise ValueError(f"no header: {rest!r}")
    return name.strip().encode("latin-1"), value.strip().encode("latin-1")


def _wire(draft: _Draft, capture: str) -> Wire:
    return Wire(
        id=f"{capture}#{draft.number}",
        capture=capture,
        address="",
        connection="",
        started=draft.started,
        ended=draft.started + draft.took,
        method=draft.method,
        url=draft.url,
        http_version=draft.http_version,
        request=tuple(draft.request),
        status=draft.status,
        response=tuple(draft.response),
        lost=draft.lost or (None if draft.status else "no response was recorded"),
        user_agent=CHROMIUM,
        altered=draft.altered,
    )
