"""Reports: they tell what `analysis` found out.

A renderer takes an `AuditResult` and answers a text (or bytes). It decides nothing about
CORS and reads no clock, so the same result gives the same bytes. Renderers are loaded when
asked for: importing this package costs nothing.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import PurePath
from typing import TYPE_CHECKING

from .errors import ReportError, SecretFound, UnknownFormat

if TYPE_CHECKING:
    from analysis.result import AuditResult

__all__ = [
    "RENDERERS",
    "ReportError",
    "SecretFound",
    "UnknownFormat",
    "available",
    "format_of",
    "render",
    "save",
]

RENDERERS: dict[str, tuple[str, str]] = {
    "html": (".html", "reports.to_html:render"),
    "json": (".json", "reports.to_json:render"),
    "md": (".md", "reports.to_markdown:render"),
}
"""Name of a format: its suffix, and where its renderer is (`module:function`)."""


def render(result: AuditResult, format: str) -> str:
    """The report as text.

    Raises:
        UnknownFormat: no renderer has that name, or it makes no text.
    """
    made = _renderer(format)(result)
    if isinstance(made, bytes):
        raise UnknownFormat(format, RENDERERS)
    return made


def save(result: AuditResult, path: str | PurePath) -> None:
    """Write the report; the suffix of `path` decides the format.

    Raises:
        UnknownFormat: no renderer has that suffix.
        SecretFound: the text holds a withheld value; nothing was written.
        OSError: the file cannot be written.
    """
    from . import write

    made = _renderer(format_of(path))(result)
    if isinstance(made, bytes):
        write.write_bytes(made, path, result.secrets)
    else:
        write.write_text(made, path, result.secrets)


def available(format: str) -> bool:
    """Can this format be made here? HTML needs jinja2, which may be missing."""
    try:
        _renderer(format)
    except ImportError:
        return False
    return True


def format_of(path: str | PurePath) -> str:
    """The format that the suffix of `path` stands for.

    Raises:
        UnknownFormat: none.
    """
    suffix = PurePath(path).suffix.lower()
    for name, (known, _) in RENDERERS.items():
        if suffix == known:
            return name
    raise UnknownFormat(suffix or str(path), (known for known, _ in RENDERERS.values()))


def _renderer(format: str) -> Callable[[AuditResult], str | bytes]:
    if format not in RENDERERS:
        raise UnknownFormat(format, RENDERERS)
    module, _, function = RENDERERS[format][1].partition(":")
    found: Callable[[AuditResult], str | bytes] = getattr(importlib.import_module(module), function)
    return found
