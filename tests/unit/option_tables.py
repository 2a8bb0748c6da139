"""The tables of options in two READMEs, made from the options themselves.

    python -m tests.unit.option_tables

writes them anew; `test_option_tables.py` says when that is due.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import click

from addon.settings import OPTIONS
from analysis.cli import VERBS, main

ROOT = Path(__file__).resolve().parents[2]
BEGIN = "<!-- made by: python -m tests.unit.option_tables -->\n"
END = "<!-- end -->\n"


def addon_options() -> Iterator[str]:
    """Every `--set` of the addon."""
    yield "| option | default | meaning |"
    yield "|---|---|---|"
    for name, option in OPTIONS.items():
        default = str(option.default).lower() if option.type is bool else str(option.default)
        shown = f"`{default}`" if default else "none"
        yield f"| `{name}` | {shown} | {_cell(option.help)} |"


def command_options() -> Iterator[str]:
    """Every option of every verb; one that several verbs share stands once."""
    yield "| option | of | meaning |"
    yield "|---|---|---|"
    context = click.Context(main, info_name="cors-audit")
    verbs: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name in VERBS:
        verb = main.get_command(context, name)
        assert verb is not None
        for parameter in verb.params:
            record = parameter.get_help_record(click.Context(verb, parent=context))
            if isinstance(parameter, click.Option) and record is not None:
                verbs[record].append(name)
    for (option, meaning), names in verbs.items():
        of = ", ".join(f"`{name}`" for name in names)
        yield f"| `{_cell(option)}` | {of} | {_cell(meaning)} |"


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|")


TABLES: Mapping[str, Callable[[], Iterator[str]]] = {
    "addon/README.md": addon_options,
    "analysis/cli/README.md": command_options,
}
"""Which document holds which table."""


def renewed(document: str) -> str:
    """The text of a document with its table as it should be.

    Raises:
        ValueError: the document has no place for it.
    """
    text = (ROOT / document).read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{document}: no lines {BEGIN!r} and {END!r}")
    table = "".join(f"{line}\n" for line in TABLES[document]())
    return f"{before}{begin}\n{table}\n{end}{after}"


if __name__ == "__main__":
    for each in TABLES:
        (ROOT / each).write_text(renewed(each), encoding="utf-8", newline="\n")
