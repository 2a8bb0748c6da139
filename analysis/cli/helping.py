"""What every `--help` is made of: lazy verbs, examples, exit codes, lines that break well."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import click

from .guarded import Guarded
from .streams import terminal_size

NO_BREAK = "\N{NON-BREAKING HYPHEN}"


class Example(NamedTuple):
    """A command as a person would type it."""

    what: str
    """What it is for, as a comment; one line of help."""
    command: str
    """A line for a shell, whole."""


class Formatter(click.HelpFormatter):
    """Breaks lines at spaces only, so that names of files and options stay whole."""

    def __init__(
        self, indent_increment: int = 2, width: int | None = None, max_width: int | None = None
    ) -> None:
        if width is None and click.formatting.FORCED_WIDTH is None:
            width = max(min(terminal_size().columns, max_width or 80) - 2, 50)  # as click's own
        super().__init__(indent_increment, width, max_width)

    def write_text(self, text: str) -> None:
        """Text, wrapped."""
        super().write_text(_kept_whole(text))

    def write_dl(self, rows: Iterable[tuple[str, str]], *columns: Any, **more: Any) -> None:
        """Terms and what they mean, in two columns."""
        whole = [(_kept_whole(term), _kept_whole(text)) for term, text in rows]
        super().write_dl(whole, *columns, **more)

    def getvalue(self) -> str:
        """All that was written, with its hyphens back."""
        return super().getvalue().replace(NO_BREAK, "-")


def _kept_whole(text: str) -> str:
    return text.replace("-", NO_BREAK)


class Context(click.Context):
    """click's, with our formatter."""

    formatter_class = Formatter


class Verb(click.Command):
    """A command whose help ends with examples and exit codes.

    Args:
        examples: what a person may copy.
        exits: what each exit code says, beyond 0 (done) and 2 (wrong use).
    """

    context_class = Context

    def __init__(
        self,
        *given: Any,
        examples: Sequence[Example] = (),
        exits: Mapping[int, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(*given, **more)
        self.examples = tuple(examples)
        self.exits = {0: "done", 2: "wrong use, or an error of our own"} | dict(exits or {})

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The sections after the options."""
        write_examples(formatter, self.examples)
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(code), text) for code, text in sorted(self.exits.items())])


def write_examples(formatter: click.HelpFormatter, examples: Sequence[Example]) -> None:
    """A section of commands, unwrapped: each can be copied."""
    with formatter.section("Examples"):
        for number, (what, command) in enumerate(examples):
            between = "\n" if number else ""
            indent = " " * formatter.current_indent
            formatter.write(f"{between}{indent}# {what}\n{indent}{command}\n")


class Verbs(Guarded):
    """The group. A verb is imported when it is called, so that `--help` costs little.

    Args:
        verbs: name of each verb: its module beside this one, and its line in the list.
        examples: for the group's own help.
    """

    context_class = Context

    def __init__(
        self,
        *given: Any,
        verbs: Mapping[str, tuple[str, str]],
        examples: Sequence[Example] = (),
        **more: Any,
    ) -> None:
        super().__init__(*given, **more)
        self.verbs = verbs
        self.examples = tuple(examples)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the table, the most used first."""
        return list(self.verbs)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A verb, imported now."""
        if cmd_name not in self.verbs:
            return None
        module = importlib.import_module(f".{self.verbs[cmd_name][0]}", __package__)
        verb = getattr(module, cmd_name)
        assert isinstance(verb, click.Command)
        return verb

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list, without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in self.verbs.items()])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The sections after the list."""
        write_examples(formatter, self.examples)
