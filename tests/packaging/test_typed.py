"""The installed packages are typed: what a user's type checker makes of a program with them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from .essentials import Installation

PROGRAM = Path(__file__).with_name("user_program.py")


def test_a_program_is_checked_against_the_installation(
    installed: Installation, tmp_path: Path
) -> None:
    """No error, and no `type: ignore` that nothing needs: then what is wrong was seen."""
    (tmp_path / "program.py").write_text(PROGRAM.read_text(encoding="utf-8"), encoding="utf-8")
    done = subprocess.run(
        [
            sys.executable, "-m", "mypy", "--strict", "--python-executable", installed.python,
            "--cache-dir", tmp_path / "cache", "program.py",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert done.stdout == "Success: no issues found in 1 source file\n", done.stdout + done.stderr
