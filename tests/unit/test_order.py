"""The same exchanges in another order, or in several captures, give the same result."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from mitmproxy.io import FlowReader, FlowWriter

from analysis import audit
from analysis.engine import Auditor
from analysis.exchange import Exchange
from analysis.redact import Door
from analysis.result import AuditResult
from analysis.sources import open_capture, read

SAMPLES = sorted((Path(__file__).resolve().parents[2] / "sample_flows").glob("*.flow"))


def told(result: AuditResult) -> dict[str, Any]:
    """What the result says, apart from which file something came from."""
    plain = result.to_dict()
    del plain["captures"]
    for exchange in plain["exchanges"]:
        del exchange["capture"]
    return plain


def judged(exchanges: list[Exchange]) -> dict[str, Any]:
    auditor = Auditor(Door())
    for each in exchanges:
        auditor.add(each)
    return told(auditor.result())


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_order_of_reading_does_not_matter(path: Path) -> None:
    door = Door()
    items = [e for e in read(open_capture(str(path)), door, "c0") if isinstance(e, Exchange)]
    assert len(items) > 1
    expected = judged(items)
    shuffled = items.copy()
    for seed in range(3):
        random.Random(seed).shuffle(shuffled)
        assert judged(shuffled) == expected


def test_split_captures_are_one_session(tmp_path: Path) -> None:
    """Cut between the stories, where nothing is open, and handed over in the wrong order."""
    whole, parts = tmp_path / "whole.flow", []
    with whole.open("wb") as everything:
        writer = FlowWriter(everything)
        for path in SAMPLES:
            part = tmp_path / f"{len(SAMPLES) - len(parts):02}.flow"
            part.write_bytes(path.read_bytes())
            parts.append(str(part))
            with path.open("rb") as file:
                for flow in FlowReader(file).stream():
                    writer.add(flow)
    together = told(audit([str(whole)]))
    assert together["totals"]["blocked"] > 10
    apart = told(audit(sorted(parts)))
    assert len(apart.pop("series")["captures"]) == len(SAMPLES)
    assert together.pop("series") is None
    assert apart == together
