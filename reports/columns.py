"""Text on a grid of columns, as terminals and tables of source code show it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator


def width(text: str) -> int:
    """Columns that `text` takes: 2 for wide characters, 0 for combining marks."""
    if text.isascii():
        return len(text)
    return sum(_columns(char) for char in text)


def _columns(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def cut(pieces: Iterable[str], limit: int, sign: str = "…") -> str:
    """Join `pieces` up to `limit` columns, never splitting one; `sign` stands for the rest."""
    kept: list[str] = []
    total = marks = 0
    for piece in pieces:
        size = width(piece)
        marks = 0 if size else marks + 1
        if total + size > limit or marks > limit:
            while kept and total + width(sign) > limit:
                total -= width(kept.pop())
            return "".join(kept) + sign
        kept.append(piece)
        total += size
    return "".join(kept)


def middle(text: str, limit: int, sign: str = "…") -> str:
    """Cut in the middle: both ends of a path tell more than its inside."""
    if width(text) <= limit:
        return text
    half = (limit - len(sign)) // 2
    return text[: limit - len(sign) - half] + sign + text[len(text) - half :]


def wrap(text: str, limit: int) -> Iterator[str]:
    """Lines of at most `limit` columns, broken at blanks, inside a word only where it must."""
    limit = max(limit, 8)
    line, size = "", 0
    for word in text.split(" "):
        wide = width(word)
        if line and size + 1 + wide > limit:
            yield line
            line = ""
        line, size = (f"{line} {word}", size + 1 + wide) if line else (word, wide)
        while size > limit:
            end = limit
            while width(line[:end]) > limit:
                end -= 1
            yield line[:end]
            line = line[end:]
            size = width(line)
    if line:
        yield line
