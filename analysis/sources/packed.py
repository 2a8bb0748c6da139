"""Captures that are packed: gzip, mitmproxy's `.zhar` (zlib), Playwright's `.har.zip`."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from .base import CaptureError

if TYPE_CHECKING:
    from zipfile import ZipFile

BLOCK = 2**20
"""Bytes moved at a time."""
GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"


class Broken(Exception):
    """A packed file is damaged or cut off."""


def is_packed(head: bytes) -> bool:
    """Does a file that begins so hold something packed?"""
    return head.startswith((GZIP, ZIP)) or _is_zlib(head)


def unpacked(file: BinaryIO, name: str) -> Iterator[bytes]:
    """The contents of a packed file, block by block.

    Raises:
        CaptureError: it is an archive without a HAR file in it.
        Broken: it is damaged or cut off.
    """
    import gzip  # these two are large, and few captures are packed
    import zipfile

    try:
        head = file.read(len(ZIP))
        file.seek(0)
        if head.startswith(GZIP):
            with gzip.open(file) as unpacking:
                while block := unpacking.read1(BLOCK):
                    yield block
        elif head.startswith(ZIP):
            with zipfile.ZipFile(file) as archive:
                yield from _archived(archive, name)
        else:
            yield from _inflated(file)
    except (EOFError, gzip.BadGzipFile, zipfile.BadZipFile, zlib.error) as error:
        raise Broken(str(error)) from error


def _archived(archive: ZipFile, name: str) -> Iterator[bytes]:
    inside = next((each for each in archive.namelist() if each.endswith(".har")), None)
    if inside is None:
        raise CaptureError(f"{name}: a zip file without a .har file in it")
    try:
        member = archive.open(inside)
    except RuntimeError as error:  # a password, or an unknown compression
        raise CaptureError(f"{name}: {error}; unpack it yourself") from None
    with member:
        while block := member.read(BLOCK):
            yield block


def _is_zlib(head: bytes) -> bool:
    """RFC 1950, section 2.2: deflate with the usual window, and the check of these two bytes."""
    return len(head) >= 2 and head[0] == 0x78 and (head[0] << 8 | head[1]) % 31 == 0


def _inflated(file: BinaryIO) -> Iterator[bytes]:
    unpacking = zlib.decompressobj()
    while not unpacking.eof:
        packed = unpacking.unconsumed_tail or file.read(BLOCK)
        if not packed:
            raise EOFError("Compressed file ended before its end")
        if block := unpacking.decompress(packed, BLOCK):
            yield block
