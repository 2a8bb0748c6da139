"""The session journal: redacted exchanges, one JSON line each, written while one browses.

`README.md` beside this file describes it. Unlike a flow file it holds no secrets: what stands
in it has come through the door already. It may be read while it is being written.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from .. import record
from ..exchange import Exchange
from .base import Problem
from .stored import Stored

FORMAT = "cors-audit/journal"
FORMAT_VERSION = 1
START = f'{{"format": "{FORMAT}", '.encode()
"""What every journal begins with."""
GAP = b'{"missing": '
BLOCK = 2**20
"""Bytes read at a time."""


def heading() -> str:
    """First line of a journal, and of every session that goes on in it."""
    return json.dumps({"format": FORMAT, "format_version": FORMAT_VERSION}) + "\n"


def line(exchange: Exchange) -> str:
    """One exchange as a line."""
    return record.write(exchange) + "\n"


def gap(missing: int) -> str:
    """The line that stands for exchanges that could not be written."""
    return json.dumps({"missing": missing}) + "\n"


def is_journal(head: bytes) -> bool:
    """Does a file that begins so hold a journal?"""
    return head.startswith(START)


def exchanges(data: Stored, capture: str) -> Iterator[Exchange | Problem]:
    """Read a journal; a broken line costs itself."""
    torn = 0
    for number, text in enumerate(_lines(data), 1):
        if not text.strip():
            continue
        if text.startswith(START):
            if torn:
                yield Problem("line cut off", "the writing was interrupted there; it went on later")
            torn = 0
            refused = _refused(text)
            if refused is not None:
                yield refused
                return
            continue
        if torn and not text.startswith(GAP):
            yield _damaged(torn)
        torn = 0
        try:
            yield _read(text, capture)
        except (
            ValueError,
            TypeError,
            LookupError,
            AttributeError,
            ArithmeticError,
            RecursionError,
        ):
            torn = number
    if torn and data[len(data) - 1 : len(data)] == b"\n":
        yield _damaged(torn)
    elif torn:
        why = "the journal is still being written, or its writing was interrupted there"
        yield Problem("last line without end", why)


def _lines(data: Stored) -> Iterator[bytes]:
    """The lines; the last one may have no end."""
    begun: list[bytes] = []
    for block in data.blocks(0, BLOCK):
        first, *others = block.split(b"\n")
        begun.append(first)
        for each in others:
            yield b"".join(begun)
            begun = [each]
    if last := b"".join(begun):
        yield last


def _read(text: bytes, capture: str) -> Exchange | Problem:
    if text.startswith(GAP):
        why = f"{int(json.loads(text)['missing'])} exchanges could not be written at that time"
        return Problem("gap in the journal", why, fatal=True)
    return record.read(text, capture)


def _refused(text: bytes) -> Problem | None:
    """What keeps what follows this heading from being read."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        said = {}
    version = said.get("format_version")
    if version != FORMAT_VERSION:
        why = f"format_version {version!r}: read it with the cors-audit that wrote it, or newer"
        return Problem("journal of another version", why, fatal=True)
    return None


def _damaged(number: int) -> Problem:
    return Problem("damaged record", f"line {number} of the journal", fatal=True)
