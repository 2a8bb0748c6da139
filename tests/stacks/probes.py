"""Requests around a policy, straight to the server: none may be let in beyond it.

Each answer is judged as a browser would judge it.
"""

from __future__ import annotations

import http.client
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from analysis.exchange import Headers
from analysis.fetch.browsers import BROWSERS, Browser
from analysis.fetch.check import Asked, cors_check, preflight_check

from .gate import API_HOST, PAGE

HEADERS = "content-type,x-trace"

ORIGINS = (
    "null",
    "",
    "http://shop.test",
    "https://shop.test:443",
    "https://shop.test:8443",
    "https://shop.test.",
    "https://shop.test/",
    "https://SHOP.test",
    "HTTPS://shop.test",
    "https://evil.test",
    "https://evilshop.test",
    "https://evil-shop.test",
    "https://shop.test.evil.test",
    "https://shop.tester",
    "https://shopxtest",
    "https://www.shop.test",
    "https://evil.test/https://shop.test",
    "https://evil.test?https://shop.test",
    "https://shop.test@evil.test",
    "https://shop.test, https://evil.test",
    "https://shop.test https://evil.test",
    "https://api.shop.test",
    "*",
    "shop.test",
)
"""None of them is the page's."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One request."""

    method: str
    path: str
    origin: str
    asks: str = ""
    """For a preflight, the method it asks for."""
    headers: str = ""
    """For a preflight, the headers it asks for."""
    include: bool | None = None
    """Judged for calls with credentials or without; None: for both, and passing once counts."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What a front end of `calls.js` needs, as requests on either side of the line."""

    within: tuple[Probe, ...]
    beyond: tuple[Probe, ...]


BY_STRANGERS = (
    *(Probe("GET", "/items", origin) for origin in ORIGINS),
    *(Probe("OPTIONS", "/items/1", origin, "PUT", HEADERS) for origin in ORIGINS),
    *(Probe("OPTIONS", "/items", origin, "GET") for origin in ORIGINS),
    Probe("GET", "/missing", "https://evil.test"),
    Probe("GET", "/boom", "https://evil.test"),
    Probe("POST", "/login", "https://evil.test"),
)
POLICIES = {
    "application": Policy(
        within=(
            Probe("GET", "/items", PAGE, include=True),
            Probe("GET", "/missing", PAGE, include=True),
            Probe("OPTIONS", "/items/1", PAGE, "PUT", HEADERS, include=True),
            Probe("OPTIONS", "/items/2", PAGE, "DELETE", include=True),
        ),
        beyond=(
            *BY_STRANGERS,
            Probe("OPTIONS", "/items", PAGE, "PATCH"),
            Probe("OPTIONS", "/items", PAGE, "PROPFIND"),
            Probe("OPTIONS", "/items/1", PAGE, "put", HEADERS),
            Probe("OPTIONS", "/items/1", PAGE, "PUT", f"{HEADERS},x-other"),
            Probe("OPTIONS", "/items/1", PAGE, "PUT", "authorization"),
            Probe("OPTIONS", "/items", PAGE, "GET", "x-requested-with"),
            Probe("OPTIONS", "/items/2", PAGE, "DELETE", "x-http-method-override"),
        ),
    ),
    "reader": Policy(
        within=(
            Probe("GET", "/items", PAGE, include=False),
            Probe("GET", "/missing", PAGE, include=False),
        ),
        beyond=(
            *BY_STRANGERS,
            Probe("GET", "/items", PAGE, include=True),
            Probe("OPTIONS", "/items/1", PAGE, "PUT"),
            Probe("OPTIONS", "/items/1", PAGE, "DELETE"),
            Probe("OPTIONS", "/items", PAGE, "GET", "content-type"),
            Probe("OPTIONS", "/items", PAGE, "GET", "x-trace"),
            Probe("OPTIONS", "/items", PAGE, "GET", "authorization"),
        ),
    ),
}
"""By the name of the front end."""


def let_in(port: int, probes: Iterable[Probe]) -> Iterator[Probe]:
    """Those that some browser would let pass."""
    for probe in probes:
        status, response = _answer(port, probe)
        modes = (True, False) if probe.include is None else (probe.include,)
        if any(
            _passes(probe, status, response, include, browser)
            for include in modes
            for browser in BROWSERS.values()
        ):
            yield probe


def _passes(probe: Probe, status: int, response: Headers, include: bool, browser: Browser) -> bool:
    if not probe.asks:
        return cors_check(response, probe.origin, include, browser) is None
    asked = Asked(probe.asks, tuple(filter(None, probe.headers.split(","))))
    return preflight_check(asked, probe.origin, status, response, include, browser) is None


def _answer(port: int, probe: Probe) -> tuple[int, Headers]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.putrequest(probe.method, probe.path, skip_host=True)
    connection.putheader("Host", API_HOST)
    connection.putheader("Origin", probe.origin)
    connection.putheader("Cookie", "session=1")
    if probe.asks:
        connection.putheader("Access-Control-Request-Method", probe.asks)
    if probe.headers:
        connection.putheader("Access-Control-Request-Headers", probe.headers)
    connection.endheaders()
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, Headers.of(*answer.getheaders())
