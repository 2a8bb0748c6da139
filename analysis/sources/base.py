"""What readers of captures share."""

from __future__ import annotations

from typing import NamedTuple

from ..frozen import frozen

NOT_HTTP = "not HTTP: CORS does not apply"
"""Why a flow of another kind is not judged."""


@frozen
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


class Unreadable(CaptureError):
    """What is left of a capture cannot be read; the text does not name it."""
