"""The result as JSON: complete, for programs and for rendering again."""

from __future__ import annotations

from analysis.result import AuditResult


def render(result: AuditResult) -> str:
    """The JSON text."""
    return result.to_json()
