"""The recordings that are to be judged, and what one worker takes of them."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from ..config import Config
from ..frozen import frozen
from ..ignores import Baseline
from ..sources import CaptureError, find, name_of, size_of
from ..sources.remote import is_url

MOST_RECORDINGS = 32
"""Recordings of a batch."""
MOST_BYTES = 64 * 2**20
"""Bytes of a batch, unless one recording alone has more."""


@frozen
class Recording:
    """One to be judged."""

    name: str
    """By which its results are found: below the folder that was given, or the file's own."""
    path: str


@frozen
class Batch:
    """What one worker judges at a time."""

    number: str
    """In the names of its parts of the tables."""
    recordings: tuple[Recording, ...]

    def part_of(self, table: str) -> str:
        """Name of the file with what they add to a table."""
        return f"{table}/part-{self.number}.parquet"

    def alone(self) -> Iterator[Batch]:
        """Each of the recordings as a batch of its own."""
        for number, each in enumerate(self.recordings):
            yield Batch(f"{self.number}-{number:02}", (each,))


@frozen
class Order:
    """What holds for all recordings."""

    out: str
    """Folder or URL for what is written."""
    redact: bool
    config: Config
    baseline: Baseline | None
    today: date


def named(inputs: Sequence[str]) -> tuple[list[Recording], list[CaptureError]]:
    """Every recording that these stand for, and what cannot be used."""
    found: list[Recording] = []
    errors: list[CaptureError] = []
    taken: Counter[str] = Counter()
    for each in inputs:
        for path in find([each]):
            if isinstance(path, CaptureError):
                errors.append(path)
                continue
            name = _below(each, path)
            taken[name] += 1
            if taken[name] > 1:
                name = f"{name}-{taken[name]}"
            found.append(Recording(name, path if is_url(path) else os.path.abspath(path)))
    return found, errors


def _below(given: str, path: str) -> str:
    """The name of a capture below the folder that was given."""
    folder = given.rstrip("/") + "/"
    if is_url(given):
        return path[len(folder) :] if path.startswith(folder) else name_of(path)
    if not os.path.isdir(given):
        return name_of(path)
    return os.path.relpath(path, given).replace(os.sep, "/")


def batches(recordings: Iterable[Recording]) -> Iterator[Batch]:
    """Recordings that one worker judges at a time. How many workers there are plays no part, so
    that the tables come out the same."""
    batch: list[Recording] = []
    weight = made = 0
    for each in recordings:
        size = size_of([each.path])
        if batch and (len(batch) == MOST_RECORDINGS or weight + size > MOST_BYTES):
            yield Batch(f"{made:05}", tuple(batch))
            made += 1
            batch, weight = [], 0
        batch.append(each)
        weight += size
    if batch:
        yield Batch(f"{made:05}", tuple(batch))
