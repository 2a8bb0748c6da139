"""What one client shows over a capture: its engine, and how it treats credentials.

A client is an address and a user agent. Facts gather while exchanges are observed; a whole
capture gives better facts than its beginning, which is why an offline verdict can decide
what the live one had to leave open.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import OrderedDict
from dataclasses import dataclass, field
from itertools import pairwise

from ..exchange import Exchange
from ..fetch.browsers import BROWSERS, Browser
from ..fetch.classify import forged, lacks_metadata, looks_like_navigation
from ..tables import keep
from .cookies import Cookies

FETCH_METADATA_SINCE = {"chromium": 80, "firefox": 90}
"""Major versions from which every request to a trustworthy URL carries `Sec-Fetch-*`."""
KEPT_CLIENTS = 2_000
"""Clients remembered; one that comes back after so many others is met anew."""
KEPT_POOLS = 8_192
"""Connections of each client of which it is remembered whether they carry credentials."""
KEPT_CONNECTIONS = 4_096
"""Connections of which it is remembered whose they are."""
KEPT_ORIGINS = 512
"""Origins of each client whose embedder policies are remembered, and changes of each."""
KEPT_POLICIES = 16
"""Documents of an origin of which each policy is remembered; of more the changes are."""


@dataclass(slots=True)
class Client:
    """Facts about one client."""

    id: str
    engine: str
    """A key of `BROWSERS`, `unknown`, or the name of a tool."""
    version: int | None
    knowledge: int = 0
    """Grows whenever something new is learnt that may decide an open verdict."""
    first: float | None = None
    sends_metadata: bool = False
    """Some request of it carried `Sec-Fetch-Mode`."""
    pools: dict[str, bool | None] = field(default_factory=dict)
    """Per connection: did it carry credentials (True), requests without any (False), or both
    (None)?"""
    embedder_policies: dict[str, list[tuple[float, str]]] = field(default_factory=dict)
    """Per origin: since when its documents came with which `Cross-Origin-Embedder-Policy`."""
    cookies: Cookies = field(default_factory=Cookies)
    browser: Browser | None = field(init=False)
    """The engine's row, None when it is not known."""
    tells_include: bool = field(init=False)
    """Does its silence about storage access prove that credentials were not included?"""

    def __post_init__(self) -> None:
        browser = self.browser = BROWSERS.get(self.engine)
        self.tells_include = (
            browser is not None
            and browser.storage_access_since is not None
            and self.version is not None
            and self.version >= browser.storage_access_since
        )

    def may_be_browser(self, exchange: Exchange) -> bool:
        """Can a browser have sent this request of the client?"""
        if self.browser is None and not self.sends_metadata:
            return False
        if forged(exchange) is not None:
            return False
        since = FETCH_METADATA_SINCE.get(self.engine)
        modern = since is not None and self.version is not None and self.version >= since
        return not (modern and lacks_metadata(exchange) and "origin" in exchange.request)

    def observe(self, exchange: Exchange) -> None:
        """Take in what one more exchange shows."""
        when = exchange.started
        if when is not None and (self.first is None or when < self.first):
            self.first = when
        request = exchange.request
        self.sends_metadata |= "sec-fetch-mode" in request
        if request.get("sec-fetch-mode") == "navigate" and exchange.status is not None:
            policy = exchange.response.get("cross-origin-embedder-policy") or ""
            known = self.embedder_policies.get(exchange.url.origin)
            if known is None:
                known = []
                keep(self.embedder_policies, exchange.url.origin, known, KEPT_ORIGINS)
            insort(known, (when or 0.0, policy))
            if len(known) > KEPT_POLICIES:
                _thin(known)
        credentialed = _shows_credentials(exchange)
        if credentialed is not None and exchange.connection:
            if self.pools.get(exchange.connection, credentialed) is not credentialed:
                self.knowledge += self.pools[exchange.connection] is not None
                self.pools[exchange.connection] = None
            elif exchange.connection not in self.pools:
                self.knowledge += 1
                keep(self.pools, exchange.connection, credentialed, KEPT_POOLS)
        self.cookies.observe(exchange)

    def pool(self, exchange: Exchange) -> bool | None:
        """Does this exchange's connection carry credentials? None: unknown, or not pure.

        Chromium and, over HTTP/1, Firefox keep requests with and without credentials on
        different connections.
        """
        browser = self.browser
        if browser is None or not browser.pools_by_credentials:
            return None
        if exchange.http_version.startswith("HTTP/2") and not browser.pools_http2:
            return None
        return self.pools.get(exchange.connection)

    def embedder_policy(self, page: str, when: float | None) -> str:
        """`Cross-Origin-Embedder-Policy` of the page's latest document at that time."""
        known = self.embedder_policies.get(page, [])
        at = bisect_right(known, when or 0.0, key=lambda each: each[0])
        return known[at - 1][1] if at else ""


def _thin(known: list[tuple[float, str]]) -> None:
    """Leave only the changes, and the latest of those."""
    changes = [now for before, now in pairwise(known) if now[1] != before[1]]
    known[:] = [known[0], *changes][-KEPT_ORIGINS:]


def _shows_credentials(exchange: Exchange) -> bool | None:
    """Does this request by itself show whether its connection carries credentials?"""
    request = exchange.request
    if exchange.asks_permission:
        return False
    if exchange.cookies or "sec-fetch-storage-access" in request:
        return True
    mode = request.get("sec-fetch-mode")
    if mode == "navigate" or (mode is None and looks_like_navigation(exchange)):
        return True
    return None


class Clients:
    """The clients of a session, by id."""

    def __init__(self) -> None:
        self._known: dict[str, Client] = {}
        self._by_connection: OrderedDict[str, Client] = OrderedDict()

    def of(self, exchange: Exchange) -> Client:
        """The client of this exchange, new if it was not seen before.

        A script may set `User-Agent` in Firefox and WebKit: such a request, known for a
        browser's by its `Sec-Fetch-Mode`, belongs to the browser on the same connection.
        """
        client = self._find(exchange)
        if exchange.connection and client.browser is not None:
            self._by_connection[exchange.connection] = client
            self._by_connection.move_to_end(exchange.connection)
            if len(self._by_connection) > KEPT_CONNECTIONS:
                self._by_connection.popitem(last=False)
        return client

    def _find(self, exchange: Exchange) -> Client:
        if "sec-fetch-mode" in exchange.request:
            host = self._by_connection.get(exchange.connection)
            if host is not None and exchange.agent.partition("/")[0] not in BROWSERS:
                return host
        client = self._known.get(exchange.client)
        if client is None:
            engine, _, version = exchange.agent.partition("/")
            client = Client(
                exchange.client, engine or "unknown", int(version) if version.isdigit() else None
            )
            keep(self._known, exchange.client, client, KEPT_CLIENTS)
        return client
