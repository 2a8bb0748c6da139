"""What several verbs share: their arguments, the audit itself, the exit code.

Exit codes: 0 fine, 1 findings at or above `--fail-on`, 2 wrong use or our own error,
3 nothing to judge, 130 interrupted.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..finding import Kind, Severity

if TYPE_CHECKING:
    from ..result import AuditResult

ROOT = Path(__file__).resolve().parents[2]
DEFAULT_REPORT = "cors-report.html"
FINE, FINDINGS, WRONG_USE, NOTHING, INTERRUPTED = 0, 1, 2, 3, 130


def with_inputs(function: Any) -> Any:
    """Arguments of every verb that reads captures."""
    function = click.argument("inputs", nargs=-1, required=True, metavar="INPUT…")(function)
    function = click.option(
        "--no-redact", is_flag=True, help="Keep secrets in the result; brands the report."
    )(function)
    return click.option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        help="Colours on standard output (NO_COLOR, FORCE_COLOR and TERM=dumb are obeyed).",
    )(function)


def audit(inputs: Iterable[str], *, redact: bool) -> AuditResult:
    """Judge captures; what could not be read is told on standard error."""
    from ..offline import audit as judge

    show = sys.stderr.isatty() and "CI" not in os.environ

    def progress(name: str, flows: int) -> None:
        if show:
            click.echo(f"\r{name}: {flows} flows", nl=False, err=True)

    result = judge(list(inputs), redact=redact, progress=progress)
    if show:
        click.echo("\r\033[K", nl=False, err=True)
    for each in result.skipped:
        if each.what == "input":
            click.echo(f"cors-audit: {_shown(each.reason)}", err=True)
    for capture in result.captures:
        if capture.error:
            message = f"cors-audit: {capture.name}: {capture.error}"
            click.echo(_shown(message), err=True)
    return result


def save(result: AuditResult, outputs: tuple[str, ...], format_: str | None) -> list[str]:
    """Write every report asked for; the paths written."""
    import reports
    from reports import write

    if "-" in outputs and format_ is None:
        raise click.UsageError("'-o -' needs --format (html, json or md)")
    targets = list(outputs) or [str(write.unique(Path(DEFAULT_REPORT)))]
    written = []
    for target in targets:
        try:
            if target == "-":
                click.echo(reports.render(result, str(format_)), nl=False)
                continue
            reports.save(result, Path(target))
        except reports.ReportError as error:
            raise click.UsageError(str(error)) from error
        except OSError as error:
            raise click.UsageError(f"cannot write {target}: {error.strerror or error}") from error
        click.echo(f"wrote {target}", err=True)
        written.append(target)
    return written


def print_summary(result: AuditResult, color: str) -> None:
    """The result as one screen of text on standard output."""
    from reports import to_terminal

    encoding = (sys.stdout.encoding or "ascii").lower().replace("-", "")
    text = to_terminal.render(
        result,
        color=_wants_color(color),
        ascii_only=encoding != "utf8",
        width=min(shutil.get_terminal_size((100, 24)).columns, 120),
    )
    click.echo(text, color=True)


def _wants_color(color: str) -> bool:
    if color != "auto":
        return color == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def _shown(text: str) -> str:
    from reports.escape import visible

    return visible(text)


Gate = list[tuple[Kind | None, Severity]]


def read_gate(text: str) -> Gate:
    """Read `--fail-on`: kinds, severities, or `kind:severity`, separated by commas."""
    if text == "never":
        return []
    gate: Gate = []
    for item in text.split(","):
        kind, colon, severity = item.strip().partition(":")
        try:
            if colon:
                gate.append((Kind(kind), Severity(severity)))
            elif kind in list(Severity):
                gate.append((None, Severity(kind)))
            else:
                gate.append((Kind(kind), Severity.INFO))
        except ValueError:
            known = ", ".join([*Kind, *Severity])
            raise click.BadParameter(
                f"{item!r} is no kind, severity or kind:severity ({known})", param_hint="--fail-on"
            ) from None
    return gate


def exit_code(result: AuditResult, gate: Gate) -> int:
    """What the process ends with."""
    if any(c.error and c.error.startswith("interrupted") for c in result.captures):
        return INTERRUPTED
    if not result.totals.cors and not result.totals.preflights:
        return NOTHING
    for finding in result.findings:
        if finding.ignored is not None:
            continue
        for kind, severity in gate:
            if kind in (None, finding.kind) and finding.severity.rank <= severity.rank:
                return FINDINGS
    return FINE
