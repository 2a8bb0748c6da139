"""Writing a finished report, that was searched (`leaks`): all of it or nothing."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path, PurePath
from typing import IO

from . import targets
from .tables import Tables

PIECE = 2**20
"""Characters of a text that are written at a time."""


def write_text(text: str, path: str | PurePath) -> None:
    """Write `text`; `-` is standard output.

    Raises:
        OSError: the file cannot be written; nothing of it is left.
    """
    _put(text, path)


def write_tables(tables: Tables, paths: Iterable[Path]) -> None:
    """The same for a report of several files: all of them or none.

    Args:
        paths: where each of `tables.files` goes, in their order.
    """
    _put_all(zip(paths, tables.files, strict=True))


def require(path: str | PurePath) -> None:
    """Find out before the work whether a file can be put there, as far as that can be known.

    Raises:
        OSError: it cannot.
    """
    target = Path(path)
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
    folder = target.parent
    while not folder.exists() and folder != folder.parent:  # what is missing is made
        folder = folder.parent
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
    if not _is_special(target) and not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))


def _is_special(target: Path) -> bool:
    """A device, a pipe or a socket: it is written to, a file would be put in its place."""
    try:
        mode = target.stat().st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def unique(path: str | PurePath) -> Path:
    """`path`, or with a number before its suffix when a file is there already."""
    wanted = Path(path)
    candidate, number = wanted, 1
    while candidate.exists() or candidate.is_symlink():
        number += 1
        candidate = wanted.with_name(f"{wanted.stem}-{number}{wanted.suffix}")
    return candidate


def keep_existing(path: str | PurePath) -> Path | None:
    """Move what is in the way of a report to names with their dates; answers the first of them.

    Raises:
        UnknownFormat: no report has that suffix.
    """
    kept = [dated for each in targets(path) if (dated := _keep(each))]
    return kept[0] if kept else None


def _keep(old: Path) -> Path | None:
    if not old.is_file():  # also a folder or a device: whoever writes there tells
        return None
    changed = datetime.fromtimestamp(old.stat().st_mtime, UTC)
    dated = unique(old.with_name(f"{old.stem}-{changed:%Y%m%d-%H%M}{old.suffix}"))
    os.replace(old, dated)
    return dated


def _put(data: str, path: str | PurePath) -> None:
    if str(path) == "-":
        _to_stdout(data)
        return
    _put_all([(Path(path), data)])


def _put_all(files: Iterable[tuple[Path, str | bytes]]) -> None:
    """Write each beside its target, then move them into place."""
    written: list[tuple[Path, Path]] = []
    try:
        for target, data in files:
            require(target)  # known before the first file is moved
            if _is_special(target):
                with open(target, "wb") as file:
                    _write(data, file)
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            beside = target.with_name(f".{target.name}.{os.getpid()}-{os.urandom(4).hex()}.part")
            written.append((beside, target))
            with open(beside, "xb") as file:
                _write(data, file)
        for beside, target in written:
            os.replace(beside, target)
    except BaseException:
        for beside, _ in written:
            with contextlib.suppress(OSError):
                beside.unlink()
        raise


def _write(data: str | bytes, file: IO[bytes]) -> None:
    """Write all of it, a text piece by piece: it may be large, and encoded it is as large again."""
    if isinstance(data, bytes):
        file.write(data)
        return
    for start in range(0, len(data), PIECE):
        file.write(data[start : start + PIECE].encode("utf-8"))


def _to_stdout(data: str) -> None:
    binary = getattr(sys.stdout, "buffer", None)
    if binary is None:
        sys.stdout.write(data)
    else:
        sys.stdout.flush()
        _write(data, binary)
    sys.stdout.flush()
