"""Errors of our own: they never reach the traffic, and are told once, not once per flow."""

from __future__ import annotations

import contextlib
import logging
from collections import Counter

from analysis.trace import trace

logger = logging.getLogger("cors_audit")

KINDS = 50
"""Different errors told apart; any others are counted together."""
OTHERS = "other errors of its own", "various"


class Mishaps:
    """What went wrong inside the addon, by what it was about and the kind of error."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()

    def note(self, what: str, error: Exception) -> None:
        """Log an error and where it came from, or only count it when its like was logged before.

        Args:
            what: a sentence about what could not be done.
        """
        kind = what, type(error).__name__
        if kind not in self._counts and len(self._counts) >= KINDS:
            kind = OTHERS
        self._counts[kind] += 1
        if self._counts[kind] == 1:
            _log(f"cors_audit: {what}; traffic is not affected", error)

    def summary(self) -> list[str]:
        """One line for each kind that came more than once, for the end of the session."""
        return [
            f"cors_audit: {what} ({kind}), {count} times"
            for (what, kind), count in self._counts.items()
            if count > 1
        ]


def _log(text: str, error: Exception) -> None:
    """At the end of a session mitmproxy's log may be closed already."""
    with contextlib.suppress(Exception):
        logger.warning("%s: %s", text, trace(error))
