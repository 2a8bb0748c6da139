"""Whatever road a session takes, its result is the same; the long run is in tests/benchmarks."""

from __future__ import annotations

import asyncio
from pathlib import Path
from random import Random

import pytest

from analysis import record
from analysis.engine import Auditor
from analysis.sources.transcript import exchanges
from tests.benchmarks.equivalence import (
    SAMPLES,
    every_road,
    in_several_processes,
    recorded,
    same,
    save,
)
from tests.fuzz.sessions import session

CASES = sorted((Path(__file__).resolve().parents[1] / "cases").glob("*.txt"))
SESSIONS = 30


def test_recordings(tmp_path: Path) -> None:
    async def run() -> None:  # the addon expects mitmproxy's loop
        for number, path in enumerate(SAMPLES[::4]):
            told = every_road(recorded(path), tmp_path, Random(number))
            assert not told["different"], (path.stem, told)

    asyncio.run(run())


def test_made_sessions(tmp_path: Path) -> None:
    async def run() -> None:
        for seed in range(SESSIONS):
            told = every_road(session(Random(seed), stories=4), tmp_path, Random(seed))
            assert not told["different"], (seed, told)

    asyncio.run(run())


def test_in_several_processes(tmp_path: Path) -> None:
    in_several_processes(
        [save(tmp_path / f"{seed}.flow", session(Random(seed))) for seed in range(10)]
    )


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_cases_live_offline_and_from_a_journal(path: Path) -> None:
    live, offline, journal = Auditor(), Auditor(), Auditor()
    for each in exchanges(path.read_text(encoding="utf-8"), live.door):
        live.feed([each])
        offline.add(each)
        journal.add(record.read(record.write(each), each.capture))
    same(offline.result(), live.result(), "live")
    same(offline.result(), journal.result(), "journal")
