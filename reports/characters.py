"""Where two values differ, character by character.

What people overlook in CORS is one character: `http` for `https`, a slash at the end, a
port. So the longest common parts are found, and what is between them is marked.
"""

from __future__ import annotations

from analysis.frozen import frozen

SHORTEST_MATCH = 3
"""Shorter common parts in the middle of a value are chance."""


@frozen
class Piece:
    """A part of a value; `marked` parts are not in the other value."""

    text: str
    marked: bool = False


def pieces(got: str, needed: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Both values in pieces. In values with little in common nothing is marked."""
    common = _common(got, needed)
    if sum(size for _, _, size in common) * 2 < max(len(got), len(needed)):
        return (Piece(got),), (Piece(needed),)
    left = _split(got, [(start, size) for start, _, size in common])
    return left, _split(needed, [(start, size) for _, start, size in common])


def _common(got: str, needed: str) -> list[tuple[int, int, int]]:
    """Common parts in order: where in `got`, where in `needed`, how long."""
    start, shortest = 0, min(len(got), len(needed))
    while start < shortest and got[start] == needed[start]:
        start += 1
    end = 0
    while end < shortest - start and got[-1 - end] == needed[-1 - end]:
        end += 1
    parts = [(0, 0, start)]
    parts += _inside(got, needed, start, len(got) - end, start, len(needed) - end)
    parts.append((len(got) - end, len(needed) - end, end))
    return [part for part in parts if part[2]]


def _inside(a: str, b: str, a0: int, a1: int, b0: int, b1: int) -> list[tuple[int, int, int]]:
    """The longest match of `a[a0:a1]` and `b[b0:b1]`, and those left and right of it."""
    best = (0, 0, 0)
    before: dict[int, int] = {}
    for i in range(a0, a1):
        row: dict[int, int] = {}
        for j in range(b0, b1):
            if a[i] == b[j]:
                size = row[j] = before.get(j - 1, 0) + 1
                if size > best[2]:
                    best = (i - size + 1, j - size + 1, size)
        before = row
    i, j, size = best
    if size < SHORTEST_MATCH:
        return []
    left = _inside(a, b, a0, i, b0, j)
    return [*left, best, *_inside(a, b, i + size, a1, j + size, b1)]


def _split(text: str, common: list[tuple[int, int]]) -> tuple[Piece, ...]:
    made, place = [], 0
    for start, size in [*common, (len(text), 0)]:
        made.append(Piece(text[place:start], True))
        made.append(Piece(text[start : start + size]))
        place = start + size
    return tuple(piece for piece in made if piece.text)
