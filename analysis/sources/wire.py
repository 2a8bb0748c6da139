"""What every source reads off the wire, and the one way from there to an exchange."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

from ..exchange import NO_HEADERS, Exchange, Headers, believed
from ..fetch.check import REDIRECT_STATUSES
from ..redact import Door
from .agent import agent
from .base import Unjudged

LARGEST_HEAD = 2**19
"""Bytes of a request's URL and headers, or of a response's headers. Chromium refuses more than
256 KiB of the latter (measured)."""

Fields = Sequence[tuple[bytes, bytes]]
"""Header lines in order, repetitions kept."""


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
        if max(_size(self.request) + len(self.url), _size(self.response)) > LARGEST_HEAD:
            why = f"its URL and headers have more than {LARGEST_HEAD:,} bytes"
            raise Unjudged("message with very large headers", why)
        before = door.withheld
        request = door.headers(self.request)
        response = door.headers(self.response) if self.status is not None else NO_HEADERS
        told = _last(self.request, request, "user-agent")
        user_agent = (self.user_agent or "") if told is None else told
        referrer = _last(self.request, request, "referer")
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
            request=request,
            status=self.status,
            response=response,
            lost=door.text(self.lost) if self.lost else self.lost,
            cookies=_cookies(self.request, request),
            referrer=door.origin_of(referrer) if referrer else None,
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


def _size(fields: Fields) -> int:
    """Bytes of the names and values of header lines."""
    return sum([len(name) + len(value) for name, value in fields])


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
