"""A whole session judged, exchange by exchange, without holding all of it.

Everything is known before the first verdict: every exchange was shown to its client. They are
linked in order, and each is judged once nothing that follows can change what is linked to it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

from ..exchange import Exchange
from ..fetch.classify import Role
from .clients import Clients
from .credentials import chain
from .judge import Judged, judge
from .links import HOP_GAP, LATE_GAP, Linker, Node


class Walk:
    """The judged exchanges of a session, in order, as often as they are walked over.

    Args:
        exchanges: in order of time; walked over once for every walk.
        clients: who made them, having observed all of them.
    """

    def __init__(self, exchanges: Iterable[Exchange], clients: Clients) -> None:
        self._exchanges = exchanges
        self._clients = clients

    def __iter__(self) -> Iterator[Judged]:
        linker = Linker()
        waiting: deque[Node] = deque()
        for exchange in self._exchanges:
            waiting.append(linker.add(exchange, self._clients.of(exchange)))
            while waiting and _is_settled(waiting[0], exchange.started):
                yield judge(waiting.popleft())
        yield from map(judge, waiting)


def _is_settled(node: Node, now: float | None) -> bool:
    """Can no exchange that begins now or later be linked to it, or to what shares its fetch?"""
    if node.role is not Role.PREFLIGHT and node.exchange.location is None:
        return True
    return not any(_is_open(each, now) for each in chain(node))


def _is_open(node: Node, now: float | None) -> bool:
    """May its request, or its next hop, still come?"""
    if node.role is Role.PREFLIGHT:
        waits, gap = node.actual is None, LATE_GAP
    else:
        waits, gap = node.next is None and node.exchange.location is not None, HOP_GAP
    if not waits:
        return False
    ended = node.exchange.ended
    return now is None or (ended is not None and now - ended <= gap)
