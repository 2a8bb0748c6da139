"""What to change: configuration for one server software per file."""

from __future__ import annotations

from ..finding import Fix
from ..result import LeastPrivilege
from ..rules.model import Hit, Rule
from ..session.facts import ApiFacts


def for_finding(rule: Rule, hit: Hit, api: ApiFacts, policy: LeastPrivilege) -> tuple[Fix, ...]:
    """Fixes of a finding, best first: the recognised stack's, then the others."""
    return ()
