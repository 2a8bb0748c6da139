"""Words in place of what must not be shown."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from hashlib import blake2b
from operator import is_not
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
    done: Any = _Mask(values).over(shown)
    return done  # type: ignore[no-any-return]


class _Mask:
    def __init__(self, values: Iterable[str]) -> None:
        longest_first = sorted(values, key=lambda value: (-len(value), value))
        self._words = [(value, stand_in(value)) for value in longest_first]
        self._known: dict[str, str] = {}
        """Texts, which repeat, and what is shown of them."""

    def over(self, shown: Any) -> Any:
        """The same object where nothing of it is hidden."""
        kind = type(shown)
        if kind is str:
            return self._text(shown)
        if kind is tuple or kind is list:
            made = [self.over(each) for each in shown]
            return kind(made) if any(map(is_not, made, shown)) else shown
        if dataclasses.is_dataclass(kind):
            changed = {}
            for name in public(kind):
                each = getattr(shown, name)
                made = self.over(each)
                if made is not each:
                    changed[name] = made
            return dataclasses.replace(shown, **changed) if changed else shown
        if isinstance(shown, dict):
            return {self.over(key): self.over(value) for key, value in shown.items()}
        return shown

    def _text(self, text: str) -> str:
        known = self._known.get(text)
        if known is None:
            known = text
            for value, word in self._words:
                known = known.replace(value, word)
            self._known[text] = known
        return text if known == text else known
