"""Captures: finding them, and reading each by what it is, not by what it is called."""

from __future__ import annotations

import mmap
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path

from ..exchange import Exchange
from ..redact import Door
from .base import CaptureError, Problem

__all__ = ["CaptureError", "CaptureFile", "Problem", "find", "read"]

SUFFIXES = (".flow", ".flows", ".mitm", ".jsonl", ".har")
"""What is taken from a folder."""

REMEDY = "expected a recording made by `mitmdump -w FILE` or `cors-audit record`, or a HAR file"


@dataclass(frozen=True, slots=True)
class CaptureFile:
    """One input, opened or not."""

    name: str
    """File name only."""
    data: bytes | mmap.mmap
    kind: str
    """`flow`, `journal` or `har`."""
    sha256: str | None
    made_by: str | None = None
    """Of a HAR file: the name that its exporter gives itself."""


def find(inputs: Sequence[str]) -> Iterator[str | CaptureError]:
    """Expand folders; what cannot be used comes as an error in its place.

    Yields:
        Paths in a stable order, `-` for standard input.
    """
    for each in inputs:
        path = Path(each)
        if each == "-" or path.is_file() or path.is_fifo():
            yield each
        elif path.is_dir():
            found = sorted(
                p for p in path.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file()
            )
            if not found:
                yield CaptureError(
                    f"{each}: no captures in this folder (looked for {', '.join(SUFFIXES)})"
                )
            yield from map(str, found)
        else:
            yield CaptureError(f"{each}: no such file or folder")


def open_capture(path: str) -> CaptureFile:
    """Open one capture and tell what it is by its first bytes.

    Raises:
        CaptureError: it is empty, not a capture, or cannot be read.
    """
    name = "standard input" if path == "-" else Path(path).name
    try:
        data = _bytes(path)
    except OSError as error:
        raise CaptureError(f"{path}: {error.strerror or error}") from error
    head = bytes(data[:4096])
    if not head:
        raise CaptureError(f"{name}: the file is empty; {REMEDY}")
    from . import journal

    digest = None if isinstance(data, bytes) else _digest(path)
    if journal.is_journal(head):
        return CaptureFile(name, data, "journal", digest)
    from . import har

    if har.is_har(head):
        return CaptureFile(name, data, "har", digest, har.made_by(data))
    from .flowfile import holds_flows

    if holds_flows(data):
        return CaptureFile(name, data, "flow", digest)
    if head[:2] == b"\x1f\x8b":
        raise CaptureError(f"{name}: compressed; unpack it first (gunzip {name})")
    raise CaptureError(f"{name}: no capture; {REMEDY}")


def read(capture: CaptureFile, door: Door, capture_id: str) -> Iterator[Exchange | Problem]:
    """Everything in a capture, in its own order."""
    if capture.kind == "journal":
        from . import journal

        return journal.exchanges(capture.data, capture_id)
    if capture.kind == "har":
        from . import har

        return har.exchanges(capture.data, door, capture_id)
    from .flowfile import exchanges

    return exchanges(capture.data, door, capture_id)


def _digest(path: str) -> str:
    """SHA-256 of the file, read in blocks: through the map it would all count as memory."""
    with open(path, "rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _bytes(path: str) -> bytes | mmap.mmap:
    if path == "-":
        return sys.stdin.buffer.read()
    with open(path, "rb") as file:
        if not os.fstat(file.fileno()).st_size or Path(path).is_fifo():
            return file.read()
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
