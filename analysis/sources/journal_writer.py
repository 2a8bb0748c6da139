"""Writing a session journal: each exchange at once, and nothing before it ever touched."""

from __future__ import annotations

import contextlib
import os
from errno import ENOSPC
from pathlib import Path

from ..exchange import Exchange
from . import journal
from .base import CaptureError


class JournalWriter:
    """Begins a journal, or goes on with one; readable by its owner only.

    Every exchange is one line and one call of the system: whatever ends the process, only what
    was being written at that moment can be lost.

    Args:
        size: bytes after which a new file is begun. `a.jsonl` is the newest one; the older are
            `a.1.jsonl`, `a.2.jsonl` and so on, in order of time. 0: never.

    Raises:
        CaptureError: there is a file of that name which is no journal.
        OSError: it cannot be written.
    """

    def __init__(self, path: Path, size: int = 0) -> None:
        self._path = path
        self._size = size
        self._heading = journal.heading()
        self._missing = 0
        """Exchanges that could not be written since the last one that could."""
        self._torn = False
        """A line may stand there without its end."""
        self._begun = 0
        """Where the first line behind the heading stands."""
        self._file: int | None = None
        self._open()

    def write(self, exchange: Exchange) -> str | None:
        """Put one exchange at the end; what there is to be said about it, if anything.

        A full disk costs what was heard meanwhile. It is tried again with every exchange, and
        said once when it begins and once when it is over.
        """
        missing = self._missing
        try:
            if self._file is None:
                self._open()
            elif self._size and self._end() >= max(self._size, self._begun + 1):
                self._go_on_in_another_file()
            text = journal.line(exchange)
            self._put(journal.gap(missing) + text if missing else text)
        except (OSError, CaptureError) as problem:
            self._missing += 1
            if missing:
                return None
            return f"the journal {self._path.name} cannot be written ({problem}): it has a gap now"
        self._missing = 0
        if missing:
            return f"the journal {self._path.name} goes on; {missing} exchanges are missing in it"
        return None

    def close(self) -> None:
        """End the journal."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                os.close(self._file)
            self._file = None

    def _open(self) -> None:
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
        self._file = os.open(self._path, flags, 0o600)
        try:
            self._begin(self._file)
        except BaseException:
            self.close()
            raise

    def _begin(self, file: int) -> None:
        """Write the heading, behind the end of what another session left off."""
        end = self._end()
        os.lseek(file, 0, os.SEEK_SET)
        head = os.read(file, len(journal.START))
        self._torn = False
        if end < len(journal.START) and journal.START.startswith(head):
            os.ftruncate(file, 0)  # interrupted before its first line was complete, or empty
        elif not journal.is_journal(head):
            raise CaptureError("it exists and is no journal of ours")
        else:
            os.lseek(file, end - 1, os.SEEK_SET)
            self._torn = os.read(file, 1) != b"\n"
        self._put(self._heading)
        self._begun = self._end()

    def _put(self, text: str) -> None:
        """Write lines as one piece; of which only a part went in, the next begins a new line."""
        assert self._file is not None
        data = (f"\n{text}" if self._torn else text).encode("ascii")
        written = os.write(self._file, data)
        if written < len(data):
            self._torn = self._torn or written > 0
            raise OSError(ENOSPC, os.strerror(ENOSPC))
        self._torn = False

    def _end(self) -> int:
        assert self._file is not None
        return os.lseek(self._file, 0, os.SEEK_END)

    def _go_on_in_another_file(self) -> None:
        number = 1
        while (older := self._part(number)).exists():
            number += 1
        self.close()
        os.replace(self._path, older)
        self._open()

    def _part(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.stem}.{number}{self._path.suffix}")
