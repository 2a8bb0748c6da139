"""Standard output and standard error: full, closed, read no longer, of another encoding."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from .running import BROKEN, ENVIRONMENT, SAMPLES, lines, run

OTHER = SAMPLES / "01-no-cors-headers.flow"
VERBS: dict[str, tuple[tuple[object, ...], int]] = {
    "report": (("report", BROKEN, "-o", "-", "--format", "md"), 0),
    "check": (("check", BROKEN), 1),
    "github": (("check", BROKEN, "--format", "github"), 1),
    "policy": (("policy", BROKEN), 0),
    "diff": (("diff", OTHER, BROKEN), 1),
    "explain": (("explain", "missing-allow-origin"), 0),
    "rules": (("rules",), 0),
    "addon": (("addon",), 0),
    "version": (("--version",), 0),
}
"""Words, and the exit code when everything is well."""


@pytest.mark.parametrize("verb", VERBS)
def test_a_full_disk_behind_standard_output(tmp_path: Path, verb: str) -> None:
    done = run(tmp_path, *VERBS[verb][0], shell="> /dev/full")
    assert done.returncode == 2
    assert lines(done) == (
        "Error: cannot write to standard output: No space left on device. Send it elsewhere."
    )


@pytest.mark.parametrize("verb", ["report", "check", "rules"])
def test_a_reader_that_has_heard_enough_changes_nothing(tmp_path: Path, verb: str) -> None:
    words, code = VERBS[verb]
    done = run(tmp_path, *words, shell="| true")
    assert (done.returncode, done.stderr) == (code, "")


def test_closed_standard_output(tmp_path: Path) -> None:
    done = run(tmp_path, "check", BROKEN, shell=">&-")
    assert (done.returncode, lines(done)) == (
        2, "Error: standard output is closed: send it to a file, or to /dev/null",
    )  # fmt: skip
    assert run(tmp_path, "--version", shell=">&-").returncode == 2
    done = run(tmp_path, "report", BROKEN, "-o", "r.html", shell=">&-")
    assert done.returncode == 2
    assert (tmp_path / "r.html").read_text().rstrip().endswith("</html>")


def test_standard_error_that_takes_nothing(tmp_path: Path) -> None:
    for place in ("2> /dev/full", "2>&-"):
        done = run(tmp_path, "report", BROKEN, "missing.flow", "-o", "r.json", shell=place)
        assert done.returncode == 0
        assert "broken" in done.stdout
        assert run(tmp_path, "report", BROKEN, "-o", "r.xyz", shell=place).returncode == 2


def test_standard_input_that_gives_nothing(tmp_path: Path) -> None:
    done = run(tmp_path, "check", "-", shell="<&-")
    assert done.returncode == 3
    assert "standard input: it is closed; expected a recording" in lines(done)
    assert run(tmp_path, "check", "-").returncode == 3  # and where it is empty


@pytest.mark.parametrize("verb", ["report", "check", "policy", "diff", "rules"])
def test_no_home_and_no_locale_or_an_old_one(tmp_path: Path, verb: str) -> None:
    poor = {name: ENVIRONMENT[name] for name in ("PATH", "PYTHONPATH")}
    poor |= {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    capture = tmp_path / "Sitzung-ü-\N{SNOWMAN}.flow"
    capture.write_bytes(BROKEN.read_bytes())
    words, code = VERBS[verb]
    words = tuple(capture.name if each == BROKEN else each for each in words)
    for encoding in ({}, {"PYTHONIOENCODING": "latin-1"}):
        done = run(tmp_path, *words, env=poor | encoding, errors="surrogateescape")
        assert done.returncode == code, done.stderr
        assert done.stdout


def test_an_unexpected_error_is_no_finding(tmp_path: Path) -> None:
    """Python's own exit code would be 1, and its message might quote what was captured."""
    (tmp_path / "broken.py").write_text(
        "import sys\nfrom analysis.cli import main\nfrom analysis.engine import Auditor\n"
        "def walk(self): raise KeyError('S3CR3T')\nAuditor.walk = walk\nmain(sys.argv[1:])\n"
    )
    done = subprocess.run(
        [sys.executable, "broken.py", "check", str(BROKEN)],
        cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert "an error of our own" in done.stderr
    assert "KeyError at broken.py:4" in done.stderr
    assert "S3CR3T" not in done.stderr
    assert done.stderr.count("\n") == 1
