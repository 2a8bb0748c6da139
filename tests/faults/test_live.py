"""The addon in a real mitmdump that cannot write where it should: the report is somewhere else."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from .running import BROKEN, ENVIRONMENT, ROOT, names, with_file_system, without_privileges

MITMDUMP = "import sys; from mitmproxy.tools.main import mitmdump; sys.exit(mitmdump())"


def mitmdump(
    folder: Path, *settings: str, before: Sequence[str] = (), code: int = 0
) -> subprocess.CompletedProcess[str]:
    """Replay a recording through mitmdump with the addon; both streams in `stdout`."""
    words = ["-n", "-r", str(BROKEN), "-s", str(ROOT / "addon" / "cors_audit.py")]
    words += [f"--set={each}" for each in ("flow_detail=0", f"confdir={folder}", *settings)]
    done = subprocess.run(
        [*before, sys.executable, "-c", MITMDUMP, *words],
        cwd=folder, env=ENVIRONMENT | {"TMPDIR": str(folder)}, text=True, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600,
    )  # fmt: skip
    assert done.returncode == code, done.stdout
    assert "Traceback" not in done.stdout
    return done


def elsewhere(said: str, reason: str) -> Path:
    """The report, where it was written instead."""
    assert f"({reason}); using the temporary folder" in " ".join(said.split()), said
    found = re.search(r"Report: (\S+)", said)
    assert found is not None
    path = Path(found[1])
    assert path.parent.stat().st_mode & 0o777 == 0o700
    return path


def test_a_folder_that_must_not_be_written(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "r.json").write_text("what was there")
    folder.chmod(0o555)
    done = mitmdump(tmp_path, f"cors_report={folder}/r.json", before=without_privileges())
    path = elsewhere(done.stdout, "Permission denied")
    assert json.loads(path.read_text())["format"] == "cors-audit/result"
    assert (folder / "r.json").read_text() == "what was there"


def test_a_folder_of_that_name(tmp_path: Path) -> None:
    (tmp_path / "r.json").mkdir()
    done = mitmdump(tmp_path, "cors_report=r.json")
    assert elsewhere(done.stdout, "Is a directory").is_file()
    assert names(tmp_path / "r.json") == []


def test_a_file_system_that_is_full(tmp_path: Path) -> None:
    """The journal has a gap, the report is in the temporary folder, and the session goes on."""
    full = tmp_path / "full"
    full.mkdir()
    done = mitmdump(
        tmp_path, f"cors_report={full}/r.json", f"cors_session={full}/j.jsonl",
        before=with_file_system(f"mount -t tmpfs -o size=4k none {full}"),
    )  # fmt: skip
    said = " ".join(done.stdout.split())
    assert "the journal j.jsonl cannot be written ([Errno 28] No space left on device)" in said
    assert "it has a gap now" in said
    report = json.loads(elsewhere(done.stdout, "No space left on device").read_text())
    assert report["totals"]["flows"] == 8


def test_a_journal_that_cannot_be_begun_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "j.jsonl").mkdir()
    done = mitmdump(tmp_path, "cors_session=j.jsonl", code=1)
    assert "cors_session: cannot write j.jsonl: Is a directory" in done.stdout
