"""`kill -9` during a recording; `python -m tests.benchmarks.crash` does it fifty times."""

from __future__ import annotations

from pathlib import Path
from random import Random

from tests.benchmarks.crash import Crashes


def test_the_journal_survives_kill_9(tmp_path: Path) -> None:
    crashes, random = Crashes(tmp_path), Random(5)
    try:
        for _ in range(5):
            crashes.record(random.uniform(1.05, 2.0))
            crashes.check()
    finally:
        crashes.close()
