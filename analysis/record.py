"""One exchange as one line of JSON, and back: what journals hold, and what is put aside.

Compact but readable: what has its usual value is left out. Nothing is lost, `read(write(e))`
is `e` but for its capture. The fields are described in `analysis/sources/README.md`.
"""

from __future__ import annotations

import json
from binascii import a2b_base64, b2a_base64
from functools import lru_cache
from types import NoneType
from typing import Any

from .exchange import NO_HEADERS, Exchange, Header, Headers, SetCookie, Url, believed
from .fetch.origin import DEFAULT_PORTS, serialise

USUAL_HTTP = "HTTP/1.1"
REMEMBERED = 8192
"""Different header lines and URLs that are held once, however many records name them."""
REMEMBERED_SIZE = 4_096
"""Characters; longer ones are not: few would fill the memory."""

_encode = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode

Line = tuple[str | int, ...]


def write(exchange: Exchange) -> str:
    """One line, ASCII, without its end."""
    record: dict[str, Any] = {
        "id": exchange.id,
        "at": (exchange.started, exchange.ended),
        "client": exchange.client,
        "method": exchange.method,
        "url": exchange.url.text,
        "key": _key_text(exchange.url.key),
        "sent": _lines(exchange.request),
        "status": exchange.status,
    }
    if exchange.response.fields:
        record["got"] = _lines(exchange.response)
    if exchange.agent:
        record["agent"] = exchange.agent
    if exchange.connection:
        record["connection"] = exchange.connection
    if exchange.http_version != USUAL_HTTP:
        record["http"] = exchange.http_version
    if exchange.lost is not None:
        record["lost"] = exchange.lost
    if exchange.cookies:
        record["cookies"] = exchange.cookies
    if exchange.referrer is not None:
        record["referrer"] = exchange.referrer
    if exchange.location is not None:
        target = exchange.location
        record["location"] = (target.text, _key_text(target.key), target.userinfo)
    if exchange.location_scheme is not None:
        record["location_scheme"] = exchange.location_scheme
    if exchange.set_cookies:
        record["set_cookies"] = [
            (each.same_site, each.secure, each.path, each.domain, each.deletes)
            for each in exchange.set_cookies
        ]
    if exchange.altered is not None:
        record["altered"] = exchange.altered
    if exchange.removed:
        record["removed"] = exchange.removed
    if exchange.url.userinfo:
        record["userinfo"] = True
    return _encode(record)


def read(line: str | bytes, capture: str) -> Exchange:
    """The exchange of a line, as one of `capture`.

    Raises:
        ValueError, TypeError, KeyError: it holds none.
    """
    record = json.loads(line)
    given = record.get
    started, ended = record["at"]
    location = given("location")
    made = Exchange(
        record["id"],
        capture,
        record["client"],
        given("agent", ""),
        given("connection", ""),
        started,
        ended,
        record["method"],
        _url(record["url"], record["key"], given("userinfo", False)),
        given("http", USUAL_HTTP),
        _headers(record["sent"]),
        record["status"],
        _headers(record["got"]) if "got" in record else NO_HEADERS,
        given("lost"),
        given("cookies", 0),
        given("referrer"),
        None if location is None else _url(*location),
        given("location_scheme"),
        tuple([_cookie(*each) for each in given("set_cookies", ())]),
        given("altered"),
        given("removed", 0),
    )
    _check(made)
    return made


def _check(made: Exchange) -> None:
    """Are these the types that are promised? A journal may come from anywhere.

    Raises:
        TypeError: they are not.
    """
    texts = (made.id, made.client, made.agent, made.connection, made.method, made.http_version)
    optional = (made.lost, made.referrer, made.location_scheme, made.altered)
    numbers = (made.started, made.ended)
    if not (
        all(type(each) is str for each in texts)
        and all(each is None or type(each) is str for each in optional)
        and all(each is None or believed(each) is not None for each in numbers)
        and (made.status is None or (type(made.status) is int and 0 <= made.status < 1000))
        and all(type(each) is int and 0 <= each < 2**31 for each in (made.cookies, made.removed))
        and all(map(_is_cookie, made.set_cookies))
    ):
        raise TypeError("not a record of an exchange")


def _is_cookie(made: SetCookie) -> bool:
    texts = (made.same_site, made.path)
    yes_or_no = (made.secure, made.domain, made.deletes)
    return all(each is None or type(each) is str for each in texts) and all(
        type(each) is bool for each in yes_or_no
    )


def _lines(headers: Headers) -> list[Line]:
    """Of each line [name, value]; [name, bytes] when it was withheld; all three when the value
    is not as long as on the wire."""
    return [
        (each.name, each.size)
        if (value := each.value) is None
        else (each.name, value)
        if len(value) == each.size
        else (each.name, value, each.size)
        for each in headers.fields
    ]


def _headers(lines: list[list[Any]]) -> Headers:
    return Headers(tuple([_header(*line) for line in lines]))


def _header(name: Any, value: Any, *size: Any) -> Header:
    """The line; short ones are held once."""
    if type(value) is str and len(value) > REMEMBERED_SIZE:
        return _line.__wrapped__(name, value, *size)
    return _line(name, value, *size)


@lru_cache(maxsize=REMEMBERED, typed=True)
def _line(name: str, value: str | int, size: int | None = None) -> Header:
    if type(name) is not str or type(value) not in (str, int) or type(size) not in (int, NoneType):
        raise TypeError("not a header line")
    if isinstance(value, int):
        return Header(name, None, value)
    return Header(name, value, len(value) if size is None else size)


def _key_text(key: bytes) -> str:
    return b2a_base64(key, newline=False).decode("ascii")


def _url(text: str, key: str, userinfo: bool) -> Url:
    read = _short_url if len(text) <= REMEMBERED_SIZE else _short_url.__wrapped__
    return read(text, key, userinfo)


@lru_cache(maxsize=REMEMBERED)
def _short_url(text: str, key: str, userinfo: bool) -> Url:
    scheme, separator, rest = text.partition("://")
    authority, slash, behind = rest.partition("/")
    if not separator or not slash:
        raise ValueError("no absolute URL")
    host, port = _split(authority, scheme)
    path, _, query = behind.partition("?")
    return Url(
        scheme=scheme,
        host=host,
        port=port,
        path=f"/{path}",
        query=tuple(query.split("&")) if query else (),
        key=a2b_base64(key),
        origin=serialise(scheme, host, port),
        userinfo=bool(userinfo),
    )


def _split(authority: str, scheme: str) -> tuple[str, int]:
    """Host and port."""
    host, colon, port = authority.rpartition(":")
    if colon and port.isdigit():
        return host, int(port)
    return authority, DEFAULT_PORTS.get(scheme, 0)


def _cookie(
    same_site: str | None, secure: bool, path: str | None, domain: bool, deletes: bool
) -> SetCookie:
    return SetCookie(same_site, secure, path, domain, deletes)
