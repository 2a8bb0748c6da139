"""One record of a flow file in the format that mitmproxy 11 and 12 write.

Only what an exchange is made of is read. Whatever looks the least bit different from what
mitmproxy writes (a key more or less, a value of another type, an edited flow) is left to
mitmproxy's own reader, so that the two agree wherever both read a record. Certificates,
bodies and messages are stepped over: a record that is broken only there is read all the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from .proxied import Answer, Failure, Proxied, front_of
from .tnet import (
    DICTIONARY,
    LIST,
    NULL,
    TEXT,
    Data,
    Item,
    Unusual,
    items,
    members,
    number,
    number_or_none,
    take,
    text,
    whole,
)
from .wire import Fields

FORMAT = b"21"
"""`FLOW_FORMAT_VERSION` of mitmproxy 11.0 to 12.2."""
HTTP = b"http"

Shape = Mapping[bytes, bytes]
"""Every key that a dictionary has, with the letters of the types its value may be of."""

_FLOW: Shape = {
    b"version": b"#",
    b"type": b";",
    b"id": b";",
    b"error": b"~}",
    b"client_conn": b"}",
    b"server_conn": b"}",
    b"intercepted": b"!",
    b"is_replay": b"~;",
    b"marked": b";",
    b"metadata": b"}",
    b"comment": b";",
    b"timestamp_created": b"^#",
    b"backup": b"~",
}
_HTTP_FLOW: Shape = {**_FLOW, b"request": b"}", b"response": b"~}", b"websocket": b"~}"}
_MESSAGE: Shape = {
    b"http_version": b",",
    b"headers": b"]",
    b"content": b",~",
    b"trailers": b"]~",
    b"timestamp_start": b"^#",
    b"timestamp_end": b"^#~",
}
_REQUEST: Shape = {
    **_MESSAGE,
    b"host": b";",
    b"port": b"#",
    b"method": b",",
    b"scheme": b",",
    b"authority": b",",
    b"path": b",",
}
_RESPONSE: Shape = {**_MESSAGE, b"status_code": b"#", b"reason": b","}
_ERROR: Shape = {b"msg": b";", b"timestamp": b"^#"}
_CONNECTION: Shape = {
    b"id": b";",
    b"transport_protocol": b";",
    b"error": b";~",
    b"tls": b"!",
    b"certificate_list": b"]",
    b"alpn": b",~",
    b"alpn_offers": b"]",
    b"cipher": b";~",
    b"cipher_list": b"]",
    b"tls_version": b";~",
    b"sni": b";~",
    b"timestamp_end": b"^#~",
    b"timestamp_tls_setup": b"^#~",
}
_CLIENT: Shape = {
    **_CONNECTION,
    b"peername": b"]",
    b"sockname": b"]",
    b"timestamp_start": b"^#",
    b"mitmcert": b",~",
    b"proxy_mode": b";",
}
_SERVER: Shape = {
    **_CONNECTION,
    b"peername": b"]~",
    b"sockname": b"]~",
    b"address": b"]~",
    b"timestamp_start": b"^#~",
    b"timestamp_tcp_setup": b"^#~",
    b"via": b"]~",
}

REMEMBERED_SIZE = 8192
"""Longer connections are not remembered: few would fill the memory."""
KEPT_LINES, LONGEST_LINE = 8192, 1024
"""Header lines that are remembered, and the bytes of the longest of them."""

_lines: dict[bytes, tuple[bytes, bytes]] = {}
"""Header lines that were read, as they stand in a record without their last two characters."""


def record(data: Data, outer: Item) -> Proxied | str:
    """Read a record.

    Returns:
        What it says of an HTTP flow, or the type of a flow of another kind.

    Raises:
        Unusual: it is not of this format, or there is something about it that only
            mitmproxy's reader can judge.
    """
    flow = members(data, outer)
    if _raw(data, flow, b"version", b"#") != FORMAT:
        raise Unusual("another format")
    kind = _raw(data, flow, b"type", b";")
    if kind != HTTP:
        if not flow.keys() >= _FLOW.keys() or kind not in (b"tcp", b"udp", b"dns"):
            raise Unusual("another kind of flow")
        return kind.decode("ascii")
    _check(flow, _HTTP_FLOW)
    address, connection, front = client(value(data, flow[b"client_conn"]))
    request = _shaped(data, flow[b"request"], _REQUEST)
    return Proxied(
        id=text(data, flow[b"id"]),
        address=address,
        connection=connection,
        started=number(data, request[b"timestamp_start"]),
        method=take(data, request[b"method"], b","),
        scheme=take(data, request[b"scheme"], b","),
        authority=take(data, request[b"authority"], b","),
        host=text(data, request[b"host"]),
        port=int(number(data, request[b"port"])),
        path=take(data, request[b"path"], b","),
        http_version=take(data, request[b"http_version"], b","),
        request=_fields(data, request[b"headers"]),
        answer=_answer(data, flow[b"response"]),
        failure=_failure(data, flow[b"error"]),
        replayed=flow[b"is_replay"].kind == TEXT and text(data, flow[b"is_replay"]) == "response",
        edited=False,
        reached=was_reached(value(data, flow[b"server_conn"])),
        front=front,
    )


def _answer(data: Data, at: Item) -> Answer | None:
    if _is_none(at):
        return None
    response = _shaped(data, at, _RESPONSE)
    return Answer(
        int(number(data, response[b"status_code"])),
        _fields(data, response[b"headers"]),
        number_or_none(data, response[b"timestamp_end"]),
    )


def _fields(data: Data, at: Item) -> Fields:
    return lines(take(data, at, b"]"))


def _failure(data: Data, at: Item) -> Failure | None:
    if _is_none(at):
        return None
    error = _shaped(data, at, _ERROR)
    return Failure(text(data, error[b"msg"]), float(number(data, error[b"timestamp"])))


def client(part: bytes) -> tuple[str, str, bytes | None]:
    """Address and id of a client connection, and `Proxied.front`; most flows share theirs.

    Raises:
        Unusual: see `record`.
    """
    return _client(part) if len(part) <= REMEMBERED_SIZE else _client.__wrapped__(part)


def was_reached(part: bytes) -> bool:
    """Of a server connection: was it begun?

    Raises:
        Unusual: see `record`.
    """
    read = _was_reached if len(part) <= REMEMBERED_SIZE else _was_reached.__wrapped__
    return read(part)


def lines(inside: bytes) -> Fields:
    """The lines of a header list, of which this is all between its length and its end.

    Raises:
        Unusual: see `record`.
    """
    parts = inside.split(b",]")
    if not parts.pop():
        known = _lines.get
        try:
            return tuple([known(each) or _line(each) for each in parts])
        except Unusual:
            pass  # perhaps the separator stood in a value
    return tuple([_pair(inside, each) for each in items(inside, Item(LIST, 0, len(inside)))])


@lru_cache(maxsize=512)
def _client(part: bytes) -> tuple[str, str, bytes | None]:
    connection = _shaped(part, whole(part), _CLIENT)
    peer = items(part, connection[b"peername"])
    for port in peer[1:]:
        number(part, port)
    tls = take(part, connection[b"tls"], b"!") == b"true"
    front = front_of(text(part, connection[b"proxy_mode"]), tls)
    return text(part, peer[0]) if peer else "", text(part, connection[b"id"]), front


@lru_cache(maxsize=256)
def _was_reached(part: bytes) -> bool:
    connection = _shaped(part, whole(part), _SERVER)
    return number_or_none(part, connection[b"timestamp_start"]) is not None


_LINE = re.compile(rb"(\d{1,12}):(\d{1,12}):([^,]{0,200}),(\d{1,12}):(.*)\Z", re.S)


def _line(part: bytes) -> tuple[bytes, bytes]:
    """A header line without its last two characters, if it is exactly one."""
    usual = _LINE.match(part)
    read = None
    if usual is not None:
        size, name_size, name, value_size, text = usual.groups()
        if (
            len(part) - usual.start(2) + 1 == int(size)
            and len(name) == int(name_size)
            and len(text) == int(value_size)
        ):
            read = name, text
    if read is None:
        whole_line = part + b",]"
        read = _pair(whole_line, whole(whole_line))
    if len(part) <= LONGEST_LINE:
        if len(_lines) >= KEPT_LINES:
            _lines.clear()
        _lines[part] = read
    return read


def _pair(data: bytes, at: Item) -> tuple[bytes, bytes]:
    inside = items(data, at)
    if len(inside) != 2:
        raise Unusual("no header line")
    return take(data, inside[0], b","), take(data, inside[1], b",")


def _shaped(data: Data, at: Item, shape: Shape) -> dict[bytes, Item]:
    found = members(data, at)
    _check(found, shape)
    return found


def _check(found: Mapping[bytes, Item], shape: Shape) -> None:
    if found.keys() != shape.keys():
        raise Unusual("other keys")
    for key, at in found.items():
        if at.kind not in shape[key]:
            raise Unusual("a value of another type")


def _raw(data: Data, found: Mapping[bytes, Item], key: bytes, kinds: bytes) -> bytes:
    if key not in found:
        raise Unusual("a key is missing")
    return take(data, found[key], kinds)


def value(data: Data, at: Item) -> bytes:
    """A value as a whole, so that it can be told from others."""
    return b"%d:%b" % (at.stop - at.start, data[at.start : at.stop + 1])


def _is_none(at: Item) -> bool:
    if at.kind == NULL and at.start == at.stop:
        return True
    if at.kind != DICTIONARY or at.start == at.stop:
        raise Unusual("nothing, in other words")
    return False
