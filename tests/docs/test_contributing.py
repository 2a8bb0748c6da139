"""The recipes of CONTRIBUTING, followed in a clone: copy a file, edit it, add its lines, try it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from .blocks import blocks, read
from .place import Place

PAGE = ".github/CONTRIBUTING.md"
RECIPES = {
    "A case": "tests/cases/my-case.txt",
    "A rule": "analysis/rules/my_rule.py",
    "A fix for a server software": "analysis/fixes/my_server.py",
    "A format": "reports/to_my_format.py",
}
"""Headings, and the one file that is added."""


def replace(path: Path, old: str, new: str) -> None:
    """Edit a file in one place."""
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{path}: {old}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def _case(clone: Path) -> None:
    (shown,) = blocks(PAGE, "text")
    (clone / RECIPES["A case"]).write_text(shown.text, encoding="utf-8")


def _rule(clone: Path) -> None:
    replace(clone / RECIPES["A rule"], 'id="authorization-under-wildcard"', 'id="my-rule"')
    catalogue = clone / "analysis" / "rules" / "__init__.py"
    replace(catalogue, "from . import (\n", "from . import (\n    my_rule,\n")
    replace(
        catalogue, "ALL: tuple[Rule, ...] = (\n", "ALL: tuple[Rule, ...] = (\n    my_rule.RULE,\n"
    )


def _fix(clone: Path) -> None:
    added = clone / RECIPES["A fix for a server software"]
    replace(added, 'id="caddy"', 'id="my-server"')
    replace(added, 'name="Caddy"', 'name="My server"')
    stacks = clone / "analysis" / "fixes" / "__init__.py"
    replace(stacks, "from . import (\n", "from . import (\n    my_server,\n")
    replace(
        stacks,
        "STACKS: tuple[Stack, ...] = (\n",
        "STACKS: tuple[Stack, ...] = (\n    my_server.STACK,\n",
    )


def _format(clone: Path) -> None:
    line = '"my-format": (".my", "reports.to_my_format:render")'
    assert line in read(PAGE)
    replace(clone / "reports" / "__init__.py", '    "csv": ', f'    {line},\n    "csv": ')


EDITS: dict[str, Callable[[Path], None]] = {
    "A case": _case,
    "A rule": _rule,
    "A fix for a server software": _fix,
    "A format": _format,
}


def commands(heading: str) -> list[str]:
    """What the part of the page below this heading types."""
    before, _, rest = read(PAGE).partition(f"\n## {heading}\n")
    first = before.count("\n") + 2
    last = first + rest.partition("\n## ")[0].count("\n") + 1
    shown = (block for block in blocks(PAGE, "sh") if first <= block.line <= last)
    return [command for block in shown for command in block.commands()]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A clone for all of them: each adds files and lines of its own."""
    made = Place(tmp_path_factory.mktemp("recipes"))
    made.lay_out_recordings()
    return made


@pytest.mark.parametrize("heading", RECIPES)
def test_a_recipe_works(heading: str, place: Place) -> None:
    typed = commands(heading)
    for copy in [each for each in typed if each.startswith("cp ")]:
        assert copy.endswith(f" {RECIPES[heading]}")
        assert place.run(copy).returncode == 0
    EDITS[heading](place.here)
    for command in [each for each in typed if not each.startswith("cp ")]:
        done = place.run(command)
        assert done.returncode == 0, done.stdout
        assert " -m pytest " not in command or " passed" in done.stdout
