"""Every command that a document shows is run, in the order of the document, as it stands."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from collections.abc import Callable
from itertools import pairwise
from typing import NoReturn

import pytest
from ruamel.yaml import YAML

from addon.launch import finder

from .blocks import ROOT, Block, blocks, documents
from .elsewhere import ELSEWHERE
from .place import Place
from .typed import refusal

ENDS_WITH = {
    "cors-audit check session.flow": 1,
    "cors-audit check session.flow --format github": 1,
    "cors-audit diff before.flow after.flow": 1,
    "cors-audit diff main.json branch.json --format md": 1,
}
"""Exit codes that are not 0, as the documents say of these commands."""
LANGUAGES = {"sh", "console", "text", "python", "json", "toml", "yaml", "mermaid"}
SHOWN = [block for document in documents() for block in blocks(document)]
TYPED = {
    f"{block.place} {command}": command
    for block in SHOWN
    if block.language == "sh"
    for command in block.commands()
}
SESSIONS = {
    f"{block.place} {command}": (command, lines)
    for block in SHOWN
    if block.language == "console"
    for command, lines in block.session()
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """One folder for all: a command may need what those before it have written."""
    made = Place(tmp_path_factory.mktemp("docs"))
    made.lay_out_recordings()
    made.lay_out_results()
    return made


@pytest.mark.parametrize("where", [each for each in TYPED if "cors-audit " in TYPED[each]])
def test_the_command_line_takes_it(where: str) -> None:
    command = re.sub(r'^eval "\$\((.*)\)"$', r"\1", TYPED[where])
    for part in re.split(r" && | \| | > ", command):
        if "cors-audit " in part:
            assert not refusal(part), part


@pytest.mark.parametrize("where", [each for each in TYPED if TYPED[each] not in ELSEWHERE])
def test_it_does_what_is_said(
    where: str, place: Place, no_browser: Callable[[str], NoReturn]
) -> None:
    command = TYPED[where]
    if "tests.browser." in command and next(finder.installed("chromium"), None) is None:
        no_browser("no Chromium on this machine")
    before = set(place.here.rglob("*"))
    done = place.run(command)
    assert done.returncode == ENDS_WITH.get(command, 0), done.stdout
    assert "Traceback" not in done.stdout
    words = shlex.split(command)
    named = [after for word, after in pairwise(words) if word in ("-o", ">")]
    for name in named:
        written = place.here / name
        assert name == "-" or any(written.parent.glob(f"{written.stem}*{written.suffix}")), name
    assert done.stdout.strip() or set(place.here.rglob("*")) - before, "it did nothing"
    if "--open" in words:
        assert place.opened.read_text().rstrip().endswith(".html")


def test_the_table_of_other_tests_is_true() -> None:
    assert set(ELSEWHERE) <= set(TYPED.values()), "no document has these any more"
    for command, row in ELSEWHERE.items():
        name, _, function = row.test.partition("::")
        path = ROOT / name
        assert path.is_file(), f"{command}: {name}"
        found = re.search(rf"^def {function}\(", path.read_text(encoding="utf-8"), re.MULTILINE)
        assert found, f"{command}: no {function} in {name}"


def test_exit_codes_are_of_commands_that_are_shown() -> None:
    assert set(ENDS_WITH) <= set(TYPED.values())


@pytest.mark.parametrize("block", SHOWN, ids=lambda block: block.place)
def test_blocks_say_what_they_are(block: Block) -> None:
    assert block.language in LANGUAGES


@pytest.mark.parametrize("document", documents())
def test_no_command_hides_outside_of_a_block(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    hidden = re.findall(r"^ {4,}((?:cors-audit|mitmdump|python3?|pip|npm|git) .*)$", text, re.M)
    assert not hidden


@pytest.mark.parametrize("where", SESSIONS)
def test_the_output_is_the_one_shown(where: str, place: Place) -> None:
    """The lines stand together and in this order; `…` is anything, a line of it any lines."""
    command, lines = SESSIONS[where]
    pattern = re.escape("\n".join(line.rstrip() for line in lines).strip())
    said = place.run(f"COLUMNS=100; export COLUMNS; {command}").stdout
    assert re.search(pattern.replace("…", r"[\s\S]*?"), said), said


@pytest.mark.parametrize(
    "block", [each for each in SHOWN if each.language == "python"], ids=lambda block: block.place
)
def test_python_runs(block: Block, place: Place) -> None:
    (place.here / "shown.py").write_text(block.text, encoding="utf-8")
    done = place.run("python shown.py")
    assert done.returncode == 0, done.stdout


READERS: dict[str, Callable[[str], object]] = {
    "json": json.loads,
    "toml": tomllib.loads,
    "yaml": YAML(typ="safe").load,
}
"""What it means is looked at by the tests of policies, configuration and the example for CI."""


@pytest.mark.parametrize(
    "block", [each for each in SHOWN if each.language in READERS], ids=lambda block: block.place
)
def test_data_can_be_read(block: Block) -> None:
    assert READERS[block.language](block.text)
