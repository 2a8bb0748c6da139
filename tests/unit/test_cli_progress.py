"""Progress: said on a terminal, while captures are read, and on standard error only."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from analysis.cli.progress import amount, duration, line
from analysis.offline import Progress

from . import flows

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="this system has no pseudo-terminals")
@pytest.mark.parametrize("quiet", [{}, {"CI": "1"}, {"TERM": "dumb"}], ids=str)
def test_on_a_terminal_only(tmp_path: Path, quiet: dict[str, str]) -> None:
    flows.save(tmp_path / "a.flow", *[flows.call() for _ in range(3)])
    ours, theirs = os.openpty()
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "TERM": "xterm", **quiet}
    done = subprocess.run(
        [sys.executable, "-m", "analysis", "report", "a.flow", "-o", "r.json"],
        cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=theirs, check=False,
    )  # fmt: skip
    os.close(theirs)
    told = os.read(ours, 65536).decode()
    os.close(ours)
    assert done.returncode == 0
    assert "3 flows" not in done.stdout.decode()
    assert ("a.flow: 100% of" in told) == (not quiet)
    assert ("3 flows, 3 with an Origin" in told) == (not quiet)
    assert told.rpartition("\033[K")[2].strip() == "wrote r.json"


def test_the_line_is_for_people() -> None:
    state = Progress(10_000_000, "a\x1b[2J.flow", 2_500_000, 12_345, 678)
    assert line(state, 0.5) == (r"a\x1b[2J.flow:  25% of 10.0 MB, 12,345 flows, 678 with an Origin")
    assert line(state, 20.0).endswith(", 1 min 0 s left")
    assert line(Progress(0, "standard input", 5, 1, 0), 5.0) == (
        "standard input: 1 flows, 0 with an Origin"
    )
    assert (amount(999), amount(1_500), amount(2 * 10**9)) == ("999 bytes", "1.5 kB", "2.0 GB")
    assert (duration(0.4), duration(59.6)) == ("0 s", "1 min 0 s")
