"""The command line, as a user types it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from analysis.cli.streams import terminal_size
from analysis.result import AuditResult

from . import flows

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "sample_flows"
BROKEN = SAMPLES / "05-hidden-500.flow"
FIXED = SAMPLES / "10-fixed.flow"


def run(
    folder: Path, *words: str, stdin: bytes | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run `cors-audit WORDS` in a folder; standard output is no terminal."""
    done = subprocess.run(
        [sys.executable, "-m", "analysis", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **environment},
        input=stdin,
        capture_output=True,
        check=False,
        timeout=120,
    )
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
    )


def test_report_writes_a_page_and_says_what_happened(tmp_path: Path) -> None:
    done = run(tmp_path, "report", str(BROKEN))
    assert done.returncode == 0, done.stderr
    assert "hidden-error-status" in done.stdout
    assert "wrote cors-report.html" in done.stderr
    assert "<!doctype html>" in (tmp_path / "cors-report.html").read_text()


def test_the_default_report_is_never_overwritten(tmp_path: Path) -> None:
    run(tmp_path, "report", str(BROKEN))
    done = run(tmp_path, "report", str(BROKEN))
    assert "wrote cors-report-2.html" in done.stderr


def test_an_explicit_output_is_overwritten_and_may_repeat(tmp_path: Path) -> None:
    (tmp_path / "r.json").write_text("old")
    done = run(tmp_path, "report", str(BROKEN), "-o", "r.json", "-o", "more/r.html", "-o", "r.md")
    assert done.returncode == 0, done.stderr
    AuditResult.from_dict(json.loads((tmp_path / "r.json").read_text()))
    assert (tmp_path / "more" / "r.html").exists()
    assert (tmp_path / "r.md").exists()


def test_standard_output_carries_the_report_alone(tmp_path: Path) -> None:
    done = run(tmp_path, "report", str(BROKEN), "-o", "-", "--format", "json")
    AuditResult.from_dict(json.loads(done.stdout))
    assert run(tmp_path, "report", str(BROKEN), "-o", "-").returncode == 2


def test_every_suffix_is_a_format(tmp_path: Path) -> None:
    names = ["r.sarif", "r.xml", "r.csv", "r.parquet"]
    done = run(tmp_path, "report", str(BROKEN), *(f"-o{name}" for name in names))
    assert done.returncode == 0, done.stderr
    written = [line.removeprefix("wrote ") for line in done.stderr.splitlines()]
    tables = [f"r.{table}.parquet" for table in ("exchanges", "findings", "policies")]
    assert written == [*names[:3], *tables]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(written)
    assert json.loads((tmp_path / "r.sarif").read_text())["version"] == "2.1.0"
    assert "hidden-error-status" in (tmp_path / "r.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("format_", "start"),
    [("sarif", "{"), ("junit", "<?xml"), ("csv", '"key"'), ("md", "# CORS"), ("html", "<!doctype")],
)
def test_every_text_goes_to_standard_output(tmp_path: Path, format_: str, start: str) -> None:
    done = run(tmp_path, "report", str(BROKEN), "-o", "-", "--format", format_)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(start)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("-o", "r.doc"), "no report format '.doc'; known are .html"),
        (("-o", "-", "--format", "doc"), "no report format 'doc'"),
        (("-o", "-"), "needs --format (html, json, sarif, junit, csv, md)"),
        (("-o", "-", "--format", "parquet"), "use -o NAME.parquet"),
        (("-o", "r.csv", "--format", "json"), "the suffix of a file decides its own"),
    ],
)
def test_what_cannot_be_written_is_said(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    done = run(tmp_path, "report", str(BROKEN), *words)
    assert done.returncode == 2
    assert said in " ".join(done.stderr.split())
    assert not list(tmp_path.iterdir())


def test_parquet_without_pyarrow_names_the_remedy_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "missing").mkdir()
    (tmp_path / "missing" / "pyarrow.py").write_text(
        "raise ModuleNotFoundError(\"No module named 'pyarrow'\", name='pyarrow')"
    )
    path = os.pathsep.join([str(tmp_path / "missing"), str(ROOT)])
    done = run(tmp_path, "report", "no-such.flow", "-o", "r.parquet", PYTHONPATH=path)
    assert done.returncode == 2
    assert "pip install 'cors-audit[parquet]'" in " ".join(done.stderr.split())
    assert "no-such.flow" not in done.stderr


def test_check_annotates_for_github(tmp_path: Path) -> None:
    done = run(tmp_path, "check", str(BROKEN), "--format", "github")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[0].startswith("::stop-commands::")
    assert f"::{lines[0].removeprefix('::stop-commands::')}::" in lines
    assert any(line.startswith("::error title=Broken%3A ") for line in lines)
    never = run(tmp_path, "check", str(BROKEN), "--format", "github", "--fail-on", "never")
    assert never.returncode == 0
    assert "::error" not in never.stdout


@pytest.mark.parametrize(
    ("words", "last"),
    [
        ([], "Check failed. Findings that count: 1 of 1 (--fail-on broken:medium,dan"),
        (["--fail-on", "slow"], "Check passed. Findings that count: 0 of 1 (--fail-on slow:info)."),
        (["--fail-on", "never"], "Check passed. Findings that count: 0 of 1 (--fail-on never)."),
    ],
)
def test_check_says_how_it_ends_and_why(tmp_path: Path, words: list[str], last: str) -> None:
    assert run(tmp_path, "check", str(BROKEN), *words).stdout.splitlines()[-1].startswith(last)


def test_standard_input_is_a_capture(tmp_path: Path) -> None:
    done = run(tmp_path, "report", "-", "-o", "r.json", stdin=BROKEN.read_bytes())
    result = AuditResult.from_dict(json.loads((tmp_path / "r.json").read_text()))
    assert done.returncode == 0
    assert (result.captures[0].name, result.captures[0].sha256) == ("standard input", None)


def test_a_folder_is_one_session(tmp_path: Path) -> None:
    done = run(tmp_path, "report", str(SAMPLES), "-o", "r.json")
    result = AuditResult.from_dict(json.loads((tmp_path / "r.json").read_text()))
    assert done.returncode == 0
    assert len(result.captures) == len(list(SAMPLES.glob("*.flow")))
    assert str(tmp_path) not in (tmp_path / "r.json").read_text()


def test_what_cannot_be_read_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    (tmp_path / "notes.flow").write_text("my notes")
    done = run(tmp_path, "report", "notes.flow", "none.flow", str(BROKEN), "-o", "r.json")
    assert done.returncode == 0
    assert "notes.flow: no capture; expected a recording" in done.stderr
    assert "none.flow: no such file" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("verb", ["report", "check"])
def test_nothing_to_judge_is_3(tmp_path: Path, verb: str) -> None:
    (tmp_path / "empty.flow").write_bytes(b"")
    assert run(tmp_path, verb, "empty.flow").returncode == 3
    plain = flows.call()
    del plain.request.headers["origin"]
    flows.save(tmp_path / "plain.flow", plain)
    done = run(tmp_path, verb, "plain.flow")
    assert done.returncode == 3
    assert "localhost" in done.stdout


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("check", str(BROKEN)), 1),
        (("check", str(FIXED)), 0),
        (("check", str(BROKEN), "--fail-on", "never"), 0),
        (("check", str(BROKEN), "--fail-on", "slow"), 0),
        (("check", str(BROKEN), "--fail-on", "high"), 1),
        (("check", str(BROKEN), "--fail-on", "broken:critical"), 0),
        (("report", str(BROKEN), "-o", "x.md", "--fail-on", "broken"), 1),
        (("report", str(BROKEN), "-o", "x.md"), 0),
        (("check", str(BROKEN), "--fail-on", "terrible"), 2),
        (("check",), 2),
        (("report", str(BROKEN), "-o", "x.docx"), 2),
        (("nonsense",), 2),
    ],
)
def test_exit_codes(tmp_path: Path, words: tuple[str, ...], code: int) -> None:
    done = run(tmp_path, *words)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr


def test_an_unwritable_target_is_wrong_use_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    done = run(tmp_path, "report", str(BROKEN), "-o", "file/r.html")
    assert done.returncode == 2
    assert "cannot write file/r.html" in done.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("environment", "words", "coloured"),
    [
        ({}, (), False),
        ({"FORCE_COLOR": "1"}, (), True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, (), False),
        ({"NO_COLOR": "1"}, ("--color", "always"), True),
    ],
)
def test_colours(
    tmp_path: Path, environment: dict[str, str], words: tuple[str, ...], coloured: bool
) -> None:
    done = run(tmp_path, "check", str(BROKEN), *words, **environment)
    assert ("\x1b[" in done.stdout) is coloured


def test_a_terminal_that_knows_ascii_only(tmp_path: Path) -> None:
    done = run(tmp_path, "check", str(BROKEN), PYTHONIOENCODING="ascii")
    assert done.stdout.isascii()
    assert done.returncode == 1


def test_explain_a_rule_and_a_message(tmp_path: Path) -> None:
    assert "Instead:" in run(tmp_path, "explain", "missing-allow-origin").stdout
    pasted = (
        "Access to fetch at 'https://a.test/x' from origin 'https://b.test' has been blocked by "
        "CORS policy: No 'Access-Control-Allow-Origin' header is present on the requested resource."
    )
    assert "missing-allow-origin" in run(tmp_path, "explain", pasted).stdout
    wrong = run(tmp_path, "explain", "mising-allow-origin")
    assert wrong.returncode == 2
    assert "Did you mean missing-allow-origin?" in wrong.stderr


def test_rules_addon_and_version(tmp_path: Path) -> None:
    assert run(tmp_path, "rules").stdout == (ROOT / "analysis/rules/README.md").read_text()
    assert json.loads(run(tmp_path, "rules", "--format", "json").stdout)
    assert Path(run(tmp_path, "addon").stdout.strip()) == ROOT / "addon" / "cors_audit.py"
    assert "mitmproxy" in run(tmp_path, "--version").stdout


def test_demo_is_proof_of_life(tmp_path: Path) -> None:
    done = run(tmp_path, "demo")
    assert done.returncode == 0, done.stderr
    assert "problems broke this app" in done.stdout
    assert (tmp_path / "cors-report.html").exists()


def test_no_planted_secret_in_any_output(tmp_path: Path) -> None:
    done = run(tmp_path, "report", str(SAMPLES), "-o", "r.html", "-o", "r.json", "-o", "r.md")
    texts = [done.stdout, done.stderr, *(p.read_text() for p in tmp_path.iterdir())]
    assert not [text for text in texts if "FAKE-SECRET" in text]


def test_without_redaction_the_report_is_branded(tmp_path: Path) -> None:
    secret = str(SAMPLES / "09-preflight-behind-login.flow")
    run(tmp_path, "report", secret, "--no-redact", "-o", "r.html", "-o", "r.json")
    assert "Not redacted" in (tmp_path / "r.html").read_text()
    assert "FAKE-SECRET" in (tmp_path / "r.json").read_text()


@pytest.mark.parametrize(
    "given", [{}, {"COLUMNS": "0"}, {"COLUMNS": "77"}, {"COLUMNS": "x", "LINES": "9"}]
)
def test_the_size_of_the_terminal_is_told_as_python_tells_it(
    given: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("COLUMNS", "LINES"):
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert terminal_size(100) == shutil.get_terminal_size((100, 24))
    assert terminal_size() == shutil.get_terminal_size()
