"""What is in a file, read as far as it is wanted.

Most bytes of a recording are bodies that nobody looks at: they are stepped over, and what is
looked at comes through a window that moves on. Nothing is mapped: of a file that somebody cuts
while it is read, and of a disk that fails, we hear as an error; with a mapped file the system
would end us (SIGBUS).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO
from weakref import finalize

from .base import Unreadable

WINDOW = 2**15
"""Bytes read at a time, if no more are wanted: several records without bodies, and little in
vain where a body follows."""
OFTEN = 2**22
"""Bytes after which whoever reads tells how far it is."""
CUT_SHORT = "it was cut short while it was read"


class Stored:
    """The bytes of a file as it was when it was opened; what is added later is not seen.

    Slices have both ends, and neither counts from behind.

    Args:
        file: not buffered; it is closed with this.
        window: bytes read at a time, if no more are wanted.
    """

    def __init__(self, file: BinaryIO | None, window: int = WINDOW, held: bytes = b"") -> None:
        self._file = file
        self._step = window
        self._size = len(held) if file is None else file.seek(0, 2)
        self._window = held
        self._start, self._stop = 0, len(held)
        if file is not None:
            # Not __del__: in a circle the file might be gone before us.
            self._close = finalize(self, file.close)

    def close(self) -> None:
        """Close the file now. The collector would close it, too, but a Ctrl+C at that moment would
        be lost: what comes up there goes nowhere."""
        if self._file is not None:
            self._close()

    @classmethod
    def of(cls, held: bytes) -> Stored:
        """What is in memory already."""
        return cls(None, held=held)

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, part: slice) -> bytes:
        start, stop = part.start, max(part.start, min(part.stop, self._size))
        if stop - start > self._step and not self._start <= start < stop <= self._stop:
            return self._read(start, stop)
        window, begin = self.around(start, stop)
        return window[start - begin : stop - begin]

    def around(self, start: int, stop: int) -> tuple[bytes, int]:
        """Bytes among which all from `start` to `stop` are that the file has, and more.

        Returns:
            The bytes, and where in the file they begin.

        Raises:
            Unreadable: the file does not reach as far any more, or the system refuses.
        """
        if self._start <= start and (stop <= self._stop or self._stop == self._size):
            return self._window, self._start
        stop = min(max(stop, start + self._step), self._size)
        self._window = self._read(start, stop)
        self._start, self._stop = start, stop
        return self._window, start

    def blocks(self, start: int, size: int) -> Iterator[bytes]:
        """Everything from `start` on in pieces of `size` bytes."""
        for begin in range(start, self._size, size):
            yield self[begin : begin + size]

    def search(self, pattern: re.Pattern[bytes], start: int, longest: int) -> Iterator[int]:
        """Where a pattern matches, from `start` on.

        Args:
            longest: no match looks at more bytes.
        """
        while start < self._size:
            window, begin = self.around(start, start + self._step)
            last = begin + len(window)
            end = last if last == self._size else last - longest
            next_ = end
            for found in pattern.finditer(window, start - begin):
                if begin + found.start() >= end:
                    break
                next_ = max(end, begin + found.end())
                yield begin + found.start()
            start = next_

    def _read(self, start: int, stop: int) -> bytes:
        if start >= stop:
            return b""
        assert self._file is not None
        read = b""
        try:
            self._file.seek(start)
            while len(read) < stop - start:  # a system may give less at a time than it has
                more = self._file.read(stop - start - len(read))
                if not more:
                    raise Unreadable(CUT_SHORT)
                read = read + more if read else more
        except OSError as error:
            raise Unreadable(
                f"it could not be read to its end ({error.strerror or error})"
            ) from error
        return read
