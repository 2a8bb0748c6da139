"""The origin server: answers every request as its case says, down to the byte.

Plain http and https, HTTP/1.1, a thread per connection. Which case a request belongs to stands
in its query; the server keeps no other state than how often it was asked.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import re
import socket
import socketserver
import ssl
import struct
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from . import pages
from .answers import CONTENTS, Answer, Reply, Trouble
from .case import Case
from .certificates import write_leaf
from .places import Places

REFERENCE = re.compile(r"<([^<>/]+)/(\w+)>")
WEBSOCKET_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


@dataclass
class Registry:
    """All cases of the run, by number, and how often each of their URLs was asked for."""

    places: Places
    cases: dict[str, Case] = field(default_factory=dict)
    counts: Counter[tuple[str, ...]] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, case: Case, step: str, preflight: bool) -> Answer:
        """What this request gets."""
        reply = case.replies().get(step, Reply())
        answers = reply.preflights if preflight else reply.answers
        with self.lock:
            key = (case.number, step, str(preflight))
            turn = self.counts[key]
            self.counts[key] += 1
        return answers[min(turn, len(answers) - 1)]

    def fill(self, text: str, case: Case, request: Request) -> str:
        """Fill in the template of a header value."""
        text = REFERENCE.sub(lambda m: self.places.url(m[1], case.scheme, case.number, m[2]), text)
        for name, value in {
            "{origin}": request.headers.get("origin", ""),
            "{page}": self.places.origin(case.page, case.scheme),
            "{acrm}": request.headers.get("access-control-request-method", ""),
            "{acrh}": request.headers.get("access-control-request-headers", ""),
        }.items():
            text = text.replace(name, value)
        return text


@dataclass(frozen=True)
class Request:
    """A request as far as the server cares."""

    method: str
    target: str
    headers: dict[str, str]

    @property
    def preflight(self) -> bool:
        """Whether it asks for permission only."""
        return self.method == "OPTIONS" and "access-control-request-method" in self.headers

    @property
    def conditional(self) -> bool:
        """Whether the client holds a copy."""
        return "if-none-match" in self.headers or "if-modified-since" in self.headers


class Handler(socketserver.StreamRequestHandler):
    """One connection."""

    server: Server

    def setup(self) -> None:
        """Speak TLS first where the port is for https."""
        if self.server.tls:
            self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        self.request.settimeout(120)
        super().setup()

    def handle(self) -> None:
        """Answer until the other side hangs up."""
        with contextlib.suppress(OSError):
            while request := self.read():
                if not self.respond(request):
                    return

    def finish(self) -> None:
        """Hang up; the other side may have done so already."""
        with contextlib.suppress(OSError):
            super().finish()
        if self.server.tls:
            self.request.close()  # the server knows only the plain one, now empty

    def read(self) -> Request | None:
        """The next request, its body read and dropped."""
        line = self.rfile.readline().decode("latin-1").split()
        if len(line) != 3:
            return None
        headers: dict[str, str] = {}
        while (field_line := self.rfile.readline().decode("latin-1").strip()) != "":
            name, _, value = field_line.partition(":")
            headers[name.lower()] = value.strip()
        if headers.get("transfer-encoding") == "chunked":
            while size := int(self.rfile.readline(), 16):
                self.rfile.read(size + 2)
            self.rfile.readline()
        else:
            self.rfile.read(int(headers.get("content-length", 0)))
        return Request(line[0], line[1], headers)

    def respond(self, request: Request) -> bool:
        """Send the answer; false if the connection is over."""
        query = parse_qs(urlsplit(request.target).query)
        registry = self.server.registry
        case = registry.cases.get(query.get("case", [""])[0])
        step = query.get("step", [""])[0]
        if case is None:
            return self.send(404, [], b"")
        if step == "page":
            headers = [("Content-Type", "text/html; charset=utf-8"), *case.page_headers]
            return self.send(200, headers, pages.document(case, registry.places).encode())
        if step in pages.SCRIPTS:
            return self.send(200, [("Content-Type", "text/javascript")], pages.SCRIPTS[step])
        if request.headers.get("upgrade", "").lower() == "websocket":
            return self.websocket(request)
        answer = registry.answer(case, step, request.preflight)
        time.sleep(answer.delay)
        if answer.trouble in (Trouble.RESET, Trouble.GARBAGE):
            return self.misbehave(answer.trouble)
        content_type, body = CONTENTS[answer.content]
        status, template = answer.status, answer.headers
        if answer.not_modified is not None and request.conditional:
            status, template = 304, answer.not_modified
        headers = [(name, registry.fill(value, case, request)) for name, value in template]
        if status not in (204, 304):
            headers.append(("Content-Type", content_type))
        missing = 50 if answer.trouble is Trouble.SHORT else 0
        return self.send(status, headers, body, request.method == "HEAD", missing)

    def send(
        self,
        status: int,
        headers: list[tuple[str, str]],
        body: bytes,
        head: bool = False,
        missing: int = 0,
    ) -> bool:
        """Write a response."""
        lines = [f"HTTP/1.1 {status} Scripted", *(f"{name}: {value}" for name, value in headers)]
        if status in (204, 304):
            body = b""
        else:
            lines.append(f"Content-Length: {len(body) + missing}")
        text = "\r\n".join(lines) + "\r\n\r\n"
        self.wfile.write(text.encode("latin-1") + (b"" if head else body))
        return not missing

    def misbehave(self, trouble: Trouble) -> bool:
        """Break the connection."""
        if trouble is Trouble.GARBAGE:
            self.wfile.write(b"this is not HTTP\r\n\r\n")
        else:
            linger = struct.pack("ii", 1, 0)  # close() then sends a reset
            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        return False

    def websocket(self, request: Request) -> bool:
        """Accept, say hello, and wait for the other side to close."""
        key = request.headers["sec-websocket-key"].encode()
        accept = base64.b64encode(hashlib.sha1(key + WEBSOCKET_GUID).digest()).decode()
        self.wfile.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept.encode() + b"\r\n\r\n\x81\x02ok"
        )
        self.rfile.read(2)
        return False


class Server(socketserver.ThreadingTCPServer):
    """One port."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, registry: Registry, tls: ssl.SSLContext | None) -> None:
        self.registry, self.tls = registry, tls
        super().__init__(("127.0.0.1", 0), Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up in the middle are part of the game."""


class OriginServer:
    """All ports together; use as a context manager."""

    def __init__(self) -> None:
        self.registry = Registry(Places({}))
        self._folder = tempfile.TemporaryDirectory()
        leaf = write_leaf(Path(self._folder.name))
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(leaf)
        self._servers = {
            name: Server(self.registry, tls if name.startswith("https") else None)
            for name in ("http", "http2", "https", "https2")
        }
        ports = {name: server.server_address[1] for name, server in self._servers.items()}
        self.registry.places = Places(ports)

    def __enter__(self) -> OriginServer:
        for server in self._servers.values():
            threading.Thread(target=server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for server in self._servers.values():
            server.shutdown()
            server.server_close()
        self._folder.cleanup()
