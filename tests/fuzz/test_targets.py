"""The corpus and a short, always equal run of every target; `python -m tests.fuzz` goes on."""

from __future__ import annotations

from random import Random

import pytest

from .damage import damaged, unaccounted
from .mutate import Value, mutated, parse
from .seeds import CORPUS, MADE, seeds
from .targets import TARGETS

RUNS = {"flows": 60, "har": 100, "journal": 60, "config": 150, "result": 60, "page": 60,
        "sessions": 12}  # fmt: skip
"""Inputs of a short run where each takes milliseconds; usually 600."""
FOUND = [
    pytest.param(folder.name, path, id=f"{folder.name}-{path.name}")
    for folder in sorted(CORPUS.iterdir())
    for path in sorted(folder.iterdir())
]


def test_every_target_has_seeds_and_every_corpus_a_target() -> None:
    assert MADE.keys() == TARGETS.keys()
    assert {folder.name for folder in CORPUS.iterdir()} <= TARGETS.keys()


@pytest.mark.parametrize(("target", "path"), FOUND)
def test_what_was_found_once(target: str, path) -> None:  # type: ignore[no-untyped-def]
    TARGETS[target](path.read_bytes())


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_a_short_run(target: str) -> None:
    random, known = Random(target), MADE[target]()
    for data in known:
        TARGETS[target](data)
    for _ in range(RUNS.get(target, 600)):
        data = mutated(random.choice(known), random, known)
        try:
            TARGETS[target](data)
        except Exception as error:
            raise AssertionError(f"{target} does not keep its promise for {data!r}") from error


def test_a_thousand_damaged_recordings() -> None:
    """Every record that no damage touched is read."""
    for seed in range(1_000):
        not_read, _ = unaccounted(damaged(Random(seed)))
        assert not not_read, f"seed {seed}"


def test_frames_stay_right_when_values_change() -> None:
    data = seeds("flows")[-1]
    assert b"".join(map(bytes, parse(data))) == data
    assert bytes(Value(ord("]"), [Value(ord(";"), b"a"), Value(ord("~"), b"")])) == b"7:1:a;0:~]"
