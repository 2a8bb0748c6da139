"""mitmproxy script of the lab: lead every `*.test` name to the origin server.

The port is translated as well, so that `https://app.test/` needs no port in its URL. Names are
resolved differently rather than `server.address` rewritten: a rewritten address makes mitmproxy
open a new connection for each plain-http request and stall after a few.
"""

import json
import os
import socket
from typing import Any

PORTS = {int(port): real for port, real in json.loads(os.environ["CORS_LAB_PORTS"]).items()}
"""Port in the URL -> real port of the origin server."""
CLOSED_PORT = 1

resolve = socket.getaddrinfo


def resolve_lab_names(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
    """`socket.getaddrinfo` with a few more names."""
    name = host.decode() if isinstance(host, bytes) else host or ""
    if not name.endswith(".test"):
        return resolve(host, port, *args, **kwargs)
    if name.startswith("nowhere."):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    real = CLOSED_PORT if name.startswith("dead.") else PORTS.get(int(port), CLOSED_PORT)
    return resolve("127.0.0.1", real, *args, **kwargs)


socket.getaddrinfo = resolve_lab_names
