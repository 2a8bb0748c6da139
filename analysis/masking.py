"""Words in place of what must not be shown."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from enum import Enum
from hashlib import blake2b
from typing import Any, TypeVar

from .plain import public

Shown = TypeVar("Shown")


def stand_in(text: str) -> str:
    """A word in place of a token. It may stand in a list of header names, and two that differ
    still do: verdicts hang on that. Sixteen bits of digest tell nobody what it was."""
    digest = blake2b(text.lower().encode("utf-8", "surrogatepass"), digest_size=2)
    return f"removed-{digest.hexdigest()}"


def masked(shown: Shown, values: Iterable[str]) -> Shown:
    """A result (or anything of dataclasses, tuples, lists, dicts and texts) that says none of these
    values. Fields marked `private` stay as they are; what is equal stays equal."""
    longest_first = sorted(values, key=lambda value: (-len(value), value))
    words = [(value, stand_in(value)) for value in longest_first]
    done: Any = _masked(shown, words)
    return done  # type: ignore[no-any-return]


def _masked(shown: Any, words: list[tuple[str, str]]) -> Any:
    if isinstance(shown, str):
        if isinstance(shown, Enum):
            return shown
        for value, word in words:
            shown = shown.replace(value, word)
        return shown
    if isinstance(shown, tuple | list):
        return type(shown)(_masked(each, words) for each in shown)
    if isinstance(shown, dict):
        return {_masked(key, words): _masked(value, words) for key, value in shown.items()}
    if dataclasses.is_dataclass(shown) and not isinstance(shown, type):
        changed = {name: _masked(getattr(shown, name), words) for name in public(type(shown))}
        return dataclasses.replace(shown, **changed)
    return shown
