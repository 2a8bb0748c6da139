"""mitmproxy's flow objects as exchanges: for the live addon, and for what only mitmproxy reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..exchange import Exchange
from ..redact import Door
from .proxied import Answer, Failure, Proxied, front_of

if TYPE_CHECKING:
    from mitmproxy.http import HTTPFlow


Values = tuple[Any, ...]
"""What a flow says, in the order of `values_of`, for `from_values`."""


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
    answer = None if response is None else response.data
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
        answer and (answer.status_code, answer.headers.fields, answer.timestamp_end),
        error and (error.msg, error.timestamp),
        flow.is_replay,
        flow.modified(),
        flow.server_conn.timestamp_start,
        client.proxy_mode,
        client.tls,
    )


def from_values(values: Values) -> Proxied:
    """The flow that says this."""
    flow_id, peer, connection, *asked, answer, failure, replay, edited, reached, mode, tls = values
    started, method, scheme, authority, host, port, path, http_version, fields = asked
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
        answer and Answer(*answer),
        failure and Failure(*failure),
        replay == "response",
        edited,
        reached is not None,
        front_of(mode.full_spec, tls),
    )
