"""mitmproxy's console in a terminal that nobody sees."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path
from uuid import uuid4

from .running import SECONDS, command

COLUMNS, LINES = 120, 45


def find() -> str | None:
    """Path of tmux, None when it is missing."""
    return shutil.which("tmux")


class Console:
    """A running console; use as a context manager.

    Args:
        words: arguments of `mitmproxy`.
    """

    def __init__(self, folder: Path, *words: str) -> None:
        self._socket = f"cors-{uuid4().hex[:8]}"
        self._bytes = folder / "terminal.bytes"
        line = " ".join(f"'{word}'" for word in command("mitmproxy", folder, *words))
        self._line = f"cd '{folder}' && exec {line}"

    def __enter__(self) -> Console:
        size = ("-x", str(COLUMNS), "-y", str(LINES))
        self._tmux("-f", "/dev/null", "new-session", "-d", *size, "sleep 1000")
        self._tmux("pipe-pane", "-o", f"cat > '{self._bytes}'")
        self._tmux("respawn-pane", "-k", self._line)
        return self

    def __exit__(self, *_: object) -> None:
        self._tmux("kill-server")

    @property
    def screen(self) -> str:
        """What a person would see now."""
        return self._tmux("capture-pane", "-p")

    @property
    def written(self) -> bytes:
        """Every byte that was sent to the terminal."""
        return self._bytes.read_bytes()

    def press(self, *keys: str) -> None:
        """Press keys, by tmux's names for them."""
        for key in keys:
            self._tmux("send-keys", key)
            time.sleep(0.3)

    def type_command(self, text: str) -> None:
        """Run a command at mitmproxy's own prompt."""
        self.press(":")
        self._tmux("send-keys", "-l", text)
        self.press("Enter")

    def wait_for(self, text: str) -> str:
        """The screen, once this stands on it."""
        deadline = time.monotonic() + SECONDS
        while text not in self.screen:
            assert time.monotonic() < deadline, f"{text!r} does not come:\n{self.screen}"
            time.sleep(0.1)
        return self.screen

    def _tmux(self, *words: str) -> str:
        done = subprocess.run(
            ["tmux", "-L", self._socket, *words], capture_output=True, check=True, timeout=SECONDS
        )
        return done.stdout.decode("utf-8", "replace")
