"""When a client sent cookies, and when answers changed its jar."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right, insort
from collections.abc import Hashable
from typing import TypeVar

from ..exchange import Exchange

K = TypeVar("K", bound=Hashable)
MAX_TIMES = 4_096
"""Times kept for each directory, and changes for each jar. Of more, those go that tell nothing,
then the older half: what was before is not known then."""
MAX_PLACES = 2_048
"""Directories kept for each client; what was sent to further ones is not known."""


class Cookies:
    """The cookies of one client, by jar (scheme and host) and directory."""

    def __init__(self) -> None:
        self._sent: dict[tuple[str, str], array[float]] = {}
        self._changed: dict[str, array[float]] = {}
        self._overlooks = False
        """There was no room for the changes of some jar."""

    def observe(self, exchange: Exchange) -> None:
        """Take in what one more exchange shows."""
        if exchange.started is not None and exchange.cookies:
            place = _jar(exchange), exchange.url.path.rpartition("/")[0]
            times = _entry(self._sent, place)
            if times is not None:
                insort(times, exchange.started)
                if len(times) > MAX_TIMES:
                    self._sent[place] = self._thinned(place[0], times)
        if exchange.ended is not None and exchange.set_cookies:
            jar = _jar(exchange)
            changes = _entry(self._changed, jar)
            if changes is None:
                self._overlooks = True
            else:
                insort(changes, exchange.ended)
                if len(changes) > MAX_TIMES:
                    self._shorten(jar, changes)

    def held(self, exchange: Exchange) -> bool:
        """Was a cookie that this request could carry in the jar when it was sent?

        It was sent along before and after, from the same directory or one above (so its `Path`
        covers this URL), and no answer touched the jar in between.
        """
        when, jar = exchange.started, _jar(exchange)
        if when is None or (self._overlooks and jar not in self._changed):
            return False
        directory = exchange.url.path
        while directory:
            directory = directory.rpartition("/")[0]
            sent = self._sent.get((jar, directory))
            if sent is None:
                continue
            at = bisect_left(sent, when)
            if 0 < at < len(sent) and not self._touched(jar, sent[at - 1], sent[at]):
                return True
        return False

    def _touched(self, jar: str, since: float, until: float) -> bool:
        """Did an answer set or remove a cookie in that time?"""
        changes = self._changed.get(jar, ())
        return bisect_left(changes, since) != bisect_right(changes, until)

    def _thinned(self, jar: str, times: array[float]) -> array[float]:
        """Only the first and the last of those between which the jar was left alone."""
        kept = array("d", times[:1])
        for before, time, after in zip(times, times[1:], times[2:], strict=False):
            if self._touched(jar, before, after):
                kept.append(time)
        kept.append(times[-1])
        return kept if len(kept) <= MAX_TIMES // 2 else kept[len(kept) // 2 :]

    def _shorten(self, jar: str, changes: array[float]) -> None:
        """Forget the older half of the changes, and with them what was sent by then."""
        until = changes[len(changes) // 2]
        del changes[: len(changes) // 2]
        for place, times in self._sent.items():
            if place[0] == jar:
                del times[: bisect_right(times, until)]


def _entry(table: dict[K, array[float]], key: K) -> array[float] | None:
    """The entry of that name, new if there is room; None: there is not."""
    known = table.get(key)
    if known is None and len(table) < MAX_PLACES:
        known = table[key] = array("d")
    return known


def _jar(exchange: Exchange) -> str:
    """Cookies are kept by host; those marked `Secure` are for https only."""
    return f"{exchange.url.scheme}://{exchange.url.host}"
