"""The mitmdump of a recording: its own settings, its own authority, loopback only."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from . import processes
from .processes import LaunchError

START_SECONDS = 60
END_SECONDS = 30
MITMDUMP = Path(__file__).with_name("mitmdump.py")
ADDON = Path(__file__).parents[1] / "cors_audit.py"
OURS = ("confdir", "cors_report", "listen_host", "listen_port", "save_stream_file", "scripts")
"""Options that are not left to the person who records."""


def authority(confdir: Path) -> Path:
    """Certificate that mitmproxy makes in its folder at the first start."""
    return confdir / "mitmproxy-ca-cert.pem"


def command(confdir: Path, port: int, capture: Path) -> list[str]:
    """A mitmdump that records everything on this port of 127.0.0.1.

    It runs until its input ends (see `mitmdump.py`), reads no one's configuration, and makes an
    authority of its own.
    """
    return [
        sys.executable,
        "-u",  # each line at once
        "-P",  # a file of the current folder must not stand in for a module
        str(MITMDUMP),
        "--listen-host=127.0.0.1",
        f"--listen-port={port}",
        f"--set=confdir={confdir}",
        f"--save-stream-file={str(capture).replace('%', '%%')}",  # mitmproxy fills in dates
    ]


def settings(
    scope: str | None = None, journal: Path | None = None, more: Sequence[str] = ()
) -> list[str]:
    """Words that load the addon and set options; `more`, as `name=value`, wins."""
    words = [f"--scripts={ADDON}", "--set=cors_report=", "--set=cors_stream_sse=true"]
    # Of mitmproxy's own lines only warnings; the addon's findings are warnings, too.
    words += ["--set=flow_detail=0", "--set=termlog_verbosity=warn"]
    if scope:
        words += [f"--set=cors_scope={scope}", f"--set=save_stream_filter={scope}"]
    if journal:
        words.append(f"--set=cors_session={journal}")
    return [*words, *(f"--set={each}" for each in more)]


class Proxy:
    """A running mitmdump; use as a context manager. Its capture is complete after leaving it."""

    def __init__(
        self,
        words: Sequence[str],
        port: int,
        log: Path,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """What to start.

        Args:
            words: what `command` gave, and more.
            log: file for its output.
            environment: None: as ours.
        """
        self._words, self._port, self._log = words, port, log
        self._environment = environment

    def __enter__(self) -> Proxy:
        self.process = processes.start(
            self._words, self._log, environment=self._environment, stdin=subprocess.PIPE
        )
        try:
            processes.wait_for_port(self._port, self.process, START_SECONDS)
        except LaunchError as error:
            self._end()
            raise LaunchError(
                f"mitmdump did not start. It last said:\n{processes.last_lines(self._log)}"
            ) from error
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def _end(self) -> None:
        if self.process.stdin is not None:
            self.process.stdin.close()
        try:
            self.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            processes.stop(self.process)
