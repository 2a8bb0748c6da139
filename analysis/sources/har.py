"""HAR files (HTTP Archive 1.2), as browsers, Playwright and mitmproxy export them.

What they hold is what a developer tool knew, which is less than what was on the wire:
`analysis.sources.exporters` says what each of them leaves out. Read with the standard library
alone: mitmproxy's reader ends at the first entry that it does not like, and makes an answer with
status 0 of every call that has none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from ..exchange import Exchange
from ..redact import Door
from .base import Problem, Unjudged
from .exporters import Exporter, exporter, made_by
from .har_entries import wire
from .har_text import Damaged, JsonText
from .preflighted import behind_their_preflights
from .stored import OFTEN, Stored
from .wire import Wire

_BEGINS = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{\s*"')
CUT_OFF = "HAR file that is cut off or damaged"


def is_har(head: bytes) -> bool:
    """Does a file that begins so look like a HAR file?"""
    return _BEGINS.match(head) is not None and b'"log"' in head


def exchanges(
    data: Stored, door: Door, capture: str, passed: Callable[[int], None] | None = None
) -> Iterator[Exchange | Problem]:
    """Read a HAR file; an entry that is damaged, or cannot be understood, costs itself.

    Args:
        passed: called now and then with the number of bytes that were read since.

    Yields:
        An exchange per entry, a `Problem` per thing that could not be judged.
    """
    by = exporter(made_by(data))
    for found in wires(data, capture, by, passed):
        if isinstance(found, Problem):
            yield found
            continue
        try:
            yield found.through(door)
        except Unjudged as error:
            yield error.problem


def wires(
    data: Stored, capture: str, by: Exporter, passed: Callable[[int], None] | None = None
) -> Iterator[Wire | Problem]:
    """What each entry says of the wire, in the order of the file."""
    found = (
        each if isinstance(each, Problem) else wire(each, f"{capture}#{number}", capture, by)
        for number, each in enumerate(entries(data, passed))
    )
    if by.saw_the_wire:
        return found
    return iter(behind_their_preflights(list(found), sanitised=not by.credentials))


def entries(data: Stored, passed: Callable[[int], None] | None = None) -> Iterator[Any]:
    """The entries of a HAR file one by one, none of them looked at yet.

    Yields:
        The value of an entry, or a `Problem` where one or more were lost.
    """
    text = JsonText(data)
    told = 0
    for found in _entries(text):
        yield found
        if passed is not None and text.read - told >= OFTEN:
            passed(text.read - told)
            told = text.read
    if passed is not None:
        passed(len(data) - told)


def _entries(text: JsonText) -> Iterator[Any]:
    try:
        if not text.member("log") or text.next() != "{" or not text.member("entries"):
            yield _without_entries()
            return
        if text.next() != "[":
            yield _without_entries()
            return
        text.skip("[")
    except Damaged:
        yield from _behind_damage(text, 0)
        return
    number = 0
    try:
        while text.next() != "]":
            yield text.value()
            number += 1
            if text.next() != "]":
                text.skip(",")
    except Damaged:
        yield from _behind_damage(text, number)


def _without_entries() -> Problem:
    return Problem("HAR file without entries", "it has no list log.entries", fatal=True)


def _behind_damage(text: JsonText, number: int) -> Iterator[Any]:
    """What can be read behind the place at which the file cannot be read on."""
    rest = (each for each in text.objects() if "request" in each and "response" in each)
    first = next(rest, None)
    read = f"only {number} entries before it could be read" if number else "no entry could be read"
    if first is None:
        yield Problem(CUT_OFF, f"{read}: export it again", fatal=True)
        return
    why = f"not readable behind {number} entries: export it again, or do without what stood there"
    yield Problem("damaged entry", why, fatal=True)
    yield first
    yield from rest
