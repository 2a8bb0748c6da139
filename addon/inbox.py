"""What has ended, and waits a moment to be judged together.

Between two requests mitmproxy does so much else that our code has left the processor's caches:
one flow at a time costs more than twice what it costs together with others. The flows themselves
are not held: each is made of many objects, and those that outlive a few rounds of Python's
garbage collector make it look through the whole memory sooner.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from weakref import ReferenceType

from mitmproxy import http

from addon.chain import Came
from addon.mishaps import Mishaps
from analysis.sources.flow import Values

WAIT = 0.5
"""Seconds that a flow waits at most."""
MOST_WAITING = 256
"""Flows that wait at most."""

Rest = tuple[Values, Came, bool, bool, ReferenceType[http.HTTPFlow]]
"""What a flow says, how it came, whether it may tell something about CORS, whether it is live (not
from a recording), and the flow."""
Waiting = tuple[str, float | None, float | None, Rest | None]
"""A flow's id, when it began and was complete, and the rest of it. None: it is only counted."""


class Inbox:
    """Keeps what flows say until there is time for it.

    Args:
        judge: what is done with them, in the order in which they ended. Raises nothing.
    """

    def __init__(self, judge: Callable[[list[Waiting]], None], mishaps: Mishaps) -> None:
        self._judge = judge
        self._mishaps = mishaps
        self._waiting: list[Waiting] = []
        self._timer: asyncio.TimerHandle | None = None

    def put(self, waiting: Waiting) -> None:
        """Let one wait; where no loop would end the waiting, it does not."""
        self._waiting.append(waiting)
        if len(self._waiting) >= MOST_WAITING:
            self.empty()
        elif self._timer is None:
            self._begin_to_wait()

    def _begin_to_wait(self) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
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
        if waiting:
            self._judge(waiting)
