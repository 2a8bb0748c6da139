"""A Dask cluster as people start one: `dask scheduler` and `dask worker`, on loopback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from dask.distributed import Client

from analysis.fleet import cluster

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


def start(folder: Path, *words: str) -> subprocess.Popen[bytes]:
    """One of Dask's commands, its words about itself in a file."""
    with open(folder / f"{words[0]}.log", "ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "dask", *words], cwd=folder, env=ENVIRONMENT, stderr=log,
            stdout=log,
        )  # fmt: skip


@pytest.fixture(scope="session")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A scheduler: its folder, and its address."""
    folder = tmp_path_factory.mktemp("cluster")
    file = folder / "scheduler.json"
    process = start(
        folder, "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
        "--scheduler-file", str(file),
    )  # fmt: skip
    try:
        # A client that is told the file waits until the scheduler has written it.
        with Client(scheduler_file=str(file), timeout=60, set_as_default=False):
            yield folder, json.loads(file.read_text())["address"]
    finally:
        process.terminate()
        process.wait()


Start = Callable[[int], tuple[str, Client]]


@pytest.fixture
def workers(scheduler: tuple[Path, str]) -> Iterator[Start]:
    """Start so many workers, in a folder that is not ours; the scheduler's address, and a client.

    Nobody starts another worker in place of one that died.
    """
    folder, address = scheduler
    started: list[subprocess.Popen[bytes]] = []
    with cluster_client(address) as client:

        def begin(number: int) -> tuple[str, Client]:
            for _ in range(number):
                started.append(
                    start(folder, "worker", address, "--nthreads", "1", "--no-nanny",
                          "--no-dashboard", "--host", "127.0.0.1")
                )  # fmt: skip
            client.wait_for_workers(number, timeout=60)
            return address, client

        try:
            yield begin
        finally:
            for each in started:
                each.terminate()
                each.wait()


def cluster_client(address: str) -> Client:
    """A client without a look at the workers, of which there are none yet."""
    return Client(address, timeout=cluster.TO_CONNECT, set_as_default=False)


def cors_audit(
    *words: str | Path, cwd: Path = ROOT, **environment: str
) -> subprocess.CompletedProcess[str]:
    """The command, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "analysis", *map(str, words)], cwd=cwd,
        env={**ENVIRONMENT, **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip
