"""Places that cannot be written to: one message, exit code 2, and what was there is still there."""

from __future__ import annotations

import resource
import shutil
import stat
import sys
from pathlib import Path

import pytest

from .running import BROKEN, SAMPLES, lines, names, run, with_file_system, without_privileges

REPORT = ("report", BROKEN, "-o")
BASELINE = ("check", BROKEN, "--write-baseline")
RECORD = ("record", "--browser", sys.executable, "--headless", "-o")
FORMATS = ("r.html", "r.json", "r.parquet")


def small_files() -> None:
    """No file of this process may be larger than 2 kB."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (2048, 2048))


@pytest.mark.parametrize("name", FORMATS)
def test_a_disk_that_is_full(tmp_path: Path, name: str) -> None:
    old = tmp_path / (name if name != "r.parquet" else "r.exchanges.parquet")
    old.write_text("what was there")
    done = run(tmp_path, *REPORT, name, preexec_fn=small_files)
    assert done.returncode == 2
    assert f"cannot write {name}: File too large. Make room there, or choose" in lines(done)
    assert names(tmp_path) == [old.name]
    assert old.read_text() == "what was there"


def test_a_file_system_that_is_full(tmp_path: Path) -> None:
    full = with_file_system(f"mount -t tmpfs -o size=64k none {tmp_path}")
    done = run(SAMPLES, *REPORT, tmp_path / "r.html", before=full)
    assert done.returncode == 2
    assert "No space left on device. Make room there, or choose another place" in lines(done)


def test_a_read_only_file_system(tmp_path: Path) -> None:
    (tmp_path / "r.html").write_text("what was there")
    mount = f"mount --bind {tmp_path} {tmp_path} && mount -o remount,ro,bind {tmp_path}"
    for words, option in ((REPORT, "-o"), (BASELINE, "--write-baseline")):
        done = run(SAMPLES, *words, tmp_path / "r.html", before=with_file_system(mount))
        assert done.returncode == 2
        assert done.stdout == ""  # known before the work
        assert f"Choose another place with {option}." in lines(done)
    assert (tmp_path / "r.html").read_text() == "what was there"


@pytest.mark.parametrize("words", [REPORT, BASELINE, RECORD], ids=lambda words: words[0])
@pytest.mark.parametrize("name", ["r.html", "below/r.html"])
def test_a_folder_that_must_not_be_written(
    tmp_path: Path, words: tuple[object, ...], name: str
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir(mode=0o555)
    done = run(folder, *words, name, before=without_privileges())
    assert done.returncode == 2
    assert done.stdout == ""
    assert f"cannot write {name}: Permission denied. Choose another place with -" in lines(done)
    assert names(folder) == []


def test_the_report_without_a_name(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir(mode=0o555)
    for verb in (("report", BROKEN), ("demo",)):
        done = run(folder, *verb, before=without_privileges())
        assert done.returncode == 2
        assert "cannot write cors-report.html: Permission denied." in lines(done)


@pytest.mark.parametrize("words", [REPORT, BASELINE], ids=lambda words: words[0])
def test_a_folder_of_that_name(tmp_path: Path, words: tuple[object, ...]) -> None:
    (tmp_path / "r.json").mkdir()
    done = run(tmp_path, *words, "r.json")
    assert (done.returncode, done.stdout) == (2, "")
    assert "cannot write r.json: Is a directory. Choose another place" in lines(done)
    done = run(tmp_path, "record", "-o", "r.json", "--headless")
    assert done.returncode == 2
    assert "this is a folder or a device, give a file" in lines(done)
    assert names(tmp_path) == ["r.json"]


def test_the_first_report_is_there_where_the_second_cannot_be(tmp_path: Path) -> None:
    link = tmp_path / "second.md"
    link.symlink_to("/dev/full")
    done = run(tmp_path, "report", BROKEN, "-o", "first.md", "-o", link.name)
    assert done.returncode == 2
    assert "wrote first.md" in done.stderr
    assert "cannot write second.md: No space left on device." in lines(done)
    assert names(tmp_path) == ["first.md", "second.md"]


def test_a_device_is_written_to_and_stays_one(tmp_path: Path) -> None:
    link = tmp_path / "device.json"
    link.symlink_to("/dev/null")
    run(tmp_path, *REPORT, link.name)
    assert link.is_symlink()
    run(tmp_path, *BASELINE, "/dev/null")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)
    done = run(tmp_path, *BASELINE, "/dev/stdout")
    assert '"cors-audit/baseline"' in done.stdout


def test_an_installation_without_a_template(tmp_path: Path) -> None:
    for package in ("analysis", "reports", "addon"):
        shutil.copytree(BROKEN.parents[1] / package, tmp_path / package)
    (tmp_path / "reports" / "templates" / "card.html.j2").unlink()
    (tmp_path / "r.html").write_text("what was there")
    done = run(tmp_path, *REPORT, "r.html", env={"PYTHONPATH": str(tmp_path)})
    assert done.returncode == 2
    assert "lacks reports/templates/card.html.j2: install cors-audit again" in lines(done)
    assert (tmp_path / "r.html").read_text() == "what was there"
