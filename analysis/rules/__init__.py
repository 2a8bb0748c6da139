"""The catalogue: every rule, in the order in which reports list them."""

from __future__ import annotations

from .model import Rule

ALL: tuple[Rule, ...] = ()
