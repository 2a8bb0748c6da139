"""Flows that have ended, and wait a moment to be judged together.

Between two requests mitmproxy does so much else that our code has left the processor's caches:
one flow at a time costs more than twice what it costs together with others.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import NamedTuple

from mitmproxy import http

from addon.chain import Came
from addon.mishaps import Mishaps

WAIT = 0.5
"""Seconds that a flow waits at most."""
MOST_WAITING = 256
"""Flows that wait at most."""
MOST_BYTES = 2**23
"""Bytes of bodies of those that wait, beyond which they wait no longer."""


class Waiting(NamedTuple):
    """What has come since the last time."""

    flows: list[tuple[http.HTTPFlow, Came, bool]]
    """Each with how it came, and may it tell something about CORS?"""
    passed: list[tuple[str, float | None, float | None]]
    """Of those that are only counted: id, and when they began and ended."""


class Inbox:
    """Keeps flows in the order in which they ended.

    Args:
        judge: what is done with them. Raises nothing.
    """

    def __init__(self, judge: Callable[[Waiting], None], mishaps: Mishaps) -> None:
        self._judge = judge
        self._mishaps = mishaps
        self._waiting = Waiting([], [])
        self._room = MOST_BYTES
        self._timer: asyncio.TimerHandle | None = None

    def put(self, flow: http.HTTPFlow, came: Came, matters: bool) -> None:
        """Let a flow wait; where no loop would end the waiting, it does not.

        Args:
            matters: may it tell something about CORS?
        """
        flows = self._waiting.flows
        flows.append((flow, came, matters))
        self._room -= _size(flow)
        self._wait(len(flows) >= MOST_WAITING or self._room < 0)

    def pass_by(self, flow_id: str, started: float | None, ended: float | None) -> None:
        """The same for a flow that is only counted."""
        passed = self._waiting.passed
        passed.append((flow_id, started, ended))
        self._wait(len(passed) >= MOST_WAITING)

    def _wait(self, full: bool) -> None:
        if full:
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
        waiting, self._waiting = self._waiting, Waiting([], [])
        self._room = MOST_BYTES
        if waiting.flows or waiting.passed:
            self._judge(waiting)


def _size(flow: http.HTTPFlow) -> int:
    """Bytes of the bodies that it holds."""
    asked, answer = flow.request.data.content, flow.response
    answered = answer.data.content if answer is not None else None
    return len(asked or b"") + len(answered or b"")
