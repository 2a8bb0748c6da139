"""What has ended, and waits a moment to be judged together.

Between two requests mitmproxy does so much else that our code has left the processor's caches:
one flow at a time costs more than twice what it costs together with others. The flows themselves
are not held: each is made of many objects, and those that outlive a few rounds of Python's
garbage collector make it look through the whole memory sooner.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from weakref import ReferenceType, ref

from mitmproxy import http

from addon.mishaps import Mishaps

WAIT = 0.5
"""Seconds that a flow waits at most."""
MOST_WAITING = 256
"""Flows of either kind that wait at most."""

Passing = tuple[str, float | None, float | None]
"""A flow that is only counted: its id, when it began, when it was complete."""
Noted = tuple[Any, ...]
"""How a flow came (`chain.Came` or None), whether it may tell something about CORS, whether it is
live (not from a recording), then what it says (`analysis.sources.flow.Values`). In one tuple of
plain values, as Python's garbage collector would keep an eye on tuples of tuples."""
Flows = dict[str, ReferenceType[http.HTTPFlow]]


@dataclass(slots=True)
class Waiting:
    """What has ended since something was judged last, in this order."""

    noted: list[Noted] = field(default_factory=list)
    passing: list[Passing] = field(default_factory=list)
    flows: Flows = field(default_factory=dict)
    """Those that were noted, by their ids, as long as somebody holds them."""


class Inbox:
    """Keeps what flows say until there is time for it.

    Args:
        judge: what is done with them. Raises nothing.
    """

    def __init__(self, judge: Callable[[Waiting], None], mishaps: Mishaps) -> None:
        self._judge = judge
        self._mishaps = mishaps
        self._waiting = Waiting()
        self._timer: asyncio.TimerHandle | None = None

    def pass_by(self, passing: Passing) -> None:
        """Let one wait that is only counted; where no loop would end the waiting, it does not."""
        passed = self._waiting.passing
        passed.append(passing)
        if self._timer is None or len(passed) >= MOST_WAITING:
            self._wait_or_end(len(passed))

    def put(self, flow: http.HTTPFlow, noted: Noted) -> None:
        """Let one wait that is to be judged."""
        waiting = self._waiting
        waiting.noted.append(noted)
        waiting.flows[flow.id] = ref(flow)
        if self._timer is None or len(waiting.noted) >= MOST_WAITING:
            self._wait_or_end(len(waiting.noted))

    def _wait_or_end(self, number: int) -> None:
        if number >= MOST_WAITING:
            self.empty()
            return
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
        waiting, self._waiting = self._waiting, Waiting()
        if waiting.noted or waiting.passing:
            self._judge(waiting)
