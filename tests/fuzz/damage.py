"""Recordings damaged at random: is every record that stayed whole read, and the rest named?

python -m tests.fuzz.damage [CAPTURES]     1 000, when nothing is said
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from random import Random

from analysis.exchange import Exchange
from analysis.redact import Door
from analysis.sources.base import Problem
from analysis.sources.flowfile import exchanges
from analysis.sources.stored import Stored

from .seeds import recorded

_LOST = re.compile(r"not readable at byte (\d+): (\d+) bytes are lost")


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a damaged file that no damage touched."""

    id: str
    start: int


@dataclass
class Damaged:
    """A recording, piece by piece; `None` stands for bytes that nobody can be asked to read."""

    data: bytes
    whole: list[Record]


@cache
def _records() -> list[tuple[str, bytes]]:
    return [(flow.id, raw) for flow, raw in recorded() if len(raw) < 9_000]


def damaged(random: Random) -> Damaged:
    """A recording with one to four damages: bytes changed, lost, put in, zeroed; parts cut out,
    the end cut off, a piece of another record pasted in."""
    every = _records()
    chosen = [random.choice(every) for _ in range(random.randint(3, 15))]
    raws = [bytearray(raw) for _, raw in chosen]
    touched: set[int] = set()
    for _ in range(random.randint(1, 4)):
        number = random.randrange(len(raws))
        touched.add(number)
        _damage(raws[number], random, every[random.randrange(len(every))][1])
    data, whole = bytearray(), []
    for number, ((id_, _), raw) in enumerate(zip(chosen, raws, strict=True)):
        if number not in touched:
            whole.append(Record(id_, len(data)))
        data += raw
    return Damaged(bytes(data), whole)


def _damage(raw: bytearray, random: Random, other: bytes) -> None:
    at, kind = random.randrange(len(raw)), random.randrange(7)
    few = random.choice((1, 2, 16, 300))
    if kind == 0:
        raw[at] = random.randrange(256)
    elif kind == 1:
        raw[at] = random.choice(b"0123456789:,;]}#^~")
    elif kind == 2:
        del raw[at : at + few]
    elif kind == 3:
        raw[at:at] = random.randbytes(few)
    elif kind == 4:
        raw[at : at + few] = bytes(len(raw[at : at + few]))
    elif kind == 5:
        start = random.randrange(len(other))
        raw[at : at + few] = other[start : start + few]
    else:
        del raw[at:]


def unaccounted(found: Damaged) -> tuple[list[Record], list[Record]]:
    """Of the records that are whole: those that were not read, and of these the ones that do not
    even lie in a stretch that is named as lost."""
    items = list(exchanges(Stored.of(found.data), Door(b"damage"), "c0", every=True))
    # The same flow may be in it several times.
    read = Counter(each.id for each in items if isinstance(each, Exchange))
    lost = list(_lost(items))
    missing = []
    for record in found.whole:
        if read[record.id]:
            read[record.id] -= 1
        else:
            missing.append(record)
    silent = [e for e in missing if not any(start <= e.start < end for start, end in lost)]
    return missing, silent


def _lost(items: list[object]) -> Iterator[tuple[int, int]]:
    for each in items:
        if isinstance(each, Problem) and (told := _LOST.match(each.reason)):
            yield int(told[1]), int(told[1]) + int(told[2])


def main() -> None:
    captures = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    whole = missing = silent = 0
    for seed in range(captures):
        found = damaged(Random(seed))
        not_read, not_named = unaccounted(found)
        whole += len(found.whole)
        missing += len(not_read)
        silent += len(not_named)
        for each in not_read:
            print(f"seed {seed}: {each.id} at byte {each.start} was not read")
    print(
        f"{captures} damaged recordings, {whole} records that no damage touched: "
        f"{whole - missing} read, {missing - silent} in stretches named as lost, {silent} unnamed"
    )
    sys.exit(int(silent > 0))


if __name__ == "__main__":
    main()
