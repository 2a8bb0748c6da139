"""Which exchanges tell something about CORS; of the others there is only a number.

Kept are requests with an `Origin`, redirects (their next hop may be a CORS request), answers
that a browser may store (a later 304, or a CORS request that makes no traffic, is judged by
them), what tells about a client's connections and cookies, and the headers by which a server
keeps answers from other sites without CORS.
"""

from __future__ import annotations

from collections.abc import Iterable

from .exchange import Exchange

TELLING_ANSWERS = (
    "etag",
    "last-modified",
    "access-control-allow-origin",
    "cross-origin-resource-policy",
)
"""Response headers for which an exchange is kept, whatever its request."""

_ANSWERS = frozenset({each.encode() for each in TELLING_ANSWERS} | {b"location", b"set-cookie"})
_REQUESTS = frozenset({b"origin", b"cookie"})
_USUAL = {
    b"sec-fetch-mode": frozenset({b"no-cors", b"same-origin", b"websocket"}),
    b"sec-fetch-site": frozenset({b"same-origin", b"none"}),
}
"""Values that tell nothing."""

_REQUEST_SIZES = frozenset(map(len, [*_REQUESTS, *_USUAL]))
_ANSWER_SIZES = frozenset(map(len, _ANSWERS))

Fields = Iterable[tuple[bytes, bytes]]


def is_relevant(exchange: Exchange) -> bool:
    """Must the auditor keep this exchange? What is dropped here is only counted."""
    response = exchange.response
    return (
        "origin" in exchange.request
        or exchange.location is not None
        or exchange.cookies > 0
        or bool(exchange.set_cookies)
        or exchange.request.get("sec-fetch-mode") in ("cors", "navigate")
        or exchange.request.get("sec-fetch-site") in ("cross-site", "same-site")
        or any(name in response for name in TELLING_ANSWERS)
    )


def is_at_home(exchange: Exchange) -> bool:
    """Did a page load this from its own server, and the answer says nothing about other origins?

    Beside what it shows of its client, such an exchange tells something about CORS only where
    pages of other origins call the same server: a stored answer that serves them, too, or
    cookies that they may use.
    """
    request = exchange.request
    return (
        request.get("sec-fetch-site") == "same-origin"
        and request.get("sec-fetch-mode") in ("cors", "no-cors", "same-origin")
        and "origin" not in request
        and exchange.status is not None
        and exchange.lost is None
        and exchange.location is None
        and exchange.location_scheme is None
        and not exchange.set_cookies
        and "access-control-allow-origin" not in exchange.response
    )


def calls_another(exchange: Exchange) -> bool:
    """Did a page of another origin, or what may be one, ask this server for something?"""
    request = exchange.request
    if exchange.origin not in (None, exchange.url.origin):
        return True
    site = request.get("sec-fetch-site")
    return site in ("cross-site", "same-site") and request.get("sec-fetch-mode") != "navigate"


def may_matter(request: Fields, response: Fields) -> bool:
    """Could an exchange with these header lines be relevant? Never False where it is.

    Much cheaper than making the exchange in order to ask `is_relevant`.
    """
    for name, value in request:
        if len(name) in _REQUEST_SIZES:
            lower = name.lower()
            if lower in _REQUESTS or (lower in _USUAL and value not in _USUAL[lower]):
                return True
    for name, _ in response:  # noqa: SIM110 (a generator would take twice the time)
        if len(name) in _ANSWER_SIZES and name.lower() in _ANSWERS:
            return True
    return False
