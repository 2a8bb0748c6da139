"""The session journal: redacted exchanges, one JSON line each, written while one browses.

Each line is flushed at once, so a crash costs at most the last one. Unlike a flow file it
holds no secrets: what stands in it has come through the door already.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from mmap import mmap

from ..exchange import Exchange
from ..plain import plain, typed
from .base import Problem

FORMAT = "cors-audit/journal"
FORMAT_VERSION = 1


def heading() -> str:
    """First line of a journal."""
    return json.dumps({"format": FORMAT, "format_version": FORMAT_VERSION}) + "\n"


def line(exchange: Exchange) -> str:
    """One exchange as a line."""
    return json.dumps(plain(exchange), ensure_ascii=True) + "\n"


def is_journal(head: bytes) -> bool:
    """Does a file that begins so hold a journal?"""
    return head.startswith(heading()[:30].encode())


def exchanges(data: bytes | mmap, capture: str) -> Iterator[Exchange | Problem]:
    """Read a journal; a broken line costs itself."""
    lines = iter(bytes(data).split(b"\n"))
    try:
        version = json.loads(next(lines)).get("format_version")
    except ValueError:
        version = None
    if version != FORMAT_VERSION:
        yield Problem(
            "journal of another version",
            f"format_version {version!r}: read it with the cors-audit that wrote it, or newer",
            fatal=True,
        )
        return
    for number, text in enumerate(lines, 2):
        if not text.strip():
            continue
        try:
            yield typed(Exchange, {**json.loads(text), "capture": capture})
        except (ValueError, TypeError, KeyError, AttributeError):
            yield Problem("damaged record", f"line {number} of the journal", fatal=True)
