"""Requests of a HAR file beside their preflights: what the exporter blurred, put right.

Developer tools note when a page began a request, which is before its preflight; on the wire it
followed the preflight's answer. And Chrome exports without `Authorization` unless it is told
otherwise, but the preflight stays: one that asks for `authorization` was made for a request that
carried it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from .base import Problem
from .wire import Fields, Wire

Key = tuple[str, bytes, bytes]
"""URL, origin and method of a call."""

NEAR = 60.0
"""Seconds that a request may begin before its preflight."""
ROUNDED = 0.002
"""Seconds that it may seem to begin after it: times are whole milliseconds."""


def behind_their_preflights(
    found: Sequence[Wire | Problem], sanitised: bool
) -> list[Wire | Problem]:
    """The same, each request after its own preflight: the latest that was begun before it.

    Args:
        sanitised: may `Authorization` have been left out? Where the preflight asked for it, the
            request then gets an empty one.
    """
    calls: dict[Key, list[tuple[float, int]]] = defaultdict(list)
    preflights: list[tuple[Key, Wire]] = []
    for number, each in enumerate(found):
        if isinstance(each, Problem) or each.started is None:
            continue
        origin, method = _value(each.request, b"origin"), each.method.encode("latin-1", "replace")
        asked = _value(each.request, b"access-control-request-method")
        if method == b"OPTIONS" and asked:
            if each.status is not None:
                preflights.append(((each.url, origin, asked), each))
        else:
            calls[each.url, origin, method].append((each.started, number))
    told = list(found)
    for key, preflight in preflights:
        begun = preflight.started or 0.0
        near = [each for each in calls[key] if -NEAR < each[0] - begun <= ROUNDED]
        if near:
            own = max(near)
            calls[key].remove(own)
            told[own[1]] = _behind(found[own[1]], preflight, sanitised)
    return told


def _value(fields: Fields, wanted: bytes) -> bytes:
    """Of the last line of that (lower-case) name; empty where there is none."""
    return next((value for name, value in reversed(fields) if name.lower() == wanted), b"")


def _behind(each: Wire | Problem, preflight: Wire, sanitised: bool) -> Wire:
    assert isinstance(each, Wire)
    assert each.started is not None
    over = preflight.ended or preflight.started or 0.0
    began = max(each.started, over)
    ended = each.ended if each.ended is None else max(each.ended, began)
    request = each.request
    if sanitised and not any(name.lower() == b"authorization" for name, _ in request):
        asked = _value(preflight.request, b"access-control-request-headers").lower()
        if b"authorization" in [name.strip() for name in asked.split(b",")]:
            request = (*request, (b"Authorization", b""))
    return each._replace(started=began, ended=ended, request=request)
