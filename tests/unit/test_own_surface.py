"""What a hostile capture could do to whoever judges it: reach the network, run something, or write
where nothing was to be written."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from . import flows

ROOT = Path(__file__).resolve().parents[2]
FORBIDDEN = {"eval", "exec", "compile", "__import__"}
MODULES = {"marshal", "shelve", "dbm", "http.client", "urllib.request", "ftplib", "smtplib",
           "socketserver", "xmlrpc", "requests", "httpx", "aiohttp", "yaml"}  # fmt: skip
WATCHED = """
import os, sys

allowed = tuple(os.path.realpath(each) for each in sys.argv.pop(1).split(":"))
reading = os.O_RDONLY | os.O_CLOEXEC

def watch(event, arguments):
    if event.startswith(("socket.", "subprocess.", "os.exec", "os.spawn", "os.posix_spawn",
                         "os.system", "os.fork", "urllib.", "ctypes.", "webbrowser.")):
        if event not in ("socket.gethostname",):
            os.write(2, f"FORBIDDEN {event} {arguments}\\n".encode())
            os._exit(99)
    if event == "open" and isinstance(arguments[0], str) and arguments[2] not in (0, reading):
        place = os.path.realpath(arguments[0])
        if not place.startswith(allowed):
            os.write(2, f"FORBIDDEN open {arguments}\\n".encode())
            os._exit(99)

from analysis.cli import main
import analysis.engine, analysis.batch.trends, pyarrow.parquet, reports.to_html

sys.addaudithook(watch)
main(sys.argv[1:])
"""
"""Ends at once where anything leaves the process but files in the folders that are named first.
What is loaded before are packages that look at the machine (pandas, pyarrow)."""
NAMES = (
    "../../../escaped", "/tmp/escaped", "..\\..\\escaped", "C:\\escaped", "a/../../escaped",
    "%2e%2e%2fescaped", "nul\x00escaped", "-o", "$(touch escaped)", "`touch escaped`",
)  # fmt: skip


def hostile(folder: Path) -> Path:
    """A recording whose every name is a path to somewhere else, or a command."""
    made = []
    for number, name in enumerate(NAMES):
        call = flows.call(
            ("Access-Control-Allow-Origin", name), ("Server", name), ("Content-Type", name),
            url="https://api.example/", started=1.7e9 + number, origin=f"https://{number}.example",
        )  # fmt: skip
        call.id = name
        call.request.path = f"/{name}"
        call.request.method = name
        call.client_conn.id = name
        made.append(call)
    return flows.save(folder / "in.flow", *made)


def everything(folder: Path) -> set[str]:
    """All files below a folder."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


@pytest.mark.parametrize(
    "words",
    [
        ["report", "in.flow", *(f"-oout/r.{each}" for each in
         ("html", "json", "sarif", "xml", "csv", "md", "parquet"))],
        ["check", "in.flow", "--write-baseline", "out/b.json"],
        ["check", "in.flow", "--format", "github"],
        ["policy", "in.flow", "--for", "nginx"],
        ["diff", "in.flow", "in.flow"],
    ],
    ids=["report", "baseline", "check", "policy", "diff"],
)  # fmt: skip
def test_nothing_leaves_the_process_but_what_was_asked_for(
    tmp_path: Path, words: list[str]
) -> None:
    """No network, no other program, no file elsewhere, whatever names the capture holds."""
    below = tmp_path / "a" / "b"
    (below / "out").mkdir(parents=True)
    hostile(below)
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, f"{below / 'out'}:{tmp_path / 'none'}:/dev/null", *words],
        cwd=below, env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    assert "FORBIDDEN" not in done.stderr
    beside = {each for each in everything(tmp_path) if not each.startswith("a/b/out/")}
    assert beside == {"a", "a/b", "a/b/in.flow", "a/b/out"}


def test_no_module_of_ours_runs_text_or_speaks_to_the_network() -> None:
    """Loopback is for `addon.launch`: the browser's and the proxy's own ports."""
    rooms = ("addon", "analysis", "reports")
    for path in (path for room in rooms for path in (ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in FORBIDDEN, f"{path}: {node.func.id}"
            if isinstance(node, ast.keyword) and node.arg == "shell":
                raise AssertionError(f"{path}: shell=")
            if isinstance(node, ast.Import | ast.ImportFrom) and not getattr(node, "level", 0):
                names = [getattr(node, "module", None) or "", *(each.name for each in node.names)]
                assert not MODULES & set(names), f"{path}: {names}"
                if "socket" in names:
                    assert "launch" in path.parts, path
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                used = f"{node.value.id}.{node.attr}"
                assert used not in ("os.system", "os.popen", "tempfile.mktemp"), f"{path}: {used}"
