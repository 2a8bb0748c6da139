"""The table of server softwares: executed or not, which version, what was shown, when."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from analysis.fixes import ANY, STACKS, executed

from . import catalogue, variants
from .stack import Stack

README = Path(__file__).with_name("README.md")
MADE = re.compile(r"(<!-- Made by [^\n]* -->\n).*?(<!-- /made -->\n)", re.DOTALL)
EXECUTED = Path(executed.__file__)
MAPPING = re.compile(r"^EXECUTED: [^\n]* = \{.*?\}\n", re.DOTALL | re.MULTILINE)
HEAD = (
    "| server software | version | breakages mended | dangers closed | recognised | executed |\n"
    "|---|---|---|---|---|---|"
)


@dataclass(slots=True)
class Row:
    """What the proofs of one software showed."""

    stack: Stack
    version: str
    date: str
    """YYYY-MM-DD."""
    tried: Counter[bool] = field(default_factory=Counter)
    """Dangerous or not: variants that were tried."""
    proved: Counter[bool] = field(default_factory=Counter)
    """Dangerous or not: those without fault."""
    recognised: bool = False
    """In some recording; in none of them as anything else."""

    def add(self, name: str, *, good: bool, recognised: bool) -> None:
        """One more variant."""
        dangerous = variants.ALL[name].dangerous
        self.tried[dangerous] += 1
        self.proved[dangerous] += good
        self.recognised |= recognised

    def __str__(self) -> str:
        broken, dangerous = (f"{self.proved[kind]} of {self.tried[kind]}" for kind in (False, True))
        known = "yes" if self.recognised else "no"
        cells = (title(self.stack), self.version, broken, dangerous, known, self.date)
        return f"| {' | '.join(cells)} |"


def title(stack: Stack) -> str:
    """As people write it, with the major version where more than one is executed."""
    same = [each for each in catalogue.ALL.values() if each.fix == stack.fix]
    name = stack.advice.name
    return name if len(same) == 1 else f"{name} {stack.id.rpartition('-')[2]}"


def rows(done: Iterable[Row]) -> Iterator[str]:
    """Lines of the whole table in Markdown: those that were executed, then the others."""
    yield HEAD
    yield from map(str, done)
    here = {stack.fix for stack in catalogue.ALL.values()}
    for advice in STACKS:
        if advice.id not in here and advice is not ANY:
            why = f"no, written by its [documentation]({advice.source})"
            cells = (advice.name, advice.versions, "", "", "", why)
            yield f"| {' | '.join(cells)} |"


def write(done: list[Row]) -> None:
    """Keep what was shown: in the README, and where reports find it."""
    _put(rows(done))
    versions = defaultdict(list)
    for row in done:
        if row.proved == row.tried:
            versions[row.stack.fix].append(f"{row.version} ({row.date})")
    items = "".join(f'    "{fix}": "{"; ".join(told)}",\n' for fix, told in versions.items())
    mapping = f"EXECUTED: Mapping[str, str] = {{\n{items}}}\n"
    code = EXECUTED.read_text(encoding="utf-8")
    EXECUTED.write_text(MAPPING.sub(lambda _: mapping, code), encoding="utf-8")


def _put(table: Iterable[str]) -> None:
    """Replace the table between the marks."""
    lines = "\n".join(table)
    shown = README.read_text(encoding="utf-8")
    README.write_text(
        MADE.sub(lambda made: f"{made[1]}{lines}\n{made[2]}", shown), encoding="utf-8"
    )
