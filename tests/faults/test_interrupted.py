"""Ctrl+C at every phase: exit code 130, no half file, and what was there is still there.

Each moment is a process of its own, interrupted where a certain function is called, or after a
certain number of calls of any function: never by the clock.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from .running import BROKEN, ENVIRONMENT, ERRORS_OF_OURS, names

AT_A_CALL = """
import importlib, signal, sys
from analysis.cli import main

module, _, rest = {place!r}.partition(":")
holder = importlib.import_module(module)
*path, name = rest.split(".")
for each in path:
    holder = getattr(holder, each)

def interrupted(*words, real=getattr(holder, name), **more):
    signal.raise_signal(signal.SIGINT)
    return real(*words, **more)

setattr(holder, name, interrupted)
main(sys.argv[1:])
"""
MOMENTS = """
import os, signal, sys
from analysis.cli import main
from analysis import offline
import reports.to_html, reports.to_terminal, reports.write

def moment(number):
    calls = 0
    def count(frame, event, argument):
        nonlocal calls
        calls += event == "call"
        if calls == number:
            sys.setprofile(None)
            signal.raise_signal(signal.SIGINT)
    sys.setprofile(count)
    try:
        main(sys.argv[1:])
    except SystemExit as end:
        sys.setprofile(None)
        return end.code or 0, calls

def apart(number):
    sys.stdout.flush()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(os.open(f"out-{number}", os.O_CREAT | os.O_WRONLY), 1)
        os.dup2(os.open(f"err-{number}", os.O_CREAT | os.O_WRONLY), 2)
        code, calls = moment(number)
        sys.stdout.flush()
        os.write(writer, str(calls).encode())
        os._exit(code)
    os.close(writer)
    calls = os.read(reader, 100)
    os.close(reader)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), calls

_, calls = apart(-1)
for step in range(1, 25):
    number = int(calls) * step // 25
    with open("r.html", "w") as file:
        file.write("what was there")
    code, _ = apart(number)
    with open("r.html") as report, open(f"err-{number}") as said:
        print([code, sorted(os.listdir()), report.read().strip()[-14:], said.read()])
"""
PHASES = {
    "reading": ("analysis.sources.reading:read", True),
    "relating": ("analysis.engine:Auditor.walk", False),
    "judging": ("analysis.engine:Auditor.tell", False),
    "accepting": ("analysis.cli.settings:mark", False),
    "rendering": ("reports.to_html:render", False),
    "searching": ("reports.leaks:searched", False),
    "writing": ("reports.write:os.replace", False),
}
"""Where it is interrupted, and whether there is a partial report then."""


def interrupted(folder: Path, place: str, *words: object) -> subprocess.CompletedProcess[str]:
    """Run `cors-audit WORDS`, interrupted where a function is called."""
    done = subprocess.run(
        [sys.executable, "-c", AT_A_CALL.format(place=place), *map(str, words)],
        cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    for each in (*ERRORS_OF_OURS, "Aborted"):
        assert each not in done.stderr
    return done


@pytest.mark.parametrize("phase", PHASES)
def test_a_report_is_interrupted(tmp_path: Path, phase: str) -> None:
    place, partial = PHASES[phase]
    report = tmp_path / "r.html"
    report.write_text("what was there")
    done = interrupted(tmp_path, place, "report", BROKEN, "-o", "r.html")
    assert done.returncode == 130
    assert "interrupted" in done.stderr
    assert names(tmp_path) == ["r.html"]
    if partial:
        assert "interrupted: the result is partial" in report.read_text()
    else:
        assert report.read_text() == "what was there"
        assert done.stderr == "cors-audit: interrupted; nothing was written after that\n"


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("analysis.engine:Auditor.walk", ("check", BROKEN, "--write-baseline", "b.json")),
        ("analysis.engine:Auditor.walk", ("policy", BROKEN)),
        ("analysis.policies.simulate:simulate", ("simulate", "p.json", BROKEN)),
        ("analysis.cli.diffing:_print", ("diff", BROKEN, BROKEN)),
        ("analysis.catalogue:markdown", ("rules",)),
    ],
    ids=["check", "policy", "simulate", "diff", "rules"],
)
def test_other_verbs_are_interrupted(tmp_path: Path, place: str, words: tuple[object, ...]) -> None:
    (tmp_path / "b.json").write_text("what was there")
    policy = subprocess.run(
        [sys.executable, "-m", "analysis", "policy", str(BROKEN), "--format", "json"],
        env=ENVIRONMENT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    (tmp_path / "p.json").write_text(policy.stdout)
    done = interrupted(tmp_path, place, *words)
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "cors-audit: interrupted; nothing was written after that\n"
    assert (tmp_path / "b.json").read_text() == "what was there"


def test_any_moment(tmp_path: Path) -> None:
    """Two dozen moments, spread evenly over all calls of functions that a report takes."""
    (tmp_path / "r.html").write_text("what was there")
    done = subprocess.run(
        [sys.executable, "-c", MOMENTS, "report", str(BROKEN), "-o", "r.html"],
        cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True, check=True, timeout=900,
    )  # fmt: skip
    moments = [ast.literal_eval(line) for line in done.stdout.splitlines()]
    assert len(moments) == 24
    for code, files, end, said in moments:
        assert code == 130, said
        assert not [each for each in files if each.endswith(".part")]
        assert end == "what was there" or end.endswith("</html>")
        assert not [each for each in ERRORS_OF_OURS if each in said], said
    assert any("wrote r.html" in said for *_, said in moments)
    assert any(end == "what was there" for _, _, end, _ in moments)


def test_a_second_result_is_untouched(tmp_path: Path) -> None:
    """Of several reports those that were finished stay, whole."""
    (tmp_path / "b.json").write_text("what was there")
    done = interrupted(
        tmp_path, "reports.to_json:render", "report", BROKEN, "-o", "a.csv", "-o", "b.json"
    )
    assert done.returncode == 130
    assert names(tmp_path) == ["a.csv", "b.json"]
    assert (tmp_path / "b.json").read_text() == "what was there"
    assert "hidden-error-status" in (tmp_path / "a.csv").read_text()
