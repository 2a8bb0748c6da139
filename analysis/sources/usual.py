"""The usual record, read at a run: what a proxied browser's request and its answer look like.

mitmproxy writes the keys of a flow in one order, and most values that nobody set are the same
in every flow. These patterns expect just that. Between them lie the parts that are stepped
over by their lengths. Every length that is written down is compared with what was found, so
that a match is proof and not a guess; where anything differs the walker of `record` reads on.
"""

from __future__ import annotations

import re

from .flowrecord import REMEMBERED_SIZE, client, lines, value, was_reached
from .proxied import Answer, Proxied
from .stored import Stored
from .tnet import DICTIONARY, Item, members

_TIME = rb"(?:%b)\^" % b"|".join(rb"%d:[0-9.]{%d}" % (n, n) for n in (17, 18, 16, 15, 14, 13, 12))
"""A time that nobody wants, as the clock gives it: seconds, with a few digits behind the dot."""
_WANTED_TIME = rb"(\d\d):([0-9.]{12,18})\^"
_VERSION = rb"8:HTTP/[12]\.[01]|6:HTTP/3"
_BODY = rb"8:trailers;0:~7:content;(\d{1,12}):"
_RESPONSE = re.compile(
    rb"(\d{1,12}):9:websocket;0:~8:response;(\d{1,12}):"
    rb"6:reason;(\d{1,3}):([^,]{0,100}),11:status_code;3:(\d{3})#"
    rb"13:timestamp_end;(?:0:~|" + _WANTED_TIME + rb")15:timestamp_start;" + _TIME + _BODY
)
_HEADERS = re.compile(rb"[,~]7:headers;(\d{1,12}):")
_REQUEST = re.compile(
    rb"\]12:http_version;(?:" + _VERSION + rb"),(\})7:request;(\d{1,12}):4:path;(\d{1,12}):"
)
_TARGET = re.compile(
    rb",9:authority;(\d{1,3}):([^,]{0,300}),6:scheme;(\d{1,2}):([^,]{0,20}),"
    rb"6:method;(\d{1,2}):([^,]{0,40}),4:port;(\d):(\d{1,5})#4:host;(\d{1,3}):([!-:<-~]{0,300});"
)
_LONGEST_TARGET = 750
"""Bytes of what `_TARGET` matches, at the most."""
_SENT_KEY = b"13:timestamp_end;"
_SENT = re.compile(
    _SENT_KEY + rb"(?:0:~|" + _TIME + rb")15:timestamp_start;" + _WANTED_TIME + _BODY
)
_FLOW = re.compile(
    rb"\]12:http_version;(" + _VERSION + rb"),(\})6:backup;0:~17:timestamp_created;" + _TIME
    + rb"7:comment;0:;8:metadata;0:\}6:marked;0:;9:is_replay;0:~11:intercepted;5:false!"
)  # fmt: skip
_END = re.compile(rb"5:error;0:~2:id;36:([!-~]{36});4:type;4:http;7:version;2:21#\}")
_END_SIZE = 86
"""Bytes of what `_END` matches."""
_BEGIN = 512
"""Bytes from the beginning of a record up to the body of its answer, at the most."""
_MORE = 2**15
"""Bytes between two bodies, or behind the last one, if there are no more than usual."""
_TARGETS_KEPT, _CONNECTIONS_KEPT = 1024, 256
_TELLING = 96
"""Bytes at the end of a record's connections, with ports and an id: they tell which ones it is."""

_targets: dict[bytes, tuple[bytes, bytes, bytes, str, int]] = {}
"""Method, scheme, authority, host and port, by how they stand in a record."""
_connections: dict[bytes, tuple[bytes, tuple[str, str, bytes | None, bool]]] = {}
"""By their last bytes: connections as they stand in a record, and what they say."""


def record(data: Stored, position: int) -> tuple[Proxied, int] | None:
    """Read the record that begins at `position`.

    Returns:
        What it says, and where it ends; None: it is not the usual one.
    """
    raw, base = data.around(position, position + _BEGIN)
    response = _RESPONSE.match(raw, position - base)
    if response is None:
        return None
    size, response_size, reason_size, reason, status, ended_size, ended, body = response.groups()
    # Places in the file; the closing brace stands at `stop`.
    stop = base + response.end(1) + 1 + int(size)
    response_stop = base + response.end(2) + 1 + int(response_size)
    place = base + response.end() + int(body)
    if stop >= base + len(raw):
        raw, base = data.around(place, min(place + _MORE, stop + 1))
    got = _HEADERS.match(raw, place - base)
    if got is None:
        return None
    got_end = got.end() + int(got[1])
    request = _REQUEST.match(raw, got_end)
    if request is None:
        return None
    path_end = request.end() + int(request[3])
    target_end = raw.find(_SENT_KEY, path_end, path_end + _LONGEST_TARGET)
    if target_end < 0:
        return None
    target, sent = _target(raw[path_end:target_end]), _SENT.match(raw, target_end)
    if target is None or sent is None:
        return None
    path, got_lines = raw[request.end() : path_end], raw[got.end() : got_end]
    sound = base + request.start(1) == response_stop
    request_stop = base + request.end(2) + 1 + int(request[2])
    started_size, started, body = sent.groups()
    place = base + sent.end() + int(body)
    if stop >= base + len(raw):
        raw, base = data.around(place, min(place + _MORE, stop + 1))
    asked = _HEADERS.match(raw, place - base)
    if asked is None:
        return None
    asked_end = asked.end() + int(asked[1])
    flow = _FLOW.match(raw, asked_end)
    if flow is None:
        return None
    end = stop + 1 - base - _END_SIZE
    last = _END.match(raw, end) if end > flow.end() else None
    if (
        last is None
        or not sound
        or base + flow.start(2) != request_stop
        or len(reason) != int(reason_size)
        or (ended is not None and len(ended) != int(ended_size))
        or len(started) != int(started_size)
    ):
        return None
    try:
        address, connection, front, reached = _connection(raw, flow.end(), end)
        read = Proxied(
            id=last[1].decode("ascii"),
            address=address,
            connection=connection,
            started=float(started),
            method=target[0],
            scheme=target[1],
            authority=target[2],
            host=target[3],
            port=target[4],
            path=path,
            http_version=flow[1][2:],
            request=lines(raw[asked.end() : asked_end]),
            answer=Answer(int(status), lines(got_lines), float(ended) if ended else None),
            failure=None,
            replayed=False,
            edited=False,
            reached=reached,
            front=front,
        )
    except ValueError:  # what looks like a number is none, or a part is not the usual one
        return None
    return read, stop + 1


def _target(part: bytes) -> tuple[bytes, bytes, bytes, str, int] | None:
    """What is between path and times of a request; None: it is not the usual."""
    known = _targets.get(part)
    if known is not None:
        return known
    usual = _TARGET.fullmatch(part)
    if usual is None:
        return None
    said = usual.groups()
    if any(len(value) != int(size) for size, value in zip(said[::2], said[1::2], strict=True)):
        return None
    authority, scheme, method, port, host = said[1::2]
    if len(_targets) >= _TARGETS_KEPT:
        _targets.clear()
    known = _targets[part] = method, scheme, authority, host.decode("ascii"), int(port)
    return known


def _connection(raw: bytes, start: int, stop: int) -> tuple[str, str, bytes | None, bool]:
    """What `Proxied` has of the connections that stand here: both keys with their values.

    A browser uses a connection many times, and its certificates are most of a record: they are
    compared with those of a record that was read, which is quicker than to read them.

    Raises:
        ValueError: they are not the usual ones.
    """
    key = raw[stop - _TELLING : stop]
    known = _connections.get(key)
    if known is not None and len(known[0]) == stop - start and raw.startswith(known[0], start):
        return known[1]
    part = raw[start:stop]
    both = members(part, Item(DICTIONARY, 0, len(part)))
    if both.keys() != {b"server_conn", b"client_conn"}:
        raise ValueError("other keys")
    said = (
        *client(value(part, both[b"client_conn"])),
        was_reached(value(part, both[b"server_conn"])),
    )
    if len(part) <= 2 * REMEMBERED_SIZE:
        if len(_connections) >= _CONNECTIONS_KEPT:
            _connections.clear()
        _connections[key] = part, said
    return said
