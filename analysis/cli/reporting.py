"""The verbs that analyse captures and tell: report, check, demo."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from .settings import accept, gate_of, read_baseline, with_baseline, with_config
from .shared import (
    DEFAULT_GATE,
    DEFAULT_REPORT,
    FINE,
    ROOT,
    Gate,
    audit,
    can_write,
    exit_code,
    failing,
    has_something,
    meets,
    open_report,
    print_searched,
    print_summary,
    read_gate,
    save,
    shown_gate,
    summary,
    tell,
    was_interrupted,
    with_inputs,
)

if TYPE_CHECKING:
    from ..config import Config
    from ..finding import Finding
    from ..result import AuditResult

SAMPLES = ROOT / "sample_flows"


@click.command()
@with_inputs
@click.option(
    "-o", "--output", "outputs", multiple=True, metavar="FILE",
    help="Where to write; the suffix decides the format (.html .json .sarif .xml .csv .md "
    ".parquet; .xml is JUnit). May repeat. '-' is standard output and needs --format.",
)  # fmt: skip
@click.option(
    "--format", "format_", metavar="NAME",
    help="Format for '-o -': html, json, sarif, junit, csv, md.",
)  # fmt: skip
@click.option("--open/--no-open", "open_", default=False, help="Open the report in a browser.")
@click.option(
    "--fail-on", metavar="KIND|SEVERITY,…",
    help="Exit with 1 on such findings, for example 'broken,dangerous', 'high', 'broken:medium'.",
)  # fmt: skip
@with_baseline
@with_config
def report(
    inputs: tuple[str, ...],
    no_redact: bool,
    color: str,
    outputs: tuple[str, ...],
    format_: str | None,
    open_: bool,
    fail_on: str | None,
    baseline: str | None,
    config: Config,
) -> None:
    """Analyse captures and write reports.

    INPUT is a flow file, a folder of them, or '-'. Several are judged as one session.
    Without -o the report goes to cors-report.html, never over an existing file.
    """
    gate = read_gate(fail_on) if fail_on else []
    can_write(outputs, format_)
    known = read_baseline(baseline, config)
    result = audit(inputs, redact=not no_redact, intent=config.intent)
    result = accept(result, config, known)
    written = save(result, outputs, format_)
    if "-" not in outputs:
        print_summary(result, color)
    if written:
        open_report(written[0], open_)
    sys.exit(exit_code(result, gate))


@click.command()
@with_inputs
@click.option(
    "--fail-on", show_default=DEFAULT_GATE, metavar="KIND|SEVERITY,…",
    help="What makes the check fail; 'never' for nothing.",
)  # fmt: skip
@click.option(
    "--format", "format_", type=click.Choice(["text", "github"]), default="text", show_default=True,
    help="github: the text, and annotations for GitHub Actions.",
)  # fmt: skip
@with_baseline
@click.option(
    "--write-baseline", metavar="FILE",
    help="Accept everything that is found now: write it to FILE, for --baseline.",
)  # fmt: skip
@with_config
def check(
    inputs: tuple[str, ...],
    no_redact: bool,
    color: str,
    fail_on: str | None,
    format_: str,
    baseline: str | None,
    write_baseline: str | None,
    config: Config,
) -> None:
    """The same analysis for CI: text, and an exit code."""
    gate = gate_of(fail_on, config)
    if write_baseline is not None:
        if baseline is not None:
            raise click.UsageError("--baseline and --write-baseline exclude each other")
        config = replace(config, baseline=None)
    known = read_baseline(baseline, config)
    result = audit(inputs, redact=not no_redact, intent=config.intent)
    result = accept(result, config, known)
    text = summary(result, color) + _outcome(result, gate)
    if format_ == "github":
        _annotate(result, gate, text)
    else:
        print_searched(text, result.secrets)
    if write_baseline is not None and has_something(result) and not was_interrupted(result):
        _write_baseline(result, write_baseline)
        sys.exit(FINE)
    sys.exit(exit_code(result, gate))


def _outcome(result: AuditResult, gate: Gate) -> str:
    """One line: does the check fail, and by how many findings; none without anything to judge."""
    if not has_something(result) or was_interrupted(result):
        return ""
    count, whole = failing(result, gate), sum(each.ignored is None for each in result.findings)
    asked = shown_gate(gate)
    if not whole:
        return f"Check passed. There are no findings ({asked}).\n"
    sign = "failed" if count else "passed"
    return f"Check {sign}. Findings that count: {count} of {whole} ({asked}).\n"


def _annotate(result: AuditResult, gate: Gate, text: str) -> None:
    from reports import to_github

    def fails(finding: Finding) -> bool:
        return meets(gate, finding.kind, finding.severity)

    print_searched(to_github.render(result, fails, text), result.secrets)


def _write_baseline(result: AuditResult, path: str) -> None:
    from reports import ReportError, write

    from ..ignores import baseline_text

    try:
        write.write_text(baseline_text(result), path, result.secrets)
    except ReportError as error:
        raise click.UsageError(str(error)) from error
    except OSError as error:
        raise click.UsageError(f"cannot write {path}: {error.strerror or error}") from error
    accepted = sum(finding.ignored is None for finding in result.findings)
    tell(f"wrote {path}: findings accepted: {accepted}")


@click.command()
@click.option("-o", "--output", default=DEFAULT_REPORT, show_default=True, metavar="FILE")
@click.option("--open/--no-open", "open_", default=None, help="Default: on a terminal only.")
def demo(output: str, open_: bool | None) -> None:
    """Report of the bundled recordings: proof of life."""
    if not SAMPLES.is_dir():
        raise click.ClickException(f"the sample recordings are missing: {SAMPLES}")
    outputs = (output,) if output != DEFAULT_REPORT else ()
    can_write(outputs)
    stories = sorted(path for path in SAMPLES.glob("*.flow") if "fixed" not in path.stem)
    result = audit([str(path) for path in stories], redact=True)
    written = save(result, outputs, None)
    print_summary(result, "auto")
    open_report(written[0], open_)
