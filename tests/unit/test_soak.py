"""Ten browsers at once for some seconds; `python -m tests.benchmarks.soak` does it for minutes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.benchmarks.soak import run


@pytest.mark.skipif(sys.platform != "linux", reason="it looks into /proc")
def test_ten_browsers_at_once(tmp_path: Path) -> None:
    done = run(tmp_path, 6)
    assert done.asked == done.live.totals.flows > 0
    assert done.differences() == []
    first, last = done.moments[0], done.moments[-1]
    assert max(each.tasks for each in done.moments) > first.tasks
    assert last.tasks <= first.tasks, "tasks that nobody ended"
    assert last.files <= first.files + 1, "files that nobody closed"
    assert "cors_audit:" not in done.log
