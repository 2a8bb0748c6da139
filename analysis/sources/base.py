"""What readers of captures share."""

from __future__ import annotations

import mmap as mmap_module
from dataclasses import dataclass
from mmap import mmap

PAGES = 4 * 2**20
"""Bytes of a mapped file that are given back at a time; a multiple of any page size."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a capture that could not be judged."""

    what: str
    """Kind of thing, for counting: `damaged record`, `tcp flow`."""
    reason: str
    fatal: bool = False
    """The capture is the poorer for it: it is not complete."""


class CaptureError(Exception):
    """A capture, or the place it should be in, cannot be used; the text names the remedy."""


def give_back(data: bytes | mmap, start: int, end: int) -> int:
    """Return the pages of a mapped file that lie behind us; the end of what was returned.

    Nobody will look at them again, and they would count as ours.
    """
    end -= end % PAGES
    if end <= start or not isinstance(data, mmap) or not hasattr(mmap_module, "MADV_DONTNEED"):
        return start
    data.madvise(mmap_module.MADV_DONTNEED, start, end - start)
    return end
