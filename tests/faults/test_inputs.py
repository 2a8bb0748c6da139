"""Inputs that are no ordinary files, and files that change while they are read."""

from __future__ import annotations

import gzip
import json
import os
import resource
import shutil
import socket
import subprocess
import sys
import threading
from pathlib import Path

from tests.unit import flows

from .running import BROKEN, ENVIRONMENT, lines, run, without_privileges

CUT = """
import contextlib, os, sys
from analysis.cli import main
from analysis.sources import flowfile, reading

reading.PIECE = 4 * 2**20

def cutting(*words, real=flowfile.exchanges, **more):
    for number, each in enumerate(real(*words, **more)):
        if number == 3:
            with contextlib.suppress(FileNotFoundError):  # somebody has done it
                os.unlink({mark!r})
                os.truncate({path!r}, {size})
        yield each

flowfile.exchanges = cutting
if __name__ == "__main__":
    main(sys.argv[1:])
"""
"""Cuts the file that is read behind its third flow, once."""


def test_what_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "loop.flow").symlink_to("loop.flow")
    (tmp_path / "broken.flow").symlink_to("nothing")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket.flow"))
        names = ("loop.flow", "broken.flow", "socket.flow", "/dev/zero", "no\nthing.flow")
        done = run(tmp_path, "report", *names, BROKEN, "-o", "r.json")
    assert done.returncode == 0
    said = lines(done)
    assert "loop.flow: Too many levels of symbolic links" in said
    assert "broken.flow: no such file or folder" in said
    assert "socket.flow: a device or a socket; expected a recording made by" in said
    assert "/dev/zero: a device or a socket;" in said
    assert "no\\nthing.flow: no such file" in said


def test_a_folder_with_all_of_them(tmp_path: Path) -> None:
    """Links that lead in circles are not followed, what is no file is passed over."""
    folder = tmp_path / "folder"
    (folder / "below").mkdir(parents=True)
    (folder / "below" / "up").symlink_to(folder)
    (folder / "loop.flow").symlink_to("loop.flow")
    os.mkfifo(folder / "pipe.flow")
    shutil.copy(BROKEN, folder / "below" / "real.flow")
    (folder / "closed").mkdir(mode=0)
    (folder / "secret.flow").touch(mode=0)
    try:
        done = run(tmp_path, "report", "folder", "-o", "r.json", before=without_privileges())
    finally:
        (folder / "closed").chmod(0o700)
    assert done.returncode == 0
    said = lines(done)
    assert "folder/closed: Permission denied" in said
    assert "folder/secret.flow: Permission denied" in said
    assert "folder/loop.flow: Too many levels of symbolic links" in said
    assert "pipe.flow" not in said
    assert "real.flow" in done.stdout


def test_a_pipe_with_a_name(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.flow")
    feeding = threading.Thread(
        target=lambda: (tmp_path / "pipe.flow").write_bytes(gzip.compress(BROKEN.read_bytes()))
    )
    feeding.start()
    done = run(tmp_path, "check", "pipe.flow")
    feeding.join()
    assert done.returncode == 1
    assert "hidden-error-status" in done.stdout


def test_no_room_for_what_is_unpacked(tmp_path: Path) -> None:
    (tmp_path / "in.flow.gz").write_bytes(gzip.compress(BROKEN.read_bytes() * 100))

    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    done = run(tmp_path, "check", "in.flow.gz", preexec_fn=small_files)
    assert done.returncode == 3
    assert "in.flow.gz: cannot be unpacked into" in lines(done)
    assert "File too large; set TMPDIR to a folder with room" in lines(done)


def test_a_thousand_files_and_few_descriptors(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    content = BROKEN.read_bytes()
    for number in range(1000):
        (tmp_path / "in" / f"{number:04}.flow").write_bytes(content)

    def few_files() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (24, 24))

    done = run(tmp_path, "check", "in", preexec_fn=few_files)
    assert done.returncode == 1, done.stderr
    assert "1000 recordings" in done.stdout


def test_a_file_that_vanishes_after_it_was_listed(tmp_path: Path) -> None:
    for name in ("a.flow", "b.flow", "c.flow"):
        shutil.copy(BROKEN, tmp_path / name)
    code = (
        "import os, sys\nfrom analysis.cli import main\nfrom analysis import offline\n"
        "def listed(inputs, real=offline.find):\n"
        "    found = list(real(inputs))\n    os.unlink('b.flow')\n    return found\n"
        "offline.find = listed\nmain(sys.argv[1:])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "check", "."],
        cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == "cors-audit: b.flow: No such file or directory\n"
    assert "2 recordings" in done.stdout


def cut_while_read(folder: Path, copies: int, size: int, *words: str) -> tuple[int, str]:
    """Cut a recording to `size` bytes while it is read; the exit code, and what is said."""
    path, mark = folder / "long.flow", folder / "mark"
    path.write_bytes(BROKEN.read_bytes() * copies)
    mark.touch()
    (folder / "cut.py").write_text(CUT.format(mark=str(mark), path=str(path), size=size))
    done = subprocess.run(
        [sys.executable, "cut.py", "report", "long.flow", "-o", "r.json", *words],
        cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert not mark.exists()
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


def test_a_small_file_that_is_cut_is_read_as_it_was(tmp_path: Path) -> None:
    code, said = cut_while_read(tmp_path, 20, 10)
    assert (code, said) == (0, "wrote r.json\n")


def test_a_large_file_that_is_cut_costs_what_is_not_there(tmp_path: Path) -> None:
    copies = -(-70 * 2**20 // BROKEN.stat().st_size)
    code, said = cut_while_read(tmp_path, copies, 100, "--workers", "1")
    assert (code, said.splitlines()[0]) == (
        0, "cors-audit: long.flow: damaged file: it was cut short while it was read",
    ), said  # fmt: skip
    code, said = cut_while_read(tmp_path, copies, 100, "--workers", "2")
    assert code in (0, 3), said
    # Whoever opens it after that finds a short file that ends in the middle of a record.
    assert "it was cut short while it was read" in said or "100 bytes are lost" in said


def test_a_process_that_reads_is_killed(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.flow").write_bytes(BROKEN.read_bytes() * 400)
    (tmp_path / "killed.py").write_text(
        "import os, sys\nfrom analysis.cli import main\n"
        "from analysis.sources import flowfile, reading\nreading.WORTH_IT = 0\n"
        "def killed(data, door, capture, *more, real=flowfile.exchanges):\n"
        "    if capture == 'c1':\n        os.kill(os.getpid(), 9)\n"
        "    return real(data, door, capture, *more)\n"
        "flowfile.exchanges = killed\nif __name__ == '__main__':\n    main(sys.argv[1:])\n"
    )
    done = subprocess.run(
        [sys.executable, "killed.py", "check", ".", "--workers", "2"],
        cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 1
    assert "1.flow: lost process: the process that read it was ended by signal 9" in done.stderr
    assert "Traceback" not in done.stderr
    assert "hidden-error-status" in done.stdout


def test_a_clock_that_jumps_back(tmp_path: Path) -> None:
    """Between preflight and request, by a day: nothing is lost, and each is judged."""
    allow = (
        ("Access-Control-Allow-Origin", "https://app.example"),
        ("Access-Control-Allow-Methods", "PUT"),
    )
    asked = (("Access-Control-Request-Method", "PUT"),)
    now = 1_700_000_000.0
    made = [
        flows.call(*allow, method="OPTIONS", request=asked, started=now),
        flows.call(*allow, method="PUT", started=now - 86_400),
        flows.call(*allow, method="PUT", started=-5.0),
        flows.call(*allow, started=now - 86_399),
        flows.call(started=now - 86_398),
    ]
    for each in made[3:]:
        assert each.response is not None
        each.response.timestamp_end = now - 200_000  # before its own beginning
    flows.save(tmp_path / "in.flow", *made)
    done = run(tmp_path, "report", "in.flow", "-o", "r.json", "-o", "r.html")
    assert done.returncode == 0
    rows = json.loads((tmp_path / "r.json").read_text())["exchanges"]
    verdicts = {each["flow_id"]: each["verdict"] for each in rows}
    assert [verdicts[each.id] for each in made] == [
        "indeterminate",  # a preflight that no request followed: its own was before it
        "allowed",
        "allowed",
        "allowed",
        "blocked",
    ]
