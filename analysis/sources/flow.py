"""mitmproxy flows, live or from a file, as exchanges.

The only module of the engine's house that knows mitmproxy's objects. Reading files stands
in `flowfile`, so that a live addon loads none of it.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

from ..exchange import NO_HEADERS, Exchange
from ..fetch.check import REDIRECT_STATUSES
from ..redact import Door
from .agent import agent

if TYPE_CHECKING:
    from mitmproxy.http import HTTPFlow

Fields = tuple[tuple[bytes, bytes], ...]


def exchange_of(flow: HTTPFlow, door: Door, capture: str) -> Exchange:
    """One flow, complete or failed, as an exchange. Reads no bodies, changes nothing.

    Raises:
        ValueError: the request's URL cannot be understood.
    """
    request, response, error = flow.request, flow.response, flow.error
    fields = request.headers.fields
    url_text = _url(flow)
    lines = _lines(fields)
    user_agent = _text(lines.get(b"user-agent"))
    peer = flow.client_conn.peername
    referrer = lines.get(b"referer")
    status: int | None = None
    answer, location, location_scheme = NO_HEADERS, None, None
    set_cookies = []
    if response is not None and response.status_code:
        status = response.status_code
        answer = door.headers(response.headers.fields)
        theirs = _lines(response.headers.fields)
        if status in REDIRECT_STATUSES and theirs.get(b"location"):
            location, location_scheme = door.location(url_text, _text(theirs[b"location"]))
        set_cookies = [
            door.set_cookie(value.decode("latin-1"))
            for name, value in response.headers.fields
            if name.lower() == b"set-cookie"
        ]
    ended = response.timestamp_end if response is not None else None
    if ended is None and error is not None:
        ended = error.timestamp
    return Exchange(
        id=flow.id,
        capture=capture,
        client=client_id(peer[0] if peer else "", user_agent),
        agent=agent(user_agent),
        connection=flow.client_conn.id,
        started=request.timestamp_start,
        ended=ended,
        method=request.data.method.decode("latin-1"),
        url=door.url(url_text),
        http_version=request.data.http_version.decode("latin-1"),
        request=door.headers(fields),
        status=status,
        response=answer,
        lost=_lost(flow),
        cookies=_cookies(fields),
        referrer=door.origin_of(_text(referrer)) if referrer else None,
        location=location,
        location_scheme=location_scheme,
        set_cookies=tuple(set_cookies),
    )


def client_id(address: str, user_agent: str) -> str:
    """A short hash: tells clients apart without naming them."""
    return blake2b(f"{address}\0{user_agent}".encode("utf-8", "replace"), digest_size=4).hexdigest()


def _url(flow: HTTPFlow) -> str:
    """The URL as the browser wrote it: `Host` or `:authority` before the connection's target."""
    request = flow.request
    scheme = request.data.scheme.decode("latin-1") or "http"
    path = request.data.path.decode("latin-1")
    if path.startswith(("http://", "https://")):
        return path
    authority = request.host_header or _authority(request.host, request.port)
    return f"{scheme}://{authority}{path if path.startswith('/') else '/'}"


def _authority(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _lines(fields: Fields) -> dict[bytes, bytes]:
    return {name.lower(): value for name, value in fields}


def _text(value: bytes | None) -> str:
    return (value or b"").decode("latin-1")


def _cookies(fields: Fields) -> int:
    return sum(
        len([pair for pair in value.split(b";") if pair.strip()])
        for name, value in fields
        if name.lower() == b"cookie"
    )


def _lost(flow: HTTPFlow) -> str | None:
    if flow.error is not None:
        return flow.error.msg
    return "no response was recorded" if flow.response is None else None
