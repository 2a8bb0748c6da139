"""A stock mitmdump between browser and origin server, recording everything it sees."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from .places import ALTERNATIVE_PORT

START_SECONDS = 30


class LabError(Exception):
    """The lab cannot work; the text says why."""


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for_port(port: int, process: subprocess.Popen[bytes], seconds: float) -> None:
    """Return once somebody listens there."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise LabError(f"{process.args!r} ended with exit code {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise LabError(f"nobody listens on port {port} after {seconds} s")


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process that we started, firmly if it must be."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Proxy:
    """mitmdump; use as a context manager. The recording is complete after leaving it."""

    def __init__(self, recording: Path, folder: Path, ports: dict[str, int]) -> None:
        self.port = free_port()
        self.certificate = folder / "mitmproxy-ca-cert.pem"
        recording.unlink(missing_ok=True)
        mitmdump = Path(sys.executable).with_name("mitmdump")
        self._command = [
            str(mitmdump if mitmdump.exists() else "mitmdump"),
            "--quiet",
            "--listen-host",
            "127.0.0.1",
            "--listen-port",
            str(self.port),
            "--ssl-insecure",  # towards the origin server, whose certificate is made up
            "--set",
            f"confdir={folder}",
            "-s",
            str(Path(__file__).with_name("names.py")),
            "-w",
            str(recording),
        ]
        url_ports = {"80": ports["http"], "443": ports["https"]} | {
            ALTERNATIVE_PORT[scheme]: ports[scheme] for scheme in ("http", "https")
        }
        self._environment = os.environ | {"CORS_LAB_PORTS": json.dumps(url_ports)}

    def __enter__(self) -> Proxy:
        self._process = subprocess.Popen(
            self._command, env=self._environment, stdin=subprocess.DEVNULL
        )
        wait_for_port(self.port, self._process, START_SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        stop(self._process)
