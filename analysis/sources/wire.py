"""What every source reads off the wire, and the one way from there to an exchange."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

from ..exchange import NO_HEADERS, Exchange
from ..fetch.check import REDIRECT_STATUSES
from ..redact import Door
from .agent import agent

Fields = Sequence[tuple[bytes, bytes]]
"""Header lines in order, repetitions kept."""


@dataclass(frozen=True, slots=True)
class Wire:
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
            ValueError: the request's URL cannot be understood.
        """
        before = door.withheld
        user_agent = _last(self.request, b"user-agent")
        if user_agent is None:
            user_agent = self.user_agent or ""
        referrer = _last(self.request, b"referer")
        location, location_scheme = None, None
        target = _last(self.response, b"location") if self.status in REDIRECT_STATUSES else None
        if target:
            location, location_scheme = door.location(self.url, target)
        return Exchange(
            id=self.id,
            capture=self.capture,
            client=client_id(self.address, user_agent),
            agent=agent(user_agent),
            connection=self.connection,
            started=self.started,
            ended=self.ended,
            method=door.name(self.method),
            url=door.url(self.url),
            http_version=door.http_version(self.http_version),
            request=door.headers(self.request),
            status=self.status,
            response=door.headers(self.response) if self.status is not None else NO_HEADERS,
            lost=door.text(self.lost) if self.lost else self.lost,
            cookies=sum(_cookies(value) for value in _lines(self.request, b"cookie")),
            referrer=door.origin_of(referrer) if referrer else None,
            location=location,
            location_scheme=location_scheme,
            set_cookies=tuple(
                door.set_cookie(value.decode("latin-1"))
                for value in _lines(self.response, b"set-cookie")
            ),
            altered=self.altered,
            removed=door.withheld - before,  # last: all of the above went through by now
        )


@lru_cache(maxsize=1024)
def client_id(address: str, user_agent: str) -> str:
    """A short hash: tells clients apart without naming them."""
    text = f"{address}\0{user_agent}".encode("utf-8", "replace")
    return blake2b(text, digest_size=4).hexdigest()


def _lines(fields: Fields, name: bytes) -> list[bytes]:
    """Values of the lines of that name, which is given in small letters."""
    size = len(name)
    return [value for each, value in fields if len(each) == size and each.lower() == name]


def _last(fields: Fields, name: bytes) -> str | None:
    values = _lines(fields, name)
    return values[-1].decode("latin-1") if values else None


def _cookies(line: bytes) -> int:
    """Cookies in a line; HTTP/2 spreads them over several."""
    return len([pair for pair in line.split(b";") if pair.strip()])
