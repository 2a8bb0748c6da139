"""Bytes as a file, for what reads files only."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="fuzz-")  # removed when Python ends


def written(name: str, data: bytes) -> Path:
    """A file with these bytes; the next one of that name replaces it."""
    path = Path(_folder().name) / name
    path.write_bytes(data)
    return path


def named(error: Exception, name: str) -> None:
    """An error that people see names the file."""
    assert name in str(error), error
