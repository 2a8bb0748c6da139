"""Clients that are no browsers, on the same proxy: no CORS rule binds them."""

from __future__ import annotations

import http.client
import ssl
import time
from urllib.parse import urlsplit

from .case import Step
from .truth import Outcome


def run_client(proxy_port: int, step: Step, url: str) -> Outcome:
    """Send one request with exactly the headers of the step."""
    begun, parts = time.time(), urlsplit(url)
    connection: http.client.HTTPConnection
    target = url
    if parts.scheme == "https":
        # The proxy's certificate is its own business here.
        context = ssl._create_unverified_context()
        connection = http.client.HTTPSConnection("127.0.0.1", proxy_port, context=context)
        connection.set_tunnel(parts.hostname or "", parts.port or 443)
        target = f"{parts.path}?{parts.query}"
    else:
        connection = http.client.HTTPConnection("127.0.0.1", proxy_port)
    try:
        method, headers = step.options.get("method", "GET"), step.options.get("headers", [])
        connection.putrequest(method, target, skip_accept_encoding=True)
        for name, value in headers:
            connection.putheader(name, value)
        body = step.options.get("body", "").encode()
        if body:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body or None)
        outcome = f"status {connection.getresponse().status}"
    except (OSError, http.client.HTTPException) as error:
        outcome = f"failed {type(error).__name__}"
    finally:
        connection.close()
    return Outcome(begun, time.time(), outcome)
