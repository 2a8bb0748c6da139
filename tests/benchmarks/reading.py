"""How fast captures are read and judged, as ratios: the table of the README.

    python -m tests.benchmarks.reading [--folder DIR] [--rounds N] [--quick]

Each row runs two whole processes in turn, start-up and report included, and shows the median
of the pairs' ratios. CPU time (user and system, child processes included) unless it says wall.
The recordings are made by `tests.benchmarks.traffic`, and kept in DIR for the next time.
`--quick` leaves out the large ones. It prints and decides nothing.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from .traffic import write

ROOT = Path(__file__).resolve().parents[2]
MIB = 2**20
SAMPLES = ROOT / "sample_flows"
PASS = "pass"
CLICK = "import click"
BLOCKS = """
import sys
with open(sys.argv[1], 'rb', buffering=0) as file:
    block = bytearray(2**20)
    while file.readinto(block): pass
"""
FLOW_READER = """
import sys
from mitmproxy.io import FlowReader
for path in sys.argv[1:]:
    with open(path, 'rb') as file:
        for _ in FlowReader(file).stream(): pass
"""
LAZY = """
import sys
from analysis.redact import Door
from analysis.sources import open_capture, read
for _ in read(open_capture(sys.argv[1]), Door(), 'c0'): pass
"""
ENGINE_ON_FLOW_READER = """
import sys
from pathlib import Path
from mitmproxy.http import HTTPFlow
from mitmproxy.io import FlowReader
import reports
from analysis.engine import Auditor
from analysis.sources.flow import exchange_of
auditor = Auditor()
with open(sys.argv[1], 'rb') as file:
    for flow in FlowReader(file).stream():
        if isinstance(flow, HTTPFlow):
            auditor.add(exchange_of(flow, auditor.door, 'c0'))
reports.save(auditor.result(), Path(sys.argv[2]))
"""


CACHE = Path(tempfile.gettempdir()) / "cors-audit-benchmark-cache"
"""Compiled modules of both sides."""


@dataclass(frozen=True)
class Spent:
    """What a process needed."""

    cpu: float
    wall: float
    peak: float
    """Resident memory, MiB."""


def run(command: Sequence[str]) -> Spent:
    """Run a process, silently.

    Raises:
        RuntimeError: it failed.
    """
    begin = time.monotonic()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": str(CACHE)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # installed programs are compiled, too
    sink = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_WRONLY, 0) for fd in (1, 2)]
    child = os.posix_spawnp(command[0], command, environment, file_actions=sink)
    _, status, usage = os.wait4(child, 0)
    wall = time.monotonic() - begin
    code = os.waitstatus_to_exitcode(status)
    if code not in (0, 1):
        raise RuntimeError(f"{command} ended with {code}")
    return Spent(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024)


def python(code: str, *arguments: object) -> list[str]:
    """A process that runs this code."""
    return [sys.executable, "-c", code, *map(str, arguments)]


class Bench:
    """Measures and prints.

    Args:
        folder: where recordings are kept.
        rounds: pairs for each row.
    """

    def __init__(self, folder: Path, rounds: int) -> None:
        self.folder = folder
        self.rounds = rounds
        self.out = folder / "report.json"

    def recording(self, flows: int, body: int, seed: int = 1) -> Path:
        """Made once."""
        path = self.folder / f"{flows}x{body}-{seed}.flow"
        if not path.exists():
            write(path.with_suffix(".part"), flows, body, seed).rename(path)
        return path

    def report(self, *inputs: Path, workers: int = 1, name: str = "report.json") -> list[str]:
        """Our whole command."""
        return [
            sys.executable, "-m", "analysis", "report", *map(str, inputs),
            "-o", str(self.folder / name), "--workers", str(workers),
        ]  # fmt: skip

    def row(
        self, what: str, above: Sequence[str], below: Sequence[str], bar: str, wall: bool = False
    ) -> None:
        """Run two in turn and print `above` / `below`; first once each, to compile modules."""
        for command in (above, below):
            run(command)
        pairs = [(run(above), run(below)) for _ in range(self.rounds)]
        first, second = zip(
            *[(a.wall, b.wall) if wall else (a.cpu, b.cpu) for a, b in pairs], strict=True
        )
        ratio = median(a / b for a, b in zip(first, second, strict=True))
        print(
            f"| {what}{' (wall)' if wall else ''} | {median(first):.2f} s | {median(second):.2f} s "
            f"| {ratio:.2f} | {bar} |",
            flush=True,
        )

    def peak(self, what: str, command: Sequence[str], bar: str) -> None:
        """Run once and print the memory it took at most."""
        print(f"| {what} | | | {run(command).peak:.0f} MiB | {bar} |", flush=True)


def mitmdump(path: Path) -> list[str]:
    """mitmproxy reading a recording, with nothing of ours."""
    beside = Path(sys.executable).with_name("mitmdump")
    return [str(beside) if beside.exists() else "mitmdump", "-n", "-q", "-r", str(path)]


def measure(bench: Bench, quick: bool) -> None:
    """Every row of the table."""
    small = bench.recording(5_000, 20_000)
    print("| what | the one | the other | ratio | bar |")
    print("|---|---|---|---|---|")
    help_ = [sys.executable, "-m", "analysis", "--help"]
    bench.row("`cors-audit --help` / `python -c pass`", help_, python(PASS), "≤ 4")
    bench.row("`cors-audit --help` / `python -c 'import click'`", help_, python(CLICK), "≤ 2.5")
    samples = sorted(SAMPLES.glob("*.flow"))
    page = bench.report(*samples, name="report.html")
    bench.row("`cors-audit report` on the samples / `FlowReader` on them",
              page, python(FLOW_READER, *samples), "≤ 2")  # fmt: skip
    sizes = [(small, "≥ 25")]
    if not quick:
        sizes.append((bench.recording(20_000, 20_000), "≥ 40"))
    for path, bar in sizes:
        flows, report = path.name.partition("x")[0], bench.report(path)
        on_flow_reader = python(ENGINE_ON_FLOW_READER, path, bench.out)
        bench.row(f"reading alone, {flows} flows: `FlowReader` / ours",
                  python(FLOW_READER, path), python(LAZY, path), "")  # fmt: skip
        bench.row(f"{flows} flows: `mitmdump -n -q -r` / `cors-audit report`",
                  mitmdump(path), report, bar)  # fmt: skip
        bench.row(f"{flows} flows: our engine on `FlowReader` / `cors-audit report`",
                  on_flow_reader, report, "≥ 10")  # fmt: skip
    bodies = [(5_000, 0, "≤ 15"), (5_000, 20_000, "≤ 8"), (5_000, 200_000, "≤ 2")]
    for flows, body, bar in bodies[: 2 if quick else 3]:
        path = bench.recording(flows, body)
        bench.row(f"bodies of {body // 1000} kB: reading alone / the bytes in 1 MiB blocks",
                  python(LAZY, path), python(BLOCKS, path), "")  # fmt: skip
        bench.row(f"bodies of {body // 1000} kB: `cors-audit report` / the bytes in 1 MiB blocks",
                  bench.report(path), python(BLOCKS, path), bar)  # fmt: skip
        bench.peak(f"bodies of {body // 1000} kB: memory, reading alone",
                   python(LAZY, path), "≤ 64 MiB")  # fmt: skip
        bench.peak(f"bodies of {body // 1000} kB: memory, `cors-audit report`",
                   bench.report(path), "≤ 250 MiB")  # fmt: skip
    if quick:
        return
    large = bench.recording(20_000, 20_000)
    bench.row("one large file: 2 workers / 1", bench.report(large, workers=2),
              bench.report(large), "≤ 0.75", wall=True)  # fmt: skip
    many = [bench.recording(300, 20_000, seed) for seed in range(2, 66)]
    bench.row("64 files: 2 workers / 1", bench.report(*many, workers=2),
              bench.report(*many), "≤ 0.60", wall=True)  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure how captures are read.")
    parser.add_argument("--folder", type=Path, help="where recordings are kept (about 2 GB)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    folder = arguments.folder or Path(tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    try:
        measure(Bench(folder, arguments.rounds), arguments.quick)
    finally:
        if arguments.folder is None:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
