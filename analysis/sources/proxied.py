"""What a proxy knows about one request, in plain values, and the one way from there on.

The reader of flow files and the adapter of mitmproxy's live objects both end here, so that
they cannot come to different exchanges.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from ..exchange import Exchange
from ..redact import Door
from ..relevance import may_matter
from .wire import Fields, Wire


class Answer(NamedTuple):
    """The response."""

    status: int
    """0 where a HAR entry has none."""
    fields: Fields
    ended: float | None


class Failure(NamedTuple):
    """Why the proxy gave up."""

    message: str
    when: float


class Proxied(NamedTuple):
    """One flow. Times in seconds since the epoch."""

    id: str
    address: str
    """Of the client."""
    connection: str
    started: float
    method: bytes
    scheme: bytes
    authority: bytes
    """As the request names it: `:authority`, or the authority of an absolute target."""
    host: str
    """Where the proxy went."""
    port: int
    path: bytes
    http_version: bytes
    request: Fields
    answer: Answer | None
    failure: Failure | None
    replayed: bool
    """The answer came from a recording."""
    edited: bool
    """A person changed it in the proxy."""
    reached: bool
    """There was a connection to the server."""
    front: bytes | None
    """The scheme by which the browser spoke to the proxy, where it took the proxy for the server
    (reverse mode): `scheme` is the server's then."""

    @property
    def ended(self) -> float | None:
        """When the answer or the error was complete."""
        ended = self.answer.ended if self.answer is not None else None
        return self.failure.when if ended is None and self.failure is not None else ended

    @property
    def matters(self) -> bool:
        """May it tell something about CORS?"""
        return may_matter(self.request, self.answer.fields if self.answer is not None else ())

    def exchange(self, door: Door, capture: str, altered: str | None = None) -> Exchange:
        """The exchange that the door lets pass.

        Args:
            altered: as in `Exchange`, where the caller knows; else what the flow shows.

        Raises:
            Unjudged: see `Wire.through`.
        """
        answer = self.answer
        answered = answer if answer is not None and 0 < answer.status < 1000 else None
        return Wire(
            id=self.id,
            capture=capture,
            address=self.address,
            connection=self.connection,
            started=self.started,
            ended=self.ended,
            method=self.method.decode("latin-1"),
            url=self.url,
            http_version=self.http_version.decode("latin-1"),
            request=self.request,
            status=answered.status if answered is not None else None,
            response=answered.fields if answered is not None else (),
            lost=self._lost(),
            altered=altered or self._altered(),
        ).through(door)

    @property
    def url(self) -> str:
        """The URL as the browser wrote it: `Host` or `:authority` before the proxy's target."""
        path = self.path.decode("latin-1")
        if path.startswith(("http://", "https://")):
            return path
        scheme = (self.front or self.scheme).decode("latin-1") or "http"
        authority = self.named or _authority(self.host, self.port)
        return f"{scheme}://{authority}{path if path.startswith('/') else '/'}"

    @property
    def named(self) -> str | None:
        """The host that the request itself names, with a port if it names one."""
        if self.http_version in (b"HTTP/2.0", b"HTTP/3") and self.authority:
            return _international(self.authority)
        named = [
            value for name, value in self.request if len(name) == 4 and name.lower() == b"host"
        ]
        return b", ".join(named).decode("utf-8", "surrogateescape") if named else None

    def _lost(self) -> str | None:
        if self.failure is not None:
            return self.failure.message
        return "no response was recorded" if self.answer is None else None

    def _altered(self) -> str | None:
        """Did the proxy make or change this answer? Scripts that rewrite headers leave no trace."""
        if self.answer is None or self.failure is not None:
            return None
        if self.replayed:
            return "replayed by the proxy"
        if self.edited:
            return "edited in the proxy"
        return None if self.reached else "answered by the proxy"


def front_of(mode: str, tls: bool) -> bytes | None:
    """`Proxied.front`, by the proxy mode of a connection and whether TLS was spoken on it."""
    if not mode.startswith("reverse:"):
        return None
    return b"https" if tls else b"http"


def _authority(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


@lru_cache(maxsize=1024)
def _international(authority: bytes) -> str:
    """As mitmproxy shows it: international names in their own letters."""
    if authority.isascii() and b"xn--" not in authority.lower():
        return authority.decode("ascii")  # what the codec would do, without loading it
    try:
        return authority.decode("idna")
    except UnicodeError:
        return authority.decode("utf-8", "surrogateescape")
