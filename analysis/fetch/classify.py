"""What kind of request is this? A decision table over what the wire shows.

https://fetch.spec.whatwg.org/#append-a-request-origin-header,
https://w3c.github.io/webappsec-fetch-metadata/. The rows are tried in order; each returns
the role and the id of the rule that decided.
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache

from ..exchange import Exchange
from ..frozen import frozen
from .headers import strip
from .origin import is_serialised, is_trustworthy
from .safelist import REPORT_TYPES, essence

WEB_SCHEMES = ("http://", "https://")


class Role(StrEnum):
    """What a request was, as far as CORS is concerned."""

    PREFLIGHT = "preflight"
    CORS = "cors"
    SAME_ORIGIN = "same-origin"
    NO_CORS = "no-cors"
    NAVIGATION = "navigation"
    WEBSOCKET = "websocket"
    NON_BROWSER = "non-browser"
    OTHER = "other"


JUDGED = frozenset({Role.PREFLIGHT, Role.CORS})
"""The roles on whose answers a browser runs the CORS check."""


@frozen
class Classification:
    """The role of one request."""

    role: Role
    because: str
    """Id of the deciding row."""
    mode_open: bool = False
    """It may also have been a no-cors request or a beacon: then nothing was blocked."""


@lru_cache(maxsize=64)
def classified(role: Role, because: str, mode_open: bool = False) -> Classification:
    """The role of a request; one object, which all exchanges of its kind share."""
    return Classification(role, because, mode_open)


def classify(exchange: Exchange, browser_client: bool) -> Classification:
    """Classify one exchange.

    Args:
        browser_client: does this client behave like a browser over the capture?
    """
    request = exchange.request
    origin = request.get("origin")
    mode = request.get("sec-fetch-mode")
    site = request.get("sec-fetch-site")
    if _is_websocket(exchange, mode):
        # First: Chromium sends no Sec-Fetch with it, which elsewhere betrays other clients.
        return classified(Role.WEBSOCKET, "websocket-handshake")
    if not browser_client:
        return classified(Role.NON_BROWSER, "client-is-no-browser")
    if origin is not None and site == "none":
        return classified(Role.OTHER, "browser-internal")
    if origin is not None and not origin.startswith(WEB_SCHEMES) and origin != "null":
        return classified(Role.OTHER, "extension-or-app-origin")
    if exchange.asks_permission:
        return classified(Role.PREFLIGHT, "options-with-acrm")
    if mode == "navigate":
        return classified(Role.NAVIGATION, "mode-navigate")
    if mode == "same-origin":
        return classified(Role.SAME_ORIGIN, "mode-same-origin")
    if mode == "no-cors":
        return classified(Role.NO_CORS, "mode-no-cors")
    if origin is not None and origin == exchange.url.origin:
        return classified(Role.SAME_ORIGIN, "origin-is-target")
    if mode == "cors":
        if origin is not None:
            return classified(Role.CORS, "mode-cors")
        if site == "same-origin":
            return classified(Role.SAME_ORIGIN, "site-same-origin")
        return classified(Role.OTHER, "mode-cors-without-origin")
    if origin is None:
        return _without_origin(exchange)
    return _without_metadata(exchange)


def _is_websocket(exchange: Exchange, mode: str | None) -> bool:
    upgrade = exchange.request.get("upgrade") or ""
    return (
        mode in ("websocket", "webtransport")
        or strip(upgrade).lower() == "websocket"
        or "sec-websocket-key" in exchange.request
        or "sec-websocket-version" in exchange.request
    )


def _without_origin(exchange: Exchange) -> Classification:
    if looks_like_navigation(exchange):
        return classified(Role.NAVIGATION, "looks-like-navigation")
    if exchange.referrer == exchange.url.origin:
        return classified(Role.SAME_ORIGIN, "referrer-is-target")
    if exchange.referrer is not None:
        return classified(Role.NO_CORS, "no-origin")
    return classified(Role.OTHER, "no-origin")


def _without_metadata(exchange: Exchange) -> Classification:
    """An `Origin` that is not the target's, and no `Sec-Fetch-Mode`."""
    if exchange.method in ("GET", "HEAD"):
        return classified(Role.CORS, "origin-on-get")
    if exchange.method != "POST":
        return classified(Role.CORS, "method-no-form-can-send")
    content_type = essence(exchange.request.get("content-type") or "")
    if content_type in REPORT_TYPES:
        return classified(Role.NO_CORS, "report")
    if looks_like_navigation(exchange):
        return classified(Role.NAVIGATION, "looks-like-navigation")
    return classified(Role.CORS, "origin-on-post", mode_open=True)


def looks_like_navigation(exchange: Exchange) -> bool:
    """`Upgrade-Insecure-Requests`, or an `Accept` that begins with HTML."""
    accept = exchange.request.get("accept") or ""
    return "upgrade-insecure-requests" in exchange.request or accept.startswith("text/html")


def forged(exchange: Exchange) -> str | None:
    """Why no browser can have sent this request; None when one can."""
    request = exchange.request
    origin = request.get("origin")
    if origin is not None and not is_serialised(origin):
        return "origin-not-serialised"
    if exchange.asks_permission:
        if "cookie" in request or "authorization" in request:
            return "preflight-with-credentials"
        asked = request.get("access-control-request-headers") or ""
        names = [strip(name) for name in asked.split(",")]
        if asked and (asked != asked.lower() or names != sorted(set(names))):
            return "request-headers-not-sorted"
        if request.get("sec-fetch-mode") == "navigate":
            return "preflight-for-navigation"
    elif origin not in (None, "null", exchange.url.origin):
        if request.get("sec-fetch-site") == "same-origin":
            return "site-contradicts-origin"
    return None


def lacks_metadata(exchange: Exchange) -> bool:
    """No `Sec-Fetch-*` although browsers send it to such URLs."""
    return "sec-fetch-mode" not in exchange.request and is_trustworthy(
        exchange.url.scheme, exchange.url.host
    )
