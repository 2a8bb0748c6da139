"""The exchanges of a session that the auditor keeps to judge them anew at its end.

The first of them stay as they are. Further ones are put aside in packed blocks, about 100
bytes an exchange, and beyond `IN_MEMORY` in a temporary file that has no name where the system
allows it and goes with the process. Nothing is lost: what cannot be written stays in memory.
No secret is in it, they have come through the door already.

What pages load from their own server is apart: it matters only where pages of other origins
call that server too (see `analysis.relevance`), and is by far the most of a long session.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Set
from heapq import heappop, heappush, heapreplace
from operator import itemgetter
from tempfile import TemporaryFile
from typing import IO, Any

from .exchange import Exchange
from .frozen import frozen
from .packing import Packer
from .relevance import calls_another, is_at_home

AS_THEY_ARE = 4_096
"""Exchanges that are not packed."""
AS_THEY_ARE_SIZE = 2**27
"""Bytes that their headers have on the wire: beyond it, fewer are left as they are."""
BLOCK = 256
"""Exchanges of a packed block: as many are unpacked at a time, for each block in use."""
IN_MEMORY = 4 * 2**20
"""Bytes of packed blocks before a file is begun."""
LONG = 60.0
"""Seconds; longer exchanges are packed apart from the others, so that blocks overlap little."""
MOST_HOMES = 2_048
"""Servers on which something can be at home; on further ones nothing is."""

Key = tuple[float, float, str]
_Waiting = tuple[Any, ...]
"""An exchange that is to be packed: its place in time (a key), its server, then its row. In one
tuple, which Python's garbage collector has sooner nothing to do with than with tuples of tuples."""
_KEY, _ORIGIN, _ROW = slice(3), 3, slice(4, None)
_by_order = itemgetter(_KEY)


@frozen
class _Block:
    """Packed exchanges, sorted."""

    first: Key
    number: int
    packed: bytes | None
    """None: it stands in the file."""
    start: int = 0
    size: int = 0
    homes: frozenset[str] | None = None
    """The servers it is about, where all of it is at home."""


class Kept:
    """Exchanges, to be walked in order of time as often as one likes.

    A walk leaves out what is at home on servers that nobody called from elsewhere.
    """

    def __init__(self) -> None:
        self._packer = Packer()
        self._first: list[Exchange] = []
        self._room = AS_THEY_ARE_SIZE
        self._loose: list[_Waiting] = []
        self._long: list[_Waiting] = []
        self._home: list[_Waiting] = []
        self._homes: Counter[str] = Counter()
        """How many exchanges are at home on each server."""
        self._called: set[str] = set()
        """Servers that were called from elsewhere."""
        self._blocks: list[_Block] = []
        self._in_memory = 0
        self._file: IO[bytes] | None = None
        self._end = 0
        self._count = 0

    def __len__(self) -> int:
        """Of a walk."""
        left_out = sum(n for origin, n in self._homes.items() if origin not in self._called)
        return self._count - left_out

    def __del__(self) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, exchange: Exchange) -> None:
        """Keep one more."""
        self._count += 1
        home = self._is_at_home(exchange)
        if len(self._first) < AS_THEY_ARE and self._room > 0:
            self._first.append(exchange)
            self._room -= _size(exchange)
            return
        pile = self._home if home else self._long if _lasts_long(exchange) else self._loose
        # As a row at once: as objects they would make each of Python's rounds through the whole
        # memory longer, and come sooner.
        pile.append((*_order(exchange), exchange.url.origin, *self._packer.row(exchange)))
        if len(pile) == BLOCK:
            self._put_aside(pile, home)
            pile.clear()

    def _is_at_home(self, exchange: Exchange) -> bool:
        """Does it matter only if its server is called from elsewhere, too? Notes what it shows."""
        origin = exchange.url.origin
        if calls_another(exchange):
            self._called.add(origin)
        elif _at_home(exchange) and (origin in self._homes or len(self._homes) < MOST_HOMES):
            self._homes[origin] += 1
            return True
        return False

    def __iter__(self) -> Iterator[Exchange]:
        """By time; the id decides between equals, so that the order of reading does not.
        Exchanges without a time stay as they came."""
        return self._in_order(self._homes.keys() - self._called)

    def everything(self) -> Iterator[Exchange]:
        """The same, with what is at home."""
        return self._in_order(frozenset())

    def _in_order(self, shut: Set[str]) -> Iterator[Exchange]:
        """In order, without what is at home on these servers."""
        ahead = [each for each in self._blocks if each.homes is None or each.homes - shut]
        ahead.sort(key=lambda block: (block.first, block.number), reverse=True)
        runs: list[tuple[Key, int, Exchange, Iterator[Exchange]]] = []

        def begin(number: int, run: list[Exchange]) -> None:
            rest = iter(run)
            for exchange in rest:
                heappush(runs, (_order(exchange), number, exchange, rest))
                return

        def waiting(pile: list[_Waiting], closed: Set[str]) -> list[Exchange]:
            some = sorted(pile, key=_by_order)
            rows = [each[_ROW] for each in some if each[_ORIGIN] not in closed]
            return list(self._packer.exchanges(rows))

        begin(len(self._blocks), waiting(self._loose, frozenset()))
        begin(len(self._blocks) + 1, waiting(self._long, frozenset()))
        begin(len(self._blocks) + 2, waiting(self._home, shut))
        # At home is by its looks, and by there having been room for its server.
        some = [each for each in self._first if each.url.origin not in shut or not _at_home(each)]
        begin(-1, sorted(some, key=_order))
        while runs or ahead:
            while ahead and (not runs or ahead[-1].first <= runs[0][0]):
                block = ahead.pop()
                begin(block.number, self._unpacked(block, shut))
            _, number, exchange, rest = runs[0]
            yield exchange
            following = next(rest, None)
            if following is None:
                heappop(runs)
            else:
                heapreplace(runs, (_order(following), number, following, rest))

    def _put_aside(self, pile: list[_Waiting], home: bool) -> None:
        pile.sort(key=_by_order)
        packed = self._packer.pack([each[_ROW] for each in pile])
        first, number = pile[0][_KEY], len(self._blocks)
        homes = frozenset(each[_ORIGIN] for each in pile) if home else None
        if self._in_memory < IN_MEMORY or not self._written(packed):
            self._in_memory += len(packed)
            self._blocks.append(_Block(first, number, packed, homes=homes))
        else:
            self._blocks.append(_Block(first, number, None, self._end, len(packed), homes))
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

    def _unpacked(self, block: _Block, shut: Set[str]) -> list[Exchange]:
        packed = block.packed
        if packed is None:
            assert self._file is not None
            self._file.seek(block.start)
            packed = self._file.read(block.size)
        return self._packer.unpack(packed, None if block.homes is None else block.homes - shut)


def _at_home(exchange: Exchange) -> bool:
    """Those without a time are not: only their order of coming tells when they were."""
    return exchange.started is not None and is_at_home(exchange) and not _lasts_long(exchange)


def _size(exchange: Exchange) -> int:
    """Bytes of its URL and header lines; no more is kept of them."""
    lines = (*exchange.request.fields, *exchange.response.fields)
    return len(exchange.url.path) + sum([len(each.name) + each.size for each in lines])


def _lasts_long(exchange: Exchange) -> bool:
    started, ended = exchange.started, exchange.ended
    return started is not None and ended is not None and ended - started > LONG


def _order(exchange: Exchange) -> Key:
    if exchange.started is None:
        return 0.0, 0.0, ""
    ended = exchange.ended if exchange.ended is not None else exchange.started
    return exchange.started, ended, exchange.id
