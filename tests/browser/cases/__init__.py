"""The tables of cases, one module per area."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from ..case import Case
from . import (
    allow_origin,
    controls,
    credentials,
    failures,
    http_cache,
    initiators,
    needs_preflight,
    preflight_cache,
    preflights,
    readable,
    redirects,
    withheld,
)

MODULES = (
    allow_origin,
    credentials,
    preflights,
    needs_preflight,
    preflight_cache,
    http_cache,
    redirects,
    initiators,
    readable,
    failures,
    controls,
    withheld,
)
"""In the order in which the cases are run."""


def all_cases() -> list[Case]:
    """Every case, numbered; the order is that of the tables."""
    cases = [case for module in MODULES for case in module.cases()]
    if doubles := [name for name, n in Counter(case.name for case in cases).items() if n > 1]:
        raise ValueError(f"two cases of one name: {doubles}")
    return [replace(case, number=f"{index:04}") for index, case in enumerate(cases, 1)]
