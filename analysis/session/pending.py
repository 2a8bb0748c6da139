"""Verdicts that a live session had to leave open, and later evidence may settle."""

from __future__ import annotations

from collections import deque

from .judge import Judged, Outcome, judge
from .links import Node

KEPT = 32
"""Open verdicts remembered per client; older ones are settled by the report at the end."""


class Pending:
    """The open verdicts of one client."""

    def __init__(self) -> None:
        self._open: deque[Node] = deque(maxlen=KEPT)
        self._knowledge = 0

    def settle(self, judged: Judged) -> tuple[Judged, ...]:
        """Take in one more verdict of the client; the earlier ones that are decided now."""
        decided = self._decided(judged.node)
        if judged.verdict.outcome is Outcome.INDETERMINATE:
            self._open.append(judged.node)
        return decided

    def _decided(self, newest: Node) -> tuple[Judged, ...]:
        knowledge = newest.client.knowledge
        linked = [node for node in (newest.preflight, newest.previous) if node is not None]
        if knowledge == self._knowledge and not any(node in self._open for node in linked):
            return ()
        self._knowledge = knowledge
        again = [judge(node) for node in self._open]
        decided = [seen for seen in again if seen.verdict.outcome is not Outcome.INDETERMINATE]
        for seen in decided:
            self._open.remove(seen.node)
        return tuple(decided)
