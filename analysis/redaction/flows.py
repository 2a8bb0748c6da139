"""Flow files that may be passed on.

A flow is made anew of what the door let pass, so nothing else can be in it: no bodies and
trailers, no certificates, no messages of websockets, no comments and metadata.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO
from uuid import UUID, uuid5

from mitmproxy import connection, flow, http
from mitmproxy.io import FlowWriter
from mitmproxy.net.http import status_codes

from ..sources import CaptureFile, Problem
from ..sources.base import Unjudged
from ..sources.flowfile import records
from ..sources.proxied import Answer, Failure, Proxied
from .same import tells_the_same
from .stand_ins import StandIns
from .tally import Tally

EDITED = "edited in the proxy"


def copy(
    capture: CaptureFile, into: BinaryIO, stand_ins: StandIns, passed: Callable[[int], None]
) -> Tally:
    """Write a redacted copy of a flow file.

    Args:
        passed: called now and then with the number of bytes that were read since.
    """
    tally, writer = Tally(), FlowWriter(into)
    for found in records(capture.data, passed=passed):
        if isinstance(found, Problem):
            # mitmproxy's errors quote what they stumbled over.
            tally.leave_out(found.what, stand_ins.door.text(found.reason))
            continue
        try:
            told = found.exchange(stand_ins.door, "")
            made = _redacted(found, stand_ins)
            again = made.exchange(stand_ins.reader, "")
        except Unjudged as error:
            tally.leave_out(error.what, str(error))
            continue
        if not tells_the_same(told, again):
            tally.leave_out_odd()
            continue
        writer.add(_flow(made))
        tally.add(told)
    return tally


def _redacted(found: Proxied, stand_ins: StandIns) -> Proxied:
    urls, lines = stand_ins.urls, stand_ins.lines
    url = urls.absolute(found.url)
    path = (
        "*" if not found.path.startswith(b"/") else "/" + url.partition("://")[2].partition("/")[2]
    )
    if found.path.startswith((b"http://", b"https://")):
        path = url
    answer, failure = found.answer, found.failure
    return found._replace(
        address=stand_ins.address(found.address),
        method=stand_ins.door.name(found.method.decode("latin-1")).encode("latin-1"),
        authority=urls.authority(found.authority.decode("latin-1")).encode("latin-1"),
        path=path.encode("latin-1"),
        http_version=stand_ins.version(found.http_version),
        request=lines.fields(found.request, found.url.partition("://")[2].partition("/")[0]),
        answer=answer and answer._replace(fields=lines.fields(answer.fields)),
        failure=failure and failure._replace(message=lines.text(failure.message)),
    )


def _flow(made: Proxied) -> http.HTTPFlow:
    """The flow that tells this and no more."""
    client = connection.Client(
        peername=(made.address, 0) if made.address else None,  # type: ignore[arg-type]
        sockname=("", 0),
        timestamp_start=made.started,
    )
    client.id = made.connection
    server = connection.Server(address=(made.host, made.port))
    server.id = str(uuid5(UUID(int=0), made.id))
    server.timestamp_start = made.started if made.reached else None
    told = http.HTTPFlow(client, server)
    told.id = made.id
    told.timestamp_created = made.started
    told.request = http.Request(
        host=made.host,
        port=made.port,
        method=made.method,
        scheme=made.scheme,
        authority=made.authority,
        path=made.path,
        http_version=made.http_version,
        headers=http.Headers(made.request),
        content=None,
        trailers=None,
        timestamp_start=made.started,
        timestamp_end=made.started,
    )
    told.response = _response(made, made.answer)
    told.error = _error(made.failure)
    told.is_replay = "response" if made.replayed else None
    if made.edited:
        told.backup()
        told.comment = EDITED
    return told


def _response(made: Proxied, answer: Answer | None) -> http.Response | None:
    if answer is None:
        return None
    return http.Response(
        http_version=made.http_version,
        status_code=answer.status,
        reason=status_codes.RESPONSES.get(answer.status, "").encode("ascii"),
        headers=http.Headers(answer.fields),
        content=None,
        trailers=None,
        timestamp_start=made.started if answer.ended is None else answer.ended,
        timestamp_end=answer.ended,
    )


def _error(failure: Failure | None) -> flow.Error | None:
    return None if failure is None else flow.Error(failure.message, failure.when)
