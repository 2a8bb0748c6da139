"""Frozen dataclasses as plain dicts and lists, and back: what JSON can hold."""

from __future__ import annotations

import dataclasses
import types
import typing
from enum import StrEnum
from functools import cache
from typing import Any


def plain(value: Any) -> Any:
    """Dicts, lists, strings and numbers; fields marked `private` are left out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {name: plain(getattr(value, name)) for name in _field_names(type(value))}
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, bytes):
        return value.hex()
    if hasattr(value, "as_plain"):
        return value.as_plain()
    return value


def typed(hint: Any, value: Any) -> Any:
    """Build a value of type `hint` from plain data.

    Unknown keys are left out and fields with a default may be missing, so that data written
    by newer and by older versions can be read.

    Raises:
        KeyError, TypeError, ValueError: the data does not fit.
    """
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        kinds = _field_types(hint)
        given = [name for name in _field_names(hint) if name in value or name in _required(hint)]
        return hint(**{name: typed(kinds[name], value[name]) for name in given})
    origin = typing.get_origin(hint)
    if origin is tuple:
        return tuple(typed(typing.get_args(hint)[0], item) for item in value)
    if origin in (types.UnionType, typing.Union):
        if value is None:
            return None
        return typed(next(a for a in typing.get_args(hint) if a is not type(None)), value)
    if not isinstance(hint, type):
        return value
    if issubclass(hint, StrEnum):
        return hint(value)
    if hint is bytes:
        return bytes.fromhex(value)
    if hasattr(hint, "from_plain"):
        return hint.from_plain(value)
    if not isinstance(value, int if hint is float else hint) and not isinstance(value, hint):
        raise TypeError(f"{value!r} is no {hint.__name__}")
    return value


@cache
def _field_names(cls: type) -> tuple[str, ...]:
    fields = dataclasses.fields(cls)
    return tuple(each.name for each in fields if not each.metadata.get("private"))


@cache
def _required(cls: type) -> frozenset[str]:
    absent = dataclasses.MISSING
    return frozenset(
        each.name
        for each in dataclasses.fields(cls)
        if each.default is absent and each.default_factory is absent
    )


@cache
def _field_types(cls: type) -> dict[str, Any]:
    return typing.get_type_hints(cls)
