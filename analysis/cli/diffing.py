"""The verb that compares: diff."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from .completing import files, gates
from .endings import EXITS, FINDINGS, FINE, NOTHING
from .helping import Example, Verb
from .settings import gate_of, with_config
from .shared import (
    DEFAULT_GATE,
    meets,
    print_searched,
    terminal,
    with_color,
)
from .streams import tell

if TYPE_CHECKING:
    from ..config import Config
    from ..diff import Diff


@click.command(
    cls=Verb,
    examples=[
        Example("did the change help?", "cors-audit diff before.flow after.flow"),
        Example(
            "as a comment on a pull request",
            "cors-audit diff main.json branch.json --format md > comment.md",
        ),
        Example("fail on what is new and broken", "cors-audit diff old/ new/ --fail-on broken"),
    ],
    exits=EXITS
    | {FINDINGS: "something that fails is new, or more severe", NOTHING: "nothing to compare"},
)
@click.argument("old", shell_complete=files)
@click.argument("new", shell_complete=files)
@click.option(
    "--format", "format_", type=click.Choice(["text", "json", "md"]), default="text",
    show_default=True, help="Text for a terminal, JSON for programs, Markdown for a comment.",
)  # fmt: skip
@click.option(
    "--fail-on", metavar="KIND|SEVERITY,...", shell_complete=gates,
    help="Exit with 1 when such a finding is new or became more severe; 'never' for nothing. "
    f"Default: {DEFAULT_GATE}.",
)  # fmt: skip
@with_color
@with_config
def diff(old: str, new: str, format_: str, fail_on: str | None, color: str, config: Config) -> None:
    """Say what is new, gone or changed between two recordings.

    OLD and NEW are each a recording, a journal, a folder of them, a JSON result or an HTML
    report. What the other side never called is said, not counted as mended.
    """
    from .. import __version__
    from ..diff import compare
    from ..engine import TOOL
    from ..result import Tool
    from .sides import read_side

    gate = gate_of(fail_on, config)
    before, secrets = read_side(old, config)
    after, more_secrets = read_side(new, config)
    empty = [each for each in (before, after) if not each.side.calls + each.side.preflights]
    for each in empty:
        tell(f"{each.side.name}: no cross-origin call to judge, so there is nothing to compare")
    if empty:
        sys.exit(NOTHING)
    found = compare(
        Tool(TOOL, __version__), before, after, lambda kind, severity: meets(gate, kind, severity)
    )
    _print(found, format_, color, secrets | more_secrets)
    sys.exit(FINDINGS if found.worse else FINE)


def _print(found: Diff, format_: str, color: str, secrets: frozenset[str]) -> None:
    from reports import diff_to_markdown, diff_to_terminal

    def text(shown: Diff) -> str:
        if format_ == "json":
            return shown.to_json()
        if format_ == "md":
            return diff_to_markdown.render(shown)
        return diff_to_terminal.render(shown, **terminal(color)) + "\n"

    print_searched(text, found, secrets)
