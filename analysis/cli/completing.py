"""What a shell offers when a person presses Tab."""

from __future__ import annotations

from collections.abc import Iterable

import click
from click.shell_completion import CompletionItem

from ..finding import Kind, Severity


def files(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Files and folders, as the shell itself lists them."""
    return [CompletionItem(incomplete, type="file")]


def rules(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Rules, with their titles."""
    from ..rules import ALL

    return _beginning(incomplete, ((rule.id, rule.title) for rule in ALL))


def stacks(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Server softwares that `policy --for` can write for."""
    from ..fixes import STACKS

    recognised = ("auto", "the one that was recognised")
    return _beginning(incomplete, [recognised, *((each.id, each.name) for each in STACKS)])


def gates(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The last of the items of `--fail-on`."""
    done, comma, _last = incomplete.rpartition(",")
    names = [*Kind, *Severity] if comma else [*Kind, *Severity, "never"]
    return _beginning(incomplete, ((f"{done}{comma}{name}", None) for name in names))


def browsers(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Browsers that we know how to start, or a program's path."""
    from addon.launch.finder import KINDS

    named = _beginning(incomplete, ((kind.id, kind.name) for kind in KINDS))
    return named or [CompletionItem(incomplete, type="file")]


def _beginning(incomplete: str, choices: Iterable[tuple[str, str | None]]) -> list[CompletionItem]:
    return [
        CompletionItem(name, help=text) for name, text in choices if name.startswith(incomplete)
    ]
