"""The end of a long session: it takes a while, and Ctrl+C shortens it."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator

LONG = 50_000
"""Exchanges from which on judging them anew takes more than a few seconds."""


def announcement(extent: int) -> str:
    """What happens now, for so many exchanges."""
    return (
        f"CORS audit: judging {extent:,} exchanges by what the whole session showed; "
        "Ctrl+C ends that early, with a report of the first of them."
    )


@contextlib.contextmanager
def interruptible(interrupt: Callable[[], None]) -> Iterator[None]:
    """Call `interrupt` when somebody presses Ctrl+C meanwhile.

    mitmproxy's own handler would only answer when we are done.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # only there can signals be handled
        return
    before = signal.signal(signal.SIGINT, lambda *_: interrupt())
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before if before is not None else signal.SIG_DFL)
