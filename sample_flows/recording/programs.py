"""Find the programs a recording needs, start them, and end exactly those."""

import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self


class RecordingError(Exception):
    """Recording is not possible; the text says why and what to do."""


def find_program(names: tuple[str, ...], remedy: str) -> str:
    """Path of the first of these programs, looked for beside Python and then on the PATH."""
    for name in names:
        beside = Path(sys.executable).with_name(name)
        if found := shutil.which(beside) or shutil.which(name):
            return found
    raise RecordingError(f"{' or '.join(names)} not found. {remedy}")


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def listens(host: str, port: int) -> bool:
    """Whether somebody answers there."""
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True


class Programs:
    """The running programs of one recording, ended together when the block is left."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._running: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for process in reversed(self._running):
            self.stop(process)

    def start(
        self, command: list[str], *, host: str = "localhost", port: int, seconds: float = 30
    ) -> subprocess.Popen[bytes]:
        """Start a server and return once it listens on its port."""
        if listens(host, port):
            raise RecordingError(f"Port {port} is in use. End what listens there and try again.")
        with self._log.open("ab") as log:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )
        self._running.append(process)
        deadline = time.monotonic() + seconds
        while not listens(host, port):
            if process.poll() is not None or time.monotonic() > deadline:
                output = self._log.read_text(errors="replace")[-2000:]
                raise RecordingError(f"{' '.join(command[:3])} did not start:\n{output}")
            time.sleep(0.1)
        return process

    def stop(self, process: subprocess.Popen[bytes]) -> None:
        """End one program, gently first: mitmdump still has flows to write."""
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process in self._running:
            self._running.remove(process)
