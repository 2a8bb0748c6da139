"""Captures named by URL (`s3://`, `gs://`, `file://` …): found and read through fsspec.

Which server, which account and which keys is fsspec's own configuration; nothing of it is here.
fsspec is loaded for URLs only.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from typing import BinaryIO, TypeVar, cast

from .base import CaptureError

Answer = TypeVar("Answer")
REMEDY = "pip install 'cors-audit[distributed]'"
OURS = ("fsspec", "s3fs")
"""Packages that this brings. For other stores fsspec itself says what it lacks."""
_URL = re.compile(r"[a-z][a-z0-9+.-]+(://|::)", re.IGNORECASE)
"""At least two letters: one is a drive of Windows."""
_WILD = re.compile(r"[*?\[]")


def is_url(path: str) -> bool:
    """Is a capture named by URL, and not by a path?"""
    return _URL.match(path) is not None


def files(url: str, wanted: Callable[[str], bool]) -> Iterator[str]:
    """The captures that a URL stands for, in a stable order.

    Args:
        url: of one file, of a folder, or with `*` in it.
        wanted: does a file of this name count, in a folder?

    Yields:
        URLs; paths where the files are local ones.

    Raises:
        CaptureError: there is nothing, or it cannot be looked at.
    """
    yield from _asked(url, lambda: _files(url, wanted))


def _files(url: str, wanted: Callable[[str], bool]) -> list[str]:
    from fsspec.core import url_to_fs
    from fsspec.implementations.local import LocalFileSystem

    system, path = url_to_fs(url)
    if _WILD.search(path):
        found = sorted(each for each in system.glob(path) if system.isfile(each))
    elif system.isfile(path):
        found = [path]
    else:
        found = sorted(each for each in system.find(path) if wanted(each.rpartition("/")[2]))
    if not found:
        raise CaptureError(f"{url}: no captures there")
    if isinstance(system, LocalFileSystem):
        return [os.path.normpath(each) for each in found]
    return [system.unstrip_protocol(each) for each in found]


def size(url: str) -> int:
    """Bytes of a file; 0 where nobody knows, or it cannot be read: whoever reads it will tell."""

    def ask() -> int:
        from fsspec.core import url_to_fs

        system, path = url_to_fs(url)
        return int(system.size(path) or 0)

    try:
        return _asked(url, ask)
    except CaptureError:
        return 0


def blocks(url: str, size: int) -> Iterator[bytes]:
    """Everything in a file, about `size` bytes at a time.

    Raises:
        CaptureError: it cannot be read.
    """

    def opened() -> BinaryIO:
        from fsspec.core import url_to_fs

        system, path = url_to_fs(url)
        return cast("BinaryIO", system.open(path, "rb", block_size=size, cache_type="readahead"))

    with _asked(url, opened) as file:
        while block := _asked(url, lambda: file.read(size)):
            yield block


def _asked(url: str, ask: Callable[[], Answer]) -> Answer:
    """What fsspec answers.

    Raises:
        CaptureError: anything went wrong. Each of its file systems has exceptions of its own, so
            all of them are meant.
    """
    try:
        return ask()
    except CaptureError:
        raise
    except ImportError as error:
        named = (error.name or "").partition(".")[0]
        why = f"a capture by URL needs {named}" if named in OURS else str(error)
        remedy = f": {REMEDY}" if any(each in why for each in OURS) else ""
        raise CaptureError(f"{url}: {why}{remedy}") from error
    except FileNotFoundError as error:
        raise CaptureError(f"{url}: no such file or folder") from error
    except Exception as error:
        why = str(error) or type(error).__name__
        raise CaptureError(f"{url}: {why}") from error
