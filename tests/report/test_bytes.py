"""The same recordings give the same bytes, in another process with another order of sets."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .states import SAMPLES

ROOT = SAMPLES.parent


@pytest.mark.parametrize("suffix", ["html", "json"])
def test_two_runs_same_bytes(tmp_path: Path, suffix: str) -> None:
    made = []
    for seed in ("0", "4711"):
        target = tmp_path / f"{seed}.{suffix}"
        command = [sys.executable, "-m", "analysis", "report", *sorted(SAMPLES.glob("*.flow"))]
        subprocess.run(
            [*map(str, command), "-o", str(target)],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        )
        made.append(target.read_bytes())
    assert made[0]
    assert made[0] == made[1]
