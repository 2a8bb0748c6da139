"""What was withheld at the door, as far as it is remembered: finished reports are searched for it.

Of each place (a header, queries, paths, cookies) the first values and the latest ones are
remembered, so that one place with a new value in every request does not crowd out the others.
A report shows the first exchanges of every kind and few of the others, and what would let a
value through would let through all values of its place: so the values at hand would show it.
What is not remembered is counted.
"""

from __future__ import annotations

from collections.abc import Iterator

FIRST = 4_096
"""Values of a place that are remembered from its beginning."""
LATEST = 4_096
"""Values of a place that are remembered of those that came last."""
PLACES = 32
"""Places that are told apart; further ones share one."""


class Hidden:
    """Values that must not be in what is written."""

    def __init__(self) -> None:
        self.left_out = 0
        """Values that were forgotten."""
        self._first: dict[str, set[str]] = {}
        self._latest: dict[str, dict[str, None]] = {}

    def add(self, place: str, value: str) -> None:
        """Remember a value."""
        if place not in self._first and len(self._first) >= PLACES:
            place = ""
        first = self._first.setdefault(place, set())
        if value in first:
            return
        if len(first) < FIRST:
            first.add(value)
            return
        latest = self._latest.setdefault(place, {})
        if value in latest:
            return
        if len(latest) >= LATEST:
            del latest[next(iter(latest))]
            self.left_out += 1
        latest[value] = None

    def __iter__(self) -> Iterator[str]:
        for values in (*self._first.values(), *self._latest.values()):
            yield from values
