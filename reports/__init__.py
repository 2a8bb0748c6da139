"""Reports: they tell what `analysis` found out.

A renderer takes an `AuditResult` and answers a text, or several files. It decides nothing
about CORS and reads no clock, so the same result gives the same bytes. Renderers are loaded
when asked for: importing this package costs nothing.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from .errors import Incomplete, MissingPackage, NoText, ReportError, SecretFound, UnknownFormat

if TYPE_CHECKING:
    from analysis.result import AuditResult

    from .tables import Tables

__all__ = [
    "RENDERERS",
    "Incomplete",
    "MissingPackage",
    "NoText",
    "ReportError",
    "SecretFound",
    "UnknownFormat",
    "available",
    "format_of",
    "need",
    "render",
    "save",
    "targets",
]

RENDERERS: dict[str, tuple[str, str]] = {
    "html": (".html", "reports.to_html:render"),
    "json": (".json", "reports.to_json:render"),
    "sarif": (".sarif", "reports.to_sarif:render"),
    "junit": (".xml", "reports.to_junit:render"),
    "csv": (".csv", "reports.to_csv:render"),
    "md": (".md", "reports.to_markdown:render"),
    "parquet": (".parquet", "reports.to_parquet:render"),
}
"""Name of a format: its suffix, and where its renderer is (`module:function`)."""
PARTS = {"parquet": ("exchanges", "findings", "policies")}
"""Formats that are several files, and what each of them holds: `nightly.parquet` stands for
`nightly.exchanges.parquet` and so on."""


def render(result: AuditResult, format: str) -> str:
    """The report as text.

    Raises:
        UnknownFormat: no renderer has that name.
        NoText: the format is files, which have no place on standard output.
        MissingPackage: what this format needs is not installed.
        Incomplete: a template is not there.
        SecretFound: the report holds a withheld value.
    """
    made = _searched(result, format)
    if not isinstance(made, str):
        raise NoText(format, RENDERERS[format][0])
    return made


def save(result: AuditResult, path: str | PurePath) -> list[Path]:
    """Write the report; the suffix of `path` decides the format. The files written.

    Raises:
        UnknownFormat: no renderer has that suffix.
        MissingPackage: what this format needs is not installed.
        SecretFound: the report holds a withheld value; nothing was written.
        OSError: a file cannot be written.
    """
    from . import write

    made = _searched(result, format_of(path))
    if isinstance(made, str):
        write.write_text(made, path)
    else:
        write.write_tables(made, targets(path))
    return targets(path)


def targets(path: str | PurePath) -> list[Path]:
    """The files that `save` writes for `path`: itself, or one for each part.

    Raises:
        UnknownFormat: no renderer has that suffix.
    """
    whole = Path(path)
    parts = PARTS.get(format_of(path))
    if parts is None:
        return [whole]
    return [whole.with_name(f"{whole.stem}.{part}{whole.suffix}") for part in parts]


def need(format: str) -> None:
    """Find out before the work whether this format can be made here.

    Raises:
        UnknownFormat: no renderer has that name.
        MissingPackage: what this format needs is not installed.
    """
    _renderer(format)


def available(format: str) -> bool:
    """Can this format be made here? HTML needs jinja2, which may be missing."""
    try:
        need(format)
    except MissingPackage:
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


def _searched(result: AuditResult, format: str) -> str | Tables:
    from . import leaks

    def render(shown: AuditResult) -> str | Tables:
        return _make(shown, format)

    def text_of(made: str | Tables) -> str:
        return made if isinstance(made, str) else made.text

    return leaks.searched(render, result, result.secrets, text_of)


def _make(result: AuditResult, format: str) -> str | Tables:
    renderer = _renderer(format)
    try:
        return renderer(result)
    except ImportError as error:  # pandas is imported where a table is made
        raise MissingPackage(format, error.name or str(error)) from error


def _renderer(format: str) -> Callable[[AuditResult], str | Tables]:
    if format not in RENDERERS:
        raise UnknownFormat(format, RENDERERS)
    module, _, function = RENDERERS[format][1].partition(":")
    try:
        loaded = importlib.import_module(module)
    except ImportError as error:
        raise MissingPackage(format, error.name or str(error)) from error
    found: Callable[[AuditResult], str | Tables] = getattr(loaded, function)
    return found
