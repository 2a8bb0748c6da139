"""When calls were made: one lane for each API, drawn as SVG paths.

The drawing is 1000 wide. Coordinates are whole numbers, so that the same result gives the
same bytes on every machine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from analysis.frozen import frozen
from analysis.result import ExchangeRow

from .. import words
from ..story import Book
from .apis import worst_first
from .matrix import is_call

MOST_LANES = 12
MOST_TICKS = 400
LEFT, RIGHT, TOP, LANE = 170, 990, 26, 44
MARKS = 6


@frozen
class Mark:
    """A time on the axis."""

    x: int
    text: str


@frozen
class Lane:
    """One API: paths of the calls, the blocked calls and their crosses."""

    name: str
    label_y: int
    base_y: int
    calls: str
    blocked: str
    crosses: str
    binned: bool


@frozen
class Fact:
    """The same lane in numbers."""

    api: str
    calls: int
    blocked: int
    first: str
    last: str
    busiest: str


@frozen
class Timeline:
    """The section; no lanes when no time is known."""

    title: str
    height: int
    marks: tuple[Mark, ...]
    lanes: tuple[Lane, ...]
    facts: tuple[Fact, ...]
    left_out: int


def timeline(book: Book) -> Timeline:
    """Draw it."""
    by_api: dict[str, list[tuple[float, bool]]] = {}
    for row in book.result.exchanges:
        when = _time(row)
        if is_call(row) and when is not None:
            by_api.setdefault(row.api, []).append((when, row.verdict == "blocked"))
    times = [when for lane in by_api.values() for when, _ in lane]
    if not times:
        return Timeline("", 0, (), (), (), 0)
    start, end = min(times), max(times)
    span = max(end - start, 1.0)
    order = [policy.api for policy in worst_first(book) if policy.api in by_api]
    order += sorted(set(by_api) - set(order))
    shown = order[:MOST_LANES]
    lanes = [_lane(api, n, by_api[api], start, span) for n, api in enumerate(shown)]
    blocked = [when for lane in by_api.values() for when, stopped in lane if stopped]
    return Timeline(
        _title(blocked, len(times)),
        TOP + LANE * len(shown) + 12,
        tuple(_marks(start, span)),
        tuple(lanes),
        tuple(_fact(api, by_api[api]) for api in shown),
        len(order) - len(shown),
    )


def _time(row: ExchangeRow) -> float | None:
    return row.started if words.moment(row.started) is not None else None


def _x(when: float, start: float, span: float) -> int:
    return LEFT + round((RIGHT - LEFT) * (when - start) / span)


def _lane(
    api: str, number: int, seen: Iterable[tuple[float, bool]], start: float, span: float
) -> Lane:
    base = TOP + LANE * (number + 1)
    places = [(_x(when, start, span), stopped) for when, stopped in seen]
    binned = len(places) > MOST_TICKS
    if binned:  # one tick for every two units, a blocked call shows through
        places = [(x // 2 * 2, stopped) for x, stopped in places]
    calls = sorted({x for x, stopped in places if not stopped})
    blocked = sorted({x for x, stopped in places if stopped})
    return Lane(
        words.host(api, 22),
        base - 4,
        base,
        "".join(f"M{x} {base}v-10" for x in calls),
        "".join(f"M{x} {base}v-15" for x in blocked),
        "".join(f"M{x - 3} {base - 25}l6 6m0-6l-6 6" for x in blocked),
        binned,
    )


def _marks(start: float, span: float) -> Iterable[Mark]:
    for step in range(MARKS + 1):
        when = words.moment(start + span * step / MARKS)
        if when is not None:
            text = f"{when:%H:%M}" if span > 600 else f"{when:%H:%M:%S}"
            yield Mark(LEFT + round((RIGHT - LEFT) * step / MARKS), text)


def _minute(when: float) -> str:
    return words.clock(when)[:5]


def _busiest(times: Iterable[float]) -> tuple[str, int]:
    minutes = Counter(_minute(when) for when in times)
    return min(minutes.items(), key=lambda item: (-item[1], item[0]), default=("", 0))


def _title(blocked: list[float], total: int) -> str:
    if not blocked:
        return f"{words.count(total, 'call')}, none of them blocked."
    minute, number = _busiest(blocked)
    if number < 3 or number * 5 < len(blocked):
        return f"{len(blocked)} of {words.count(total, 'call')} blocked, spread over the time."
    return f"Blocked calls cluster at {minute} UTC: {number} of {len(blocked)} in that minute."


def _fact(api: str, seen: list[tuple[float, bool]]) -> Fact:
    times = [when for when, _ in seen]
    minute, number = _busiest(times)
    return Fact(
        words.host(api),
        len(seen),
        sum(stopped for _, stopped in seen),
        words.clock(min(times)),
        words.clock(max(times)),
        f"{minute} ({words.count(number, 'call')})",
    )
