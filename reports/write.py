"""Writing a finished report: all of it or nothing, and never with a secret in it."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path, PurePath

from . import leaks


def write_text(text: str, path: str | PurePath, secrets: Iterable[str] = ()) -> None:
    """Search `text` for `secrets`, then write it; `-` is standard output.

    Raises:
        SecretFound: a secret is in it; nothing was written.
        OSError: the file cannot be written; nothing of it is left.
    """
    leaks.search(text, secrets)
    _put(text.encode("utf-8"), path)


def write_bytes(data: bytes, path: str | PurePath, secrets: Iterable[str] = ()) -> None:
    """The same for a format that is not text."""
    leaks.search(data.decode("latin-1"), secrets)
    _put(data, path)


def unique(path: str | PurePath) -> Path:
    """`path`, or with a number before its suffix when a file is there already."""
    wanted = Path(path)
    candidate, number = wanted, 1
    while candidate.exists() or candidate.is_symlink():
        number += 1
        candidate = wanted.with_name(f"{wanted.stem}-{number}{wanted.suffix}")
    return candidate


def keep_existing(path: str | PurePath) -> Path | None:
    """Move a file that is in the way to a name with its date; answers the new name."""
    old = Path(path)
    try:
        changed = datetime.fromtimestamp(old.stat().st_mtime, UTC)
    except FileNotFoundError:
        return None
    dated = unique(old.with_name(f"{old.stem}-{changed:%Y%m%d-%H%M}{old.suffix}"))
    os.replace(old, dated)
    return dated


def _put(data: bytes, path: str | PurePath) -> None:
    if str(path) == "-":
        _to_stdout(data)
        return
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.{os.getpid()}-{os.urandom(4).hex()}.part")
    try:
        with open(beside, "xb") as file:
            file.write(data)
        os.replace(beside, target)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise


def _to_stdout(data: bytes) -> None:
    binary = getattr(sys.stdout, "buffer", None)
    if binary is None:
        sys.stdout.write(data.decode("utf-8", "replace"))
    else:
        sys.stdout.flush()
        binary.write(data)
    sys.stdout.flush()
