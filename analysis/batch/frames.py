"""A result's tables as DataFrames with declared dtypes.

Lists and nested objects become JSON text, so that every column is flat and nothing is lost. A
table without rows has its columns all the same, and categories are those that there can be, not
those that came: tables of several results concatenate and keep their dtypes.
"""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from ..fetch.classify import Role
from ..finding import Confidence, Finding, Kind, Severity
from ..plain import plain
from ..result import FORMAT, FORMAT_VERSION, AuditResult, ExchangeRow, Policy
from ..session.judge import Outcome, Sent

TIMES = ("started", "ended", "first", "last")
"""Columns in seconds since the epoch: `datetime64[us, UTC]` in the frames, rounded to the
microsecond."""
CATEGORIES: dict[str, tuple[str, ...]] = {
    "engine": ("chromium", "firefox", "webkit", "unknown"),
    "role": tuple(Role),
    "verdict": tuple(Outcome),
    "credentials": ("include", "not-include", "unknown"),
    "sent": tuple(Sent),
    "kind": tuple(Kind),
    "severity": tuple(reversed(Severity)),
    "confidence": tuple(reversed(Confidence)),
}
"""Columns of few possible values, and which: `category`."""
ORDERED = ("severity", "confidence")
"""Categories in an order, the least first: `frame["severity"] >= "high"` works."""

ROWS: dict[str, type] = {"exchanges": ExchangeRow, "findings": Finding, "policies": Policy}
"""The tables, and what a row of each is made from."""


def frame(result: AuditResult, table: str) -> pd.DataFrame:
    """One table of the result, a row an exchange, finding or policy.

    `attrs` of the frame says where it comes from: format, table, tool, captures.

    Raises:
        ValueError: there is no such table.
    """
    if table not in ROWS:
        raise ValueError(f"no table {table!r}; there are {', '.join(ROWS)}")
    made = of_rows(plain(getattr(result, table)), table)
    made.attrs = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "table": table,
        "tool": plain(result.tool),
        "captures": plain(result.captures),
        "redacted": result.redacted,
    }
    return made


def of_rows(rows: Sequence[Mapping[str, Any]], table: str) -> pd.DataFrame:
    """The same of the rows of one result, or of several, as `AuditResult.to_dict` has them."""
    return pd.DataFrame(
        {
            name: _column(name, [_flat(row[name]) for row in rows], dtype)
            for name, dtype in dtypes(table).items()
        }
    )


def dtypes(table: str) -> dict[str, str]:
    """Name and dtype of every column of a table, in their order."""
    hints = typing.get_type_hints(ROWS[table])
    return {name: _dtype(name, hint) for name, hint in hints.items()}


def _dtype(name: str, hint: Any) -> str:
    if name in TIMES:
        return "datetime64[us, UTC]"
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        hint = next(each for each in typing.get_args(hint) if each is not type(None))
    if name in CATEGORIES:
        return "category"
    return {bool: "boolean", int: "Int64", float: "Float64"}.get(hint, "string")


def _column(name: str, values: list[Any], dtype: str) -> pd.Series[Any]:
    if dtype == "datetime64[us, UTC]":
        stamps = [None if value is None else round(value * 1e6) for value in values]
        return pd.Series(pd.to_datetime(pd.Series(stamps, dtype="Int64"), unit="us", utc=True))
    if dtype == "category":  # of strings; a result of another version may know more of them
        known = [str(value) for value in CATEGORIES[name]]
        more = sorted({value for value in values if value is not None} - set(known))
        categories = pd.Index(known + more, dtype="str")
        ordered = name in ORDERED and not more
        return pd.Series(pd.Categorical(values, categories=categories, ordered=ordered))
    return pd.Series(values, dtype=dtype)


def _flat(value: Any) -> Any:
    if isinstance(value, list | dict):
        return json.dumps(value)
    if isinstance(value, str):
        # Half a surrogate pair is no text for Arrow; JSON writes it as this escape, too.
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    return value
