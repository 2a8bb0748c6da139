"""mitmproxy flows, live or from a file, as exchanges.

The only module of the engine's house that knows mitmproxy's objects. Reading files stands
in `flowfile`, so that a live addon loads none of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..exchange import Exchange
from ..redact import Door
from .wire import Wire

if TYPE_CHECKING:
    from mitmproxy.http import HTTPFlow


def exchange_of(flow: HTTPFlow, door: Door, capture: str, altered: str | None = None) -> Exchange:
    """One flow, complete or failed, as an exchange. Reads no bodies, changes nothing.

    Args:
        altered: as in `Exchange`, where the caller knows; else what the flow shows.

    Raises:
        ValueError: the request's URL cannot be understood.
    """
    request, response = flow.request, flow.response
    peer = flow.client_conn.peername
    started, ended = times(flow)
    # A HAR entry without an answer comes out of mitmproxy with status 0.
    answered = response is not None and response.status_code
    return Wire(
        id=flow.id,
        capture=capture,
        address=peer[0] if peer else "",
        connection=flow.client_conn.id,
        started=started,
        ended=ended,
        method=request.data.method.decode("latin-1"),
        url=_url(flow),
        http_version=request.data.http_version.decode("latin-1"),
        request=request.headers.fields,
        status=response.status_code if response is not None and answered else None,
        response=response.headers.fields if response is not None and answered else (),
        lost=_lost(flow),
        altered=altered or _altered(flow),
    ).through(door)


def times(flow: HTTPFlow) -> tuple[float, float | None]:
    """When the request began, and when the answer or the error was complete."""
    ended = flow.response.timestamp_end if flow.response is not None else None
    if ended is None and flow.error is not None:
        ended = flow.error.timestamp
    return flow.request.timestamp_start, ended


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


def _altered(flow: HTTPFlow) -> str | None:
    """Did the proxy make or change this answer? Scripts that rewrite headers leave no trace."""
    if flow.response is None or flow.error is not None:
        return None
    if flow.is_replay == "response":
        return "replayed by the proxy"
    if flow.modified():
        return "edited in the proxy"
    return "answered by the proxy" if flow.server_conn.timestamp_start is None else None


def _lost(flow: HTTPFlow) -> str | None:
    if flow.error is not None:
        return flow.error.msg
    return "no response was recorded" if flow.response is None else None
