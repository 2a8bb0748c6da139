"""Standard output and standard error, also where they are full, closed, or read no longer."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable
from typing import TextIO

import click

from .endings import Failure


def out(text: str) -> None:
    """Results, to standard output.

    A reader that has heard enough (`| head`) is no error, and changes no exit code.

    Raises:
        Failure: it cannot be written.
    """
    out_by(lambda: click.echo(text, nl=False, color=True))


def out_by(write: Callable[[], object]) -> None:
    """The same, where `write` does the writing."""
    if sys.stdout is None:
        raise Failure("standard output is closed: send it to a file, or to /dev/null")
    try:
        write()
    except BrokenPipeError:
        let_go(sys.stdout)
    except OSError as error:
        let_go(sys.stdout)
        raise Failure(
            f"cannot write to standard output: {error.strerror or error}. Send it elsewhere."
        ) from error


def tell(text: str) -> None:
    """One line on standard error."""
    from reports.escape import visible

    note(f"cors-audit: {visible(text)}\n")


def note(text: str) -> None:
    """Text on standard error, if that is there: no work is lost because it is not."""
    try:
        click.echo(text, nl=False, err=True)
    except OSError:
        let_go(sys.stderr)


def terminal_size(columns: int = 80, lines: int = 24) -> os.terminal_size:
    """As `shutil.get_terminal_size`, whose module loads every kind of compression with it.

    Args:
        columns, lines: where nothing tells.
    """
    told = [os.environ.get(name, "") for name in ("COLUMNS", "LINES")]
    given = [int(each) if each.isdecimal() else 0 for each in told]
    shown = os.terminal_size((0, 0))
    if not all(given) and sys.__stdout__ is not None:
        with contextlib.suppress(OSError, ValueError):  # no terminal, or closed
            shown = os.get_terminal_size(sys.__stdout__.fileno())
    return os.terminal_size(
        (given[0] or shown.columns or columns, given[1] or shown.lines or lines)
    )


def let_go(stream: TextIO) -> None:
    """What could not be written must not be tried again when Python ends: that would be its
    exit code."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
