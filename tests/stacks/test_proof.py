"""Every fix, executed: found, applied as printed, recorded again, gone.

A representative half of the stacks runs always, all of them in all variants with
`CORS_AUDIT_ALL_STACKS=1`. What the machine lacks is left out by name, or fails where
`CORS_AUDIT_REQUIRE_BROWSERS=1` is set.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

import pytest

from analysis.fixes import ANY, STACKS
from analysis.fixes.executed import EXECUTED

from ..browser import chromium
from . import catalogue, table, variants
from .demands import faults
from .gate import PAGE, Gate
from .proof import prove
from .stack import Missing
from .world import World

USUAL = {
    "express-5": ("bare", "doubled", "reflected"),
    "fastify-5": ("login", "suffix"),
    "node": ("method", "null"),
    "flask": ("login", "reflected"),
    "django": ("errors", "suffix"),
    "fastapi": ("errors", "credentials"),
    "nginx": ("gateway", "doubled", "suffix"),
    "haproxy": ("login", "null"),
}
WHOLE = os.environ.get("CORS_AUDIT_ALL_STACKS") == "1"
CASES = [
    (stack.id, name)
    for stack in catalogue.ALL.values()
    for name in stack.variants
    if WHOLE or name in USUAL.get(stack.id, ())
]

HEADERS = {"accept", "accept-language", "content-language", "content-type"}
"""Safelisted, some values at least."""


@pytest.fixture(scope="module")
def world(
    tmp_path_factory: pytest.TempPathFactory, no_browser: Callable[[str], NoReturn]
) -> Iterator[World]:
    """Chromium and mitmdump, started once."""
    if chromium.find() is None:
        no_browser("no chromium on this machine: install Chromium or Chrome")
    folder = tmp_path_factory.mktemp("world")
    with Gate(folder) as gate, World(gate, folder) as world:
        yield world


@pytest.mark.parametrize(("id_", "name"), CASES, ids=lambda each: each)
def test_the_fix_fixes(
    id_: str, name: str, world: World, tmp_path: Path, no_browser: Callable[[str], NoReturn]
) -> None:
    stack = catalogue.ALL[id_]
    try:
        stack.version()
    except Missing as error:
        no_browser(str(error))
    proof = prove(stack, name, world, tmp_path / "servers")
    print(proof.printed)
    assert list(faults(stack, name, proof)) == []


def test_enough_is_executed() -> None:
    assert len(catalogue.ALL) >= 15
    for stack in catalogue.ALL.values():
        dangerous = [name for name in stack.variants if variants.ALL[name].dangerous]
        assert len(dangerous) >= 3
        assert len(stack.variants) - len(dangerous) >= 5
    assert set(USUAL) <= set(catalogue.ALL)


def test_what_is_tolerated_harms_nobody() -> None:
    for stack in catalogue.ALL.values():
        for spelling in set(stack.tolerates) - HEADERS:
            assert spelling != PAGE
            parts = urlsplit(spelling)
            assert f"{parts.scheme}://{parts.hostname}" == PAGE
            assert (parts.port or 443, parts.path.strip("/")) == (443, "")


def test_the_table_names_every_stack() -> None:
    assert set(EXECUTED) == {stack.fix for stack in catalogue.ALL.values()}
    shown = table.README.read_text(encoding="utf-8")
    for stack in catalogue.ALL.values():
        assert f"| {table.title(stack)} |" in shown
    for advice in STACKS:
        assert advice is ANY or advice.name in shown
