"""A client for WebKit's Web Inspector, spoken to over a web socket.

Commands to a page are wrapped: the socket leads to the view, whose page (a *target*) changes with
the process whenever another site is opened. Commands to a worker are wrapped once more.
"""

from __future__ import annotations

import base64
import json
import os
import socket
import struct
import threading
import time
from collections.abc import Callable
from queue import Empty, Queue
from typing import Any

from .proxy import LabError

COMMAND_SECONDS = 30
TEXT, CLOSE = 1, 8
Message = dict[str, Any]


class WebSocket:
    """A client's end of a web socket: text out, text in (RFC 6455, as far as it is needed)."""

    def __init__(self, port: int, path: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        key = base64.b64encode(os.urandom(16)).decode()
        self._socket.sendall(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: Upgrade\r\n"
            f"Upgrade: websocket\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
            "".encode()
        )
        self._file = self._socket.makefile("rb")
        status = self._file.readline()
        if b" 101 " not in status:
            raise LabError(f"no web socket at {path}: {status!r}")
        while self._file.readline().strip():
            pass

    def send(self, text: str) -> None:
        """Send one message; masked, as a client must, with a mask that changes nothing."""
        data = text.encode()
        length = (
            bytes([0x80 | len(data)])
            if len(data) < 126
            else struct.pack(">BH", 0xFE, len(data))
            if len(data) < 1 << 16
            else struct.pack(">BQ", 0xFF, len(data))
        )
        self._socket.sendall(bytes([0x80 | TEXT]) + length + bytes(4) + data)

    def receive(self) -> str | None:
        """The next message, or nothing once the other side has hung up."""
        text = b""
        while len(head := self._file.read(2)) == 2:
            length = head[1] & 0x7F
            if length == 126:
                (length,) = struct.unpack(">H", self._file.read(2))
            elif length == 127:
                (length,) = struct.unpack(">Q", self._file.read(8))
            data, kind = self._file.read(length), head[0] & 0x0F
            if kind == CLOSE:
                return None
            if kind <= TEXT:
                text += data
                if head[0] & 0x80:
                    return text.decode()
        return None

    def close(self) -> None:
        """Hang up."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._file.close()
        self._socket.close()


class Inspector:
    """Commands and events of one view; events are handled on the reading thread, in order."""

    def __init__(self, port: int, path: str, domains: tuple[str, ...]) -> None:
        self.listener: Callable[[str, str, Message], None] = lambda _target, _method, _event: None
        self._domains = domains
        self._answers: dict[int, Queue[Message]] = {}
        self._last = 0
        self._lock = threading.Lock()
        self._page = ""
        self._there = threading.Event()
        self._socket = WebSocket(port, path)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        if not self._there.wait(COMMAND_SECONDS):
            raise LabError("WebKit shows no page")
        self._post("Target.setPauseOnStart", pauseOnStart=True)

    def _read(self) -> None:
        """Hand on what the browser says until it is gone."""
        while text := self._socket.receive():
            message = json.loads(text)
            method, event = message.get("method"), message.get("params", {})
            if method == "Target.targetCreated":
                self._welcome(event["targetInfo"])
            elif method == "Target.didCommitProvisionalTarget":
                self._page = event["newTargetId"]
            elif method == "Target.dispatchMessageFromTarget":
                self._take(event["targetId"], json.loads(event["message"]))

    def _welcome(self, target: Message) -> None:
        """Listen to a page from its first request on."""
        if target["type"] != "page":
            return
        for domain in self._domains:
            self._to_target(target["targetId"], f"{domain}.enable")
        if target.get("isPaused"):
            self._post("Target.resume", targetId=target["targetId"])
        if not target.get("isProvisional"):
            self._page = target["targetId"]
            self._there.set()

    def _take(self, target: str, message: Message) -> None:
        """Take in what a page says."""
        if "id" in message:
            if waiting := self._answers.pop(message["id"], None):
                waiting.put(message)
            return
        method, event = message["method"], message["params"]
        if method == "Worker.workerCreated":  # it waits until it is told to go on
            self._to_target(target, "Worker.initialized", workerId=event["workerId"])
        self.listener(target, method, event)

    def _post(self, method: str, **parameters: object) -> int:
        """Send a command to the view."""
        with self._lock:
            self._last += 1
            message = {"id": self._last, "method": method, "params": parameters}
            self._socket.send(json.dumps(message))
            return self._last

    def _to_target(
        self,
        target: str,
        method: str,
        answers: Queue[Message] | None = None,
        **parameters: object,
    ) -> None:
        """Send a command to a page; its result goes into the queue, if one is given."""
        with self._lock:
            self._last += 1
            number = self._last
            if answers is not None:
                self._answers[number] = answers
        message = json.dumps({"id": number, "method": method, "params": parameters})
        self._post("Target.sendMessageToTarget", targetId=target, message=message)

    def send(self, method: str, **parameters: object) -> Any:
        """Send a command to the page and return its result. Not for use on the reading thread."""
        answers: Queue[Message] = Queue()
        page, deadline = self._page, time.monotonic() + COMMAND_SECONDS
        self._to_target(page, method, answers, **parameters)
        while True:
            try:
                message = answers.get(timeout=0.1)
                break
            except Empty:
                if self._page != page or time.monotonic() > deadline:  # replaced: it stays silent
                    raise LabError(f"no answer to {method}") from None
        if "error" in message:
            raise LabError(f"{method}: {message['error']['message']}")
        return message["result"]

    def close(self) -> None:
        """Hang up."""
        self._socket.close()
        self._thread.join(5)
