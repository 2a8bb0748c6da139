"""Patterns of ignores and policies against any text, beside the standard library's matcher."""

from __future__ import annotations

from fnmatch import fnmatchcase

from analysis.ignores import fits
from analysis.policies.file import fits as fits_path


def patterns(data: bytes) -> None:
    """A pattern and a text, with a zero byte between them."""
    pattern, _, text = data.decode("latin-1").partition("\0")
    literally = pattern.replace("[", "[[]")
    assert fits(pattern, text) == (pattern == text or fnmatchcase(text, literally))
    shape = pattern.replace("{", "").replace("}", "").rstrip("*")
    if text.startswith(shape):
        assert fits_path(f"{shape}*", text)
    assert fits_path(shape, text) == (shape == text) or shape == "*"
