"""Which flows were heard: millions of ids in little memory."""

from __future__ import annotations

from array import array
from bisect import bisect_left

DRAWERS = 1024


class Ids:
    """A set of ids that only grows, at about 9 bytes each.

    It keeps 64 bits of each id's hash. That two of a million ids share them, so that one flow
    would be taken for heard, happens once in forty million sessions.
    """

    def __init__(self) -> None:
        self._drawers: dict[int, array[int]] = {}

    def add(self, flow_id: str) -> bool:
        """Put it in; False when it is in there already."""
        number = _number(flow_id)
        drawer = self._drawers.get(number % DRAWERS)
        if drawer is None:
            self._drawers[number % DRAWERS] = array("Q", (number,))
            return True
        at = bisect_left(drawer, number)
        if at < len(drawer) and drawer[at] == number:
            return False
        drawer.insert(at, number)
        return True

    def __contains__(self, flow_id: str) -> bool:
        number = _number(flow_id)
        drawer = self._drawers.get(number % DRAWERS, ())
        at = bisect_left(drawer, number)
        return at < len(drawer) and drawer[at] == number


def _number(flow_id: str) -> int:
    return hash(flow_id) & 0xFFFF_FFFF_FFFF_FFFF
