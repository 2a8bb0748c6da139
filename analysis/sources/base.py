"""What readers of captures share."""

from __future__ import annotations

import mmap as mmap_module
from dataclasses import dataclass
from mmap import mmap
from typing import BinaryIO, NamedTuple

PAGES = 4 * 2**20
"""Bytes of a mapped file that are given back at a time; a multiple of any page size."""

NOT_HTTP = "not HTTP: CORS does not apply"
"""Why a flow of another kind is not judged."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a capture that could not be judged."""

    what: str
    """Kind of thing, for counting: `damaged record`, `tcp flow`."""
    reason: str
    fatal: bool = False
    """The capture is the poorer for it: it is not complete."""


class Irrelevant(NamedTuple):
    """A flow that has nothing to do with CORS: it is counted, and that is all."""

    id: str
    started: float | None
    ended: float | None


class Unjudged(ValueError):
    """A message that is left out, and why.

    Args:
        what: kind of thing, as in `Problem`.
    """

    def __init__(self, what: str, reason: str) -> None:
        super().__init__(reason)
        self.what = what

    @property
    def problem(self) -> Problem:
        """What stands in the place of the exchange."""
        return Problem(self.what, str(self))


class CaptureError(Exception):
    """A capture, or the place it should be in, cannot be used; the text names the remedy."""


class Peeked:
    """A file of which little is looked at, without mapping it: whoever cuts it does us no harm."""

    def __init__(self, file: BinaryIO) -> None:
        """`file`: not buffered."""
        self._file = file
        self._size = file.seek(0, 2)

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, part: slice) -> bytes:
        self._file.seek(part.start)
        return self._file.read(part.stop - part.start)


def give_back(data: bytes | mmap, start: int, end: int) -> int:
    """Return the pages of a mapped file that lie behind us; the end of what was returned.

    Nobody will look at them again, and they would count as ours.
    """
    end -= end % PAGES
    if end <= start or not isinstance(data, mmap) or not hasattr(mmap_module, "MADV_DONTNEED"):
        return start
    data.madvise(mmap_module.MADV_DONTNEED, start, end - start)
    return end
