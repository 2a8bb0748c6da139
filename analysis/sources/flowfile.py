"""Flow files: a stream of exchanges out of mitmproxy's own format.

Reads frame by frame, so that a damaged record costs itself and not the rest of the file:
mitmproxy's `FlowReader` stops at the first one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from mmap import mmap
from typing import Any

from mitmproxy import flow as mitm_flow
from mitmproxy import version
from mitmproxy.http import HTTPFlow
from mitmproxy.io import compat, tnetstring

from ..exchange import Exchange
from ..redact import Door
from ..relevance import may_matter
from .base import Problem, give_back
from .flow import exchange_of

_LENGTH = re.compile(rb"(\d{1,12}):")
_RECORD = re.compile(
    rb"(\d{2,12}):(?=\d{1,2}:(?:websocket|response|request|version|type|id|backup)[;,])"
)

_KEYS = {"id", "type", "version"}
_PADDING = re.compile(rb"[\0\r\n\t ]*\Z")


def holds_flows(data: bytes | mmap) -> bool:
    """Is there a flow record in these bytes, be it behind a damaged beginning?"""
    return _RECORD.search(data) is not None


def exchanges(data: bytes | mmap, door: Door, capture: str) -> Iterator[Exchange | Problem]:
    """Read the flows in `data` (a whole file; a mapped one serves as well).

    Yields:
        An exchange per HTTP flow, a `Problem` per thing that could not be judged.
    """
    aside = Door(redact=door.redact)
    for offset, state in _frames(data):
        if state is None:
            yield Problem("damaged record", f"not readable at byte {offset}", fatal=True)
            continue
        yield _one(state, door, aside, capture)


def _one(state: dict[Any, Any], door: Door, aside: Door, capture: str) -> Exchange | Problem:
    """One record. What has nothing to do with CORS goes through the door `aside`: what is
    withheld there cannot get into a report, and a live session does not look at it."""
    kind = state.get("type", state.get(b"type", "http"))
    try:
        flow = mitm_flow.Flow.from_state(compat.migrate_flow(state))
    except ValueError as error:
        if "flow format version" in str(error):
            return Problem("flow of another version", _version_advice(str(error)), fatal=True)
        return Problem("unreadable flow", door.text(str(error)), fatal=True)
    except Exception as error:  # mitmproxy raises KeyError, AssertionError and others here
        reason = door.text(f"{type(error).__name__}: {error}")
        return Problem("unreadable flow", reason, fatal=True)
    if not isinstance(flow, HTTPFlow):
        return Problem(f"{kind} flow", "not HTTP: CORS does not apply")
    response = flow.response
    answer = response.headers.fields if response is not None else ()
    matters = may_matter(flow.request.headers.fields, answer)
    try:
        return exchange_of(flow, door if matters else aside, capture)
    except ValueError as error:
        return Problem("request with an unreadable URL", str(error))


def _version_advice(message: str) -> str:
    found = re.search(r"version (\d+(?:, \d+)*)", message)
    return (
        f"written by another version of mitmproxy (flow format {found[1] if found else '?'}; "
        f"mitmproxy {version.VERSION} here reads up to {version.FLOW_FORMAT_VERSION}): "
        "upgrade mitmproxy, or re-save the file with the version that wrote it"
    )


def _frames(data: bytes | mmap) -> Iterator[tuple[int, dict[Any, Any] | None]]:
    """(offset, record) for each record; None marks a damaged stretch, skipped as a whole.

    Behind damage it goes on at the next record that is whole. A body may hold something that
    looks like one (a recorded download of a flow file), so this is done behind damage only.
    """
    position = returned = 0
    while position < len(data):
        state, end = _frame(data, position)
        if state is not None:
            yield position, state
            position = end
            returned = give_back(data, returned, position)
            continue
        if _PADDING.match(data, position):
            return
        yield position, None
        for following in _RECORD.finditer(data, position + 1):
            state, _ = _frame(data, following.start())
            if state is not None and state.keys() >= _KEYS:
                position = following.start()
                break
        else:
            return


def _frame(data: bytes | mmap, position: int) -> tuple[dict[Any, Any] | None, int]:
    length = _LENGTH.match(data, position)
    end = length.end() + int(length[1]) if length else -1
    if length is None or end >= len(data) or data[end : end + 1] != b"}":
        return None, -1
    try:
        state = tnetstring.loads(data[position : end + 1])
    except ValueError:
        return None, -1
    return (state, end + 1) if isinstance(state, dict) else (None, -1)
