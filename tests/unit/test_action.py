"""The GitHub Action's script, run as GitHub runs it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ACTION = ROOT / ".github" / "actions" / "check"
SAMPLES = ROOT / "sample_flows"


def run(folder: Path, **given: str) -> subprocess.CompletedProcess[str]:
    """The script, with this Python's cors-audit in the place of the one that it installs."""
    program = folder / "cors-audit" / "bin" / "cors-audit"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m analysis "$@"\n')
    program.chmod(0o755)
    asked = {"CAPTURES": "", "FAIL_ON": "", "BASELINE": "", "REPORT": "out.html", **given}
    summary = folder / "summary.md"
    environment = {**os.environ, "RUNNER_TEMP": str(folder), "PYTHONPATH": str(ROOT)}
    environment |= {"GITHUB_STEP_SUMMARY": str(summary), **asked}
    return subprocess.run(
        ["bash", str(ACTION / "check.sh")],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_a_broken_recording_fails_with_annotations_report_and_summary(tmp_path: Path) -> None:
    done = run(tmp_path, CAPTURES=f"{SAMPLES / '01-no-cors-headers.flow'}\n\n")
    assert done.returncode == 1, done.stderr
    assert "::error title=" in done.stdout
    assert "<!doctype html>" in (tmp_path / "out.html").read_text().lower()
    assert "missing-allow-origin" in (tmp_path / "summary.md").read_text()


def test_a_fine_recording_passes(tmp_path: Path) -> None:
    done = run(tmp_path, CAPTURES=str(SAMPLES / "10-fixed.flow"))
    assert done.returncode == 0, done.stderr
    assert "::error" not in done.stdout


def test_inputs_reach_the_gate(tmp_path: Path) -> None:
    done = run(tmp_path, CAPTURES=str(SAMPLES / "01-no-cors-headers.flow"), FAIL_ON="slow")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("captures", ["", "\n  \n", "no/such.flow"])
def test_nothing_to_judge_fails(tmp_path: Path, captures: str) -> None:
    done = run(tmp_path, CAPTURES=captures)
    assert done.returncode in (2, 3)
    assert done.stderr


def test_every_input_is_used() -> None:
    text = (ACTION / "action.yml").read_text()
    declared = re.findall(r"^  ([a-z-]+):$", text.partition("runs:")[0], re.MULTILINE)
    assert declared
    for name in declared:
        assert f"inputs.{name}" in text.partition("runs:")[2], name
