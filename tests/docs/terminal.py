"""A program on a terminal, as a person has it in front of them."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

SECONDS = 300.0


class Terminal:
    """A command of the shell, with a terminal of its own as input and output.

    Use it as a context manager: what still runs at the end is killed.
    """

    def __init__(self, command: str, folder: Path, environment: Mapping[str, str]) -> None:
        self._ours, theirs = pty.openpty()
        os.set_blocking(self._ours, False)
        self.text = ""
        """What it has shown so far."""
        self._process = subprocess.Popen(
            ["sh", "-c", f"exec {command}"], cwd=folder, env={**environment, "TERM": "dumb"},
            stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        )  # fmt: skip
        os.close(theirs)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        os.close(self._ours)

    def _read(self) -> None:
        try:
            while piece := os.read(self._ours, 65536):
                self.text += piece.decode("utf-8", "replace").replace("\r\n", "\n")
        except OSError:  # nothing at the moment, or it has ended
            return

    def wait_for(self, text: str) -> None:
        """Return once it has shown this."""
        deadline = time.monotonic() + SECONDS
        while text not in self.text:
            running = self._process.poll() is None
            self._read()
            assert running or text in self.text, self.text
            assert time.monotonic() < deadline, self.text
            time.sleep(0.05)

    def terminate(self) -> None:
        """Ask it to end, as closing its window does."""
        self._process.send_signal(signal.SIGTERM)

    def ctrl_c(self) -> None:
        """Interrupt it."""
        self._process.send_signal(signal.SIGINT)

    def end(self) -> int:
        """Wait for its end; its exit code."""
        deadline = time.monotonic() + SECONDS
        while self._process.poll() is None:
            self._read()
            assert time.monotonic() < deadline, self.text
            time.sleep(0.05)
        self._read()
        return self._process.returncode
