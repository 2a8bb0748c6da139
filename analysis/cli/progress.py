"""How far the reading has got: one line on standard error, on a terminal only."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from .streams import note, terminal_size

if TYPE_CHECKING:
    from ..offline import Progress

EVERY = 0.1
"""Seconds between two lines."""
PATIENCE = 1.0
"""Seconds before a guess is made at the time that is left."""


@contextmanager
def shown() -> Iterator[Callable[[Progress], None] | None]:
    """Something to tell progress to; the line is gone in the end. None where nobody looks."""
    if (
        sys.stderr is None
        or not sys.stderr.isatty()
        or "CI" in os.environ
        or os.environ.get("TERM") == "dumb"
    ):
        yield None
        return
    begun = time.monotonic()
    told = begun - EVERY

    def tell(progress: Progress) -> None:
        nonlocal told
        now = time.monotonic()
        if now - told >= EVERY:
            told = now
            width = terminal_size().columns - 1
            note(f"\r{line(progress, now - begun)[:width]}\033[K")

    try:
        yield tell
    finally:
        note("\r\033[K")


def line(progress: Progress, seconds: float) -> str:
    """What is shown after so many seconds."""
    from reports.escape import visible

    parts = []
    if progress.flows:
        parts = [f"{progress.flows:,} flows", f"{progress.calls:,} with an Origin"]
    if progress.size:
        share = min(progress.read / progress.size, 1.0)
        parts.insert(0, f"{share:4.0%} of {amount(progress.size)}")
        if seconds >= PATIENCE and 0 < share < 1:
            parts.append(f"{duration(seconds / share - seconds)} left")
    return f"{visible(progress.name)}: {', '.join(parts)}"


def amount(size: int) -> str:
    """A number of bytes, in words."""
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size} bytes"


def duration(seconds: float) -> str:
    """A time, in words."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
