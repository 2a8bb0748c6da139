"""The verbs that analyse captures and tell: report, check, demo."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from .completing import files, gates
from .each import report_each
from .endings import EXITS, FINDINGS, FINE, Failure, cannot_write
from .helping import Example, Verb
from .settings import accept, gate_of, read_baseline, with_baseline, with_config
from .shared import (
    DEFAULT_GATE,
    DEFAULT_REPORT,
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
    require_place,
    save,
    shown_gate,
    summary,
    was_interrupted,
    with_inputs,
    with_scheduler,
    without_secrets,
)
from .streams import tell

if TYPE_CHECKING:
    from ..config import Config
    from ..finding import Finding
    from ..result import AuditResult

SAMPLES = ROOT / "sample_flows"


@click.command(
    cls=Verb,
    examples=[
        Example("a page, opened in your browser", "cors-audit report session.flow --open"),
        Example(
            "several formats at once",
            "cors-audit report session.flow -o report.html -o cors.sarif -o cors.xml",
        ),
        Example("a folder of nightly recordings", "cors-audit report nightly/ -o nightly.html"),
        Example(
            "each of them a session of its own", "cors-audit report --each nightly/ -o results/"
        ),
        Example(
            "for another program",
            "cors-audit report session.flow -o - --format json > result.json",
        ),
    ],
    exits=EXITS | {FINDINGS: "--fail-on was given, and met"},
)
@with_inputs
@with_scheduler
@click.option(
    "--each", is_flag=True,
    help="Judge every recording as a session of its own: a result for each, and tables of all, in "
    "the folder or at the URL of -o (extra 'distributed').",
)  # fmt: skip
@click.option(
    "-o", "--output", "outputs", multiple=True, metavar="FILE", shell_complete=files,
    help="Where to write; the suffix decides the format (.html .json .sarif .xml .csv .md "
    ".parquet; .xml is JUnit). May repeat. '-' is standard output and needs --format.",
)  # fmt: skip
@click.option(
    "--format", "format_", metavar="NAME",
    help="Format for '-o -': html, json, sarif, junit, csv, md.",
)  # fmt: skip
@click.option("--open/--no-open", "open_", default=False, help="Open the report in a browser.")
@click.option(
    "--fail-on", metavar="KIND|SEVERITY,...", shell_complete=gates,
    help="Exit with 1 on such findings, for example 'broken,dangerous', 'high', 'broken:medium'.",
)  # fmt: skip
@with_baseline
@with_config
def report(
    inputs: tuple[str, ...],
    no_redact: bool,
    color: str,
    each: bool,
    outputs: tuple[str, ...],
    format_: str | None,
    open_: bool,
    fail_on: str | None,
    baseline: str | None,
    config: Config,
) -> None:
    """Judge recordings and write reports.

    INPUT is a recording of mitmproxy, a HAR file, a journal, a folder of them, a URL (s3://...),
    or '-' for standard input. Several are judged as one session, unless --each says otherwise.
    Without -o the report goes to cors-report.html, never over an existing file.
    """
    gate = read_gate(fail_on) if fail_on else []
    known = read_baseline(baseline, config)
    if each:
        if format_ is not None or open_:
            raise click.UsageError("--each writes a folder: leave out --format and --open")
        report_each(inputs, outputs, redact=not no_redact, config=config, baseline=known, gate=gate)
    can_write(outputs, format_)
    result = audit(inputs, redact=not no_redact, intent=config.intent)
    result = accept(result, config, known)
    written = save(result, outputs, format_)
    if "-" not in outputs:
        print_summary(result, color)
    if written:
        open_report(written[0], open_)
    sys.exit(exit_code(result, gate))


@click.command(
    cls=Verb,
    examples=[
        Example("fail on what is broken or dangerous", "cors-audit check session.flow"),
        Example("on what is dangerous only", "cors-audit check session.flow --fail-on dangerous"),
        Example(
            "accept what there is now, fail on what is new",
            "cors-audit check session.flow --write-baseline cors-baseline.json",
        ),
        Example("from then on", "cors-audit check session.flow --baseline cors-baseline.json"),
    ],
    exits=EXITS | {FINDINGS: "findings that --fail-on, or else the configuration, names"},
)
@with_inputs
@with_scheduler
@click.option(
    "--fail-on", metavar="KIND|SEVERITY,...", shell_complete=gates,
    help=f"What makes the check fail; 'never' for nothing. Default: {DEFAULT_GATE}.",
)  # fmt: skip
@click.option(
    "--format", "format_", type=click.Choice(["text", "github"]), default="text", show_default=True,
    help="github: the text, and annotations for GitHub Actions.",
)  # fmt: skip
@with_baseline
@click.option(
    "--write-baseline", metavar="FILE", shell_complete=files,
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
    """Judge recordings in CI: text, and an exit code.

    INPUT is what 'cors-audit report' takes, and the findings are the same.
    """
    gate = gate_of(fail_on, config)
    if write_baseline is not None:
        if baseline is not None:
            raise click.UsageError("--baseline and --write-baseline exclude each other")
        require_place(write_baseline, "--write-baseline")
        config = replace(config, baseline=None)
    known = read_baseline(baseline, config)
    result = audit(inputs, redact=not no_redact, intent=config.intent)
    result = accept(result, config, known)
    print_searched(_told_in(format_, gate, color), result, result.secrets)
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


def _told_in(format_: str, gate: Gate, color: str) -> Callable[[AuditResult], str]:
    """What renders a result as text, for GitHub Actions with annotations around it."""
    from reports import to_github

    def fails(finding: Finding) -> bool:
        return meets(gate, finding.kind, finding.severity)

    def text(shown: AuditResult) -> str:
        told = summary(shown, color) + _outcome(shown, gate)
        return to_github.render(shown, fails, told) if format_ == "github" else told

    return text


def _write_baseline(result: AuditResult, path: str) -> None:
    from reports import write

    from ..ignores import baseline_text

    text = without_secrets(baseline_text, result, result.secrets)
    try:
        write.write_text(text, path)
    except OSError as error:
        raise cannot_write(path, error, "--write-baseline") from error
    accepted = sum(finding.ignored is None for finding in result.findings)
    tell(f"wrote {path}: findings accepted: {accepted}")


@click.command(
    cls=Verb,
    examples=[
        Example("a report in the current folder", "cors-audit demo"),
        Example("the result for programs", "cors-audit demo -o demo.json --no-open"),
    ],
)
@click.option(
    "-o", "--output", default=DEFAULT_REPORT, metavar="FILE", shell_complete=files,
    help=f"Where the report goes; the suffix decides the format. Default: {DEFAULT_REPORT}, "
    "never over an existing file.",
)  # fmt: skip
@click.option(
    "--open/--no-open", "open_", default=None,
    help="Open the report in a browser. Default: on a terminal only.",
)  # fmt: skip
def demo(output: str, open_: bool | None) -> None:
    """Report on the bundled recordings.

    Of a small shop and its API, wrong in a dozen ways: it shows what a report looks like, and
    that everything works.
    """
    if not SAMPLES.is_dir():
        raise Failure(f"the sample recordings are missing: {SAMPLES}. Install cors-audit again.")
    outputs = (output,) if output != DEFAULT_REPORT else ()
    can_write(outputs)
    stories = sorted(path for path in SAMPLES.glob("*.flow") if "fixed" not in path.stem)
    result = audit([str(path) for path in stories], redact=True)
    written = save(result, outputs, None)
    print_summary(result, "auto")
    open_report(written[0], open_)
