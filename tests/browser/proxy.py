"""A stock mitmdump between browser and origin server, recording everything it sees."""

from __future__ import annotations

import json
import os
from pathlib import Path

from addon.launch import proxy
from addon.launch.processes import LaunchError, free_port

from .places import ALTERNATIVE_PORT


class LabError(LaunchError):
    """The lab cannot work; the text says why."""


class Proxy:
    """mitmdump; use as a context manager. The recording is complete after leaving it."""

    def __init__(
        self, recording: Path, folder: Path, ports: dict[str, int], scripts: tuple[Path, ...] = ()
    ) -> None:
        self.port = free_port()
        self.certificate = proxy.authority(folder)
        recording.unlink(missing_ok=True)
        words = [
            *proxy.command(folder, self.port, recording),
            "--ssl-insecure",  # towards the origin server, whose certificate is made up
        ]
        for script in (Path(__file__).with_name("names.py"), *scripts):
            words += ["-s", str(script)]
        url_ports = {"80": ports["http"], "443": ports["https"]} | {
            ALTERNATIVE_PORT[scheme]: ports[scheme] for scheme in ("http", "https")
        }
        environment = os.environ | {"CORS_LAB_PORTS": json.dumps(url_ports)}
        self._running = proxy.Proxy(words, self.port, folder / "mitmdump.log", environment)

    def __enter__(self) -> Proxy:
        self._running.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._running.__exit__()
