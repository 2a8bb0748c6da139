"""What connections tell about credentials: engines never mix the two modes on one.

Chromium and, over HTTP/1, Firefox keep requests with and without credentials in two pools per
server and page's site. So a connection takes its mode from any request on it that shows one;
and a connection that is opened although one of a known mode lies idle is of the other pool.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from dataclasses import dataclass, field

from ..exchange import Exchange
from ..fetch.classify import looks_like_navigation
from ..fetch.origin import host_of
from ..fetch.site import registrable_domain

SLACK = 0.002
"""Seconds by which a connection must have been idle, for its idleness to count."""
KEPT_SPANS = 256
"""Exchanges remembered per connection."""
KEPT_CONNECTIONS = 32
"""Connections remembered per server, for whether they were idle."""


@dataclass(slots=True)
class Line:
    """One connection to one server."""

    modes: set[bool] = field(default_factory=set)
    """True: it carried credentials; False: a request that carries none."""
    spans: deque[tuple[float, float, str]] = field(default_factory=lambda: deque(maxlen=KEPT_SPANS))
    """(start, end, site of the page) of its exchanges, in order of start."""

    def idle_at(self, when: float, site: str) -> bool:
        """Did it wait unused, and was it used again later, by pages of that site?"""
        at = bisect_left(self.spans, when, key=lambda span: span[0])
        if at == 0 or at == len(self.spans):
            return False
        _, end, before = self.spans[at - 1]
        return end < when - SLACK and before == site == self.spans[at][2]


class Connections:
    """The connections of one client."""

    def __init__(self) -> None:
        self._modes: dict[str, set[bool]] = {}
        self._servers: dict[str, dict[str, Line]] = {}

    def observe(self, exchange: Exchange) -> bool:
        """Take in one more exchange; True when a connection's mode became known."""
        if not exchange.connection:
            return False
        modes = self._modes.setdefault(exchange.connection, set())
        shown = shows_credentials(exchange)
        new = shown is not None and shown not in modes
        if shown is not None:
            modes.add(shown)
        if exchange.started is not None and exchange.http_version.startswith("HTTP/1"):
            self._use(exchange, exchange.started, modes)
        return new

    def mode(self, connection: str) -> bool | None:
        """Does it carry credentials? None: nothing shows it, or it showed both."""
        modes = self._modes.get(connection, set())
        return next(iter(modes)) if len(modes) == 1 else None

    def beside_idle(self, exchange: Exchange) -> bool | None:
        """The mode for which this exchange's connection was opened; None: unknown."""
        lines = self._servers.get(exchange.url.origin, {})
        mine = lines.get(exchange.connection)
        if mine is None or len(mine.spans) == KEPT_SPANS:
            return None
        opened, _, site = mine.spans[0]
        if not site or site != _site(exchange):
            return None
        modes = {
            not mode
            for line in lines.values()
            if line is not mine and len(line.modes) == 1 and line.idle_at(opened, site)
            for mode in line.modes
        }
        return modes.pop() if len(modes) == 1 else None

    def _use(self, exchange: Exchange, started: float, modes: set[bool]) -> None:
        lines = self._servers.setdefault(exchange.url.origin, {})
        line = lines.get(exchange.connection)
        if line is None:
            if len(lines) >= KEPT_CONNECTIONS:
                del lines[next(iter(lines))]
            line = lines[exchange.connection] = Line(modes)
        ended = exchange.ended if exchange.ended is not None else float("inf")
        span = started, ended, _site(exchange) or ""
        if line.spans and line.spans[-1][0] > started:
            return  # heard late; connections of HTTP/1 carry one exchange after the other
        line.spans.append(span)


def _site(exchange: Exchange) -> str | None:
    origin = exchange.origin
    page = origin if origin not in (None, "null") else exchange.referrer
    return registrable_domain(host_of(page)) if page else None


def shows_credentials(exchange: Exchange) -> bool | None:
    """Does this request by itself show whether its connection carries credentials?"""
    request = exchange.request
    if exchange.asks_permission:
        return False
    if exchange.cookies or "sec-fetch-storage-access" in request:
        return True
    mode = request.get("sec-fetch-mode")
    if mode == "navigate" or (mode is None and looks_like_navigation(exchange)):
        return True
    if mode == "cors" and request.get("sec-fetch-dest") == "font":
        return False
    return None
