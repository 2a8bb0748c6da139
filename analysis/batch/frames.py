"""A result's tables as DataFrames with declared dtypes.

Lists and nested objects become JSON text, so that every column is flat, tables of several
results concatenate, and nothing is lost.
"""

from __future__ import annotations

import json
from typing import Any

import pandas as pd

from ..result import AuditResult

TIMES = ("started", "ended", "first", "last")
"""Columns in seconds since the epoch: `datetime64[us, UTC]` in the frames."""
CATEGORIES = (
    "engine",
    "role",
    "verdict",
    "reason",
    "credentials",
    "sent",
    "kind",
    "severity",
    "confidence",
    "rule",
)
"""Columns of few distinct values: `category`."""
COUNTS = (
    "status",
    "count",
    "calls",
    "preflights",
    "avoidable_preflights",
    "blocked",
    "indeterminate",
)
"""Columns of whole numbers, with missing values: `Int64`."""

TABLES = ("exchanges", "findings", "policies")


def frame(result: AuditResult, table: str) -> pd.DataFrame:
    """One table of the result, a row an exchange, finding or policy.

    Raises:
        ValueError: there is no such table.
    """
    if table not in TABLES:
        raise ValueError(f"no table {table!r}; there are {', '.join(TABLES)}")
    rows: list[dict[str, Any]] = result.to_dict()[table]
    columns = {name: [_flat(row[name]) for row in rows] for name in (rows[0] if rows else {})}
    made = pd.DataFrame(columns)
    for name in made.columns:
        if name in TIMES:
            stamps = pd.to_numeric(made[name]) * 1e6
            made[name] = pd.to_datetime(stamps.round(), unit="us", utc=True)
        elif name in CATEGORIES:
            made[name] = made[name].astype("category")
        elif name in COUNTS:
            made[name] = made[name].astype("Int64")
    return made


def _flat(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, list | dict) else value
