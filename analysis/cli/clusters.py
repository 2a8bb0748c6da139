"""Verbs that have their work done by a Dask cluster: what is missing, said in the user's words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from .endings import Failure
from .shared import SCHEDULER, WORKERS

if TYPE_CHECKING:
    from dask.distributed import Client

    from ..fleet.session import Crew

EXTRA = "pip install 'cors-audit[distributed]'"


@contextmanager
def needed(what: str) -> Iterator[None]:
    """Inside, a missing package or cluster ends the command with its remedy.

    Args:
        what: asked for it, for the message.
    """
    try:
        yield
    except ImportError as error:
        raise Failure(f"{what} needs {error.name or error}: {EXTRA}") from error


def client() -> Client:
    """A client of the cluster that `--scheduler` names, else of processes of this machine."""
    context = click.get_current_context()
    with needed("--scheduler" if context.meta.get(SCHEDULER) else "--each"):
        from ..fleet.cluster import FleetError, connected, local
    address = context.meta.get(SCHEDULER)
    try:
        return context.with_resource(
            connected(address) if address else local(context.meta.get(WORKERS, 1))
        )
    except FleetError as error:
        raise Failure(str(error)) from error


def crew() -> Crew | None:
    """Workers that read for as long as the command runs, since reports are searched there, too;
    None without `--scheduler`."""
    if not click.get_current_context().meta.get(SCHEDULER):
        return None
    asked = client()
    from ..fleet.session import Crew

    return Crew(asked)
