"""What every source must produce: one immutable record per request and its answer.

Header names and values are bytes on the wire. They are held here as text in which one
character is one byte (latin-1, the standard's *isomorphic decode*), so that lengths and
byte ranges can be compared as the Fetch standard compares them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from .frozen import frozen

LATEST = 2**33
"""Seconds since the epoch beyond which a time is not believed: the year 2242."""
REMEMBERED_LINES = 128
"""Header lists with more lines are not remembered: few would fill the memory."""

REMEMBERED_SIZE = 4_096
"""Bytes of header lines beyond which what follows from them is not remembered, either."""


class Header(NamedTuple):
    """One header line."""

    name: str
    """As on the wire, case kept."""
    value: str | None
    """None: withheld at the door (see `analysis.redact`)."""
    size: int
    """Bytes of the value on the wire, also when it was withheld."""


def are_short(lines: Iterable[Header]) -> bool:
    """May these lines be remembered?"""
    return sum([len(line.name) + line.size for line in lines]) <= REMEMBERED_SIZE


class Headers:
    """A header list: order, case and repetition kept; looked up without regard to case."""

    __slots__ = ("_hash", "_places", "_short", "fields", "spelt")

    def __init__(self, fields: tuple[Header, ...] = ()) -> None:
        self.fields = fields
        self._hash: int | None = None
        self._short: bool | None = None
        names = tuple([each.name for each in fields])
        read = _places if len(names) <= REMEMBERED_LINES else _places.__wrapped__
        self.spelt, self._places = read(names)
        """Names as on the wire, line by line; and where each stands."""

    @classmethod
    def of(cls, *pairs: tuple[str, str]) -> Headers:
        """Build a list from (name, value) pairs, nothing withheld."""
        return cls(tuple(Header(name, value, len(value)) for name, value in pairs))

    @property
    def short(self) -> bool:
        """May the whole list be remembered?"""
        if self._short is None:
            self._short = are_short(self.fields)
        return self._short

    def get(self, name: str) -> str | None:
        """Fetch's *get*: the values joined by `, ` in order, or None.

        Args:
            name: lower-case header name.
        """
        places = self._places.get(name)
        if places is None:
            return None
        if len(places) == 1:
            return self.fields[places[0]].value
        values = [self.fields[place].value for place in places]
        return ", ".join(value for value in values if value is not None)

    def lines(self, name: str) -> tuple[Header, ...]:
        """Every line of that (lower-case) name, in order."""
        places = self._places.get(name)
        return tuple([self.fields[place] for place in places]) if places is not None else ()

    def places(self, name: str) -> tuple[int, ...]:
        """Where in the list the lines of that (lower-case) name stand."""
        return self._places.get(name, ())

    def names(self) -> Iterator[str]:
        """Each name once, lower-cased, in order of first appearance."""
        return iter(self._places)

    def size(self, name: str) -> int:
        """Bytes of the combined value, `, ` counted; 0 when absent."""
        lines = self.lines(name)
        if not lines:
            return 0
        return sum(line.size for line in lines) + 2 * (len(lines) - 1)

    def __contains__(self, name: str) -> bool:
        return name in self._places

    def __len__(self) -> int:
        return len(self.fields)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Headers) and self.fields == other.fields

    def __hash__(self) -> int:
        # Kept: the requests of a page share their headers, and are looked up by them.
        if self._hash is None:
            self._hash = hash(self.fields)
        return self._hash

    def __repr__(self) -> str:
        return f"Headers({self.fields!r})"


@lru_cache(maxsize=4096)
def _places(names: tuple[str, ...]) -> tuple[tuple[str, ...], dict[str, tuple[int, ...]]]:
    """The names, and where each stands, lower-cased: most messages share their names and order."""
    places: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        places.setdefault(name.lower(), []).append(place)
    return names, {name: tuple(found) for name, found in places.items()}


NO_HEADERS = Headers()

REWRITTEN = "rewritten in the proxy"
MADE = "made in the proxy"
NOT_THE_SERVERS = frozenset({REWRITTEN, MADE})
"""Kinds of `Exchange.altered` that leave no doubt: nothing in such an answer is held against
the server. Only a live session knows them."""


@frozen
class Url:
    """A request URL, redacted, that can still be compared for equality."""

    scheme: str
    host: str
    """Lower case; IPv6 in brackets."""
    port: int
    path: str
    """Segments that do not look like words are replaced: `/users/{n}`."""
    query: tuple[str, ...]
    """Each parameter as it may be shown: `page=…`."""
    key: bytes
    """Digest of the exact URL without fragment. Equal keys: the same URL on the wire."""
    origin: str
    """Serialised: scheme, host, port unless it is the scheme's own."""
    userinfo: bool = False
    """A user name or password stood in it, not an empty one (possible in `Location` only)."""

    def row(self) -> tuple[str, str, str, int, str, tuple[str, ...], str, bool]:
        """All of it as JSON knows it, the key in hexadecimal digits and first."""
        key = self.key.hex()
        return (
            key, self.scheme, self.host, self.port, self.path, self.query, self.origin,
            self.userinfo,
        )  # fmt: skip

    @classmethod
    def of_row(
        cls, key: str, scheme: str, host: str, port: int, path: str, query: Iterable[str],
        origin: str, userinfo: bool,
    ) -> Url:  # fmt: skip
        """What `row` made; lists will do for its tuples."""
        return cls(scheme, host, port, path, tuple(query), bytes.fromhex(key), origin, userinfo)

    @property
    def parameters(self) -> frozenset[str]:
        """Names in the query, lower-cased."""
        return frozenset(each.partition("=")[0].lower() for each in self.query)

    @property
    def text(self) -> str:
        """The URL as it may be shown."""
        query = f"?{'&'.join(self.query)}" if self.query else ""
        return f"{self.origin}{self.path}{query}"


class SetCookie(NamedTuple):
    """Attributes of one `Set-Cookie` line; its name and value never get this far."""

    same_site: str | None
    """`strict`, `lax`, `none`, or None when not given."""
    secure: bool
    path: str | None
    domain: bool
    deletes: bool
    """It expires at once: the server removes the cookie."""


@frozen
class Exchange:
    """One request and its answer, secrets already removed."""

    id: str
    """The flow's own id; for HAR `<capture>#<index>`."""
    capture: str
    client: str
    """Hash of client address and user agent."""
    agent: str
    """`chromium/156`, `firefox/153`, `webkit/618`, a tool's name such as `curl`, or empty."""
    connection: str
    """Id of the client connection, empty when the source does not know."""
    started: float | None
    """Seconds since the epoch when the request began."""
    ended: float | None
    """When the answer, or the error, was complete."""
    method: str
    """As sent: not upper-cased."""
    url: Url
    http_version: str
    request: Headers
    status: int | None
    """None: no response arrived, and `lost` says why."""
    response: Headers = NO_HEADERS
    lost: str | None = None
    """Why there is no complete response, in the proxy's words."""
    cookies: int = 0
    """Number of cookies sent."""
    referrer: str | None = None
    """Origin of the `Referer`."""
    location: Url | None = None
    """Target of a redirect, resolved; None when the answer is none."""
    location_scheme: str | None = None
    """Scheme of a `Location` that is not http(s) or does not parse (then empty)."""
    set_cookies: tuple[SetCookie, ...] = field(default=())
    altered: str | None = None
    """Why this answer may not be the server's own: `answered by the proxy`, `edited in the
    proxy`, `replayed by the proxy` or one of `NOT_THE_SERVERS`; None when nothing says so."""
    removed: int = 0
    """Values of it that did not pass the door (see `analysis.redact.Door.withheld`)."""

    @property
    def origin(self) -> str | None:
        """The `Origin` header."""
        return self.request.get("origin")

    @property
    def asks_permission(self) -> bool:
        """Is it a CORS-preflight request by its shape?"""
        return (
            self.method == "OPTIONS"
            and "access-control-request-method" in self.request
            and "origin" in self.request
        )


def believed(time: object) -> float | None:
    """A time as an exchange may carry it; None for what is none, or not of these centuries."""
    if type(time) in (float, int) and 0 <= time < LATEST:  # type: ignore[operator]
        return time  # type: ignore[return-value]
    return None


@dataclass(slots=True)
class Span:
    """From when to when a series of exchanges lasted, in seconds since the epoch."""

    first: float | None = None
    last: float | None = None

    def include(self, *times: float | None) -> None:
        """Stretch it to these times; None says nothing."""
        for time in times:
            if time is not None:
                if self.first is None or time < self.first:
                    self.first = time
                if self.last is None or time > self.last:
                    self.last = time
