"""What was withheld at the door, as far as it is remembered: finished reports are searched for it.

Of each place (a header, queries, paths, cookies) the first values and the latest ones are
remembered, so that one place with a new value in every request does not crowd out the others.
A report shows the first exchanges of every kind and few of the others, and what would let a
value through would let through all values of its place: so the values at hand would show it.
Places of which something is forgotten are counted.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from hashlib import blake2b

FIRST = 4_096
"""Values of a place that are remembered from its beginning."""
LATEST = 4_096
"""Values of a place that are remembered of those that came last."""
LONGEST = 1_024
"""Characters of a value that are remembered: whoever shows a longer one shows them."""
PLACES = 32
"""Places that are told apart; further ones share one."""

Told = tuple[Sequence[tuple[str, Sequence[str]]], Sequence[str]]
"""Values by place, the first of all places before the latest; and places that are overfull."""


class Hidden:
    """Values that must not be in what is written."""

    def __init__(self) -> None:
        self._first: dict[str, dict[str, None]] = {}
        self._latest: dict[str, dict[str, None]] = {}
        self._overfull: set[str] = set()

    @property
    def overfull(self) -> int:
        """Places of which values were forgotten. Unlike the number of those values it does not
        hang on which other values are remembered, so that work may be divided."""
        return len(self._overfull)

    def add(self, place: str, value: str) -> None:
        """Remember a value."""
        if place not in self._first and len(self._first) >= PLACES:
            place = ""
        value = value[:LONGEST]
        first = self._first.setdefault(place, {})
        if value in first:
            return
        if len(first) < FIRST:
            first[value] = None
            return
        latest = self._latest.setdefault(place, {})
        if value in latest:
            return
        if len(latest) >= LATEST:
            del latest[next(iter(latest))]
            self._overfull.add(place)
        latest[value] = None

    def told(self) -> Told:
        """All of it as plain values, for another process."""
        parts = [
            (place, list(values))
            for part in (self._first, self._latest)
            for place, values in part.items()
        ]
        return parts, sorted(self._overfull)

    def take_over(self, later: Told) -> None:
        """Remember what another one remembered, after everything of one's own."""
        parts, overfull = later
        for place, values in parts:
            for value in values:
                self.add(place, value)
        self._overfull.update(overfull)

    def __iter__(self) -> Iterator[str]:
        for values in (*self._first.values(), *self._latest.values()):
            yield from values


def masked(told: Told, key: bytes) -> Told:
    """The same with a digest in place of each value: enough to tell what is overfull.

    Args:
        key: of the digests, at most 64 bytes.
    """
    parts, overfull = told
    return [(place, [_digest(each, key) for each in values]) for place, values in parts], overfull


class Elsewhere(ABC):
    """Withheld values that stay on other machines, which search texts for them there."""

    @abstractmethod
    def hits(self, text: str) -> list[tuple[int, str, str, str]]:
        """Those that stand in a text: place, encoding, the value, and as it is spelt there. Since
        they stand there they are no news to whoever has the text."""


Secrets = frozenset[str] | Elsewhere
"""What a finished text is searched for."""


def _digest(value: str, key: bytes) -> str:
    return blake2b(value.encode("utf-8", "surrogatepass"), key=key, digest_size=8).hexdigest()
