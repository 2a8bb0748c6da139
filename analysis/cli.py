"""The command line. Wires everything, decides nothing.

Exit codes: 0 fine, 1 findings at or above `--fail-on`, 2 wrong use or our own error,
3 nothing to judge, 130 interrupted.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
import webbrowser
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from . import __version__
from .finding import Kind, Severity

if TYPE_CHECKING:
    from .result import AuditResult

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "sample_flows"
DEFAULT_REPORT = "cors-report.html"
FINE, FINDINGS, WRONG_USE, NOTHING, INTERRUPTED = 0, 1, 2, 3, 130
DEFAULT_GATE = "broken:medium,dangerous:medium"

EPILOG = """\b
Examples:
  cors-audit demo                              a report of the bundled recordings
  mitmdump -w session.flow                     record, then
  cors-audit report session.flow --open        say what the browser blocked, and why
  cors-audit explain "blocked by CORS policy: No 'Access-Control-Allow-Origin' header"
"""


def _version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if not wanted or context.resilient_parsing:
        return
    try:
        mitmproxy = metadata.version("mitmproxy")
    except metadata.PackageNotFoundError:
        mitmproxy = "not installed"
    click.echo(
        f"cors-audit {__version__} (mitmproxy {mitmproxy}, Python {platform.python_version()}, "
        f"{platform.system()})"
    )
    context.exit()


@click.group(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version,
    help="Show versions (bug reports need them) and exit.",
)  # fmt: skip
def main() -> None:
    """The flight recorder for CORS: what the browser blocked, why, and what to change.

    Passive: nothing is sent anywhere, no request is made or changed.
    """


def _inputs(function: Any) -> Any:
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


@main.command()
@_inputs
@click.option(
    "-o", "--output", "outputs", multiple=True, metavar="FILE",
    help="Where to write; the suffix decides the format (.html .json .md). May repeat. "
    "'-' is standard output and needs --format.",
)  # fmt: skip
@click.option("--format", "format_", metavar="NAME", help="Format for '-o -': html, json, md.")
@click.option("--open/--no-open", "open_", default=False, help="Open the report in a browser.")
@click.option(
    "--fail-on", metavar="KIND|SEVERITY,…",
    help="Exit with 1 on such findings, for example 'broken,dangerous', 'high', 'broken:medium'.",
)  # fmt: skip
def report(
    inputs: tuple[str, ...],
    no_redact: bool,
    color: str,
    outputs: tuple[str, ...],
    format_: str | None,
    open_: bool,
    fail_on: str | None,
) -> None:
    """Analyse captures and write reports.

    INPUT is a flow file, a folder of them, or '-'. Several are judged as one session.
    Without -o the report goes to cors-report.html, never over an existing file.
    """
    gate = _gate(fail_on) if fail_on else []
    result = _audit(inputs, redact=not no_redact)
    written = _save(result, outputs, format_)
    if "-" not in outputs:
        _summary(result, color)
    if open_ and written:
        webbrowser.open(Path(written[0]).resolve().as_uri())
    sys.exit(_exit_code(result, gate))


@main.command()
@_inputs
@click.option(
    "--fail-on", default=DEFAULT_GATE, show_default=True, metavar="KIND|SEVERITY,…",
    help="What makes the check fail; 'never' for nothing.",
)  # fmt: skip
def check(inputs: tuple[str, ...], no_redact: bool, color: str, fail_on: str) -> None:
    """The same analysis for CI: text, and an exit code."""
    gate = _gate(fail_on)
    result = _audit(inputs, redact=not no_redact)
    _summary(result, color)
    sys.exit(_exit_code(result, gate))


@main.command()
@click.option("-o", "--output", default=DEFAULT_REPORT, show_default=True, metavar="FILE")
@click.option("--open/--no-open", "open_", default=None, help="Default: on a terminal only.")
def demo(output: str, open_: bool | None) -> None:
    """Report of the bundled recordings: proof of life."""
    if not SAMPLES.is_dir():
        raise click.ClickException(f"the sample recordings are missing: {SAMPLES}")
    stories = sorted(path for path in SAMPLES.glob("*.flow") if "fixed" not in path.stem)
    result = _audit([str(path) for path in stories], redact=True)
    written = _save(result, (output,) if output != DEFAULT_REPORT else (), None)
    _summary(result, "auto")
    if open_ if open_ is not None else sys.stdout.isatty() and "CI" not in os.environ:
        webbrowser.open(Path(written[0]).resolve().as_uri())


@main.command()
@click.argument("words", nargs=-1, required=True, metavar="RULE|MESSAGE")
def explain(words: tuple[str, ...]) -> None:
    """A rule's page, or the rules behind a pasted browser message."""
    from . import catalogue

    text = " ".join(words)
    page = catalogue.explain(text)
    if page is not None:
        click.echo(page)
        return
    rules = catalogue.explain_message(text)
    if not rules:
        near = catalogue.nearest(text)
        hint = f" Did you mean {near}?" if near and len(words) == 1 else ""
        raise click.UsageError(
            f"{text!r} is neither a rule nor a CORS message of a browser.{hint} "
            "`cors-audit rules` lists the rules."
        )
    click.echo("\n\n".join(page for rule in rules if (page := catalogue.explain(rule.id))))


@main.command()
@click.option("--format", "format_", type=click.Choice(["md", "json"]), default="md")
def rules(format_: str) -> None:
    """The catalogue of rules."""
    from . import catalogue

    click.echo(catalogue.markdown() if format_ == "md" else catalogue.as_json(), nl=False)


@main.command()
def addon() -> None:
    """Print the addon's path: mitmdump -s "$(cors-audit addon)"."""
    click.echo(ROOT / "addon" / "cors_audit.py")


def _audit(inputs: Iterable[str], *, redact: bool) -> AuditResult:
    from .offline import audit

    show = sys.stderr.isatty() and "CI" not in os.environ

    def progress(name: str, flows: int) -> None:
        if show:
            click.echo(f"\r{name}: {flows} flows", nl=False, err=True)

    result = audit(list(inputs), redact=redact, progress=progress)
    if show:
        click.echo("\r\033[K", nl=False, err=True)
    for each in result.skipped:
        if each.what == "input":
            click.echo(f"cors-audit: {_visible(each.reason)}", err=True)
    for capture in result.captures:
        if capture.error:
            message = f"cors-audit: {capture.name}: {capture.error}"
            click.echo(_visible(message), err=True)
    return result


def _save(result: AuditResult, outputs: tuple[str, ...], format_: str | None) -> list[str]:
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


def _summary(result: AuditResult, color: str) -> None:
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


def _visible(text: str) -> str:
    from reports.escape import visible

    return visible(text)


Gate = list[tuple[Kind | None, Severity]]


def _gate(text: str) -> Gate:
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


def _exit_code(result: AuditResult, gate: Gate) -> int:
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
