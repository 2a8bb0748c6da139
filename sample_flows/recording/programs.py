"""Find the programs a recording needs, start them, and end exactly those."""

import shutil
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from addon.launch import processes
from addon.launch.processes import LaunchError


class RecordingError(LaunchError):
    """Recording is not possible; the text says why and what to do."""


def find_program(names: tuple[str, ...], remedy: str) -> str:
    """Path of the first of these programs, looked for beside Python and then on the PATH."""
    for name in names:
        beside = Path(sys.executable).with_name(name)
        if found := shutil.which(beside) or shutil.which(name):
            return found
    raise RecordingError(f"{' or '.join(names)} not found. {remedy}")


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
        self,
        command: list[str],
        *,
        host: str = "localhost",
        port: int,
        seconds: float = 30,
    ) -> subprocess.Popen[bytes]:
        """Start a server and return once it listens on its port."""
        if processes.listens(host, port):
            raise RecordingError(f"Port {port} is in use. End what listens there and try again.")
        process = processes.start(command, self._log)
        self._running.append(process)
        try:
            processes.wait_for_port(port, process, seconds, host)
        except LaunchError as error:
            said = processes.last_lines(self._log)
            raise RecordingError(f"{' '.join(command[:3])} did not start:\n{said}") from error
        return process

    def stop(self, process: subprocess.Popen[bytes]) -> None:
        """End one program, gently first."""
        processes.stop(process)
        if process in self._running:
            self._running.remove(process)
