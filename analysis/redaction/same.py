"""Does a copy tell the same as its original?"""

from __future__ import annotations

from dataclasses import replace

from ..exchange import Exchange, Header, Headers, Url

_NO_KEY = b""
REWRITTEN = ("referer", "location", "www-authenticate")
"""Lines of which the door shows a part, whatever the length of the rest."""


def tells_the_same(original: Exchange, copy: Exchange) -> bool:
    """Is everything equal that is judged or shown of the two?

    Who the client is and exact URLs are compared within a capture only, and stand-ins keep them
    apart. Lengths tell something of values that are shown.
    """
    return _told(original) == _told(copy)


def _told(exchange: Exchange) -> Exchange:
    return replace(
        exchange,
        client="",
        removed=0,
        url=_url(exchange.url),
        location=None if exchange.location is None else _url(exchange.location),
        request=_headers(exchange.request),
        response=_headers(exchange.response),
    )


def _url(url: Url) -> Url:
    return replace(url, key=_NO_KEY)


def _headers(headers: Headers) -> Headers:
    return Headers(tuple([_header(each) for each in headers.fields]))


def _header(header: Header) -> Header:
    known = header.value is not None and header.name.lower() not in REWRITTEN
    whole = known and "{userinfo}" not in str(header.value)
    return header if whole else header._replace(size=0)
