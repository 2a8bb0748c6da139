"""Tables that forget."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


def keep(table: dict[K, V], key: K, value: V, room: int) -> None:
    """Enter a value; the oldest goes when there are too many."""
    if key not in table and len(table) >= room:
        del table[next(iter(table))]
    table[key] = value
