"""A recording whose every field holds bytes that command terminals, or cannot be seen."""

from __future__ import annotations

import re
from pathlib import Path

from mitmproxy import flow, http

from tests.unit import flows

MARK = b"MARK"
NASTY = b"\x1b]0;MARK\x07\x1b[31mMARK\x9b2JMARK\x00\xff\xed\xb2\x80\xe2\x80\xae\x07\x08MARK"
"""ESC sequences, C1 controls, a lone surrogate in UTF-8, right-to-left override, bell."""


PATH = 1
"""Number of the field that is the path."""


def recorded(for_console: bool = False) -> list[http.HTTPFlow]:
    """One field at a time, and all of them at once.

    Args:
        for_console: leave out what mitmproxy's console cannot show by itself: a path that is no
            UTF-8 stops it, and C1 controls in an error it writes as they are.
    """
    made = [_nasty(each) for each in range(9) if not (for_console and each == PATH)]
    lost = flows.call(url="https://api.example/lost", status=None)
    told = NASTY
    if for_console:
        told = told.replace(b"\x9b", b"")
    else:
        made.append(_nasty(-1))
    lost.error = flow.Error("lost " + told.decode("latin-1"))
    return [*made, lost]


def save(path: Path) -> Path:
    """Write the whole recording."""
    return flows.save(path, *recorded())


def _nasty(field: int) -> http.HTTPFlow:
    """A refused call, with the field of that number spoilt; -1 spoils all."""
    name = "all" if field < 0 else str(field)
    made = flows.call(url=f"https://api.example/field{name}")
    assert made.response is not None
    asked, answered = made.request, made.response

    def spoilt(number: int) -> bool:
        return field in (-1, number)

    if spoilt(0):
        asked.data.method = b"GET" + NASTY
    if spoilt(PATH):
        # Other bytes: what is taken out of a path must not stand in a report at all.
        asked.data.path = b"/" + NASTY.replace(MARK, b"PATH")
    if spoilt(2):
        asked.headers.fields = _replaced(asked.headers, b"Origin", b"https://" + NASTY)
    if spoilt(3):
        asked.headers.fields = (*asked.headers.fields, (b"X-" + NASTY, b"1"))
    if spoilt(4):
        wanted = (b"Access-Control-Request-Headers", NASTY)
        asked.headers.fields = (*asked.headers.fields, wanted)
    if spoilt(5):
        answered.headers.fields = ((b"Access-Control-Allow-Origin", NASTY),)
    if spoilt(6):
        answered.headers.fields = (*answered.headers.fields, (b"Access-Control-" + NASTY, NASTY))
    if spoilt(7):
        asked.headers.fields = _replaced(asked.headers, b"Host", b"api.example" + NASTY)
    if spoilt(8):
        answered.headers.fields = (*answered.headers.fields, (b"Vary", NASTY), (b"Server", NASTY))
    return made


def _replaced(headers: http.Headers, name: bytes, value: bytes) -> tuple[tuple[bytes, bytes], ...]:
    return tuple((n, value if n == name else v) for n, v in headers.fields)


def raw(written: bytes) -> list[bytes]:
    """Commands of the recording that got through: what stands in front of a MARK unchanged."""
    return re.findall(rb"(?:\x1b\]0;|\x1b\[31m|\xc2?\x9b2J|\x07|\x08|\x00)(?:MARK|PATH)", written)


def unseen(text: str) -> list[str]:
    """Characters of a text that cannot be seen, or turn the others round."""
    return re.findall("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", text)
