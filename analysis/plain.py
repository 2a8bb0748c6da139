"""Frozen dataclasses as plain dicts and lists, as JSON, and back."""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from enum import StrEnum
from functools import cache
from json.encoder import encode_basestring_ascii
from math import isfinite
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
    if hasattr(value, "as_plain"):
        return value.as_plain()
    return value


def text(value: Any, newline: str = "\n") -> str:
    """`plain(value)` as JSON indented by one blank for each level, ASCII only.

    The same as `json.dumps` writes, which makes lines in Python, and so takes twice as long.

    Args:
        newline: what a line of this level begins with.
    """
    kind = type(value)
    if kind is str:
        return encode_basestring_ascii(value)
    if value is None:
        return "null"
    inner = f"{newline} "
    if kind is tuple or kind is list:
        if not value:
            return "[]"
        return f"[{inner}{f',{inner}'.join([text(each, inner) for each in value])}{newline}]"
    if kind is dict:
        pairs = [f"{encode_basestring_ascii(name)}: {text(value[name], inner)}" for name in value]
    elif dataclasses.is_dataclass(kind):
        pairs = [f'"{name}": {text(getattr(value, name), inner)}' for name in public(kind)]
    elif kind is float and isfinite(value):
        return repr(value)
    else:
        known = plain(value)
        return json.dumps(value) if known is value else text(known, newline)
    return f"{{{inner}{f',{inner}'.join(pairs)}{newline}}}" if pairs else "{}"


def typed(hint: Any, value: Any) -> Any:
    """Build a value of type `hint` from plain data.

    Unknown keys are left out and fields with a default may be missing, so that data written
    by newer and by older versions can be read.

    Raises:
        KeyError, TypeError, ValueError: the data does not fit.
    """
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        kinds = _field_types(hint)
        given = [name for name in public(hint) if name in value or name in _required(hint)]
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
def public(cls: type) -> tuple[str, ...]:
    """Names of the fields of a dataclass that JSON shows."""
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
