"""The findings as a table for spreadsheets: a row each, lists and objects as JSON text.

Columns are those of the JSON result. A spreadsheet would run a cell that begins like a
formula, so such a cell begins with an apostrophe; `escape.cell` says how to undo it.
"""

from __future__ import annotations

import csv
import io
from dataclasses import fields
from typing import Any

from analysis.finding import Finding
from analysis.plain import plain
from analysis.result import AuditResult

from .escape import cell, json_cell, visible

COLUMNS = tuple(each.name for each in fields(Finding))


def render(result: AuditResult) -> str:
    """The CSV text of RFC 4180: a line of names, then a line for each finding."""
    text = io.StringIO()
    rows = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC)
    rows.writerow(COLUMNS)
    for finding in plain(result.findings):
        rows.writerow([_shown(finding[name]) for name in COLUMNS])
    return text.getvalue()


def _shown(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        return json_cell(value)
    return cell(visible(value)) if isinstance(value, str) else value
