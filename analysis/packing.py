"""Exchanges as a few bytes, and back: what is put aside while a session lasts.

For the same process only (`analysis.record` is what lasts): exchanges repeat each other's headers,
URLs and clients, so those are held once, in memory, and packed exchanges name them by number. What
comes back shares them too, which saves memory and time when a long session is judged.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from .exchange import REMEMBERED_SIZE, Exchange, Header, Headers, SetCookie, Url

_encode = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
ROOM = 4_096
"""Different values of each kind that are held once; further ones are packed in full."""
ROOM_FOR_LINES = 16_384
"""The same for header lines."""


Row = tuple[object, ...]
"""An exchange; what it shares with others stands in it by number."""


class _Shared:
    """Values that many exchanges have in common, by number."""

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._numbers: dict[Any, int] = {}
        self._values: list[Any] = []

    def number(self, value: object) -> int | None:
        """The number of a value; None: there is no room for it."""
        known = self._numbers.get(value)
        if known is None and len(self._values) < self._room:
            known = self._numbers[value] = len(self._values)
            self._values.append(value)
        return known

    def __getitem__(self, number: int) -> Any:
        return self._values[number]


class Packer:
    """Packs exchanges, and unpacks what it has packed."""

    def __init__(self) -> None:
        self._requests = _Shared()
        self._lines = _Shared(ROOM_FOR_LINES)
        self._places = _Shared()
        self._rests = _Shared()

    def pack(self, rows: Sequence[Row]) -> bytes:
        """These rows, in their order."""
        return zlib.compress(_encode(rows).encode("ascii"), 1)

    def unpack(self, packed: bytes, origins: Collection[str] | None = None) -> list[Exchange]:
        """The exchanges whose rows were packed.

        Args:
            origins: only those with these servers; None: all.
        """
        return list(self.exchanges(json.loads(zlib.decompress(packed)), origins))

    def row(self, exchange: Exchange) -> Row:
        """An exchange in plain values, which Python's garbage collector has nothing to do with."""
        key, *parts = exchange.url.row()
        place = tuple(parts)
        rest = (
            exchange.capture,
            exchange.client,
            exchange.agent,
            exchange.method,
            exchange.http_version,
            exchange.lost,
            exchange.referrer,
            exchange.location,
            exchange.location_scheme,
            exchange.set_cookies,
            exchange.altered,
        )
        number = self._places.number(place)
        return (
            place if number is None else number,
            key,
            exchange.id,
            exchange.connection,
            exchange.started,
            exchange.ended,
            self._request(exchange.request),
            exchange.status,
            self._list(exchange.response),
            exchange.cookies,
            exchange.removed,
            self._rest(rest),
        )

    def _request(self, headers: Headers) -> object:
        """Most requests of a page have the same headers; hardly any two answers do."""
        number = self._requests.number(headers)
        return self._list(headers) if number is None else number

    def _list(self, headers: Headers) -> tuple[object, ...]:
        number = self._lines.number
        return tuple(
            [
                line if line.size > REMEMBERED_SIZE or (known := number(line)) is None else known
                for line in headers.fields
            ]
        )

    def _rest(self, rest: tuple[Any, ...]) -> object:
        number = self._rests.number(rest)
        if number is not None:
            return number
        *plain, location, scheme, cookies, altered = rest
        target = location and location.row()
        return (*plain, target, scheme, cookies, altered)

    def exchanges(
        self, rows: Iterable[Sequence[Any]], origins: Collection[str] | None = None
    ) -> Iterator[Exchange]:
        """What the rows, also as JSON gives them back, were made of; `origins` as above."""
        requests, places, rests = self._requests, self._places, self._rests
        for row in rows:
            place, key, flow_id, connection, started, ended, sent, status, got, *more = row
            if type(place) is int:
                place = places[place]
            url = Url.of_row(key, *place)
            if origins is not None and url.origin not in origins:
                continue
            cookies, removed, rest = more
            rest = rests[rest] if type(rest) is int else _rest_of(rest)
            capture, client, agent, method, version, lost, referrer, *last = rest
            location, location_scheme, set_cookies, altered = last
            yield Exchange(
                flow_id,
                capture,
                client,
                agent,
                connection,
                started,
                ended,
                method,
                url,
                version,
                requests[sent] if type(sent) is int else self._headers(sent),
                status,
                self._headers(got),
                lost,
                cookies,
                referrer,
                location,
                location_scheme,
                set_cookies,
                altered,
                removed,
            )

    def _headers(self, packed: Sequence[Any]) -> Headers:
        lines = self._lines
        return Headers(
            tuple([lines[line] if type(line) is int else Header(*line) for line in packed])
        )


def _rest_of(rest: Sequence[Any]) -> tuple[Any, ...]:
    *plain, target, scheme, cookies, altered = rest
    set_cookies = tuple([SetCookie(*each) for each in cookies])
    location = target and Url.of_row(*target)
    return (*plain, location, scheme, set_cookies, altered)
