"""What many recordings cost, each judged as a session of its own.

    python -m tests.benchmarks.fleet [--recordings N] [--flows N] [--workers N]

Recordings of `tests.benchmarks.traffic`, of which eight are different and the others copies of
them, go through `cors-audit report --each` on processes of this machine. Printed are CPU time,
that of all processes, and what was written. It decides nothing.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

from .traffic import write

ROOT = Path(__file__).resolve().parents[2]
DIFFERENT = 8


def recordings(folder: Path, number: int, flows: int) -> int:
    """Make them; bytes in all."""
    folder.mkdir()
    made = [write(folder / f"{n:05}.flow", flows, 20_000, n) for n in range(DIFFERENT)]
    for n in range(DIFFERENT, number):
        os.link(made[n % DIFFERENT], folder / f"{n:05}.flow")
    return sum(path.stat().st_size for path in folder.iterdir())


def spent() -> float:
    """CPU time of the processes that have ended."""
    usage = getrusage(RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def judge(folder: Path, out: Path, workers: int) -> None:
    """The command itself."""
    subprocess.run(
        [sys.executable, "-m", "analysis", "report", "--each", str(folder), "-o", str(out),
         "--workers", str(workers)],
        cwd=ROOT, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure what many recordings cost.")
    parser.add_argument("--recordings", type=int, default=500)
    parser.add_argument("--flows", type=int, default=500, help="in each of them")
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder, out = Path(temporary, "in"), Path(temporary, "out")
        size = recordings(folder, given.recordings, given.flows)
        begin, before = time.monotonic(), spent()
        judge(folder, out, given.workers)
        wall, cpu = time.monotonic() - begin, spent() - before
        flows = given.recordings * given.flows
        print(f"{given.recordings} recordings of {given.flows} flows, {size / 1e6:.0f} MB")
        print(f"{given.workers} workers: {wall:.0f} s wall, {cpu:.0f} s CPU")
        print(f"{cpu / given.recordings * 1000:.0f} ms of CPU a recording")
        print(f"{cpu / flows * 1e6:.0f} s of CPU a million flows")
        for part in sorted(out.iterdir()):
            files = [path for path in part.rglob("*") if path.is_file()] or [part]
            held = sum(path.stat().st_size for path in files)
            print(f"{part.name}: {len(files)} files, {held / given.recordings / 1000:.1f} kB each "
                  "recording")  # fmt: skip


if __name__ == "__main__":
    main()
