"""Ten browsers at full speed through a real mitmdump with the addon: what grows, what gets lost?

    python -m tests.benchmarks.soak [MINUTES] [--alone MINUTES]

The browsers of `internet` ask, and at the end the report must equal what the command line says of
the recording that was written by the side (`-w`). Before, the same traffic goes through the same
mitmdump without the addon, for a quarter of the time. Of both are printed memory, tasks of the
event loop and open files over time.

Resident memory alone tells little: it grows without us, too, since malloc cannot give back what
lies free between what is in use. So it is taken apart:

- `free`: what malloc holds and nobody uses (`mallinfo2`). It grows in mitmdump alone, and
  `malloc_trim` would shrink it.
- `ours`: what our code holds, counted object by object (`held`).
- `rest`: mitmproxy, Python and OpenSSL, and what pages cost that are half used.

Flat means: in the second half of the flows neither `ours` nor `rest` grows by more than `FLAT`
bytes a flow, `rest` beyond what it grows by in mitmdump alone. (If they leaked, an exchange has
1 000 bytes and more, a flow 10 000.) It cannot be 0: 9 bytes a flow are known and meant
(`analysis.ids`), and the bounded tables of a session fill more and more slowly, most of them within
100 000 flows; a shorter run is not flat. Exit code 1: something grew, was lost, or left open.
Needs Linux (`/proc`); with another C library than glibc, `free` is 0 and counts as `rest`.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path
from statistics import linear_regression
from typing import Any

from analysis import audit
from analysis.result import AuditResult

from .internet import Internet
from .moment import Moment

ROOT = Path(__file__).resolve().parents[2]
ADDON = ROOT / "addon" / "cors_audit.py"
PROBE = Path(__file__).with_name("soak_probe.py")
BROWSERS = 10
START_SECONDS, END_SECONDS = 60, 1200
FLAT = 200
"""Bytes a flow."""


@dataclass(frozen=True)
class Course:
    """How mitmdump fared."""

    moments: list[Moment]
    asked: int
    """Requests that the browsers sent."""
    browsers: float
    """Seconds of processor time that browsers and servers took."""
    log: str

    @property
    def looks(self) -> list[Moment]:
        """The moments in which what is held was counted; the first and the last have no traffic."""
        return [each for each in self.moments if each.held is not None]

    @property
    def grown(self) -> tuple[float, float]:
        """Bytes a flow by which `ours` and `rest` grew in the second half of the flows: the slopes
        of straight lines, since garbage comes and goes by some MiB."""
        half = self._second_half()
        looks = [each for each in half if each.held is not None]
        ours = linear_regression([e.flows for e in looks], [e.ours for e in looks]).slope
        used = linear_regression([e.flows for e in half], [e.used for e in half]).slope
        return ours, used - ours

    def tables(self) -> list[tuple[str, int, int]]:
        """What of ours grew most in that half: name, by so many bytes, to so many."""
        first, *_, last = (each.held for each in self._second_half() if each.held is not None)
        grown = [(name, size - first.get(name, 0), size) for name, size in last.items()]
        return sorted((each for each in grown if each[1] > 0), key=lambda each: -each[1])

    def _second_half(self) -> list[Moment]:
        """While there was traffic; of a run too short for two looks in it, all looks."""
        browsing = [each for each in self.moments if each.tasks > self.moments[0].tasks]
        half = [each for each in browsing if each.flows >= browsing[-1].flows / 2]
        enough = len({each.flows for each in half if each.held is not None}) > 1
        return half if enough else self.looks


@dataclass(frozen=True)
class Run:
    """What a run came to."""

    course: Course
    live: AuditResult
    offline: AuditResult

    def differences(self) -> list[str]:
        """Names of the fields in which the live report is not what the recording says."""
        live, offline = _comparable(self.live), _comparable(self.offline)
        return [name for name in live if live[name] != offline[name]]


def run(folder: Path, seconds: float, flows: float = inf) -> Run:
    """Browse for so long, or so much, with the addon, then end mitmdump, and compare."""
    course = browse(folder, seconds, flows)
    return Run(
        course,
        live=AuditResult.from_dict(json.loads((folder / "live.json").read_text("utf-8"))),
        offline=audit([folder / "soak.flow"]),
    )


def browse(
    folder: Path, seconds: float, flows: float = inf, addon: bool = True, record: bool = True
) -> Course:
    """Browse for so long, or so much, then end mitmdump.

    Args:
        folder: for the report, `live.json`, the recording, `soak.flow`, and what else there is.
        addon: with the addon?
        record: with a recording?
    """
    words = ["-s", str(PROBE)]
    if addon:
        words += ["-s", str(ADDON), f"--set=cors_report={folder / 'live.json'}"]
    if record:
        words += ["-w", str(folder / "soak.flow")]
    return asyncio.run(_browse(folder, seconds, flows, words))


async def _browse(folder: Path, seconds: float, flows: float, words: list[str]) -> Course:
    internet = Internet(folder)
    server = await internet.serve()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    probe = folder / "probe.jsonl"
    settings = {
        "confdir": folder / "conf", "listen_host": "127.0.0.1", "listen_port": port,
        "ssl_insecure": "true", "flow_detail": 0,
        "soak_port": server.sockets[0].getsockname()[1], "soak_log": probe,
    }  # fmt: skip
    words = [*words, *(f"--set={name}={value}" for name, value in settings.items())]
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
    code += f"from mitmproxy.tools.main import mitmdump; mitmdump({words!r})"
    with (folder / "mitmdump.log").open("wb") as log:
        proxy = subprocess.Popen(
            [sys.executable, "-c", code], cwd=folder, stdout=log, stderr=subprocess.STDOUT
        )
    busy = time.process_time()
    try:
        await _listening(port, proxy)
        until = time.monotonic() + seconds
        await asyncio.gather(
            *(internet.browse(each, port, until, flows) for each in range(BROWSERS))
        )
        busy = time.process_time() - busy
        await _idle(probe)
        proxy.send_signal(signal.SIGINT)
        await asyncio.to_thread(proxy.wait, END_SECONDS)
    finally:
        proxy.kill()
        proxy.wait()
        server.close()
    return Course(
        _moments(probe), internet.asked, busy, (folder / "mitmdump.log").read_text("utf-8")
    )


def _moments(probe: Path) -> list[Moment]:
    return [Moment(**json.loads(line)) for line in probe.read_text("ascii").splitlines()]


async def _listening(port: int, proxy: subprocess.Popen[bytes]) -> None:
    limit = time.monotonic() + START_SECONDS
    while time.monotonic() < limit and proxy.poll() is None:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.05)
    raise AssertionError("mitmdump does not listen")


async def _idle(probe: Path) -> None:
    """Wait until mitmdump, too, has closed what was closed, and has counted what is held then; or
    has had the time to."""
    limit = time.monotonic() + START_SECONDS
    while time.monotonic() < limit:
        await asyncio.sleep(1)
        moments = _moments(probe)
        if moments[-1].tasks <= moments[0].tasks and moments[-1].held is not None:
            return


def _comparable(result: AuditResult) -> dict[str, Any]:
    """A result without what tells a live session from its recording: the capture and its name."""
    data: dict[str, Any] = json.loads(result.to_json())
    del data["captures"], data["blind_spots"]
    for row in data["exchanges"]:
        del row["capture"]
    for each in data["skipped"]:
        del each["capture"]
    return data


def table(looks: Sequence[Moment], rows: int = 14) -> Iterator[str]:
    """The course, in so many lines; sizes in MiB."""
    yield (
        f"{'seconds':>8} {'flows':>9} {'flows/s':>8} {'resident':>9} {'free':>6} {'ours':>6} "
        f"{'rest':>6} {'tasks':>6} {'files':>6}"
    )
    shown = [*looks[: -1 : max(1, len(looks) // rows)], looks[-1]]
    for before, each in zip([shown[0], *shown], shown, strict=False):
        took = each.seconds - before.seconds
        rate = (each.flows - before.flows) / took if took else 0
        rest = each.used - each.ours
        yield (
            f"{each.seconds:8.0f} {each.flows:9} {rate:8.0f} {each.resident / 2**20:9.1f} "
            f"{each.free / 2**20:6.1f} {each.ours / 2**20:6.1f} {rest / 2**20:6.1f} "
            f"{each.tasks:6} {each.files:6}"
        )


def _print(name: str, course: Course) -> None:
    print(f"{name}:")
    for line in table(course.looks):
        print(line)
    last = course.moments[-1]
    print(
        f"processor time: mitmdump {last.busy:.0f} s of {last.seconds:.0f}, browsers and servers "
        f"{course.browsers:.0f} s"
    )
    ours, rest = course.grown
    print(f"second half of the flows: ours {ours:+.0f}, rest {rest:+.0f} bytes a flow", flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run and print; exit code 1 where something grew or differs."""
    parser = argparse.ArgumentParser(description="Browse at full speed, and see what grows.")
    parser.add_argument("minutes", type=float, nargs="?", default=20.0)
    parser.add_argument(
        "--alone", type=float, metavar="MINUTES",
        help="how long without the addon before; 0: not at all; else a quarter of the time",
    )  # fmt: skip
    words = parser.parse_args(arguments)
    minutes = words.minutes / 4 if words.alone is None else words.alone
    baseline = 0.0
    if minutes:
        with tempfile.TemporaryDirectory() as folder:
            alone = browse(Path(folder), minutes * 60, addon=False)
        _print("mitmdump alone", alone)
        baseline = max(0.0, alone.grown[1])
    with tempfile.TemporaryDirectory() as folder:
        done = run(Path(folder), words.minutes * 60)
        size = (Path(folder) / "soak.flow").stat().st_size
    _print("with the addon", done.course)
    for name, grown, whole in done.course.tables()[:5]:
        print(f"  {name}: +{grown / 2**20:.1f} to {whole / 2**20:.1f} MiB")
    totals = done.live.totals
    print(f"recording {size / 2**20:.0f} MiB, {totals.flows} flows, {totals.cors} with CORS")
    failures = [*_left_behind(done), *_grown(done.course, baseline)]
    for line in failures or ["all as it should be: flat, nothing lost, nothing left open"]:
        print(line)
    sys.exit(bool(failures))


def _left_behind(done: Run) -> Iterator[str]:
    """What was lost on the way, or left open at the end."""
    differences = done.differences()
    if differences:
        yield f"live report and recording differ in: {', '.join(differences)}"
    if done.course.asked != done.live.totals.flows:
        yield f"{done.course.asked} requests, {done.live.totals.flows} flows in the report"
    first, last = done.course.moments[0], done.course.moments[-1]
    if last.tasks > first.tasks:
        yield f"tasks that nobody ended: {last.tasks - first.tasks}"
    if last.files > first.files + 1:
        yield f"files that nobody closed: {last.files - first.files}"


def _grown(course: Course, alone: float) -> Iterator[str]:
    """What is not flat.

    Args:
        alone: bytes a flow by which mitmdump grows without us.
    """
    ours, rest = course.grown
    if ours > FLAT:
        yield f"not flat: what our code holds grows by {ours:.0f} bytes a flow"
    if rest - alone > FLAT:
        yield f"not flat: the rest grows by {rest - alone:.0f} bytes a flow more than without us"


if __name__ == "__main__":
    main()
