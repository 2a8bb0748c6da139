"""The exchanges of a session that the auditor keeps to judge them anew at its end.

The first of them stay as they are. Further ones are put aside in packed blocks, about 100
bytes an exchange, and beyond `IN_MEMORY` in a temporary file that has no name where the system
allows it and goes with the process. Nothing is lost: what cannot be written stays in memory.
No secret is in it, they have come through the door already.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import heappop, heappush, heapreplace
from tempfile import TemporaryFile
from typing import IO

from . import record
from .exchange import Exchange

AS_THEY_ARE = 8_192
"""Exchanges that are not packed."""
AS_THEY_ARE_SIZE = 2**27
"""Bytes that their headers have on the wire: beyond it, fewer are left as they are."""
BLOCK = 256
"""Exchanges of a packed block: as many are unpacked at a time, for each block in use."""
IN_MEMORY = 4 * 2**20
"""Bytes of packed blocks before a file is begun."""
LONG = 60.0
"""Seconds; longer exchanges are packed apart from the others, so that blocks overlap little."""

Key = tuple[float, float, str]


@dataclass(frozen=True, slots=True)
class _Block:
    """Packed exchanges, sorted."""

    first: Key
    number: int
    packed: bytes | None
    """None: it stands in the file."""
    start: int = 0
    size: int = 0


class Kept:
    """Exchanges, to be walked in order of time as often as one likes."""

    def __init__(self) -> None:
        self._first: list[Exchange] = []
        self._room = AS_THEY_ARE_SIZE
        self._loose: list[Exchange] = []
        self._long: list[Exchange] = []
        self._blocks: list[_Block] = []
        self._in_memory = 0
        self._file: IO[bytes] | None = None
        self._end = 0
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __del__(self) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, exchange: Exchange) -> None:
        """Keep one more."""
        self._count += 1
        if len(self._first) < AS_THEY_ARE and self._room > 0:
            self._first.append(exchange)
            self._room -= _size(exchange)
            return
        pile = self._long if _lasts_long(exchange) else self._loose
        pile.append(exchange)
        if len(pile) == BLOCK:
            self._put_aside(pile)
            pile.clear()

    def __iter__(self) -> Iterator[Exchange]:
        """By time; the id decides between equals, so that the order of reading does not.
        Exchanges without a time stay as they came."""
        ahead = sorted(self._blocks, key=lambda block: (block.first, block.number), reverse=True)
        runs: list[tuple[Key, int, Exchange, Iterator[Exchange]]] = []

        def begin(number: int, run: list[Exchange]) -> None:
            rest = iter(run)
            for exchange in rest:
                heappush(runs, (_order(exchange), number, exchange, rest))
                return

        begin(-1, sorted(self._first, key=_order))
        begin(len(self._blocks), sorted(self._loose, key=_order))
        begin(len(self._blocks) + 1, sorted(self._long, key=_order))
        while runs or ahead:
            while ahead and (not runs or ahead[-1].first <= runs[0][0]):
                block = ahead.pop()
                begin(block.number, self._unpacked(block))
            _, number, exchange, rest = runs[0]
            yield exchange
            following = next(rest, None)
            if following is None:
                heappop(runs)
            else:
                heapreplace(runs, (_order(following), number, following, rest))

    def _put_aside(self, pile: list[Exchange]) -> None:
        pile.sort(key=_order)
        lines = [f"{each.capture}\t{record.write(each)}" for each in pile]
        packed = zlib.compress("\n".join(lines).encode("ascii"), 1)
        first, number = _order(pile[0]), len(self._blocks)
        if self._in_memory < IN_MEMORY or not self._written(packed):
            self._in_memory += len(packed)
            self._blocks.append(_Block(first, number, packed))
        else:
            self._blocks.append(_Block(first, number, None, self._end, len(packed)))
            self._end += len(packed)

    def _written(self, packed: bytes) -> bool:
        """Put a block behind the others in the file; False: that was not possible."""
        try:
            if self._file is None:
                self._file = TemporaryFile(buffering=0, prefix="cors-audit-")  # noqa: SIM115
            self._file.seek(self._end)
            return self._file.write(packed) == len(packed)
        except OSError:
            return False

    def _unpacked(self, block: _Block) -> list[Exchange]:
        packed = block.packed
        if packed is None:
            assert self._file is not None
            self._file.seek(block.start)
            packed = self._file.read(block.size)
        made = []
        for line in zlib.decompress(packed).decode("ascii").split("\n"):
            capture, _, text = line.partition("\t")
            made.append(record.read(text, capture))
        return made


def _size(exchange: Exchange) -> int:
    """Bytes of its URL and header values; no more is kept of them."""
    sizes = [each.size for each in (*exchange.request.fields, *exchange.response.fields)]
    return len(exchange.url.path) + sum(sizes)


def _lasts_long(exchange: Exchange) -> bool:
    started, ended = exchange.started, exchange.ended
    return started is not None and ended is not None and ended - started > LONG


def _order(exchange: Exchange) -> Key:
    if exchange.started is None:
        return 0.0, 0.0, ""
    ended = exchange.ended if exchange.ended is not None else exchange.started
    return exchange.started, ended, exchange.id
