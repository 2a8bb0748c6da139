"""Whole sessions by the grammar: judged alike on two roads, and the journal gives each back."""

from __future__ import annotations

from random import Random

from analysis import record
from analysis.redact import Door
from analysis.sources.flow import exchange_of

from ..sessions import session
from .told import judged, sound


class Drawn(Random):
    """Chance that is read from bytes, so that a change of one byte changes one choice."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0
        super().__init__(0)

    def random(self) -> float:
        """In [0, 1), of four bytes."""
        return self.getrandbits(32) / 2**32

    def getrandbits(self, k: int) -> int:
        """So many bits; zeros behind the end."""
        size = (k + 7) // 8
        taken = self._data[self._at : self._at + size]
        self._at += size
        return int.from_bytes(taken.ljust(size, b"\0"), "big") >> (8 * size - k)


def sessions(data: bytes) -> None:
    """A session of the choices that `data` stands for."""
    random = Drawn(data)
    door = Door(b"fuzz")
    made = [exchange_of(each, door, "c0") for each in session(random, 1 + len(data) // 60)]
    for each in sound(made):
        assert record.read(record.write(each), "c0") == each
    judged(made, door)
