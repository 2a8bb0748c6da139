"""The usual record, read at a run: what a proxied browser's request and its answer look like.

mitmproxy writes the keys of a flow in one order, and most values that nobody set are the same
in every flow. These patterns expect just that. Between them lie the parts that are stepped
over by their lengths. Every length that is written down is compared with what was found, so
that a match is proof and not a guess; where anything differs the walker of `record` reads on.
"""

from __future__ import annotations

import re

from .flowrecord import client, fields, was_reached
from .proxied import Answer, Proxied
from .tnet import Data, Item

_NUMBER = rb"(\d{1,12}):([0-9.e+-]{1,30})\^"
_MESSAGE = (
    rb"13:timestamp_end;(?:0:~|" + _NUMBER + rb")15:timestamp_start;" + _NUMBER
    + rb"8:trailers;0:~7:content;(\d{1,12}):"
)  # fmt: skip
_RESPONSE = re.compile(
    rb"9:websocket;0:~8:response;(\d{1,12}):"
    rb"6:reason;(\d{1,12}):([^,]{0,100}),11:status_code;(\d):(\d{1,9})#" + _MESSAGE
)
_HEADERS = re.compile(rb"[,~]7:headers;(\d{1,12}):")
_REQUEST = re.compile(
    rb"\]12:http_version;(\d{1,12}):([^,]{0,20}),(\})7:request;(\d{1,12}):4:path;(\d{1,12}):"
)
_TARGET = re.compile(
    rb",9:authority;(\d{1,12}):([^,]{0,300}),6:scheme;(\d{1,12}):([^,]{0,20}),6:method;(\d{1,12}):([^,]{0,40}),"
    rb"4:port;(\d):(\d{1,9})#4:host;(\d{1,12}):([!-:<-~]{0,300});" + _MESSAGE
)
_SERVER = re.compile(
    rb"\]12:http_version;(\d{1,12}):([^,]{0,20}),(\})6:backup;0:~17:timestamp_created;" + _NUMBER
    + rb"7:comment;0:;8:metadata;0:\}6:marked;0:;9:is_replay;0:~11:intercepted;5:false!"
    rb"11:server_conn;(\d{1,12}):"
)  # fmt: skip
_CLIENT = re.compile(rb"\}11:client_conn;(\d{1,12}):")
_END = re.compile(rb"\}5:error;0:~2:id;36:([!-~]{36});4:type;4:http;7:version;2:21#\Z")


def record(data: Data, outer: Item) -> Proxied | None:
    """Read a record; None: it is not the usual one."""
    end = outer.stop
    response = _RESPONSE.match(data, outer.start, end)
    if response is None:
        return None
    (response_size, reason_size, reason, status_size, status,
     ended_size, ended, answered_size, answered, body) = response.groups()  # fmt: skip
    lines = _HEADERS.match(data, response.end() + int(body), end)
    if lines is None:
        return None
    lines_end = lines.end() + int(lines[1])
    request = _REQUEST.match(data, lines_end, end)
    if request is None:
        return None
    answer_version_size, answer_version, _, request_size, path_size = request.groups()
    path_end = request.end() + int(path_size)
    target = _TARGET.match(data, path_end, end)
    if target is None:
        return None
    (authority_size, authority, scheme_size, scheme, method_size, method, port_size, port,
     host_size, host, sent_size, sent, started_size, started, body) = target.groups()  # fmt: skip
    asked = _HEADERS.match(data, target.end() + int(body), end)
    if asked is None:
        return None
    asked_end = asked.end() + int(asked[1])
    server = _SERVER.match(data, asked_end, end)
    if server is None:
        return None
    version_size, version, _, created_size, created, server_size = server.groups()
    server_end = server.end() + int(server_size)
    connection = _CLIENT.match(data, server_end, end)
    if connection is None:
        return None
    connection_end = connection.end() + int(connection[1])
    last = _END.match(data, connection_end, end)
    if (
        last is None
        or request.start(3) != response.end(1) + 1 + int(response_size)
        or server.start(3) != request.end(4) + 1 + int(request_size)
        or len(reason) != int(reason_size)
        or len(status) != int(status_size)
        or (ended is not None and len(ended) != int(ended_size))
        or len(answered) != int(answered_size)
        or len(answer_version) != int(answer_version_size)
        or len(authority) != int(authority_size)
        or len(scheme) != int(scheme_size)
        or len(method) != int(method_size)
        or len(port) != int(port_size)
        or len(host) != int(host_size)
        or (sent is not None and len(sent) != int(sent_size))
        or len(started) != int(started_size)
        or len(version) != int(version_size)
        or len(created) != int(created_size)
    ):
        return None
    try:
        address, name, front = client(data[connection.start(1) : connection_end + 1])
        return Proxied(
            id=last[1].decode("ascii"),
            address=address,
            connection=name,
            started=float(started),
            method=method,
            scheme=scheme,
            authority=authority,
            host=host.decode("ascii"),
            port=int(port),
            path=data[request.end() : path_end],
            http_version=version,
            request=fields(data[asked.start(1) : asked_end + 1]),
            answer=Answer(
                int(status),
                fields(data[lines.start(1) : lines_end + 1]),
                None if ended is None else float(ended),
            ),
            failure=None,
            replayed=False,
            edited=False,
            reached=was_reached(data[server.start(6) : server_end + 1]),
            front=front,
        )
    except ValueError:  # what looks like a number is none, or a part is not the usual one
        return None
