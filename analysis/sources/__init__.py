"""Captures: finding them, and reading each by what it is, not by what it is called."""

from __future__ import annotations

from .base import CaptureError, Irrelevant, Problem
from .opening import CaptureFile, find, name_of, open_capture
from .reading import Piece, pieces, read, size_of

__all__ = [
    "CaptureError",
    "CaptureFile",
    "Irrelevant",
    "Piece",
    "Problem",
    "find",
    "name_of",
    "open_capture",
    "pieces",
    "read",
    "size_of",
]
