"""This repository's documents, taken apart: fenced blocks, commands, code in sentences, links."""

from __future__ import annotations

import re
import subprocess
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MADE = {
    ".git",
    ".hypothesis",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".venv",
    "build",
    "dist",
}
MADE |= {"__pycache__", "node_modules"}
_FENCE = re.compile(r"^```(.*)$")
_CODE = re.compile(r"``(.+?)``|`([^`]+)`", re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_REMARK = re.compile(r"(^|\s+)#\s.*$")


@dataclass(frozen=True, slots=True)
class Block:
    """What stands between two fences."""

    document: str
    """Path from the top of the repository."""
    line: int
    """Of the opening fence, from 1."""
    language: str
    """The word behind the opening fence; empty where there is none."""
    text: str

    @property
    def place(self) -> str:
        """`README.md:12`."""
        return f"{self.document}:{self.line}"

    def commands(self) -> list[str]:
        """Commands of a block of shell as a person types them, without remarks."""
        joined = self.text.replace("\\\n", " ")
        stripped = (_REMARK.sub("", line) for line in joined.splitlines())
        return [" ".join(line.split()) for line in stripped if line]

    def session(self) -> Iterator[tuple[str, list[str]]]:
        """Of a block that shows a terminal: each command behind `$ `, and the lines below it."""
        command, shown = "", list[str]()
        for line in self.text.splitlines():
            if line.startswith("$ "):
                if command:
                    yield command, shown
                command, shown = line[2:], []
            else:
                shown.append(line)
        yield command, shown


def files() -> list[str]:
    """What a clone would hold if everything were committed now, as paths from the top.

    An unpacked source distribution has no git: there it is every file that no tool has made.
    """
    asked = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        found = [name for name in done.stdout.split("\0") if name]
    else:
        paths = (path.relative_to(ROOT) for path in ROOT.rglob("*"))
        found = [str(path) for path in paths if not MADE & set(path.parts)]
    return sorted(name for name in found if (ROOT / name).is_file())


def documents() -> list[str]:
    """Every document."""
    return [name for name in files() if name.endswith(".md")]


def read(document: str) -> str:
    """Its text."""
    return (ROOT / document).read_text(encoding="utf-8")


def blocks(document: str, *languages: str) -> list[Block]:
    """Its fenced blocks, of these languages only where some are given."""
    found, inside, text = list[Block](), None, list[str]()
    for number, line in enumerate(read(document).splitlines(), 1):
        fence = _FENCE.match(line)
        if inside and fence:
            found.append(Block(document, *inside, "\n".join(text) + "\n"))
            inside = None
        elif inside:
            text.append(line)
        elif fence:
            inside, text = (number, fence[1].strip()), []
    assert inside is None, f"{document}: the block of line {inside} is not closed"
    return [block for block in found if not languages or block.language in languages]


def prose(document: str) -> str:
    """Its text without the fenced blocks."""
    kept, inside = list[str](), False
    for line in read(document).splitlines():
        if _FENCE.match(line):
            inside = not inside
        elif not inside:
            kept.append(line)
    return "\n".join(kept)


def code(document: str) -> list[str]:
    """What its sentences and tables hold in backquotes."""
    return [" ".join((a or b).split()) for a, b in _CODE.findall(prose(document))]


def links(document: str) -> list[str]:
    """Where its links and pictures lead."""
    return _LINK.findall(_CODE.sub("", prose(document)))


def anchors(document: str) -> set[str]:
    """What can stand behind `#` in a link to it, as GitHub makes it from headings."""
    made = set()
    for heading in re.findall(r"^#+ (.+)$", prose(document), re.MULTILINE):
        plain = re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
        kept = (c for c in plain if c in " -_" or unicodedata.category(c)[0] in "LN")
        made.add("".join(kept).replace(" ", "-"))
    return made
