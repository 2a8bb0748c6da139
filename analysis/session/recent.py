"""Memory with an end: what may still be followed by something."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappop, heappush
from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .links import Node

Key = tuple[str, bytes]
"""Client, and digest of the exact URL."""

PER_URL = 64
"""Nodes of one client and URL; the oldest goes."""
LATE = 300.0
"""Seconds that a node is kept beyond its time: live, exchanges come in as they end, and one
that lasted long began before others that came earlier."""


class Recent:
    """Nodes by client and URL, until nothing can follow them any more.

    Args:
        room: nodes at a time; of more, those go whose time is over first.
    """

    def __init__(self, room: int) -> None:
        self._room = room
        self._by_url: dict[Key, list[Node]] = {}
        self._ends: list[tuple[float, int, Key, Node]] = []
        self._count = 0

    def get(self, key: Key) -> Sequence[Node]:
        """Those of this client and URL, in the order in which they came."""
        return self._by_url.get(key, ())

    def add(self, key: Key, node: Node, gap: float) -> None:
        """Remember a node for `gap` seconds from its end."""
        now, ended = node.exchange.started, node.exchange.ended
        same = self._by_url.setdefault(key, [])
        if len(same) == PER_URL:
            del same[0]
        same.append(node)
        self._count += 1
        heappush(self._ends, (inf if ended is None else ended + gap, self._count, key, node))
        while len(self._ends) > self._room or (now is not None and self._ends[0][0] + LATE < now):
            self._forget_first()

    def _forget_first(self) -> None:
        _, _, key, node = heappop(self._ends)
        same = self._by_url.get(key)
        if same is not None and node in same:
            same.remove(node)
            if not same:
                del self._by_url[key]
