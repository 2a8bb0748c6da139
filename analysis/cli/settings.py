"""What a project decided beforehand: its configuration and its baseline."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .completing import files
from .shared import DEFAULT_GATE, Gate, read_gate
from .streams import tell

if TYPE_CHECKING:
    from ..config import Config
    from ..ignores import Baseline
    from ..result import AuditResult, IgnoreUse

MOST_GONE = 5
"""Findings of a baseline that are named when they are not found; the others are counted."""


def with_config(function: Any) -> Any:
    """Options of every verb that obeys the configuration; hands it a `Config`."""

    @functools.wraps(function)
    def configured(*given: Any, config: str | None, no_config: bool, **more: Any) -> Any:
        return function(*given, config=_read(config, no_config), **more)

    configured = click.option(
        "--no-config", is_flag=True, help="Read no configuration.",
    )(configured)  # fmt: skip
    return click.option(
        "--config", metavar="FILE", shell_complete=files,
        help="Configuration to read. Default: cors-audit.toml, or [tool.cors-audit] in "
        "pyproject.toml, the nearest upwards from here.",
    )(configured)  # fmt: skip


def with_baseline(function: Any) -> Any:
    """The option that accepts the findings of a baseline."""
    return click.option(
        "--baseline", metavar="FILE", shell_complete=files,
        help="Ignore the findings that were accepted in this file (see check --write-baseline).",
    )(function)  # fmt: skip


def _read(path: str | None, no_config: bool) -> Config:
    from .. import config

    if path is not None and no_config:
        raise click.UsageError("--config and --no-config exclude each other")
    try:
        if path is not None:
            return config.load(Path(path))
        return config.NO_CONFIG if no_config else config.find(Path.cwd())
    except config.ConfigError as error:
        raise click.UsageError(str(error)) from error


def gate_of(fail_on: str | None, config: Config) -> Gate:
    """The gate of `check`: from the command line, else configured, else the usual one."""
    if fail_on is not None:
        return read_gate(fail_on)
    if config.fail_on is not None and config.path is not None:
        from ..config import shown

        return read_gate(config.fail_on, f"fail-on in {shown(config.path)}")
    return read_gate(DEFAULT_GATE)


def accept(result: AuditResult, config: Config, baseline: Baseline | None = None) -> AuditResult:
    """Mark what was accepted, and tell which decisions had no effect."""
    accepted = mark(result, config, baseline)
    for line in _said(accepted.ignores):
        tell(line)
    return accepted


def mark(result: AuditResult, config: Config, baseline: Baseline | None = None) -> AuditResult:
    """Mark what was accepted, without a word."""
    from ..ignores import apply

    today = datetime.now().astimezone().date()
    return apply(result, config.ignores, config.name, baseline, today)


def read_baseline(named: str | None, config: Config) -> Baseline | None:
    """The baseline named on the command line, else the configured one."""
    path = Path(named) if named is not None else config.baseline
    return _baseline(path) if path is not None else None


def _baseline(path: Path) -> Baseline:
    from ..config import shown
    from ..ignores import baseline_of

    try:
        return baseline_of(path.read_text(encoding="utf-8"), path.name)
    except OSError as error:
        raise click.UsageError(f"baseline {shown(path)}: {error.strerror or error}") from error
    except ValueError as error:
        raise click.UsageError(f"baseline {shown(path)}: {error}") from error


def _said(uses: tuple[IgnoreUse, ...]) -> Iterator[str]:
    from reports.words import accepted_again, count, listed

    for use in uses:
        if use.key is None and use.state != "used":
            yield accepted_again(use)
    gone = [use for use in uses if use.key is not None and use.state == "unused"]
    if gone:
        total = sum(use.key is not None for use in uses)
        names = listed([f"{use.rule} at {use.api}" for use in gone], MOST_GONE)
        yield (
            f"{gone[0].source}: {len(gone)} of {count(total, 'accepted finding')} not found: "
            f"{names}. If they are mended, write the baseline anew."
        )
