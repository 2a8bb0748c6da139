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


def let_go(stream: TextIO) -> None:
    """What could not be written must not be tried again when Python ends: that would be its
    exit code."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
