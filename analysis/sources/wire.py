"""What every source reads off the wire, and the one way from there to an exchange."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from itertools import chain
from typing import NamedTuple

from ..exchange import NO_HEADERS, Exchange, Headers, believed
from ..fetch.check import REDIRECT_STATUSES
from ..redact import Door
from ..tables import keep
from .agent import agent
from .base import Unjudged

KEPT_REQUESTS = 512
"""Requests whose header lines are remembered."""
REMEMBERED_SIZE = 8_192
"""Bytes; those of larger requests are not: few would fill the memory."""
LARGEST_HEAD = 2**19
"""Bytes of a request's URL and headers, or of a response's headers. Chromium refuses more than
256 KiB of the latter (measured)."""

Fields = tuple[tuple[bytes, bytes], ...]
"""Header lines in order, repetitions kept."""


class Asked(NamedTuple):
    """What the header lines of a request say. Many requests of a page have the same ones."""

    headers: Headers
    removed: int
    """Values that did not pass the door."""
    size: int
    """Bytes of the lines."""
    user_agent: str | None
    referrer: str | None
    cookies: int
    """Number of cookies."""


class Wire(NamedTuple):
    """One request and its answer before anything is withheld. Times in seconds since the epoch."""

    id: str
    capture: str
    address: str
    """Of the client; empty when the source does not know."""
    connection: str
    started: float | None
    ended: float | None
    method: str
    url: str
    """Absolute, as the browser wrote it."""
    http_version: str
    request: Fields
    status: int | None
    response: Fields
    lost: str | None
    user_agent: str | None = None
    """For a request that carries none; None: it has none."""
    altered: str | None = None
    """As in `Exchange`."""

    def through(self, door: Door) -> Exchange:
        """The exchange that the door lets pass.

        Raises:
            Unjudged: the request's URL cannot be understood, or there is more than
                `LARGEST_HEAD` of it.
        """
        asked = door.memo.get(self.request)
        size = _size(self.request) if asked is None else asked.size
        if size + len(self.url) > LARGEST_HEAD or _size(self.response) > LARGEST_HEAD:
            why = f"its URL and headers have more than {LARGEST_HEAD:,} bytes"
            raise Unjudged("message with very large headers", why)
        before = door.withheld
        if asked is None:
            asked = _asked(self.request, size, door)
        else:
            door.withheld += asked.removed
        response = door.headers(self.response) if self.status is not None else NO_HEADERS
        told = asked.user_agent
        user_agent = (self.user_agent or "") if told is None else told
        target = _last(self.response, response, "location")
        try:
            url = door.url(self.url)
        except ValueError as error:
            raise Unjudged("request with an unreadable URL", str(error)) from None
        location, location_scheme = None, None
        if target and self.status in REDIRECT_STATUSES:
            location, location_scheme = door.location(self.url, target)
        return Exchange(
            id=self.id,
            capture=self.capture,
            client=client_id(self.address, user_agent),
            agent=agent(user_agent),
            connection=self.connection,
            started=believed(self.started),
            ended=believed(self.ended),
            method=door.name(self.method),
            url=url,
            http_version=door.http_version(self.http_version),
            request=asked.headers,
            status=self.status,
            response=response,
            lost=door.text(self.lost) if self.lost else self.lost,
            cookies=asked.cookies,
            referrer=asked.referrer,
            location=location,
            location_scheme=location_scheme,
            set_cookies=tuple(
                [
                    door.set_cookie(self.response[place][1].decode("latin-1"))
                    for place in response.places("set-cookie")
                ]
            ),
            altered=self.altered,
            removed=door.withheld - before,  # last: all of the above went through by now
        )


@lru_cache(maxsize=1024)
def client_id(address: str, user_agent: str) -> str:
    """A short hash: tells clients apart without naming them."""
    text = f"{address}\0{user_agent}".encode("utf-8", "replace")
    return blake2b(text, digest_size=4).hexdigest()


def _asked(fields: Fields, size: int, door: Door) -> Asked:
    before = door.withheld
    headers = door.headers(fields)
    referrer = _last(fields, headers, "referer")
    asked = Asked(
        headers,
        door.withheld - before,
        size,
        _last(fields, headers, "user-agent"),
        door.origin_of(referrer) if referrer else None,
        _cookies(fields, headers),
    )
    if size <= REMEMBERED_SIZE:
        keep(door.memo, fields, asked, KEPT_REQUESTS)
    return asked


def _size(fields: Fields) -> int:
    """Bytes of the names and values of header lines."""
    return sum(map(len, chain.from_iterable(fields)))


def _last(fields: Fields, headers: Headers, name: str) -> str | None:
    """Value of the last line of that name, before anything was withheld."""
    places = headers.places(name)
    return fields[places[-1]][1].decode("latin-1") if places else None


def _cookies(fields: Fields, headers: Headers) -> int:
    """Cookies sent; HTTP/2 spreads them over several lines."""
    return sum(
        [
            len([pair for pair in fields[place][1].split(b";") if pair.strip()])
            for place in headers.places("cookie")
        ]
    )
