"""The verbs that analyse captures and tell: report, check, demo."""

from __future__ import annotations

import os
import sys
import webbrowser
from pathlib import Path

import click

from .shared import (
    DEFAULT_REPORT,
    ROOT,
    audit,
    exit_code,
    print_summary,
    read_gate,
    save,
    with_inputs,
)

SAMPLES = ROOT / "sample_flows"
DEFAULT_GATE = "broken:medium,dangerous:medium"


@click.command()
@with_inputs
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
    gate = read_gate(fail_on) if fail_on else []
    result = audit(inputs, redact=not no_redact)
    written = save(result, outputs, format_)
    if "-" not in outputs:
        print_summary(result, color)
    if open_ and written:
        webbrowser.open(Path(written[0]).resolve().as_uri())
    sys.exit(exit_code(result, gate))


@click.command()
@with_inputs
@click.option(
    "--fail-on", default=DEFAULT_GATE, show_default=True, metavar="KIND|SEVERITY,…",
    help="What makes the check fail; 'never' for nothing.",
)  # fmt: skip
def check(inputs: tuple[str, ...], no_redact: bool, color: str, fail_on: str) -> None:
    """The same analysis for CI: text, and an exit code."""
    gate = read_gate(fail_on)
    result = audit(inputs, redact=not no_redact)
    print_summary(result, color)
    sys.exit(exit_code(result, gate))


@click.command()
@click.option("-o", "--output", default=DEFAULT_REPORT, show_default=True, metavar="FILE")
@click.option("--open/--no-open", "open_", default=None, help="Default: on a terminal only.")
def demo(output: str, open_: bool | None) -> None:
    """Report of the bundled recordings: proof of life."""
    if not SAMPLES.is_dir():
        raise click.ClickException(f"the sample recordings are missing: {SAMPLES}")
    stories = sorted(path for path in SAMPLES.glob("*.flow") if "fixed" not in path.stem)
    result = audit([str(path) for path in stories], redact=True)
    written = save(result, (output,) if output != DEFAULT_REPORT else (), None)
    print_summary(result, "auto")
    if open_ if open_ is not None else sys.stdout.isatty() and "CI" not in os.environ:
        webbrowser.open(Path(written[0]).resolve().as_uri())
