"""Work on several processors, its results in the order of the tasks.

Unlike the pools of the standard library it knows which task a process was at when it died,
says so in that task's place, and goes on with a new process. Tasks and results are bytes: what
is read from captures is never pickled. (Python's own `multiprocessing` starts a process by a
pickled message; there is nothing of ours in it but the name of a function.)
"""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from ..frozen import frozen

Work = Callable[[bytes], bytes]
DONE, FAILED = b"+", b"-"
"""What a reply begins with: the result follows, or what `work` raised."""
AHEAD = 3
"""Tasks for each process that may be under way or waiting to be taken: bounds the memory."""


@frozen
class Died:
    """The process that was at a task ended before the task did."""

    code: int | None
    """Exit code; negative: the signal."""

    @property
    def reason(self) -> str:
        """In words."""
        if self.code is not None and self.code < 0:
            return f"the process that read it was ended by signal {-self.code}"
        return f"the process that read it ended with code {self.code}"


def in_order(
    work: Work, tasks: Iterable[bytes], processes: int
) -> Iterator[tuple[bytes, bytes | Died]]:
    """Do `work` on every task.

    Args:
        work: a function of a module, that new processes can import.
        tasks: taken only as far ahead as needed.

    Raises:
        RuntimeError: `work` raised something; the message tells what.
    """
    pool = _Pool(work, processes)
    try:
        yield from pool.run(iter(tasks))
    finally:
        pool.close()


class _Pool:
    def __init__(self, work: Work, processes: int) -> None:
        self._work = work
        self._size = processes
        self._processes: dict[Connection, BaseProcess] = {}
        self._idle: list[Connection] = []
        self._busy: dict[Connection, int] = {}

    def run(self, tasks: Iterator[bytes]) -> Iterator[tuple[bytes, bytes | Died]]:
        pending: dict[int, bytes] = {}
        done: dict[int, bytes | Died] = {}
        sent = told = 0
        more = True
        while True:
            while more and len(pending) < AHEAD * self._size and self._free():
                try:
                    task = next(tasks)
                except StopIteration:
                    more = False
                    break
                pending[sent] = task
                self._send(sent, task)
                sent += 1
            while told in done:
                yield pending.pop(told), done.pop(told)
                told += 1
                if more:
                    break  # keep the processes busy before more is told
            else:
                if not self._busy:
                    if not more:
                        return
                    continue
                done.update(self._collect())

    def close(self) -> None:
        """End the processes; one that is at work is ended in the middle of it."""
        for connection, process in self._processes.items():
            connection.close()
            if connection in self._busy:
                process.kill()
        for process in self._processes.values():
            process.join()

    def _free(self) -> bool:
        return bool(self._idle) or len(self._processes) < self._size

    def _send(self, number: int, task: bytes) -> None:
        while True:
            connection = self._idle.pop() if self._idle else self._start()
            try:
                connection.send_bytes(task)
            except OSError:  # it died while it had nothing to do
                self._bury(connection)
                continue
            self._busy[connection] = number
            return

    def _bury(self, connection: Connection) -> int | None:
        """Forget a process that has died; its exit code."""
        process = self._processes.pop(connection)
        connection.close()
        process.join()
        return process.exitcode

    def _start(self) -> Connection:
        # Spawned everywhere, so that it works the same on every system and beside threads.
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs, self._work), daemon=True)
        with _no_interruption():
            process.start()
        theirs.close()
        self._processes[ours] = process
        return ours

    def _collect(self) -> Iterator[tuple[int, bytes | Died]]:
        for ready in wait(list(self._busy)):
            assert isinstance(ready, Connection)
            number = self._busy.pop(ready)
            try:
                reply = ready.recv_bytes()
            except (EOFError, OSError):
                yield number, Died(self._bury(ready))
                continue
            self._idle.append(ready)
            if reply[:1] != DONE:
                raise RuntimeError(f"in another process: {reply[1:].decode('utf-8', 'replace')}")
            yield number, reply[1:]


def _serve(connection: Connection, work: Work) -> None:
    """What a process does: one task after another, until nobody is there any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process decides what ends
    with contextlib.suppress(EOFError, OSError):
        while True:
            task = connection.recv_bytes()
            try:
                reply = DONE + work(task)
            except Exception as error:
                reply = FAILED + f"{type(error).__name__}: {error}".encode("utf-8", "replace")
            connection.send_bytes(reply)


@contextlib.contextmanager
def _no_interruption() -> Iterator[None]:
    """Processes that start inside do not hear of Ctrl+C, from their first moment on."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
