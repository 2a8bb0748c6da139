"""Walking over tnetstrings without building what they hold.

A value is `LENGTH:BYTES` and a letter for its type; lists and dictionaries hold further
values one behind the other. Where everything begins and ends follows from the lengths alone,
so that what nobody wants is stepped over unseen, and bytes that look like a record inside a
value mislead nobody. mitmproxy's dialect: `;` is UTF-8 text, `,` are bytes.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from .stored import Stored

Data = bytes | Stored

TEXT, INTEGER, NULL, LIST, DICTIONARY = b";#~]}"
"""Letters of types; the others are `,` bytes, `^` a float, `!` a boolean."""

LENGTH = re.compile(rb"(\d{1,12}):")
_LONGEST = 13
"""Bytes of a length."""


class Unusual(ValueError):
    """These bytes are not what the walker expects here; another reader may know better."""


class Item(NamedTuple):
    """Where a value lies: its bytes are `data[start:stop]`, and the next begins at `stop + 1`."""

    kind: int
    start: int
    stop: int


def item(data: Data, position: int, end: int) -> Item:
    """The value that begins at `position` and must be over by `end`.

    Raises:
        Unusual: there is none.
    """
    length = LENGTH.match(data[position : min(position + _LONGEST, end)])
    if length is None:
        raise Unusual("no length")
    start = position + length.end()
    stop = start + int(length[1])
    if stop >= end:
        raise Unusual("longer than what holds it")
    return Item(ord(data[stop : stop + 1]), start, stop)


def whole(data: bytes) -> Item:
    """The one value that fills `data`.

    Raises:
        Unusual: it is none, or there is more.
    """
    found = item(data, 0, len(data))
    if found.stop + 1 != len(data):
        raise Unusual("more than one value")
    return found


def items(data: Data, outer: Item) -> list[Item]:
    """The values in a list.

    Raises:
        Unusual: it is no list, or broken.
    """
    if outer.kind != LIST:
        raise Unusual("not a list")
    return _inside(data, outer)


def members(data: Data, outer: Item) -> dict[bytes, Item]:
    """The values in a dictionary, by key; of equal keys the last counts.

    Raises:
        Unusual: it is no dictionary, broken, or a key is no text.
    """
    if outer.kind != DICTIONARY:
        raise Unusual("not a dictionary")
    inside = _inside(data, outer)
    keys, values = inside[::2], inside[1::2]
    if len(keys) != len(values) or any(key.kind != TEXT for key in keys):
        raise Unusual("not pairs of a text and a value")
    return {data[key.start : key.stop]: value for key, value in zip(keys, values, strict=True)}


def _inside(data: Data, outer: Item) -> list[Item]:
    found = []
    position = outer.start
    while position < outer.stop:
        each = item(data, position, outer.stop)
        found.append(each)
        position = each.stop + 1
    return found


def take(data: Data, at: Item, kinds: bytes) -> bytes:
    """The bytes of a value of one of these kinds.

    Raises:
        Unusual: it is of another kind.
    """
    if at.kind not in kinds:
        raise Unusual("a value of another kind")
    return data[at.start : at.stop]


def text(data: Data, at: Item) -> str:
    """A text.

    Raises:
        Unusual: it is none, or no UTF-8.
    """
    try:
        return take(data, at, b";").decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unusual("no UTF-8") from error


def number(data: Data, at: Item) -> float:
    """An integer or a float, as the one or the other.

    Raises:
        Unusual: it is none.
    """
    raw = take(data, at, b"#^")
    try:
        return int(raw) if at.kind == INTEGER else float(raw)
    except ValueError as error:
        raise Unusual("no number") from error


def number_or_none(data: Data, at: Item) -> float | None:
    """A number, or None where nothing is said.

    Raises:
        Unusual: it is something else.
    """
    if at.kind != NULL:
        return number(data, at)
    if at.start != at.stop:
        raise Unusual("nothing, with something in it")
    return None
