"""Runs this Python's mitmdump, and ends it cleanly once our input ends: also when our parent died.

A process of its own: `python mitmdump.py ARGUMENTS`. Unlike a signal, an input that ends works
on every system and cannot be missed. What was recorded until then is on disk, complete.
"""

from __future__ import annotations

import os
import signal
import sys
import threading


def _wait_for_parent() -> None:
    # Not sys.stdin: a thread that waits in its lock would hinder the interpreter's end.
    while os.read(0, 4096):
        pass
    signal.raise_signal(signal.SIGTERM)


def main() -> None:
    """Start."""
    from mitmproxy.tools.main import mitmdump

    threading.Thread(target=_wait_for_parent, daemon=True).start()
    mitmdump(sys.argv[1:])


if __name__ == "__main__":
    main()
