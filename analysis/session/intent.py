"""Which origins the owners of the APIs mean to be allowed, as they declared it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from ..frozen import frozen


@frozen
class Intent:
    """API origin to the origins that may read its answers; `*`: everybody may."""

    allowed: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def of(self, api: str) -> frozenset[str] | None:
        """What was declared for an API; None: nothing."""
        return self.allowed.get(api)


NOTHING_DECLARED = Intent()
