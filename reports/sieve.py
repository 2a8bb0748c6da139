"""Which of thousands of values may stand in a text at all: almost always none.

Every spelling that `leaks` knows keeps a run of ASCII letters and digits together: as it is, in
small letters, or in base64. So of every value six characters of such a run are taken, in each of
these, and compared with all runs of six in the words of the text.
"""

from __future__ import annotations

import re
from binascii import b2a_base64
from collections.abc import Callable, Iterable, Iterator, Set
from itertools import chain

SHORTEST = 6
"""Characters of the runs compared. Shorter values would be found everywhere, by chance."""
BLOCK = 2**20
"""Characters of a text that are looked at together, and the rest of the last line."""
_WORD = re.compile(f"[A-Za-z0-9]{{{SHORTEST},}}")
_LAST_RUN = re.compile(f"(?s).*([A-Za-z0-9]{{{SHORTEST}}})")
"""The end of a value is rarely a word that all values of its kind begin with."""


class Sieve:
    """Values, prepared to be searched for in texts."""

    def __init__(self, values: frozenset[str]) -> None:
        self._values: list[str] = []
        self._without_run: list[str] = []
        runs = []
        for value in values:
            if len(value) < SHORTEST:
                continue
            found = _LAST_RUN.match(value)
            if found is None:
                self._without_run.append(value)
            else:
                self._values.append(value)
                runs.append(found[1])
        self._spelt = [runs, [run.lower() for run in runs], *_in_base64(runs)]
        self._all_spelt = frozenset(chain.from_iterable(self._spelt))

    def caught(self, text: str) -> list[str]:
        """The values that may stand in a text, in whatever spelling; no other one does.

        Those in which there is no run are always among them.
        """
        found = standing_in(text, self._all_spelt, _words)
        if not found:
            return self._without_run
        caught, ends = [], {}
        for value, plain, small, *base64 in zip(self._values, *self._spelt, strict=True):
            if not found.isdisjoint(base64):
                caught.append(value)
            elif plain in found or small in found:
                ends[value] = _ends(value)
        if ends:
            wanted = {spelt for each in ends.values() for end in each for spelt in _cases(end)}
            there = standing_in(text, wanted, _words)
            caught += [
                value
                for value, each in ends.items()
                if not any(there.isdisjoint(_cases(end)) for end in each)
            ]
        return self._without_run + caught


def standing_in(text: str, runs: Set[str], cut: Callable[[str], Iterable[str]]) -> set[str]:
    """Those of the runs that stand in a text. The runs of all of it would need ten times its
    memory, so it is looked at piece by piece.

    Args:
        cut: makes of whole lines the pieces in which a run may stand; equal ones better once.
    """
    found: set[str] = set()
    for block in _blocks(text) if runs else ():
        pieces = cut(block)
        found |= runs & {
            piece[at : at + SHORTEST] for piece in pieces for at in range(len(piece) - SHORTEST + 1)
        }
    return found


def _words(block: str) -> set[str]:
    """Many lines of a report are equal, and no run goes over the end of one."""
    return set(_WORD.findall("\n".join(set(block.split("\n")))))


def _blocks(text: str) -> Iterator[str]:
    """A text in pieces of whole lines."""
    start = 0
    while start < len(text):
        end = text.find("\n", start + BLOCK)
        end = len(text) if end < 0 else end
        yield text[start:end]
        start = end


def _ends(value: str) -> list[str]:
    """The ends of all its words."""
    words = _WORD.findall(value)
    return [end for word in words for end in (word[:SHORTEST], word[-SHORTEST:])]


def _cases(run: str) -> tuple[str, str]:
    return run, run.lower()


def _in_base64(runs: list[str]) -> Iterator[list[str]]:
    """What stands for each run in base64, for each of the three places in a group of bytes where
    it may begin. The codes of letters and digits are such that it is again letters and digits."""
    # Six characters of base64 hold 36 bits: those of the first five bytes. With one between, all
    # runs are encoded at once, eight characters each.
    joined = b"\0".join(run[: SHORTEST - 1].encode("ascii") for run in runs)
    for before in range(3):
        first = -(-before * 8 // 6)
        text = b2a_base64(bytes(before) + joined, newline=False).decode("ascii")
        starts = range(first, first + 8 * len(runs), 8)
        yield [text[start : start + SHORTEST] for start in starts]
