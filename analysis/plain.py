"""Frozen dataclasses as plain dicts and lists, as JSON, and back."""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from collections.abc import Callable
from enum import StrEnum
from functools import cache
from json.encoder import encode_basestring_ascii
from math import isfinite
from operator import attrgetter
from typing import Any


def plain(value: Any) -> Any:
    """Dicts, lists, strings and numbers; fields marked `private` are left out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {name: plain(getattr(value, name)) for name in public(type(value))}
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, bytes):
        return value.hex()
    return value


def text(value: Any) -> str:
    """`plain(value)` as JSON indented by one blank for each level, ASCII only.

    The same as `json.dumps` writes, which makes lines in Python, value by value.
    """
    return _level("\n")[type(value)](value)


class _Level(dict[type, Callable[[Any], str]]):
    """What writes a value, by its type; made when the first of a type comes.

    Args:
        newline: what a line of this level of indentation begins with.
    """

    def __init__(self, newline: str) -> None:
        super().__init__(_SIMPLE)
        self._newline = newline

    def __missing__(self, kind: type) -> Callable[[Any], str]:
        if dataclasses.is_dataclass(kind):
            made = self._object(public(kind))
        elif kind is tuple or kind is list:
            made = self._array()
        elif kind is dict:
            made = self._mapping()
        elif issubclass(kind, StrEnum):
            made = encode_basestring_ascii
        else:
            made = self._other
        self[kind] = made
        return made

    def _object(self, names: tuple[str, ...]) -> Callable[[Any], str]:
        if not names:
            return lambda _: "{}"
        inner = f"{self._newline} "
        within = _level(inner)
        fetch = attrgetter(*names) if len(names) > 1 else None
        # All objects of a type differ only in what stands between these.
        frame = [""] * (2 * len(names) + 1)
        frame[::2] = [f',{inner}"{name}": ' for name in names] + [f"{self._newline}}}"]
        frame[0] = f"{{{frame[0][1:]}"

        def write(value: Any) -> str:
            shown = fetch(value) if fetch else [getattr(value, name) for name in names]
            parts = frame.copy()
            parts[1::2] = [within[type(each)](each) for each in shown]
            return "".join(parts)

        return write

    def _array(self) -> Callable[[Any], str]:
        within = _level(f"{self._newline} ")

        def write(value: Any) -> str:
            return self._between("[", [within[type(each)](each) for each in value], "]")

        return write

    def _mapping(self) -> Callable[[Any], str]:
        within = _level(f"{self._newline} ")

        def write(value: Any) -> str:
            pairs = [
                f"{encode_basestring_ascii(name)}: {within[type(each)](each)}"
                for name, each in value.items()
            ]
            return self._between("{", pairs, "}")

        return write

    def _between(self, start: str, parts: list[str], end: str) -> str:
        if not parts:
            return start + end
        inner = f"{self._newline} "
        # The whole may be megabytes: it is copied once, by `join`.
        parts[0] = f"{start}{inner}{parts[0]}"
        parts[-1] += f"{self._newline}{end}"
        return f",{inner}".join(parts)

    def _other(self, value: Any) -> str:
        known = plain(value)
        return json.dumps(value) if known is value else self[type(known)](known)


def _number(value: float) -> str:
    return repr(value) if isfinite(value) else json.dumps(value)


_level = cache(_Level)
_SIMPLE: dict[type, Callable[[Any], str]] = {
    str: encode_basestring_ascii,
    int: int.__repr__,
    float: _number,
    bool: {False: "false", True: "true"}.__getitem__,
    type(None): {None: "null"}.__getitem__,
}


def typed(hint: Any, value: Any) -> Any:
    """Build a value of type `hint` from plain data.

    Unknown keys are left out and fields with a default may be missing, so that data written
    by newer and by older versions can be read.

    Raises:
        KeyError, TypeError, ValueError: the data does not fit.
    """
    return _reader(hint)(value)


@cache
def _reader(hint: Any) -> Callable[[Any], Any]:
    """What builds values of a type."""
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _object_reader(hint)
    origin = typing.get_origin(hint)
    if origin is tuple:
        item = _reader(typing.get_args(hint)[0])
        return lambda value: tuple([item(each) for each in value])
    if origin in (types.UnionType, typing.Union):
        some = _reader(next(a for a in typing.get_args(hint) if a is not type(None)))
        return lambda value: None if value is None else some(value)
    if not isinstance(hint, type):
        return lambda value: value
    if issubclass(hint, StrEnum):
        return hint
    if hint is bytes:
        return bytes.fromhex
    fitting = (int, float) if hint is float else hint

    def read(value: Any) -> Any:
        if not isinstance(value, fitting):
            raise TypeError(f"{value!r} is no {hint.__name__}")
        return value

    return read


def _object_reader(cls: type) -> Callable[[Any], Any]:
    kinds = typing.get_type_hints(cls)
    readers = {name: _reader(kinds[name]) for name in public(cls)}
    absent = dataclasses.MISSING
    required = frozenset(
        each.name
        for each in dataclasses.fields(cls)
        if each.default is absent and each.default_factory is absent
    )

    def read(value: Any) -> Any:
        return cls(
            **{
                name: reader(value[name])
                for name, reader in readers.items()
                if name in value or name in required
            }
        )

    return read


@cache
def public(cls: type) -> tuple[str, ...]:
    """Names of the fields of a dataclass that JSON shows."""
    fields = dataclasses.fields(cls)
    return tuple(each.name for each in fields if not each.metadata.get("private"))
