"""What was read from a capture, on its way from one process to another: as JSON.

No pickle: what comes out of it are the types below and nothing else, whatever the bytes. What
many exchanges share (header lines, URLs, attributes of cookies) is sent once in a parcel.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any

from ..exchange import Exchange, Header, Headers, SetCookie, Url
from .base import Irrelevant, Problem

Item = Exchange | Irrelevant | Problem

_encode = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode

_of_exchange = attrgetter("id", "started", "ended", "status", "cookies", "removed")
_shared = attrgetter(
    "capture", "client", "agent", "connection", "method", "http_version", "lost", "referrer",
    "location_scheme", "altered",
)  # fmt: skip
"""What is the same in very many exchanges."""


class _Table:
    """Values that several exchanges share: each gets a number when it is seen first."""

    def __init__(self, row: Callable[[Any], Any]) -> None:
        self.rows: list[Any] = []
        self._row = row
        self._held: list[object] = []
        self._numbers: dict[int, int] = {}

    def number(self, value: object) -> int:
        """Its number. Equal values that are not the same object get two: that costs room only."""
        known = self._numbers.get(id(value))
        if known is None:
            known = self._numbers[id(value)] = len(self.rows)
            self.rows.append(self._row(value))
            self._held.append(value)  # so that no other value gets its id
        return known

    def numbers(self, values: Iterable[object]) -> list[int]:
        """The numbers of several."""
        known = self._numbers
        try:
            return [known[id(each)] for each in values]
        except KeyError:
            return [self.number(each) for each in values]


def pack(note: object, items: Iterable[Item] = ()) -> bytes:
    """A note, which is what JSON knows, and items, in their order."""
    lines, urls, cookies = _Table(tuple), _Table(Url.row), _Table(tuple)
    kinds: dict[tuple[str | None, ...], int] = {}
    rows: list[str] = []
    for each in items:
        if isinstance(each, Exchange):
            location, kind = each.location, _shared(each)
            row: tuple[Any, ...] = (
                *_of_exchange(each),
                kinds.setdefault(kind, len(kinds)),
                urls.number(each.url),
                -1 if location is None else urls.number(location),
                lines.numbers(each.request.fields),
                lines.numbers(each.response.fields),
                cookies.numbers(each.set_cookies),
            )
        elif isinstance(each, Irrelevant):
            row = (each.id, each.started, each.ended)
        else:
            row = (each.what, each.reason, each.fatal, None)
        rows.append(_encode(row))
    tables = [lines.rows, urls.rows, cookies.rows, list(kinds)]
    return "\n".join([_encode(note), _encode(tables), *rows]).encode("ascii")


def unpack(parcel: bytes) -> tuple[Any, list[Item]]:
    """What `pack` was given; tuples in the note come back as lists.

    Raises:
        ValueError, TypeError, LookupError: these bytes are no parcel.
    """
    note, tables, *rows = parcel.decode("ascii").split("\n")
    header_rows, url_rows, cookie_rows, kinds = json.loads(tables)
    header = [Header(*row) for row in header_rows].__getitem__
    urls: list[Any] = [*(Url.of_row(*row) for row in url_rows), None]
    cookie = [SetCookie(*row) for row in cookie_rows].__getitem__
    found: list[Item] = []
    for text in rows:
        row = json.loads(text)
        if len(row) == 3:
            found.append(Irrelevant(*row))
            continue
        if len(row) == 4:
            found.append(Problem(*row[:3]))
            continue
        id_, started, ended, status, cookies, removed, kind, url, location, sent, got, set_ = row
        capture, client, agent, connection, method, http, lost, referrer, scheme, altered = kinds[
            kind
        ]
        found.append(
            Exchange(
                id_, capture, client, agent, connection, started, ended, method, urls[url], http,
                Headers(tuple(map(header, sent))), status, Headers(tuple(map(header, got))), lost,
                cookies, referrer, urls[location], scheme, tuple(map(cookie, set_)), altered,
                removed,
            )
        )  # fmt: skip
    return json.loads(note), found
