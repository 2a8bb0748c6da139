"""Flow files and single records: nothing is raised, and where mitmproxy reads, we read the same."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from io import BytesIO

from mitmproxy import flow, http
from mitmproxy.io import FlowReader

from analysis.exchange import Exchange
from analysis.redact import Door
from analysis.sources import migrated, usual
from analysis.sources.base import NOT_HTTP, Irrelevant, Problem, Unjudged
from analysis.sources.flow import exchange_of, proxied
from analysis.sources.flowfile import borders, exchanges
from analysis.sources.flowrecord import record
from analysis.sources.proxied import Proxied
from analysis.sources.stored import Stored
from analysis.sources.tnet import Unusual, whole

from . import told

KEY = b"fuzz"


def flows(data: bytes) -> None:
    """A whole file: read at once and in parts, beside mitmproxy's reader, judged, reported."""
    door = Door(KEY)
    read = list(exchanges(Stored.of(data), door, "c0", every=True))
    parts = [
        each
        for start, stop in borders(Stored.of(data), 400)
        for each in exchanges(Stored.of(data), Door(KEY), "c0", start, stop, every=True)
    ]
    assert parts == read
    theirs = _by_mitmproxy(data)
    for ours, known in zip(read, theirs, strict=False):
        assert _alike(ours, known), (ours, known)
    assert len(read) >= len(theirs)
    assert len(read) > 0 or not data.strip(b"\0\r\n\t ")
    told.judged(told.sound(read), door)


def records(inside: bytes) -> None:
    """What is inside of one record: both of our ways, and mitmproxy's."""
    compare(b"%d:%b}" % (len(inside), inside))


def lazily(raw: bytes) -> Proxied | str | None:
    """What the lazy reader makes of a record; None: it leaves it to mitmproxy."""
    try:
        outer = whole(raw)
    except Unusual:
        return None
    walked: Proxied | str | None = None
    with contextlib.suppress(Unusual):
        walked = record(raw, outer)
    at_a_run = usual.record(Stored.of(raw), 0)
    if at_a_run is not None:
        assert (repr(at_a_run[0]), at_a_run[1]) == (repr(walked), len(raw))
    return walked


def compare(raw: bytes) -> Proxied | str | None:
    """Read a record both ways; what the lazy one said."""
    said, known = lazily(raw), migrated.record(raw)
    if isinstance(said, str):
        read = Problem(f"{said} flow", NOT_HTTP)
        refused = isinstance(known, Problem) and known.fatal
        assert known is None or known == read or refused
    elif said is not None and isinstance(known, Proxied):
        assert repr(said) == repr(known)
    return said


def _by_mitmproxy(data: bytes) -> list[Exchange | Problem]:
    """What mitmproxy's own reader finds before it gives up."""
    if data.lstrip(b"\xef\xbb\xbf").startswith(b"{"):
        return []  # it would take it for a HAR file
    door = Door(KEY)
    return [_told(each, door) for each in _stream(data)]


def _stream(data: bytes) -> Iterator[flow.Flow]:
    # A version under bytes makes its reader go round forever.
    if b"7:version," not in data:
        with contextlib.suppress(Exception):  # whatever its reader raises, there it ends
            yield from FlowReader(BytesIO(data)).stream()


def _told(read: flow.Flow, door: Door) -> Exchange | Problem:
    if not isinstance(read, http.HTTPFlow):
        return Problem(f"{read.type} flow", NOT_HTTP)
    try:
        sound = migrated.is_sound(proxied(read))
    except Exception:  # mitmproxy does not look at what it takes over
        sound = False
    if not sound:
        return Problem("unreadable flow", "")
    try:
        return exchange_of(read, door, "c0")
    except Unjudged as error:
        return error.problem


def _alike(ours: Exchange | Irrelevant | Problem, known: Exchange | Problem) -> bool:
    if isinstance(ours, Problem) and isinstance(known, Problem):
        return ours.what == known.what
    # A NaN is not equal to itself.
    return ours == known or repr(ours) == repr(known)
