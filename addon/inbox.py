"""Flows that have ended, and wait a moment to be judged together.

Between two requests mitmproxy does so much else that our code has left the processor's caches:
one flow at a time costs more than twice what it costs together with others.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from mitmproxy import http

from addon.chain import Came
from addon.mishaps import Mishaps

WAIT = 0.5
"""Seconds that a flow waits at most."""
MOST_WAITING = 256
"""Flows that wait at most."""
MOST_BYTES = 2**23
"""Bytes of bodies of those that wait, beyond which they wait no longer."""

Waiting = tuple[http.HTTPFlow, Came]
"""A flow, and how it came."""


class Inbox:
    """Keeps flows in the order in which they ended.

    Args:
        judge: what is done with them. Raises nothing.
    """

    def __init__(self, judge: Callable[[list[Waiting]], None], mishaps: Mishaps) -> None:
        self._judge = judge
        self._mishaps = mishaps
        self._waiting: list[Waiting] = []
        self._room = MOST_BYTES
        self._timer: asyncio.TimerHandle | None = None

    def put(self, flow: http.HTTPFlow, came: Came) -> None:
        """Let a flow wait; where no loop would end the waiting, it does not."""
        waiting = self._waiting
        waiting.append((flow, came))
        self._room -= _size(flow)
        if len(waiting) >= MOST_WAITING or self._room < 0:
            self.empty()
        elif self._timer is None:
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
        self._room = MOST_BYTES
        if waiting:
            self._judge(waiting)


def _size(flow: http.HTTPFlow) -> int:
    """Bytes of the bodies that it holds."""
    asked, answer = flow.request.data.content, flow.response
    answered = answer.data.content if answer is not None else None
    return len(asked or b"") + len(answered or b"")
