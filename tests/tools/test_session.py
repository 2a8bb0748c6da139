"""A session's life in a real mitmdump: two instances, a reload, an end, and no end."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from . import hostile
from .running import (
    ADDON,
    ROOT,
    SECONDS,
    WITH_ADDON,
    Mitmdump,
    ask,
    command,
    load,
    origin_server,
    wait_until,
)


@pytest.fixture(scope="module")
def server() -> Iterator[int]:
    with origin_server() as port:
        yield port


def clone(folder: Path) -> Path:
    """A copy of the house; its entry file."""
    for name in ("addon", "analysis", "reports"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder / "addon" / "cors_audit.py"


def refused(folder: Path, *scripts: Path) -> str:
    """What mitmdump says where it does not start with these scripts."""
    words = [word for script in scripts for word in ("-s", str(script))]
    done = subprocess.run(
        command("mitmdump", folder, "-n", *words),
        cwd=folder, capture_output=True, text=True, check=False, timeout=SECONDS,
    )  # fmt: skip
    assert done.returncode == 1
    return done.stdout + done.stderr


def test_two_instances_are_refused(tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    (tmp_path / "again" / "link.py").symlink_to(ADDON)
    for other in (tmp_path / "again" / "link.py", clone(tmp_path / "copy")):
        assert "cors-audit is loaded already: name it once" in refused(tmp_path, ADDON, other)


def test_a_reload_ends_a_session_and_begins_another(tmp_path: Path, server: int) -> None:
    entry = clone(tmp_path / "copy")
    words = ("-s", str(entry), "--set", "cors_report=report.json", "--set", "cors_mark=false")
    with Mitmdump(tmp_path / "run", *words) as tool:
        ask(tool.port, f"http://127.0.0.1:{server}/closed")
        entry.write_text(entry.read_text() + "\n# edited\n")
        # Options and the content view are declared anew, the first session's report is written.
        wait_until(lambda: tool.output.count("CORS audit is listening") == 2)
        ask(tool.port, f"http://127.0.0.1:{server}/open")
    assert "Error" not in tool.output
    assert "Traceback" not in tool.output
    (first,) = (tmp_path / "run").glob("report-*.json")
    paths = [[row.path_template for row in load(each).exchanges] for each in (first,)]
    assert paths == [["/closed"]]
    assert [row.path_template for row in tool.report.exchanges] == ["/open"]


def test_a_script_that_fails_to_reload_leaves_the_traffic_alone(
    tmp_path: Path, server: int
) -> None:
    entry = clone(tmp_path / "copy")
    with Mitmdump(tmp_path / "run", "-s", str(entry), "--set", "cors_report=") as tool:
        entry.write_text("this is no Python")
        wait_until(lambda: "SyntaxError" in tool.output)
        answer = ask(tool.port, f"http://127.0.0.1:{server}/open")
    assert answer.body == b'{"from": "the server"}'


def test_ten_times_the_same_is_said_twice(tmp_path: Path, server: int) -> None:
    with Mitmdump(tmp_path, *WITH_ADDON) as tool:
        for _ in range(12):
            ask(tool.port, f"http://127.0.0.1:{server}/closed")
    said = [line for line in tool.output.splitlines() if "[missing-allow-origin]" in line]
    live = [line for line in said if "first:" not in line]
    assert len(live) == 2, tool.output
    assert "GET /closed  The API does not say that this page may read its answers" in live[0]
    assert "[missing-allow-origin] again: 10 calls so far" in live[1]


def test_the_answer_is_the_servers_byte_for_byte(tmp_path: Path, server: int) -> None:
    with Mitmdump(tmp_path / "with", *WITH_ADDON) as ours, Mitmdump(tmp_path / "without") as plain:
        for path in ("/open", "/closed"):
            with_us = ask(ours.port, f"http://127.0.0.1:{server}{path}")
            without = ask(plain.port, f"http://127.0.0.1:{server}{path}")
            dates = {"date": ""}
            assert with_us.headers | dates == without.headers | dates
            assert (with_us.status, with_us.body) == (without.status, without.body)


def test_hostile_bytes_do_not_reach_the_terminal(tmp_path: Path) -> None:
    capture = hostile.save(tmp_path / "in.flow")
    words = ("-n", "-r", str(capture), *WITH_ADDON, "--set", "flow_detail=0")
    done = subprocess.run(
        command("mitmdump", tmp_path, *words, "--set", "cors_live=all"),
        cwd=tmp_path, capture_output=True, check=True, timeout=SECONDS,
    )  # fmt: skip
    ours = done.stdout + done.stderr
    assert ours.count(b"[missing-allow-origin]") > 5
    assert b"Traceback" not in ours
    assert b"\x1b" not in ours
    assert not hostile.unseen(ours.decode())
    assert load(tmp_path / "report.json").findings
