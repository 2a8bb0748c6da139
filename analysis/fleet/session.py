"""One session whose captures are read by a cluster, and judged here.

What comes back of a capture is what came through the door there, and digests of what did not.
The withheld values themselves stay with the worker that met them, as a result that nobody
fetches; when a report is finished its text goes there to be searched. A worker that is lost
takes its part along: Dask has it read again by another one.
"""

from __future__ import annotations

import os
import platform
from collections import defaultdict, deque
from collections.abc import Generator, Iterable, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Any

from dask.distributed import Client, Future, KilledWorker

from .. import __version__
from ..hidden import Elsewhere, Told, masked
from ..redact import Door
from ..sources import CaptureError, Piece, Problem, name_of
from ..sources.reading import (
    Passed,
    Task,
    can_be_sent,
    packed,
    read_task,
    tasks_of,
    unpacked,
)
from ..sources.remote import is_url
from .cluster import RETRIES, ahead_of, like_us, lost, reachable


class Crew(Elsewhere):
    """Reads the captures of one session, and keeps what was withheld from it.

    Args:
        client: of the cluster.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._door = Door()
        self._hidden: list[Future[Told]] = []

    def pieces(
        self, found: Sequence[str | CaptureError], key: bytes, door: Door, passed: Passed
    ) -> Generator[Piece, None, None]:
        """As `sources.pieces`: everything in the captures, in order."""
        self._door = door
        ahead = ahead_of(self._client)
        waiting: deque[tuple[Task, Future[Any]]] = deque()
        try:
            for number, path in enumerate(found):
                for task in tasks_of(number, _sendable(path), key.hex(), door.redact):
                    waiting.append((task, self._submit(task)))
                    if len(waiting) >= ahead:
                        yield self._taken(*waiting.popleft(), door, passed)
            while waiting:
                yield self._taken(*waiting.popleft(), door, passed)
        finally:
            self._client.cancel([future for _, future in waiting])

    def _submit(self, task: Task) -> Future[Any]:
        """Have a task done; the future is of what is fetched of it."""
        ask = self._client.submit
        done = ask(extract, __version__, task.as_bytes(), pure=False, retries=RETRIES)
        self._hidden.append(ask(itemgetter(1), done, pure=False))
        return ask(itemgetter(0), done, pure=False)

    def _taken(self, task: Task, future: Future[Any], door: Door, passed: Passed) -> Piece:
        try:
            with reachable():
                parcel = future.result()
        except KilledWorker as error:
            where = "" if task.stop is None else f" (bytes {task.start} to {task.stop})"
            problem = Problem("lost process", f"{lost(error)}{where}", fatal=True)
            return Piece(task.number, name_of(str(task.path)), items=[problem])
        piece, account = unpacked(parcel)
        door.take_over(account)
        passed(task.size)
        return piece

    def hits(self, text: str) -> list[tuple[int, str, str, str]]:
        """Have a text searched, on each worker for what was withheld there."""
        with reachable():
            return self._hits(text)

    def _hits(self, text: str) -> list[tuple[int, str, str, str]]:
        kept = [each for each in self._hidden if each.status != "error"]
        places = self._client.who_has(kept)
        by_worker: defaultdict[tuple[str, ...], list[Future[Told]]] = defaultdict(list)
        for each in kept:
            by_worker[tuple(places.get(each.key, ())[:1])].append(each)
        sent = self._client.scatter(text, hash=False)
        public = "\n".join(sorted(self._door.origins))
        found = self._client.gather(
            [
                self._client.submit(
                    search, sent, public, part, pure=False, retries=RETRIES,
                    workers=list(worker) or None, allow_other_workers=True,
                )
                for worker, part in by_worker.items()
            ]
        )  # fmt: skip
        return [hit for part in found for hit in part]


def _sendable(path: str | CaptureError) -> str | CaptureError:
    """The same capture for a process in another folder."""
    if isinstance(path, CaptureError) or is_url(path):
        return path
    if not can_be_sent(path):
        return CaptureError(
            f"{name_of(path)}: other machines cannot read it: store it in a file, or leave out "
            "--scheduler"
        )
    return os.path.abspath(path)


def extract(version: str, sent: bytes) -> tuple[bytes, Told]:
    """On a worker: read, and answer what may travel, and what was withheld."""
    like_us(version)
    task = Task.of_bytes(sent)
    piece, (told, origins) = read_task(task)
    if task.fault is None and not is_url(task.path) and not os.path.exists(task.path):
        why = (
            f"{task.path}: not there on the worker {platform.node()}: share the folder with "
            "the workers, or name the capture by URL (s3://…)"
        )
        piece = replace(piece, error=why)
    return packed(piece, (masked(told, bytes.fromhex(task.key)), origins)), told


def search(text: str, public: str, hidden: Iterable[Told]) -> list[tuple[int, str, str, str]]:
    """On a worker: which of the values that were withheld here stand in a text?

    Args:
        public: what is no secret, in lines.
    """
    from reports import leaks

    values = {value for parts, _ in hidden for _, part in parts for value in part}
    secrets = frozenset(value for value in values if value not in public)
    return [(hit.place, hit.form, hit.value, hit.spelling) for hit in leaks.hits(text, secrets)]
