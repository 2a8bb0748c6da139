"""Flow files: a stream of exchanges out of mitmproxy's own format.

Reads record by record, so that a damaged one costs itself and not the rest of the file:
mitmproxy's `FlowReader` stops at the first. What current versions of mitmproxy wrote is read
by `usual` and `flowrecord`; anything else is left to mitmproxy, which is loaded for that only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from ..exchange import Exchange, believed
from ..redact import Door
from . import usual
from .base import NOT_HTTP, Irrelevant, Problem, Unjudged
from .flowrecord import record
from .proxied import Proxied
from .stored import OFTEN, WINDOW, Stored
from .tnet import DICTIONARY, LENGTH, Unusual, item, whole

_RECORD = re.compile(
    rb"\d{2,12}:(?=\d{1,2}:(?:websocket|messages|response|request|version|type|id|backup)[;,])"
)
_HEAD = 48
"""Bytes that hold the beginning of a record as `_RECORD` knows it."""
_PADDING = b"\0\r\n\t "


IN_VAIN = 2**22
"""Bytes of seeming flows that may be looked at in vain behind a damage, beside as many as were
passed."""


def holds_flows(data: Stored) -> bool:
    """Is there a flow record in these bytes, be it behind a damaged beginning?"""
    return next(data.search(_RECORD, 0, _HEAD), None) is not None


def exchanges(
    data: Stored,
    door: Door,
    capture: str,
    start: int = 0,
    stop: int | None = None,
    passed: Callable[[int], None] | None = None,
    every: bool = False,
) -> Iterator[Exchange | Irrelevant | Problem]:
    """Read the flows in `data`, a whole file.

    Args:
        start, stop: the part of `data` to read; borders as `borders` finds them.
        passed: called now and then with the number of bytes that were read since.
        every: make an exchange also of what has nothing to do with CORS.

    Yields:
        An exchange per HTTP flow that may tell something about CORS, `Irrelevant` per other one, a
        `Problem` per thing that could not be judged.
    """
    for found in records(data, start, stop, passed):
        if isinstance(found, Proxied):
            if not every and not found.matters:
                yield Irrelevant(found.id, believed(found.started), believed(found.ended))
                continue
            try:
                yield found.exchange(door, capture)
            except Unjudged as error:
                yield error.problem
        else:
            # mitmproxy's errors quote what they stumbled over.
            yield replace(found, reason=door.text(found.reason)) if found.fatal else found


def records(
    data: Stored,
    start: int = 0,
    stop: int | None = None,
    passed: Callable[[int], None] | None = None,
) -> Iterator[Proxied | Problem]:
    """What stands in `data`, nothing withheld; arguments as for `exchanges`."""
    end = len(data) if stop is None else min(stop, len(data))
    position = told = start
    while position < end:
        found, position = usual.record(data, position) or _next(data, position)
        if passed is not None and position - told >= OFTEN:
            passed(position - told)
            told = position
        if found is not None:
            yield found
    if passed is not None:
        passed(end - told)


def borders(data: Stored, size: int) -> Iterator[tuple[int, int]]:
    """Cut a file into parts of about `size` bytes, at the beginnings of records.

    Found by stepping from record to record, never by searching: a body may hold a flow file.
    What lies behind the first thing that is no whole record is one part, whatever its size.
    Records that are whole but damaged inside do not reach over a border (see `_damage`).
    """
    start = position = 0
    while position < len(data):
        end = _framed(data, position)
        if end is None:
            break
        position = end
        if position - start >= size:
            yield start, position
            start = position
    if start < len(data):
        yield start, len(data)


def _next(data: Stored, position: int) -> tuple[Proxied | Problem | None, int]:
    """What begins at `position` and is not the usual record, and where the next thing begins.

    None: only padding is left.
    """
    found, end = _record(data, position)
    if found is not None:
        return found, end
    if not any(each.strip(_PADDING) for each in data.blocks(position, WINDOW)):
        return None, len(data)
    return _damage(data, position)


def _record(data: Stored, position: int) -> tuple[Proxied | Problem | None, int]:
    """The record that begins at `position`, if not the usual one; None: it is none."""
    try:
        outer = item(data, position, len(data))
    except Unusual:
        return None, position
    if outer.kind != DICTIONARY:
        return None, position
    end = outer.stop + 1
    try:
        if end - position <= WINDOW:
            raw = data[position:end]
            found = record(raw, whole(raw))
        else:
            found = record(data, outer)
    except Unusual:
        from . import migrated

        return migrated.record(data[position:end]), end
    return (Problem(f"{found} flow", NOT_HTTP) if isinstance(found, str) else found), end


def _damage(data: Stored, position: int) -> tuple[Problem, int]:
    """The damaged stretch that begins at `position`, and where it ends.

    A record whose frame is whole, and ends where another one or the file does, is lost alone.
    Otherwise the next flow that is whole is searched for. A body may hold something that looks
    like one (a recorded download of a flow file), so this is the last resort.
    """
    end = _framed(data, position)
    if end is None:
        end = next(_flows_behind(data, position), None)
    last = len(data) if end is None else end
    where = f"not readable at byte {position}: {last - position} bytes are lost"
    if end is None:
        where += " (the end of the file)"
    return Problem("damaged record", where, fatal=True), last


def _flows_behind(data: Stored, position: int) -> Iterator[int]:
    """Where a whole flow begins. A number that was cut off may stand before its length.

    A body may hold thousands of beginnings that all claim to reach to its end. What is looked at
    in vain is therefore bounded by what lies behind already; a beginning that comes when nothing
    is left is passed over.
    """
    in_vain = 0
    for found in data.search(_RECORD, position + 1, _HEAD):
        for start in range(found, found + data[found : found + _HEAD].index(b":") - 1):
            if in_vain > IN_VAIN + start - position:
                break
            read, end = usual.record(data, start) or _record(data, start)
            if isinstance(read, Proxied):
                yield start
            in_vain += end - start


def _framed(data: Stored, position: int) -> int | None:
    """End of the frame that begins at `position`, if what follows confirms it."""
    length = LENGTH.match(data[position : position + _HEAD])
    if length is None:
        return None
    stop = position + length.end() + int(length[1])
    behind = data[stop : stop + 1 + _HEAD]
    if behind[:1] != b"}":
        return None
    end = stop + 1
    return end if end == len(data) or _RECORD.match(behind, 1) else None
