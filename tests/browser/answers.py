"""What the origin server says to one request: the right-hand column of the case tables.

Header values are templates: `{origin}` is the request's `Origin`, `{page}` the origin of the
page, `{acrm}` and `{acrh}` what the preflight asks for, and `<api/1b>` the URL of step `1b` at
the place `api` (`<http:api/1b>` with another scheme, `<me:pw@api/1b>` with user-info).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

Headers = tuple[tuple[str, str], ...]

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da"
    "63fcffff3f0300050001ff5cb8b1a00000000049454e44ae426082"
)

CONTENTS: dict[str, tuple[str, bytes]] = {
    "json": ("application/json", b'{"ok": true}'),
    "text": ("text/plain", b"ok"),
    "png": ("image/png", PNG),
    "svg": ("image/svg+xml", b'<svg xmlns="http://www.w3.org/2000/svg"><g id="a"/></svg>'),
    "js": ("text/javascript", b"globalThis.loaded = true;\n"),
    "worker": ("text/javascript", b"postMessage('ok');\n"),
    "css": ("text/css", b"body { color: black }\n"),
    "font": ("font/woff2", b"not really a font"),
    "vtt": ("text/vtt", b"WEBVTT\n\n00:00.000 --> 00:01.000\nok\n"),
    "sse": ("text/event-stream", b"data: ok\n\n"),
    "html": ("text/html", b"<!doctype html><title>ok</title>ok"),
    "video": ("video/mp4", b"not really a video"),
}
"""Content type and body by a short name."""


class Trouble(StrEnum):
    """Ways of not answering."""

    RESET = "reset"
    GARBAGE = "garbage"
    SHORT = "short"
    """Headers promise more bytes than come."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One response."""

    status: int = 200
    headers: Headers = ()
    content: str = "json"
    trouble: Trouble | None = None
    delay: float = 0.0
    """Seconds to wait first."""
    not_modified: Headers | None = None
    """Headers of the 304 that a conditional request gets instead."""

    def plus(self, *headers: tuple[str, str]) -> Answer:
        """The same with more headers."""
        return replace(self, headers=self.headers + headers)


def policy(
    acao: str | None = "{origin}",
    acac: str | None = None,
    acam: str | None = None,
    acah: str | None = None,
    acma: str | None = None,
    aceh: str | None = None,
) -> Headers:
    """The CORS response headers, those that are given."""
    values = {
        "Access-Control-Allow-Origin": acao,
        "Access-Control-Allow-Credentials": acac,
        "Access-Control-Allow-Methods": acam,
        "Access-Control-Allow-Headers": acah,
        "Access-Control-Max-Age": acma,
        "Access-Control-Expose-Headers": aceh,
    }
    return tuple((name, value) for name, value in values.items() if value is not None)


FRESH = (("Cache-Control", "max-age=600"),)
NO_STORE = (("Cache-Control", "no-store"),)

ECHO = Answer(headers=policy(acac="true") + NO_STORE)
"""Everything allowed, for any page."""
STAR = Answer(headers=policy("*") + NO_STORE)
SILENT = Answer(headers=NO_STORE)
"""Knows nothing of CORS."""
GRANT = Answer(204, policy(acac="true", acam="{acrm}", acah="{acrh}", acma="0"))
"""A preflight answer that allows what was asked for, once."""


def preflight(status: int = 204, **values: Any) -> Answer:
    """A preflight answer; what is not given is granted, `None` leaves a header out."""
    granted: dict[str, Any] = {
        "acao": "{origin}",
        "acac": "true",
        "acam": "{acrm}",
        "acah": "{acrh}",
        "acma": "0",
    }
    return Answer(status, policy(**(granted | values)))


READABLE = policy(acac="true")
"""Any page may read it, with credentials."""


def redirect(to: str, status: int = 302, headers: Headers = READABLE) -> Answer:
    """A redirect, readable by the page unless other headers are given."""
    return Answer(status, (("Location", to), *headers, *NO_STORE), content="text")


@dataclass(frozen=True, slots=True)
class Reply:
    """How one URL answers: its preflights, and its other requests in turn."""

    answers: tuple[Answer, ...] = (ECHO,)
    """For the first, second, … request; the last one repeats."""
    preflights: tuple[Answer, ...] = field(default=(GRANT,))
