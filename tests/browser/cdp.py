"""A client for the Chrome DevTools protocol over the browser's debugging pipe."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from queue import Empty, Queue
from typing import Any

from .proxy import LabError

COMMAND_SECONDS = 30
Event = dict[str, Any]


class DevTools:
    """Commands and events; events are handled on the reading thread, in order."""

    def __init__(self, command: list[str], environment: dict[str, str], log: Path) -> None:
        to_browser, self._write_end = os.pipe()
        self._read_end, from_browser = os.pipe()

        def place_pipes() -> None:  # the browser expects them as descriptors 3 and 4
            read, write = os.dup(to_browser), os.dup(from_browser)
            os.dup2(read, 3)
            os.dup2(write, 4)

        with log.open("wb") as stderr:
            self.process = subprocess.Popen(
                command,
                env=environment,
                preexec_fn=place_pipes,
                close_fds=False,
                stdin=subprocess.DEVNULL,
                stdout=stderr,
                stderr=stderr,
            )
        os.close(to_browser)
        os.close(from_browser)
        self.listener: Callable[[str, str, Event], None] = lambda _session, _method, _event: None
        self._answers: dict[int, Queue[dict[str, Any]]] = {}
        self._last = 0
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        """Hand on what the browser says until it is gone."""
        rest = b""
        while chunk := os.read(self._read_end, 1 << 16):
            *messages, rest = (rest + chunk).split(b"\0")
            for text in messages:
                message = json.loads(text)
                if "id" not in message:
                    session = message.get("sessionId", "")
                    self.listener(session, message["method"], message["params"])
                elif waiting := self._answers.pop(message["id"], None):
                    waiting.put(message)

    def post(
        self,
        method: str,
        session: str = "",
        answers: Queue[dict[str, Any]] | None = None,
        **parameters: Any,
    ) -> None:
        """Send a command; its result goes into the queue, if one is given."""
        with self._lock:
            self._last += 1
            message: dict[str, Any] = {"id": self._last, "method": method, "params": parameters}
            if session:
                message["sessionId"] = session
            if answers is not None:
                self._answers[self._last] = answers
            data = json.dumps(message).encode() + b"\0"
            while data:
                data = data[os.write(self._write_end, data) :]

    def send(self, method: str, session: str = "", **parameters: Any) -> Any:
        """Send a command and return its result. Not for use on the reading thread."""
        answers: Queue[dict[str, Any]] = Queue()
        self.post(method, session, answers, **parameters)
        try:
            message = answers.get(timeout=COMMAND_SECONDS)
        except Empty:
            raise LabError(f"no answer to {method}") from None
        if "error" in message:
            raise LabError(f"{method}: {message['error']['message']}")
        return message["result"]

    def wait(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Wait until something is so; false if it did not come about."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.01)
        return True

    def close(self) -> None:
        """End the browser politely, then firmly."""
        self.post("Browser.close")
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self._write_end)
        self._thread.join(5)
        os.close(self._read_end)
