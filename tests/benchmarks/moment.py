"""How a mitmdump fares at one moment, and what the system says of its memory."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Moment:
    """How mitmdump fares."""

    seconds: float
    """Since it began to listen."""
    busy: float
    """Seconds of its processor time."""
    flows: int
    """That have ended."""
    tasks: int
    """Of its event loop."""
    files: int
    """That it has open."""
    resident: int
    """Bytes of its memory."""
    free: int
    """Bytes of those that malloc holds and nobody uses."""
    held: Mapping[str, int] | None
    """Bytes that our code holds, by table; None: nobody has looked."""

    @property
    def used(self) -> int:
        """Bytes in use: what fragmentation costs is not in it."""
        return self.resident - self.free

    @property
    def ours(self) -> int:
        """Bytes that our code holds."""
        return sum((self.held or {}).values())


def resident() -> int:
    """Bytes of this process in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


class _Malloc(ctypes.Structure):
    """https://man7.org/linux/man-pages/man3/mallinfo.3.html"""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in ("arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks",
                     "uordblks", "fordblks", "keepcost")
    ]  # fmt: skip


def free() -> int:
    """Bytes that malloc holds and nobody uses. glibc alone says it, from 2.33 on: else 0."""
    mallinfo2 = getattr(ctypes.CDLL(None), "mallinfo2", None)
    if mallinfo2 is None:
        return 0
    mallinfo2.restype = _Malloc
    return int(mallinfo2().fordblks)
