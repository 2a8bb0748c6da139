"""Reading captures piece by piece, in this process or in several: one order either way."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import astuple, field
from pathlib import Path

from ..frozen import frozen
from ..redact import Account, Door
from . import parcel, remote
from .base import CaptureError, Problem, Unreadable
from .opening import CaptureFile, name_of, open_capture
from .packed import is_packed
from .parcel import Item
from .stored import CUT_SHORT, Stored

Passed = Callable[[int], None]
PIECE = 32 * 2**20
"""Bytes of a large flow file that one process reads at a time."""
STEP = 256
"""Bytes looked at where one record ends and the next begins."""
WORTH_IT = 64 * 2**20
"""Bytes in all from which on further processes are started: starting them costs as much as
reading so much."""


@frozen
class Piece:
    """A capture, or a part of one, and what is in it."""

    number: int
    """Of the capture: the pieces of one have the same, and follow each other."""
    name: str
    kind: str = "flow"
    sha256: str | None = None
    made_by: str | None = None
    """As in `CaptureFile`."""
    error: str | None = None
    """Why nothing of it can be used."""
    items: Iterable[Item] = ()


@frozen
class Task:
    """What another process is to read."""

    number: int
    path: str
    fault: str | None
    """Why it cannot be read, where that is known already."""
    key: str = field(repr=False)
    """Of the door, in hexadecimal digits."""
    redact: bool
    size: int
    """Bytes on disk that it stands for."""
    start: int = 0
    stop: int | None = None

    def as_bytes(self) -> bytes:
        """As another process gets it."""
        return parcel.pack(astuple(self))

    @classmethod
    def of_bytes(cls, sent: bytes) -> Task:
        """What `as_bytes` made."""
        return cls(*parcel.unpack(sent)[0])


def read(
    capture: CaptureFile,
    door: Door,
    capture_id: str,
    start: int = 0,
    stop: int | None = None,
    passed: Passed | None = None,
) -> Iterator[Item]:
    """Everything in a capture, or in a part of a flow file, in its own order; then it is closed.

    Args:
        passed: called now and then with the number of bytes that were read since.
    """
    try:
        yield from _read_on(capture, door, capture_id, start, stop, passed)
        if stop is not None and stop > len(capture.data):
            raise Unreadable(CUT_SHORT)
    except Unreadable as error:
        yield Problem("damaged file", str(error), fatal=True)
    if capture.fault is not None:
        yield Problem("damaged file", capture.fault, fatal=True)


def _read_on(
    capture: CaptureFile,
    door: Door,
    capture_id: str,
    start: int,
    stop: int | None,
    passed: Passed | None,
) -> Iterator[Item]:
    try:
        if capture.kind == "journal":
            from . import journal

            yield from journal.exchanges(capture.data, capture_id)
            if passed is not None:
                passed(len(capture.data))
        elif capture.kind == "har":
            from . import har

            yield from har.exchanges(capture.data, door, capture_id, passed)
        else:
            from . import flowfile

            yield from flowfile.exchanges(capture.data, door, capture_id, start, stop, passed)
    finally:
        capture.data.close()


def pieces(
    workers: int, found: Sequence[str | CaptureError], key: bytes, door: Door, passed: Passed
) -> Generator[Piece, None, None]:
    """Everything in the captures that `find` has found, in order.

    Args:
        workers: processes that may read at the same time; below 2 this one reads.
        key: of the door.
        passed: told how many bytes of the files were read since it was told last.
    """
    if workers > 1 and size_of(found) >= WORTH_IT and all(map(can_be_sent, found)):
        yield from _together(found, key, door, workers, passed)
        return
    for number, path in enumerate(found):
        yield _alone(number, path, door, passed)


def size_of(found: Iterable[str | CaptureError]) -> int:
    """Bytes in the files among these."""
    return sum(_size(each) for each in found)


def _size(path: str | CaptureError) -> int:
    if isinstance(path, CaptureError) or path == "-":
        return 0
    if remote.is_url(path):
        return remote.size(path)
    try:
        return os.path.getsize(path)
    except OSError:
        return 0  # whoever is to read it will tell


def can_be_sent(path: str | CaptureError) -> bool:
    """Can another process read it? Not a pipe of ours."""
    if isinstance(path, CaptureError) or remote.is_url(path):
        return True
    return not (path == "-" or Path(path).is_fifo())


def _alone(number: int, path: str | CaptureError, door: Door, passed: Passed) -> Piece:
    try:
        if isinstance(path, CaptureError):
            raise path
        capture = open_capture(path)
    except CaptureError as error:
        return Piece(number, "", error=str(error))
    scale = _size(path) / len(capture.data)  # less than 1 for a compressed file
    items = read(capture, door, f"c{number}", passed=lambda behind: passed(round(behind * scale)))
    return Piece(number, capture.name, capture.kind, capture.sha256, capture.made_by, items=items)


def _together(
    found: Sequence[str | CaptureError], key: bytes, door: Door, workers: int, passed: Passed
) -> Iterator[Piece]:
    from . import pool

    tasks = (
        each.as_bytes()
        for number, path in enumerate(found)
        for each in tasks_of(number, path, key.hex(), door.redact)
    )
    for sent, reply in pool.in_order(_read, tasks, workers):
        task = Task.of_bytes(sent)
        if isinstance(reply, pool.Died):
            where = "" if task.stop is None else f" (bytes {task.start} to {task.stop})"
            problem = Problem("lost process", f"{reply.reason}{where}", fatal=True)
            yield Piece(task.number, name_of(task.path), items=[problem])
        else:
            piece, account = unpacked(reply)
            door.take_over(account)
            yield piece
        passed(task.size)


def tasks_of(number: int, path: str | CaptureError, key: str, redact: bool) -> Iterator[Task]:
    """One for a capture; several for a large flow file."""
    if isinstance(path, CaptureError):
        yield Task(number, "", str(path), key, redact, 0)
        return
    size = _size(path)
    if size >= 2 * PIECE:
        try:
            with open(path, "rb", buffering=0) as file:
                parts = list(_parts(Stored(file, STEP)))
        except (OSError, Unreadable):
            parts = []  # whoever is to read it will tell
        for start, stop in parts:
            yield Task(number, path, None, key, redact, stop - start, start, stop)
        if parts:
            return
    yield Task(number, path, None, key, redact, size)


def _parts(file: Stored) -> Iterator[tuple[int, int]]:
    """Parts of a flow file; none of what can only be read as a whole."""
    from . import flowfile, har, journal

    head = file[0:4096]
    if not (is_packed(head) or journal.is_journal(head) or har.is_har(head)):
        yield from flowfile.borders(file, PIECE)


def _read(sent: bytes) -> bytes:
    """What another process does with a task."""
    return packed(*read_task(Task.of_bytes(sent)))


def read_task(task: Task) -> tuple[Piece, Account]:
    """Do what a task says; what was withheld, beside what was read."""
    door = Door(bytes.fromhex(task.key), task.redact)
    try:
        if task.fault is not None:
            raise CaptureError(task.fault)
        capture = open_capture(task.path)
    except CaptureError as error:
        return Piece(task.number, "", error=str(error)), door.account()
    items = list(read(capture, door, f"c{task.number}", task.start, task.stop))
    piece = Piece(
        task.number, capture.name, capture.kind, capture.sha256, capture.made_by, None, items
    )
    return piece, door.account()


def packed(piece: Piece, account: Account) -> bytes:
    """A piece on its way to another process."""
    about = piece.number, piece.name, piece.kind, piece.sha256, piece.made_by, piece.error
    return parcel.pack((about, account), piece.items)


def unpacked(reply: bytes) -> tuple[Piece, Account]:
    """What `packed` was given."""
    (about, account), items = parcel.unpack(reply)
    number, name, kind, sha256, made_by, error = about
    return Piece(number, name, kind, sha256, made_by, error, items), account
