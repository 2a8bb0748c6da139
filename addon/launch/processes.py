"""Starting and ending programs, and waiting for them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

LAST_LINES = 8
"""Lines of a program's output that are shown when it failed."""


class LaunchError(Exception):
    """Something cannot be started, or did not stay; the text says why and what to do."""


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def listens(host: str, port: int) -> bool:
    """Does somebody answer there?"""
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True


def require_free(port: int, remedy: str) -> None:
    """Refuse a port of 127.0.0.1 where somebody listens.

    Raises:
        LaunchError: somebody does; says so with the remedy.
    """
    if listens("127.0.0.1", port):
        raise LaunchError(f"port {port} is taken. End what listens there, or {remedy}.")


def wait_for_port(
    port: int, process: subprocess.Popen[bytes], seconds: float, host: str = "127.0.0.1"
) -> None:
    """Return once somebody listens there.

    Raises:
        LaunchError: the program ended, or nobody listened in time.
    """
    deadline = time.monotonic() + seconds
    while not listens(host, port):
        if process.poll() is not None:
            raise LaunchError(f"{process.args!r} ended with exit code {process.returncode}")
        if time.monotonic() > deadline:
            raise LaunchError(f"nobody listens on port {port} after {seconds:g} s")
        time.sleep(0.05)


def start(
    command: Sequence[str],
    log: Path,
    *,
    environment: Mapping[str, str] | None = None,
    stdin: int = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    """Start a program in a process group of its own: Ctrl+C in our terminal does not reach it.

    Args:
        log: file that its output is appended to.
    """
    alone: dict[str, Any] = (
        {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}
        if os.name == "nt"
        else {"start_new_session": True}
    )
    with log.open("ab") as output:
        return subprocess.Popen(
            command, env=environment, stdin=stdin, stdout=output, stderr=output, **alone
        )


def stop(process: subprocess.Popen[bytes], seconds: float = 20) -> None:
    """End a program that we started, firmly if it must be."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def last_lines(log: Path) -> str:
    """The end of a program's output, indented; says so when there is none."""
    lines = [line for line in log.read_text("utf-8", "replace").splitlines() if line.strip()]
    return "\n".join(f"  {line}" for line in lines[-LAST_LINES:]) or "  (it said nothing)"
