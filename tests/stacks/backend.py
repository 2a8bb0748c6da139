"""The plain application behind the proxies under proof. It knows nothing of CORS, if it may.

Run as `python backend.py PORT`; like the other applications it wants a login for everything
where `LOGIN` is set. `CORS=1` makes it send the headers itself, `BOOM=garble` answer `/boom` with
what no proxy hands on: each makes an error of its own instead.
"""

from __future__ import annotations

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PAGE = "https://shop.test"


class Backend(BaseHTTPRequestHandler):
    """The same calls as every application of the stack tests."""

    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        """Any request."""
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        logged_in = "session=1" in (self.headers.get("Cookie") or "")
        call = f"{self.command} {self.path}"
        if call == "POST /login":
            self.send(204, None, ("Set-Cookie", "session=1; SameSite=None; Secure; HttpOnly"))
        elif os.environ.get("LOGIN") and not logged_in:
            self.send(401, None)
        elif call == "GET /items":
            self.send(200, ["tea"], ("X-Total", "1"))
        elif call == "PUT /items/1":
            self.send(200, {"number": 1})
        elif call == "DELETE /items/2":
            self.send(200, {"gone": 2})
        elif call == "GET /boom" and os.environ.get("BOOM") == "garble":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nno header\r\n\r\n")
            self.close_connection = True
        elif call == "GET /boom":
            self.send(500, None)
        elif self.command == "OPTIONS":
            self.send(405, None)
        else:
            self.send(404, None)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = answer

    def send(self, status: int, body: Any, *headers: tuple[str, str]) -> None:
        """Body as JSON."""
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if os.environ.get("CORS"):
            self.send_header("Access-Control-Allow-Origin", PAGE)
            self.send_header("Access-Control-Allow-Credentials", "true")
            self.send_header("Vary", "Origin")
        data = b"" if body is None else json.dumps(body).encode()
        if body is not None:
            self.send_header("Content-Type", "application/json")
        if status != 204:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Backend).serve_forever()
