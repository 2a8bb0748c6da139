"""The cluster: one that exists, or processes of this machine for the time of the work."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager

from dask.distributed import Client, KilledWorker, LocalCluster

from reports.words import count

from .. import __version__

TO_CONNECT = 10
"""Seconds in which a scheduler must answer."""
TO_BEGIN = 120
"""Seconds in which a first worker must answer: some clusters start one only when there is work."""
RETRIES = 2
"""Times that a task which failed is tried again. Dask itself repeats those of lost workers."""

AHEAD = 3
"""Tasks for each thread of the cluster that are under way or wait to be taken: bounds the memory
here and there."""


class FleetError(Exception):
    """The cluster cannot be used; the text names the remedy."""


@contextmanager
def connected(address: str) -> Iterator[Client]:
    """A client of the cluster whose scheduler has this address; TLS as Dask is configured.

    Raises:
        FleetError: nobody is there, there are no workers, or these are not like us.
    """
    try:
        client = Client(address, timeout=TO_CONNECT, set_as_default=False)
    except (OSError, ValueError, RuntimeError, TypeError) as error:
        raise FleetError(
            f"no Dask scheduler answers at {address} ({error}): expected an address like "
            "tcp://scheduler:8786, as `dask scheduler` prints it"
        ) from error
    with client:
        _look_at(client, address)
        yield client


@contextmanager
def local(workers: int) -> Iterator[Client]:
    """A client of so many processes on this machine, which end with the work."""
    with (
        LocalCluster(
            n_workers=workers, threads_per_worker=1, processes=True, host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):  # fmt: skip
        yield client


def _look_at(client: Client, address: str) -> None:
    """Is somebody there, and are all of them able to do what we ask? A worker that cannot load a
    task would be silent: Dask only tries again."""
    try:
        client.submit(int, pure=False).result(timeout=TO_BEGIN)
    except TimeoutError as error:
        raise FleetError(
            f"the scheduler at {address} found no worker in {TO_BEGIN} seconds: start some, "
            f"with `dask worker {address} --nthreads 1`"
        ) from error
    try:
        client.run_on_scheduler(like_us, __version__)  # it looks into tasks, too
        client.run(like_us, __version__)
    except Exception as error:  # theirs, or one that tells of theirs
        if isinstance(error, FleetError):
            raise
        raise FleetError(
            f"the cluster at {address} cannot do our tasks ({error}): install "
            f"'cors-audit[distributed]' {__version__} on the scheduler and on all workers"
        ) from error


def like_us(version: str) -> None:
    """On another machine: is this the version of whoever asks? Others have other results.

    Raises:
        FleetError: it is not.
    """
    if version != __version__:
        raise FleetError(
            f"a machine of the cluster has cors-audit {__version__}, and this is {version}: "
            "install the same version on all machines"
        )


def ahead_of(client: Client) -> int:
    """Tasks that are given to a cluster before the first of them has ended."""
    threads: dict[str, int] = client.nthreads()
    return AHEAD * max(1, sum(threads.values()))


@contextmanager
def reachable() -> Iterator[None]:
    """Inside, a cluster that goes away is said in our words.

    Raises:
        FleetError: it did.
    """
    try:
        yield
    except CancelledError as error:
        raise FleetError(f"the connection to the scheduler was lost: {error}") from error


def lost(error: KilledWorker) -> str:
    """What became of a task that several workers did not survive."""
    number = error.allowed_failures + 1
    return f"{count(number, 'worker')} {'was' if number == 1 else 'were'} lost at reading it"
