"""What several verbs share: their arguments, the audit itself, the exit code.

Exit codes: 0 fine, 1 findings at or above `--fail-on`, 2 wrong use or our own error,
3 nothing to judge, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar

import click

from ..finding import Kind, Severity
from .completing import files
from .endings import FINDINGS, FINE, INTERRUPTED, NOTHING, Failure, cannot_write
from .streams import note, out, out_by, tell, terminal_size

if TYPE_CHECKING:
    from ..engine import Auditor
    from ..hidden import Secrets
    from ..result import AuditResult
    from ..session.intent import Intent

Shown = TypeVar("Shown")
ROOT = Path(__file__).resolve().parents[2]
DEFAULT_REPORT = "cors-report.html"
DEFAULT_GATE = "broken:medium,dangerous:medium"
WORKERS = "cors-audit.workers"
"""Where click's context keeps the value of `--workers`."""
SCHEDULER = "cors-audit.scheduler"
"""The same for `--scheduler`."""
PROMPT_LINES = 3
"""Of a screen, for the command that was typed, the last line of `check`, and the next prompt."""


def with_inputs(function: Any) -> Any:
    """Arguments of every verb that reads captures."""
    function = click.argument(
        "inputs", nargs=-1, required=True, metavar="INPUT...", shell_complete=files
    )(function)
    function = click.option(
        "--workers", type=click.IntRange(min=1), default=processors, metavar="N",
        expose_value=False, callback=_note_workers,
        help="Processes that may read large captures at the same time. Default: all processors.",
    )(function)  # fmt: skip
    function = click.option(
        "--no-redact", is_flag=True, help="Keep secrets in the result; brands the report."
    )(function)
    return with_color(function)


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _note_workers(context: click.Context, _: click.Parameter, value: int) -> int:
    """Kept aside: every verb that reads has the option, and none of them looks at it."""
    context.meta[WORKERS] = value
    return value


def with_scheduler(function: Any) -> Any:
    """The option of verbs that can have their captures read by a cluster."""
    return click.option(
        "--scheduler", metavar="ADDRESS", expose_value=False, callback=_note_scheduler,
        help="Have captures read by the Dask cluster whose scheduler has this address, such as "
        "tcp://HOST:8786 (extra 'distributed').",
    )(function)  # fmt: skip


def _note_scheduler(context: click.Context, _: click.Parameter, value: str | None) -> str | None:
    """Kept aside, as `--workers` is."""
    context.meta[SCHEDULER] = value
    return value


def with_color(function: Any) -> Any:
    """The option of every verb that prints text."""
    return click.option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        help="Colours on standard output (NO_COLOR, FORCE_COLOR and TERM=dumb are obeyed).",
    )(function)


def audit(inputs: Iterable[str], *, redact: bool, intent: Intent | None = None) -> AuditResult:
    """Judge captures; what could not be read is told on standard error."""
    return heard(inputs, redact=redact, intent=intent)[1]


def heard(
    inputs: Iterable[str], *, redact: bool, intent: Intent | None = None
) -> tuple[Auditor, AuditResult]:
    """The same, with the auditor that heard the captures."""
    from ..offline import conclude, hear
    from ..session.intent import NOTHING_DECLARED
    from . import clusters, progress

    crew = clusters.crew()
    with progress.shown() as show:
        auditor = hear(
            list(inputs),
            redact=redact,
            progress=show,
            intent=intent or NOTHING_DECLARED,
            workers=click.get_current_context().meta.get(WORKERS, 1),
            read=None if crew is None else crew.pieces,
        )
        result = conclude(auditor)
    if crew is not None:
        result = replace(result, secrets=crew)
    for each in result.skipped:
        if each.what == "input":
            tell(each.reason)
    for capture in result.captures:
        if capture.error:
            tell(f"{capture.name}: {capture.error}")
    return auditor, result


def can_write(outputs: tuple[str, ...], format_: str | None = None) -> None:
    """Find now what would otherwise come out after the work: no such format or place.

    Raises:
        click.UsageError: a report asked for cannot be made.
        Failure: there is no place for it.
    """
    import reports
    from reports import write

    if "-" in outputs and format_ is None:
        names = ", ".join(name for name in reports.RENDERERS if name not in reports.PARTS)
        raise click.UsageError(f"'-o -' needs --format ({names})")
    if format_ is not None and "-" not in outputs:
        raise click.UsageError("--format is for '-o -'; the suffix of a file decides its own")
    for target in outputs:
        try:
            if target == "-":
                reports.need(str(format_))
            else:
                reports.need(reports.format_of(target))
        except reports.ReportError as error:
            raise click.UsageError(f"-o {target}: {error}") from error
    for target in outputs or (str(write.unique(DEFAULT_REPORT)),):
        for path in () if target == "-" else reports.targets(target):
            require_place(path)


def require_place(path: str | Path, option: str = "-o") -> None:
    """Find now whether a file can be written there.

    Raises:
        Failure: it cannot.
    """
    from reports import write

    try:
        write.require(path)
    except OSError as error:
        raise cannot_write(path, error, option) from error


def save(result: AuditResult, outputs: tuple[str, ...], format_: str | None) -> list[str]:
    """Write every report asked for; the paths written."""
    import reports
    from reports import write

    targets = list(outputs) or [str(write.unique(Path(DEFAULT_REPORT)))]
    written: list[str] = []
    for target in targets:
        try:
            if target == "-":
                text = reports.render(result, str(format_))
                out_by(partial(write.write_text, text, "-"))
                continue
            files = [str(path) for path in reports.save(result, target)]
        except reports.ReportError as error:
            raise Failure(str(error)) from error
        except OSError as error:
            raise cannot_write(target, error) from error
        for path in files:
            note(f"wrote {path}\n")
        written += files
    return written


def open_report(path: str, wanted: bool | None) -> None:
    """Show a report in the person's browser; by default where a person is watching."""
    if wanted if wanted is not None else _on_terminal() and "CI" not in os.environ:
        import webbrowser

        webbrowser.open(Path(path).resolve().as_uri())


def print_summary(result: AuditResult, color: str) -> None:
    """The result as one screen of text on standard output."""
    print_searched(lambda shown: summary(shown, color), result, result.secrets)


def summary(result: AuditResult, color: str) -> str:
    """The result as one screen of text."""
    from reports import to_terminal

    height = to_terminal.MOST_LINES
    if _on_terminal():
        height = min(terminal_size().lines - PROMPT_LINES, height)
    return to_terminal.render(result, **terminal(color), height=height) + "\n"


def print_searched(render: Callable[[Shown], str], shown: Shown, secrets: Secrets) -> None:
    """What `render` makes of it to standard output, with nothing in it that was withheld."""
    out(without_secrets(render, shown, secrets))


def without_secrets(render: Callable[[Shown], str], shown: Shown, secrets: Secrets) -> str:
    """What `render` makes of it, with nothing in it that was withheld.

    Raises:
        Failure: something that was withheld stands there even so.
    """
    from reports import ReportError, leaks

    try:
        return leaks.searched(render, shown, secrets)
    except ReportError as error:
        raise Failure(str(error)) from error


class Terminal(TypedDict):
    """What standard output can show, as the renderers for it take it."""

    color: bool
    ascii_only: bool
    width: int


def terminal(color: str) -> Terminal:
    """What standard output can show; `color` is the option's value."""
    encoding = (getattr(sys.stdout, "encoding", None) or "ascii").lower().replace("-", "")
    return {
        "color": _wants_color(color),
        "ascii_only": encoding != "utf8",
        "width": min(terminal_size(100).columns, 120),
    }


def _on_terminal() -> bool:
    return sys.stdout is not None and sys.stdout.isatty()


def _wants_color(color: str) -> bool:
    if color != "auto":
        return color == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return _on_terminal() and os.environ.get("TERM") != "dumb"


Gate = list[tuple[Kind | None, Severity]]


def read_gate(text: str, place: str = "--fail-on") -> Gate:
    """Read `--fail-on`: kinds, severities, or `kind:severity`, separated by commas.

    Args:
        place: where the text stands, for the message.
    """
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
                f"{item!r} is no kind, severity or kind:severity ({known})", param_hint=place
            ) from None
    return gate


def shown_gate(gate: Gate) -> str:
    """The gate as it is typed: `--fail-on broken:medium,dangerous:medium`."""
    items = [
        severity.value if kind is None else f"{kind.value}:{severity.value}"
        for kind, severity in gate
    ]
    return f"--fail-on {','.join(items) or 'never'}"


def meets(gate: Gate, kind: Kind, severity: Severity) -> bool:
    """Does a finding of this sort fail the gate?"""
    return any(wanted in (None, kind) and severity.rank <= lowest.rank for wanted, lowest in gate)


def was_interrupted(result: AuditResult) -> bool:
    """Did the user stop the reading?"""
    return any(c.error and c.error.startswith("interrupted") for c in result.captures)


def has_something(result: AuditResult) -> bool:
    """Was there anything to judge?"""
    return bool(result.totals.cors or result.totals.preflights)


def exit_code(result: AuditResult, gate: Gate) -> int:
    """What the process ends with."""
    if was_interrupted(result):
        return INTERRUPTED
    if not has_something(result):
        return NOTHING
    return FINDINGS if failing(result, gate) else FINE


def failing(result: AuditResult, gate: Gate) -> int:
    """How many findings fail the gate; ignored ones do not."""
    open_ = (finding for finding in result.findings if finding.ignored is None)
    return sum(meets(gate, finding.kind, finding.severity) for finding in open_)
