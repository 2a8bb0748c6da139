"""What became of a capture while it was copied."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from ..exchange import Exchange


@dataclass(slots=True)
class Tally:
    """How much went into the copy, and what did not."""

    copied: int = 0
    """Exchanges."""
    removed: int = 0
    """Values that stand-ins took the place of, each time that one came."""
    left_out: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(what, why), of what has no copy."""

    def add(self, exchange: Exchange) -> None:
        """Count an exchange that was copied."""
        self.copied += 1
        self.removed += exchange.removed

    def leave_out(self, what: str, why: str) -> None:
        """Count something of which there is no copy."""
        self.left_out[what, why] += 1

    def leave_out_odd(self) -> None:
        """Count an exchange whose copy would tell something else."""
        self.leave_out("odd exchange", "a copy without its secrets would be judged differently")
