"""Finding captures, and opening each by what it is, not by what it is called."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from ..frozen import frozen
from . import remote
from .base import CaptureError, Unreadable
from .packed import BLOCK, Broken, is_packed, unpacked
from .stored import Stored

SUFFIXES = (".flow", ".flows", ".mitm", ".jsonl", ".har", ".zhar")
"""What is taken from a folder, also with `.gz` behind it."""

REMEDY = "expected a recording made by `mitmdump -w FILE` or `cors-audit record`, or a HAR file"
IN_MEMORY = 16 * 2**20
"""Larger files are not read at once, and get no digest: most bytes of them are stepped over."""
BOMB_SIZE, BOMB_RATIO = 2**30, 200
"""What unpacks to more than so many bytes, and so many times its size, is no recording."""


@frozen
class CaptureFile:
    """One input, opened."""

    name: str
    """File name only."""
    data: Stored
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
        kind, made_by = _recognised(data)
    except OSError as error:
        raise CaptureError(f"{path}: {error.strerror or error}") from error
    except Unreadable as error:
        raise CaptureError(f"{name}: {error}") from error
    if not len(data):
        raise CaptureError(f"{name}: {fault or 'the file is empty'}; {REMEDY}")
    if kind is None:
        raise CaptureError(f"{name}: no capture; {REMEDY}")
    return CaptureFile(name, data, kind, digest, fault, made_by)


def _recognised(data: Stored) -> tuple[str | None, str | None]:
    """`kind` and `made_by` of `CaptureFile`; no kind: it is no capture."""
    head = data[0:4096]
    from . import journal

    if journal.is_journal(head):
        return "journal", None
    from . import har

    if har.is_har(head):
        from .exporters import made_by

        return "har", made_by(data)
    from .flowfile import holds_flows

    return ("flow" if holds_flows(data) else None), None


def name_of(path: str) -> str:
    """What a capture is called where people read of it."""
    return "standard input" if path == "-" else Path(path).name


def _contents(path: str) -> tuple[Stored, str | None, str | None]:
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
            digest = sha.hexdigest() if aside.tell() <= IN_MEMORY else None
            data, fault = _unpacked(aside, name)
        return data, digest, fault
    with open(path, "rb", buffering=0) as file:
        state = os.fstat(file.fileno())
        if not stat.S_ISREG(state.st_mode):
            with _put_aside(file, name) as aside:
                data, fault = _unpacked(aside, name)
            return data, None, fault
        if state.st_size > IN_MEMORY:
            data, fault = _unpacked(file, name)
            return data, None, fault
        held = file.read()
        data, fault = _unpacked(file, name) if is_packed(held[:4]) else (Stored.of(held), None)
        return data, sha256(held).hexdigest(), fault


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


def _unpacked(file: BinaryIO, name: str) -> tuple[Stored, str | None]:
    """The contents of a file, compressed or not, and why they may not be everything.

    Raises:
        CaptureError: there is far more in it than a recording can hold.
    """
    file.seek(0)
    head = file.read(4)
    file.seek(0)
    if not is_packed(head):
        return _stored(file), None
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
        except Broken as error:
            fault = f"cannot be unpacked to its end ({str(error).rstrip('.')})"
        return _stored(aside), fault


def _stored(file: BinaryIO) -> Stored:
    """A file as it is now, which its caller may close."""
    return Stored(open(os.dup(file.fileno()), "rb", buffering=0))
