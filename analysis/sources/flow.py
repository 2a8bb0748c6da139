"""mitmproxy's flow objects as exchanges: for the live addon, and for what only mitmproxy reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..exchange import Exchange
from ..redact import Door
from .proxied import Answer, Failure, Proxied, front_of

if TYPE_CHECKING:
    from mitmproxy.http import HTTPFlow


def exchange_of(flow: HTTPFlow, door: Door, capture: str, altered: str | None = None) -> Exchange:
    """One flow, complete or failed, as an exchange. Reads no bodies, changes nothing.

    Args:
        altered: as in `Exchange`, where the caller knows; else what the flow shows.

    Raises:
        Unjudged: see `Wire.through`.
    """
    return proxied(flow).exchange(door, capture, altered)


def proxied(flow: HTTPFlow) -> Proxied:
    """What the flow says, in plain values."""
    asked, response, error = flow.request.data, flow.response, flow.error
    client = flow.client_conn
    peer = client.peername
    return Proxied(
        id=flow.id,
        address=peer[0] if peer else "",
        connection=client.id,
        started=asked.timestamp_start,
        method=asked.method,
        scheme=asked.scheme,
        authority=asked.authority,
        host=asked.host,
        port=asked.port,
        path=asked.path,
        http_version=asked.http_version,
        request=asked.headers.fields,
        answer=None
        if response is None
        else Answer(response.status_code, response.headers.fields, response.timestamp_end),
        failure=None if error is None else Failure(error.msg, error.timestamp),
        replayed=flow.is_replay == "response",
        edited=flow.modified(),
        reached=flow.server_conn.timestamp_start is not None,
        front=front_of(client.proxy_mode.full_spec, client.tls),
    )


def times(flow: HTTPFlow) -> tuple[float | None, float | None]:
    """When the request began, and when the answer or the error was complete: as the flow has it,
    to be asked whether it may be `believed`."""
    answer = flow.response
    ended = answer.data.timestamp_end if answer is not None else None
    if ended is None and flow.error is not None:
        ended = flow.error.timestamp
    return flow.request.data.timestamp_start, ended
