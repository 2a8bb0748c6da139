"""What readers of captures share."""

from __future__ import annotations

from dataclasses import dataclass


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
