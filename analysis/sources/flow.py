"""mitmproxy's flow objects as exchanges: for the live addon, and for what only mitmproxy reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..exchange import Exchange
from ..redact import Door
from .proxied import Answer, Failure, Proxied, front_of
from .wire import Fields

if TYPE_CHECKING:
    from mitmproxy.http import HTTPFlow


Values = tuple[Any, ...]
"""What a flow says, in the order of `values_of`, for `from_values`: plain values side by side,
so that Python's garbage collector has nothing to do with it."""


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
    return from_values(values_of(flow))


def values_of(flow: HTTPFlow) -> Values:
    """What the flow says now, as mitmproxy has it. In a live session mitmproxy waits for this, so
    it is only noted down: what follows from it can be worked out later, for many together."""
    asked, response, error, client = flow.request.data, flow.response, flow.error, flow.client_conn
    status: int | None = None
    answered: Fields = ()
    ended: float | None = None
    if response is not None:
        answer = response.data
        status, answered, ended = answer.status_code, answer.headers.fields, answer.timestamp_end
    message: str | None = None
    failed: float | None = None
    if error is not None:
        message, failed = error.msg, error.timestamp
    return (
        flow.id,
        client.peername,
        client.id,
        asked.timestamp_start,
        asked.method,
        asked.scheme,
        asked.authority,
        asked.host,
        asked.port,
        asked.path,
        asked.http_version,
        asked.headers.fields,
        status,
        answered,
        ended,
        message,
        failed,
        flow.is_replay,
        flow.modified(),
        flow.server_conn.timestamp_start,
        client.proxy_mode.full_spec,
        client.tls,
    )


def from_values(values: Values) -> Proxied:
    """The flow that says this."""
    flow_id, peer, connection, *asked = values[:12]
    started, method, scheme, authority, host, port, path, http_version, fields = asked
    status, answered, ended, message, failed, replay, edited, reached, mode, tls = values[12:]
    return Proxied(
        flow_id,
        peer[0] if peer else "",
        connection,
        started,
        method,
        scheme,
        authority,
        host,
        port,
        path,
        http_version,
        fields,
        None if status is None else Answer(status, answered, ended),
        None if message is None else Failure(message, failed),
        replay == "response",
        edited,
        reached is not None,
        front_of(mode, tls),
    )
