"""Which of thousands of values may stand in a text at all: almost always none.

Every spelling that `leaks` knows keeps a run of ASCII letters and digits together: as it is, in
small letters, or in base64. So of every value six characters of such a run are taken, in each of
these, and compared with all runs of six in the words of the text.
"""

from __future__ import annotations

import re
from binascii import b2a_base64
from collections.abc import Iterator
from itertools import chain

SHORTEST = 6
"""Characters of the runs compared. Shorter values would be found everywhere, by chance."""
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
        if not self._all_spelt:
            return self._without_run
        # Many lines of a report are equal, and no run goes over the end of one.
        words = set(_WORD.findall("\n".join(set(text.split("\n")))))
        runs = {word[i : i + SHORTEST] for word in words for i in range(len(word) - SHORTEST + 1)}
        found = self._all_spelt & runs
        if not found:
            return self._without_run
        return self._without_run + [
            value
            for value, _, _, *base64 in zip(self._values, *self._spelt, strict=True)
            if not found.isdisjoint(base64) or _may_be_made_of(value, runs)
        ]


def _may_be_made_of(value: str, runs: set[str]) -> bool:
    """Are the ends of all its words there?"""
    return all(
        end in runs or end.lower() in runs
        for word in _WORD.findall(value)
        for end in (word[:SHORTEST], word[-SHORTEST:])
    )


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
