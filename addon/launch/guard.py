"""Sees to it that nothing outlives a recording, however it ends: also after a crash or `kill -9`.

A process of its own: `python guard.py FOLDER`. It reads process groups (on Windows: processes)
from its input, one number a line, and with a minus those that it shall forget. Once its input
ends, because we closed it or because we are gone, it ends what is left of them, gently first, and
removes the folder.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

GENTLE_SECONDS = 10.0
REMOVE_SECONDS = 5.0


class Guard:
    """The guard as we see it; use as a context manager. Leaving it ends and removes everything."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> Guard:
        alone = {} if os.name == "nt" else {"start_new_session": True}
        self._process = subprocess.Popen(
            [sys.executable, "-P", __file__, str(self._folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **alone,  # type: ignore[call-overload]
        )
        return self

    def watch(self, pid: int) -> None:
        """End this program and all that it starts, at the latest when we end."""
        self._tell(pid)

    def release(self, pid: int) -> None:
        """It has ended, and its number may become somebody else's."""
        self._tell(-pid)

    def _tell(self, number: int) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(f"{number}\n".encode())
            self._process.stdin.flush()

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.wait()


def _lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # macOS says so of processes that ended and were not yet waited for
        return False
    return True


def _signal(group: int, which: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, which)


def end(pids: list[int]) -> None:
    """End these process groups, or on Windows these processes with their children."""
    if os.name == "nt":
        for pid in pids:
            command = ["taskkill", "/PID", str(pid), "/T", "/F"]
            subprocess.run(command, capture_output=True, check=False)
        return
    for pid in pids:
        _signal(pid, signal.SIGTERM)
    deadline = time.monotonic() + GENTLE_SECONDS
    while any(_lives(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.02)
    for pid in pids:
        _signal(pid, signal.SIGKILL)


def remove(folder: str) -> None:
    """Remove a folder; programs that have just ended may still hold files in it."""
    deadline = time.monotonic() + REMOVE_SECONDS
    while True:
        shutil.rmtree(folder, ignore_errors=True)
        if not os.path.exists(folder) or time.monotonic() > deadline:
            return
        time.sleep(0.05)


def main() -> None:
    """Wait for the end of our input, then tidy up."""
    for sort in (signal.SIGINT, signal.SIGTERM):  # whoever ends us first wants the tidying, too
        signal.signal(sort, signal.SIG_IGN)
    pids: list[int] = []
    for line in sys.stdin.buffer:
        number = int(line)
        if number > 0:
            pids.append(number)
        else:
            pids.remove(-number)
    end(pids)
    remove(sys.argv[1])


if __name__ == "__main__":
    main()
