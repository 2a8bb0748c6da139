"""Flows that have ended, and wait a moment to be judged together.

Between two requests mitmproxy does so much else that our code has left the processor's caches:
one flow at a time costs more than twice what it costs together with others.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from mitmproxy import http

from addon.mishaps import Mishaps

WAIT = 0.5
"""Seconds that a flow waits at most."""
MOST_WAITING = 256
"""Flows that wait at most."""
MOST_BYTES = 2**23
"""Bytes of bodies of those that wait, beyond which they wait no longer."""


Waiting = list[tuple[http.HTTPFlow, bool]]
"""Flows in the order in which they ended, and whether each was live then."""


class Inbox:
    """Keeps flows until there is time for them.

    Args:
        judge: what is done with them. Raises nothing.
    """

    def __init__(self, judge: Callable[[Waiting], None], mishaps: Mishaps) -> None:
        self._judge = judge
        self._mishaps = mishaps
        self.urgent: Callable[[http.HTTPFlow], bool] | None = None
        """Flows that may not wait, if there are any."""
        self._waiting: Waiting = []
        self._room = MOST_BYTES
        self._timer: asyncio.TimerHandle | None = None

    def put(self, flow: http.HTTPFlow) -> None:
        """Let a flow wait; where no loop would end the waiting, it does not. Raises nothing.

        All that is done for every flow while mitmproxy waits: as little as can be, in one place.
        """
        try:
            waiting, answer, urgent = self._waiting, flow.response, self.urgent
            waiting.append((flow, flow.live))
            self._room -= len(flow.request.data.content or b"")
            if answer is not None:
                self._room -= len(answer.data.content or b"")
            if len(waiting) >= MOST_WAITING or self._room < 0 or (urgent and urgent(flow)):
                self.empty()
            elif self._timer is None:
                self._begin_to_wait()
        except Exception as error:
            self._mishaps.note("a flow could not be heard", error)

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
        self._room = MOST_BYTES
        if waiting:
            self._judge(waiting)
