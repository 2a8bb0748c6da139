"""The addon inside a real mitmdump, as its users load it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from mitmproxy import flow

import reports
from analysis import audit
from analysis.result import AuditResult

from . import flows

ROOT = Path(__file__).resolve().parents[2]
ADDON = ROOT / "addon" / "cors_audit.py"
SAMPLE = ROOT / "sample_flows" / "05-hidden-500.flow"

# What mitmproxy's standalone binaries lack (all that a mitmdump lacks which PyInstaller makes with
# mitmproxy's own recipe), and what only the command line may use. Imports by mitmproxy itself are
# left alone; ours fail.
BLOCKER = """
import builtins
from mitmproxy.tools.main import mitmdump
real = builtins.__import__
BLOCKED = {
    "aifc", "asynchat", "asyncore", "audioop", "cProfile", "cbor2", "cgi", "cgitb", "chunk",
    "click",
    "cmath", "colorsys", "compileall", "curses", "dbm", "distutils", "doctest", "ensurepip",
    "filecmp", "fileinput", "graphlib", "html.parser", "http.cookies", "idna", "imaplib", "imghdr",
    "json.tool", "logging.config", "logging.handlers", "mailbox", "mailcap", "mitmproxy.test",
    "modulefinder", "nntplib", "numpy", "optparse", "pandas", "pickletools", "pipes", "plistlib",
    "poplib", "profile", "pstats", "pty", "publicsuffix2", "publicsuffixlist", "pyclbr", "rich",
    "sched", "shelve", "smtplib", "sndhdr", "sortedcontainers", "sqlite3", "symtable", "syslog",
    "tabnanny", "telnetlib", "timeit", "tkinter", "tomllib", "trace", "turtle", "unittest",
    "urllib.robotparser", "uu", "venv", "wave", "wsgiref", "xdrlib", "xml.etree", "zipapp",
    "zoneinfo",
}
OURS = ("addon", "analysis", "reports")
def guarded(name, globals=None, locals=None, fromlist=(), level=0):
    importer = (globals or {}).get("__name__", "")
    if level == 0 and importer.startswith(OURS) and any(
        name == each or name.startswith(each + ".") for each in BLOCKED
    ):
        raise ImportError(f"{importer} must not import {name} here")
    return real(name, globals, locals, fromlist, level)
builtins.__import__ = guarded
"""


def mitmdump(
    folder: Path,
    *words: str,
    capture: Path = SAMPLE,
    addon: Path = ADDON,
    before: str = "",
    seconds: float = 60,
) -> subprocess.CompletedProcess[str]:
    """Replay a capture through mitmdump with the addon, in another folder than the clone.

    Args:
        seconds: after which it is taken to hang.
    """
    code = before or "from mitmproxy.tools.main import mitmdump\n"
    arguments = ["-n", "-r", str(capture), "-s", str(addon), "--set", "flow_detail=0"]
    arguments += ["--set", f"confdir={folder / 'conf'}", *words]
    return subprocess.run(
        [sys.executable, "-c", f"{code}\nmitmdump({arguments!r})"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds,
    )


def load(path: Path) -> AuditResult:
    """Read a JSON report."""
    return AuditResult.from_dict(json.loads(path.read_text(encoding="utf-8")))


def test_replayed_and_offline_are_one_engine(tmp_path: Path) -> None:
    done = mitmdump(tmp_path, "--set", "cors_report=r.json")
    assert done.returncode == 0, done.stdout
    live, offline = load(tmp_path / "r.json"), audit([str(SAMPLE)])
    assert live.findings == offline.findings
    assert live.policies == offline.policies
    assert live.totals == offline.totals
    for finding in live.findings:
        if finding.kind == "broken":
            assert f"[{finding.rule}]" in done.stdout


@pytest.mark.parametrize("name", ["r.html", "r.json"])
def test_it_works_where_little_can_be_imported(tmp_path: Path, name: str) -> None:
    done = mitmdump(tmp_path, "--set", f"cors_report={name}", before=BLOCKER)
    assert done.returncode == 0
    assert "Traceback" not in done.stdout + done.stderr, done.stdout
    assert "must not import" not in done.stdout
    assert "[hidden-error-status]" in done.stdout
    written = (tmp_path / name).read_text()
    assert written.startswith("<!doctype html>" if name == "r.html" else "{")
    assert "hidden-error-status" in written


def test_without_jinja2_the_report_is_json(tmp_path: Path) -> None:
    blocker = BLOCKER.replace('"pandas"', '"pandas", "jinja2", "markupsafe"')
    done = mitmdump(tmp_path, before=blocker)
    assert "python -m reports" in done.stdout
    assert load(tmp_path / "cors-report.json").findings


def test_every_text_format_can_be_the_report(tmp_path: Path) -> None:
    """Also where little can be imported; the same as rendered from the JSON."""
    for suffix in (".json", ".sarif", ".xml", ".csv", ".md"):
        done = mitmdump(tmp_path, "--set", f"cors_report=r{suffix}", before=BLOCKER)
        assert done.returncode == 0, done.stderr
        assert f"Report: r{suffix}" in done.stdout
    result = load(tmp_path / "r.json")
    for suffix in (".sarif", ".xml", ".csv", ".md"):
        text = (tmp_path / f"r{suffix}").read_bytes().decode()
        assert text == reports.render(result, reports.format_of(f"r{suffix}"))


def test_tables_can_be_the_report(tmp_path: Path) -> None:
    done = mitmdump(tmp_path, "--set", "cors_report=r.parquet")
    assert done.returncode == 0, done.stderr
    names = sorted(path.name for path in tmp_path.glob("r.*"))
    assert names == [path.name for path in reports.targets("r.parquet")]


def test_an_installed_copy_does_not_get_in_the_way(tmp_path: Path) -> None:
    """A clone beside an install: the clone wins."""
    other = tmp_path / "site"
    for name in ("addon", "analysis", "reports"):
        (other / name).mkdir(parents=True)
        (other / name / "__init__.py").write_text("raise RuntimeError('the wrong copy')\n")
    code = f"import sys; sys.path.insert(0, {str(other)!r})\n"
    done = mitmdump(
        tmp_path, "--set", "cors_report=r.json",
        before=code + "from mitmproxy.tools.main import mitmdump",
    )  # fmt: skip
    assert "the wrong copy" not in done.stdout
    assert (tmp_path / "r.json").exists()


def test_a_foreign_package_of_the_same_name_is_named(tmp_path: Path) -> None:
    (tmp_path / "x" / "analysis").mkdir(parents=True)
    (tmp_path / "x" / "analysis" / "__init__.py").touch()
    code = f"import sys; sys.path.insert(0, {str(tmp_path / 'x')!r})\nimport analysis\n"
    done = mitmdump(tmp_path, before=code + "from mitmproxy.tools.main import mitmdump")
    assert done.returncode == 1
    assert "another one is loaded already" in done.stdout
    assert str(tmp_path / "x") in done.stdout


def test_from_a_path_with_a_space(tmp_path: Path) -> None:
    clone = tmp_path / "my clone"
    for name in ("addon", "analysis", "reports"):
        shutil.copytree(ROOT / name, clone / name, ignore=shutil.ignore_patterns("__pycache__"))
    done = mitmdump(
        tmp_path, "--set", "cors_report=r.json", addon=clone / "addon" / "cors_audit.py"
    )
    assert (tmp_path / "r.json").exists(), done.stdout


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("cors_mark=yes", "cors_mark takes true or false, not 'yes'"),
        ("cors_mark=True", "cors_mark takes true or false, not 'True'"),
        ("cors_liv=first", "did you mean cors_live?"),
        ("cors_live=loud", "cors_live must be one of off, first, all"),
        ("cors_min_severity=bad", "must be one of critical"),
        ("cors_report=report.pdf", "cors_report: no report format '.pdf'; known are .html"),
        ("cors_scope=~nothing(", "must be a mitmproxy filter expression"),
        ("cors_session=/no/such/folder/x", "cannot write"),
        ("cors_session_size=-1", "cors_session_size must be 0 or more"),
    ],
)
def test_a_wrong_option_stops_the_start_with_one_line(
    tmp_path: Path, setting: str, said: str
) -> None:
    done = mitmdump(tmp_path, "--set", setting)
    assert done.returncode == 1
    assert sum(said in line for line in done.stdout.splitlines()) == 1, done.stdout
    assert "Traceback" not in done.stdout


def test_flows_are_marked_unless_a_person_did(tmp_path: Path) -> None:
    mine = flows.call()
    mine.marked, mine.comment = ":heart:", "mine"
    capture = flows.save(tmp_path / "in.flow", flows.call(url="https://api.example/a"), mine)
    mitmdump(tmp_path, "-w", "out.flow", capture=capture)
    shown = mitmdump(tmp_path, "--set", "cors_report=", "~comment CORS",
                     capture=tmp_path / "out.flow")  # fmt: skip
    assert shown.returncode == 0
    from mitmproxy.io import FlowReader

    with (tmp_path / "out.flow").open("rb") as file:
        marks = [(f.marked, f.comment[:4]) for f in FlowReader(file).stream()]
    assert marks == [(":red_circle:", "CORS"), (":heart:", "mine")]


def test_an_older_report_is_kept(tmp_path: Path) -> None:
    (tmp_path / "cors-report.html").write_text("the older one")
    mitmdump(tmp_path)
    kept = list(tmp_path.glob("cors-report-*.html"))
    assert [p.read_text() for p in kept] == ["the older one"]
    assert (tmp_path / "cors-report.html").read_text() != "the older one"


def test_an_unwritable_target_goes_to_the_temporary_folder(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")
    done = mitmdump(tmp_path, "--set", "cors_report=taken/r.json")
    line = next(each for each in done.stdout.splitlines() if "Report:" in each)
    path = Path(line.partition("Report: ")[2])
    assert load(path).findings
    shutil.rmtree(path.parent)


def test_nothing_to_judge_says_why(tmp_path: Path) -> None:
    plain = flows.call()
    del plain.request.headers["origin"]
    plain.request.headers["Sec-Fetch-Mode"] = "navigate"
    done = mitmdump(tmp_path, capture=flows.save(tmp_path / "in.flow", plain))
    assert "localhost" in done.stdout
    assert not (tmp_path / "cors-report.html").exists()


def test_the_scope_leaves_the_rest_out(tmp_path: Path) -> None:
    mitmdump(tmp_path, "--set", "cors_report=r.json", "--set", "cors_scope=~u products")
    assert {row.path_template for row in load(tmp_path / "r.json").exchanges} == {"/products"}


def test_live_lines_can_be_switched_off(tmp_path: Path) -> None:
    done = mitmdump(tmp_path, "--set", "cors_live=off")
    before_the_end = done.stdout.partition("CORS audit:")[0]
    assert "[hidden-error-status]" not in before_the_end


def test_the_journal_is_private_redacted_and_equal(tmp_path: Path) -> None:
    capture = ROOT / "sample_flows" / "10-fixed.flow"
    for _ in range(2):  # the second session goes on in the same journal
        mitmdump(tmp_path, "--set", "cors_report=r.json", "--set", "cors_session=j.jsonl",
                 capture=capture)  # fmt: skip
    journal = tmp_path / "j.jsonl"
    if os.name == "posix":
        assert journal.stat().st_mode & 0o077 == 0
    assert "FAKE-SECRET" not in journal.read_text()
    live, read = load(tmp_path / "r.json"), audit([str(journal)])
    assert read.captures[0].kind == "journal"
    assert read.policies == live.policies
    assert read.findings == live.findings


def test_a_foreign_file_is_not_taken_for_a_journal(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("my notes\n")
    done = mitmdump(tmp_path, "--set", "cors_session=notes")
    assert done.returncode == 1
    assert "it exists and is no journal of ours: give another name" in done.stdout
    assert (tmp_path / "notes").read_text() == "my notes\n"


def test_hostile_bytes_do_not_reach_the_terminal(tmp_path: Path) -> None:
    odd = flows.call(
        (b"Access-Control-Allow-Origin", b"\x1b[31mred\x9b\xff"), origin="https://\x1b]0;x.test"
    )
    odd.request.data.method = b"G\x1bET"
    lost = flows.call(status=None)
    lost.error = flow.Error("bad \x1b[2J news \x9b")
    done = subprocess.run(
        [sys.executable, "-c", "from mitmproxy.tools.main import mitmdump; mitmdump("
         + repr(["-n", "-r", str(flows.save(tmp_path / "in.flow", odd, lost)), "-s", str(ADDON),
                 "--set", "flow_detail=0"]) + ")"],
        cwd=tmp_path, capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    ours = [line for line in done.stdout.splitlines() if b"Loading script" not in line]
    assert not any(b"\x1b" in line or b"\x9b" in line for line in ours), ours
    assert b"Traceback" not in done.stdout + done.stderr
