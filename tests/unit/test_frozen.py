"""Frozen values: as Python's own dataclasses, but for what sees to it that nothing changes."""

from __future__ import annotations

import copy
import pickle
from dataclasses import dataclass, field, fields, replace

import pytest

from analysis.frozen import frozen


@frozen
class Ours:
    """Some of everything."""

    name: str
    size: int = 3
    hidden: str = field(default="", repr=False, compare=False)
    more: tuple[int, ...] = field(default_factory=tuple)

    @property
    def double(self) -> int:
        """Twice the size."""
        return 2 * self.size


@dataclass(frozen=True, slots=True)
class Theirs:
    """The same as Python makes it."""

    name: str
    size: int = 3
    hidden: str = field(default="", repr=False, compare=False)
    more: tuple[int, ...] = field(default_factory=tuple)


@frozen
class Alone:
    """One value."""

    name: str


@frozen
class Empty:
    """None."""


@frozen
class Named:
    """With a comparison of its own."""

    name: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Named) and self.name.lower() == other.name.lower()

    def __hash__(self) -> int:
        return hash(self.name.lower())


def test_values_are_compared_and_shown_as_pythons_own() -> None:
    one, other = Ours("a", hidden="x"), Ours("a", hidden="y")
    assert one == other
    assert len({one, other, Ours("b")}) == 2
    assert one != Ours("a", 4)
    assert one != Theirs("a")
    assert repr(one) == repr(Theirs("a", hidden="x")).replace("Theirs", "Ours")
    assert [each.name for each in fields(Ours)] == [each.name for each in fields(Theirs)]
    assert replace(one, size=5) == Ours("a", 5)
    assert one.double == 6
    assert not hasattr(one, "__dict__")


def test_values_with_one_part_or_none() -> None:
    assert Alone("a") == Alone("a") != Alone("b")
    assert hash(Alone("a")) == hash(Alone("a"))
    assert Empty() == Empty()
    assert hash(Empty()) == hash(Empty())
    assert repr(Empty()) == "Empty()"
    assert Empty() != Alone("a")


def test_what_a_class_says_itself_counts() -> None:
    assert Named("A") == Named("a")
    assert len({Named("A"), Named("a")}) == 1


@pytest.mark.parametrize("value", [Ours("a", 4, "z", (1, 2)), Alone("a"), Empty()])
def test_values_are_copied_whole(value: object) -> None:
    assert copy.copy(value) == copy.deepcopy(value) == pickle.loads(pickle.dumps(value)) == value
