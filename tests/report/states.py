"""The results that the report is looked at with: states that recordings rarely have, and ours."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from analysis import audit
from analysis.result import AuditResult
from tests.unit import example_result as example

SAMPLES = Path(__file__).resolve().parents[2] / "sample_flows"


@cache
def samples() -> AuditResult:
    """All bundled recordings as one session."""
    return audit(sorted(SAMPLES.glob("*.flow")))


STATES: dict[str, Callable[[], AuditResult]] = {
    "shop": example.shop,
    "healthy": example.healthy,
    "empty": example.empty,
    "many": lambda: example.many(100, 15),
    "unclear": example.unclear,
    "ignoring": example.ignoring,
    "hostile": example.hostile,
    "samples": samples,
}
