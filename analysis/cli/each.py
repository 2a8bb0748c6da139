"""`report --each`: every recording a session of its own, on this machine or on a cluster."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import click

from ..finding import Kind
from . import progress
from .clusters import client, needed
from .endings import FINDINGS, FINE, NOTHING, WRONG_USE, Failure
from .shared import Gate, meets
from .streams import out, tell

if TYPE_CHECKING:
    from ..config import Config
    from ..fleet.outcome import Outcome
    from ..ignores import Baseline
    from ..offline import Progress

MOST_NAMED = 10
"""Recordings that are named for their findings; the table has all of them."""


def report_each(
    inputs: Sequence[str],
    outputs: Sequence[str],
    *,
    redact: bool,
    config: Config,
    baseline: Baseline | None,
    gate: Gate,
) -> None:
    """Judge, write, tell, and end with the exit code."""
    folder = _folder(outputs)
    with needed("--each"):
        from ..fleet.batch import Order, named
        from ..fleet.cluster import FleetError
        from ..fleet.recordings import judge_each
    recordings, errors = named(inputs)
    for error in errors:
        tell(str(error))
    if not recordings:
        sys.exit(NOTHING)
    today = datetime.now().astimezone().date()
    order = Order(folder, redact, config, baseline, today)
    try:
        with progress.shown() as show:
            outcomes = judge_each(client(), recordings, order, _counted(show, len(recordings)))
    except FleetError as error:
        raise Failure(str(error)) from error
    for each in outcomes:
        if each.error:
            tell(f"{each.recording}: {each.error}")
    out(_summary(outcomes, gate))
    tell(f"wrote {folder}")
    sys.exit(_exit_code(outcomes, gate))


def _folder(outputs: Sequence[str]) -> str:
    """The folder that was named.

    Raises:
        click.UsageError: it is none.
    """
    import reports

    if len(outputs) != 1 or outputs[0] == "-":
        raise click.UsageError("--each needs one -o: the folder, or URL, for results and tables")
    try:
        reports.format_of(outputs[0])
    except reports.UnknownFormat:
        return outputs[0]
    raise click.UsageError(f"-o {outputs[0]}: with --each it names a folder, not a report")


def _counted(
    show: Callable[[Progress], None] | None, total: int
) -> Callable[[Sequence[Outcome]], None]:
    """Tells how many recordings are done."""
    from ..offline import Progress

    state = Progress(total)

    def done(outcomes: Sequence[Outcome]) -> None:
        state.read += len(outcomes)
        state.name = f"{state.read:,} of {total:,} recordings"
        state.flows += sum(each.flows for each in outcomes)
        state.calls += sum(each.cors for each in outcomes)
        if show is not None:
            show(state)

    return done


def _summary(outcomes: Sequence[Outcome], gate: Gate) -> str:
    from reports.escape import visible
    from reports.words import count

    judged = [each for each in outcomes if each.result is not None]
    calls, blocked = sum(each.cors for each in judged), sum(each.blocked for each in judged)
    lines = [
        f"{count(len(outcomes), 'recording')}, {len(judged):,} judged: "
        f"{count(calls, 'call')} across origins, {blocked:,} blocked",
        f"findings: {_kinds(judged) or 'none'}",
    ]
    failing = [each for each in judged if _fails(each, gate)]
    if gate:
        lines.append(f"{count(len(failing), 'recording')} with findings of --fail-on")
    worst = sorted(failing, key=lambda each: -sum(n for _, _, n in each.findings))
    lines += [f"  {visible(each.recording)}: {_kinds([each])}" for each in worst[:MOST_NAMED]]
    if len(worst) > MOST_NAMED:
        lines.append(f"  and {len(worst) - MOST_NAMED:,} more")
    return "\n".join(lines) + "\n"


def _kinds(outcomes: Sequence[Outcome]) -> str:
    """Findings by kind, in words."""
    counts = dict.fromkeys(Kind, 0)
    for each in outcomes:
        for kind, _, number in each.findings:
            counts[kind] += number
    return ", ".join(f"{number:,} {kind}" for kind, number in counts.items() if number)


def _fails(outcome: Outcome, gate: Gate) -> bool:
    return any(meets(gate, kind, severity) for kind, severity, _ in outcome.findings)


def _exit_code(outcomes: Sequence[Outcome], gate: Gate) -> int:
    if any(each.leaked for each in outcomes):
        return WRONG_USE
    if not any(each.cors or each.preflights for each in outcomes):
        return NOTHING
    return FINDINGS if any(_fails(each, gate) for each in outcomes) else FINE
