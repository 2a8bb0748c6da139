"""Flows that have ended, and wait a moment to be judged together.

Between two requests mitmproxy does so much else that our code has left the processor's caches:
one flow at a time costs more than twice what it costs in a row.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from mitmproxy import http

from addon.chain import Came
from addon.mishaps import Mishaps

WAIT = 0.25
"""Seconds that a flow waits at most."""
MOST_WAITING = 64
"""Flows that wait at most: they hold their bodies."""

Judge = Callable[[http.HTTPFlow, Came], None]
"""Takes a flow, and how it came. Raises nothing."""


class Inbox:
    """Keeps flows in the order in which they ended.

    Args:
        judge: what is done with each of them.
    """

    def __init__(self, judge: Judge, mishaps: Mishaps) -> None:
        self._judge = judge
        self._mishaps = mishaps
        self._waiting: list[tuple[http.HTTPFlow, Came]] = []
        self._timer: asyncio.TimerHandle | None = None

    def put(self, flow: http.HTTPFlow, came: Came) -> None:
        """Let a flow wait; where no loop would end the waiting, it does not."""
        waiting = self._waiting
        waiting.append((flow, came))
        if self._timer is not None and len(waiting) < MOST_WAITING:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            loop = None
        if loop is None or len(waiting) >= MOST_WAITING:
            self.empty()
        else:
            self._timer = loop.call_later(WAIT, self._time_is_up)

    def _time_is_up(self) -> None:
        try:
            self.empty()
        except Exception as error:
            self._mishaps.note("flows that waited could not be judged", error)

    def empty(self) -> None:
        """Judge all that wait, now."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        waiting, self._waiting = self._waiting, []
        for flow, came in waiting:
            self._judge(flow, came)
