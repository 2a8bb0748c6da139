"""What stands around all verbs: whatever ends one of them, the exit code is the contract's."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from .endings import INTERRUPTED, WRONG_USE
from .streams import let_go, tell


class Guarded(click.Group):
    """Ends that click has other exit codes for, or none: Python's own would be 1, a finding."""

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """Read the command line; `--version` and its like end here."""
        with _told():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        """Do what a verb does."""
        with _told():
            return super().invoke(ctx)

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """As click's; what standard output cannot spell is escaped, as on standard error."""
        reconfigure = getattr(sys.stdout, "reconfigure", None)
        if reconfigure is not None and sys.stdout.errors == "strict":
            reconfigure(errors="backslashreplace")
        try:
            return super().main(*args, **kwargs)
        except OSError:  # not even the message could be written
            let_go(sys.stderr)
            sys.exit(WRONG_USE)


@contextmanager
def _told() -> Iterator[None]:
    """A verb's own end goes on upwards, any other one is told here."""
    try:
        yield
    except (click.ClickException, click.Abort, click.exceptions.Exit):
        raise
    except KeyboardInterrupt:
        tell("interrupted; nothing was written after that")
        code = INTERRUPTED
    except MemoryError:
        tell("there is not enough memory: give fewer recordings at a time")
        code = WRONG_USE
    except Exception as error:
        from ..trace import trace

        tell(
            f"an error of our own; nothing was written after that: {trace(error)}. "
            "Please report it as a bug, without the recording"
        )
        code = WRONG_USE
    else:
        return
    raise click.exceptions.Exit(code)
