"""What judging costs, beside what mitmproxy needs to read the same flows.

    python -m tests.benchmarks.judging [CAPTURE…]

Both sides run in turn in one process, several rounds, and the medians are printed with their
ratio. Without a capture the bundled recordings serve. It prints and decides nothing.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from mitmproxy.io import FlowReader

from analysis.exchange import Exchange
from analysis.fetch.classify import Role
from analysis.redact import Door
from analysis.session.clients import Clients
from analysis.session.judge import judge
from analysis.session.links import Linker
from analysis.sources import open_capture, read

SAMPLES = Path(__file__).resolve().parents[2] / "sample_flows"
ROUNDS = 7


def exchanges(paths: list[Path]) -> list[Exchange]:
    """Everything in the captures, in order of start."""
    door = Door()
    found = [
        item
        for number, path in enumerate(paths)
        for item in read(open_capture(str(path)), door, f"c{number}")
        if isinstance(item, Exchange)
    ]
    return sorted(found, key=lambda each: each.started or 0.0)


def read_with_mitmproxy(paths: list[Path]) -> int:
    """Read the captures as mitmproxy does; the number of flows."""
    count = 0
    for path in paths:
        with path.open("rb") as file:
            count += sum(1 for _ in FlowReader(file).stream())
    return count


def judge_all(session: list[Exchange]) -> int:
    """Classify, link and judge a session; the number of exchanges CORS has to do with."""
    clients, linker = Clients(), Linker()
    for exchange in session:
        clients.of(exchange).observe(exchange)
    nodes = [linker.add(exchange, clients.of(exchange)) for exchange in session]
    relevant = [node for node in nodes if node.role in (Role.PREFLIGHT, Role.CORS)]
    for node in relevant:
        judge(node)
    return len(relevant)


def timed(run: Callable[[], int]) -> float:
    """Microseconds of processor time for each thing that `run` has counted."""
    begin = time.process_time()
    count = run()
    return (time.process_time() - begin) / count * 1e6


def main(arguments: list[str]) -> None:
    """Measure and print."""
    paths = [Path(each) for each in arguments] or sorted(SAMPLES.glob("*.flow"))
    session = exchanges(paths)
    reading, judging, ratios = [], [], []
    for _ in range(ROUNDS):
        reading.append(timed(lambda: read_with_mitmproxy(paths)))
        judging.append(timed(lambda: judge_all(session)))
        ratios.append(judging[-1] / reading[-1])
    print(f"mitmproxy reads a flow in       {median(reading):7.0f} µs")
    print(f"judging a CORS exchange takes   {median(judging):7.0f} µs")
    print(f"ratio, pair by pair             {median(ratios):7.2f}")


if __name__ == "__main__":
    main(sys.argv[1:])
