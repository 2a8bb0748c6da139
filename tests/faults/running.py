"""`cors-audit` as a process of its own, in surroundings that are against it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "sample_flows"
BROKEN = SAMPLES / "05-hidden-500.flow"
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
ENVIRONMENT.pop("PYTHONUNBUFFERED")  # what waits in buffers fails at the end: as for people
COMMAND = (sys.executable, "-m", "analysis")
ERRORS_OF_OURS = ("Traceback", "error of our own", "Exception ignored", "Bus error")


def run(
    folder: Path, *words: object, before: Sequence[str] = (), shell: str = "", **more: Any
) -> subprocess.CompletedProcess[str]:
    """Run `cors-audit WORDS` in a folder; an error of ours in what it says fails the test.

    Args:
        before: a command that runs the command given behind it.
        shell: what follows the command in a shell, such as `| head -1`; the exit code is then
            that of the command, whatever follows.
        more: for `subprocess.run`.
    """
    command = [*before, *COMMAND, *map(str, words)]
    if shell:
        command = ["bash", "-c", f'"$@" {shell}; exit ${{PIPESTATUS[0]}}', "bash", *command]
    done = subprocess.run(
        command,
        cwd=folder,
        env=more.pop("env", ENVIRONMENT),
        stdin=more.pop("stdin", subprocess.DEVNULL),
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
        **more,
    )
    for each in ERRORS_OF_OURS:
        assert each not in done.stderr, done.stderr
    return done


def without_privileges() -> tuple[str, ...]:
    """What makes permissions count also for root."""
    if os.geteuid() != 0:
        return ()
    tool = shutil.which("setpriv")
    if tool is None:
        pytest.skip("root may do anything, and setpriv is not here")
    return (tool, "--inh-caps=-all", "--bounding-set=-dac_override,-dac_read_search")


def with_file_system(script: str) -> tuple[str, ...]:
    """What mounts by a shell script first, seen by the command alone."""
    tool = shutil.which("unshare")
    may = () if os.geteuid() == 0 else ("--map-root-user",)
    words = (str(tool), "--mount", *may, "sh", "-c", f'{script} && exec "$@"', "sh")
    if tool is None or subprocess.run([*words, "true"], capture_output=True).returncode:
        pytest.skip("file systems cannot be mounted here")
    return words


def names(folder: Path) -> list[str]:
    """Everything in a folder, hidden files too."""
    return sorted(path.name for path in folder.iterdir())


def lines(done: subprocess.CompletedProcess[str]) -> str:
    """Standard error with its lines joined, as tests compare it."""
    return " ".join(done.stderr.split())
