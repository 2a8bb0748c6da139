"""Finding captures, and opening each by what it is, not by what it is called."""

from __future__ import annotations

import mmap
import os
import stat
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path
from typing import BinaryIO

from . import remote
from .base import CaptureError
from .packed import BLOCK, BROKEN, is_packed, unpacked
from .tnet import Data

SUFFIXES = (".flow", ".flows", ".mitm", ".jsonl", ".har", ".zhar")
"""What is taken from a folder, also with `.gz` behind it."""

REMEDY = "expected a recording made by `mitmdump -w FILE` or `cors-audit record`, or a HAR file"
LARGEST_DIGEST = 64 * 2**20
"""Larger files get no digest: it would cost more than reading what matters in them."""
IN_MEMORY = 16 * 2**20
"""Larger files are mapped. Somebody may cut a file while it is mapped, and the system then ends the
process that reads on: a process of its own, therefore (`reading`), or a program that calls us."""
BOMB_SIZE, BOMB_RATIO = 2**30, 200
"""What unpacks to more than so many bytes, and so many times its size, is no recording."""


@dataclass(frozen=True, slots=True)
class CaptureFile:
    """One input, opened."""

    name: str
    """File name only."""
    data: Data
    """Everything in it, unpacked."""
    kind: str
    """`flow`, `journal` or `har`."""
    sha256: str | None
    fault: str | None = None
    """Why there is less in it than there should be."""
    made_by: str | None = None
    """Of a HAR file: the name that its exporter gives itself."""


def find(inputs: Sequence[str]) -> Iterator[str | CaptureError]:
    """Expand folders; what cannot be used comes as an error in its place.

    Yields:
        Paths and URLs in a stable order, `-` for standard input.
    """
    for each in inputs:
        if remote.is_url(each):
            try:
                yield from remote.files(each, _is_capture)
            except CaptureError as error:
                yield error
            continue
        if each == "-":
            yield each
            continue
        try:
            mode = os.stat(each).st_mode
        except (FileNotFoundError, NotADirectoryError):
            yield CaptureError(f"{each}: no such file or folder")
        except (OSError, ValueError) as error:  # ValueError: a zero byte in the name
            yield CaptureError(f"{each}: {getattr(error, 'strerror', None) or error}")
        else:
            if stat.S_ISREG(mode) or stat.S_ISFIFO(mode):
                yield each
            elif stat.S_ISDIR(mode):
                yield from _inside(each)
            else:
                yield CaptureError(f"{each}: a device or a socket; {REMEDY}")


def _inside(folder: str) -> Iterator[str | CaptureError]:
    """The captures in a folder and below. Links to folders are not followed."""
    faults: list[OSError] = []
    found = [
        Path(place, name)
        for place, _, names in os.walk(folder, onerror=faults.append)
        for name in names
        if _is_capture(name) and not _is_special(os.path.join(place, name))
    ]
    for fault in faults:
        yield CaptureError(f"{fault.filename}: {fault.strerror or fault}")
    if not found and not faults:
        yield CaptureError(
            f"{folder}: no captures in this folder (looked for {', '.join(SUFFIXES)})"
        )
    yield from map(str, sorted(found))


def _is_special(path: str) -> bool:
    """Is it there, and no file? Whoever opens what is not there tells."""
    try:
        return not stat.S_ISREG(os.stat(path).st_mode)
    except OSError:
        return False


def _is_capture(name: str) -> bool:
    return name.lower().removesuffix(".gz").endswith(SUFFIXES)


def open_capture(path: str) -> CaptureFile:
    """Open one capture and tell what it is by its first bytes.

    Raises:
        CaptureError: it is empty, not a capture, or cannot be read.
    """
    name = name_of(path)
    try:
        data, digest, fault = _contents(path)
    except OSError as error:
        raise CaptureError(f"{path}: {error.strerror or error}") from error
    head = bytes(data[:4096])
    if not head:
        raise CaptureError(f"{name}: {fault or 'the file is empty'}; {REMEDY}")
    from . import journal

    if journal.is_journal(head):
        return CaptureFile(name, data, "journal", digest, fault)
    from . import har

    if har.is_har(head):
        from .exporters import made_by

        return CaptureFile(name, data, "har", digest, fault, made_by(data))
    from .flowfile import holds_flows

    if holds_flows(data):
        return CaptureFile(name, data, "flow", digest, fault)
    raise CaptureError(f"{name}: no capture; {REMEDY}")


def name_of(path: str) -> str:
    """What a capture is called where people read of it."""
    return "standard input" if path == "-" else Path(path).name


def _contents(path: str) -> tuple[Data, str | None, str | None]:
    """What is in a file, its digest, and why it may not be everything."""
    name = name_of(path)
    if path == "-":
        if sys.stdin is None:
            raise CaptureError(f"{name}: it is closed; {REMEDY}")
        with _put_aside(sys.stdin.buffer, name) as aside:
            data, fault = _unpacked(aside, name)
        return data, None, fault
    if remote.is_url(path):
        with _nameless(name) as aside:
            sha = sha256()
            for block in remote.blocks(path, BLOCK):
                sha.update(block)
                _keep(block, aside, name)
            digest = sha.hexdigest() if aside.tell() <= LARGEST_DIGEST else None
            data, fault = _unpacked(aside, name)
        return data, digest, fault
    with open(path, "rb") as file:
        state = os.fstat(file.fileno())
        if not stat.S_ISREG(state.st_mode):
            with _put_aside(file, name) as aside:
                data, fault = _unpacked(aside, name)
            return data, None, fault
        digest = None
        if state.st_size <= LARGEST_DIGEST:
            digest = file_digest(file, "sha256").hexdigest()
        data, fault = _unpacked(file, name)
        return data, digest, fault


def _put_aside(pipe: BinaryIO, name: str) -> BinaryIO:
    """A nameless file with everything that comes through a pipe; the caller closes it."""
    aside = _nameless(name)
    while block := pipe.read(BLOCK):
        _keep(block, aside, name)
    return aside


def _nameless(name: str) -> BinaryIO:
    """A file that only we can read, and that goes with us."""
    try:
        return tempfile.TemporaryFile(buffering=0)
    except OSError as error:
        raise _no_room(name, error) from error


def _keep(block: bytes, aside: BinaryIO, name: str) -> None:
    try:
        while block:
            block = block[aside.write(block) :]
    except OSError as error:
        raise _no_room(name, error) from error


def _no_room(name: str, error: OSError) -> CaptureError:
    """Pipes and what is unpacked need room of their own."""
    return CaptureError(
        f"{name}: cannot be unpacked into {tempfile.gettempdir()}: {error.strerror or error}; "
        "set TMPDIR to a folder with room"
    )


def _unpacked(file: BinaryIO, name: str) -> tuple[Data, str | None]:
    """The contents of a file, compressed or not, and why they may not be everything.

    Raises:
        CaptureError: there is far more in it than a recording can hold.
    """
    file.seek(0)
    head = file.read(4)
    file.seek(0)
    if not is_packed(head):
        return _mapped(file), None
    size, done, fault = os.fstat(file.fileno()).st_size, 0, None
    with _nameless(name) as aside:
        try:
            for block in unpacked(file, name):
                done += len(block)
                if done > max(BOMB_SIZE, BOMB_RATIO * size):
                    raise CaptureError(
                        f"{name}: {size} bytes unpack to more than {done - len(block)}, which no "
                        "recording does; if you trust it, unpack it yourself (gunzip)"
                    )
                _keep(block, aside, name)
        except BROKEN as error:
            fault = f"cannot be unpacked to its end ({str(error).rstrip('.')})"
        return _mapped(aside), fault


def _mapped(file: BinaryIO) -> Data:
    """A file as it is now; one that still grows is read as far as it got."""
    size = os.fstat(file.fileno()).st_size
    if size <= IN_MEMORY:
        file.seek(0)
        return file.read(size)
    return mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ)
