"""A simulation as one screen of text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import click

from ..policies.simulate import CallRow, Change, DangerRow, OriginRow, Simulation

MOST_ROWS = 20
"""Rows of one kind that are shown; the others are counted, and stand in the JSON."""
KINDS = (
    (Change.BREAKS, "would break"),
    (Change.MAY_BREAK, "may break"),
    (Change.OPEN, "depends on what the recording does not show"),
    (Change.STAYS_BLOCKED, "stays blocked"),
    (Change.PASSES, "would pass now"),
    (Change.WOULD_BE_SENT, "would be sent now"),
    (Change.STAYS_ALLOWED, "passes as before"),
)
ACCESS = {
    "gains": "gains access",
    "loses": "loses access",
    "more": "may call more",
    "less": "may call less",
}


def render(done: Simulation, *, color: bool, ascii_only: bool, width: int) -> str:
    """The simulation for a terminal.

    Args:
        width: not used: long paths are better whole, to be copied.
    """
    text = "".join(f"{line}\n" for line in _lines(done, _Ink(color)))
    return text.encode("ascii", "backslashreplace").decode() if ascii_only else text


class _Ink:
    def __init__(self, color: bool) -> None:
        self._color = color

    def head(self, text: str) -> str:
        return click.style(text, bold=True) if self._color else text

    def bad(self, text: str) -> str:
        return click.style(text, fg="red", bold=True) if self._color else text

    def good(self, text: str) -> str:
        return click.style(text, fg="green") if self._color else text


def _lines(done: Simulation, ink: _Ink) -> Iterator[str]:
    from reports.escape import clip
    from reports.words import count

    apis = len({row.api for row in done.calls})
    yield ink.head(
        f"{clip(done.policy)}: {count(done.totals.calls, 'recorded call')} to "
        f"{count(apis, 'API')}, replayed"
    )
    for change, words in KINDS:
        rows = [row for row in done.calls if row.change is change]
        if not rows:
            continue
        yield ""
        total = sum(row.count for row in rows)
        heading = f"{words}: {count(total, 'call')}"
        legitimate = any(row.standing == "legitimate" for row in rows)
        broken = change in (Change.BREAKS, Change.MAY_BREAK)
        if broken and not legitimate:
            heading += ", none of them known to be legitimate"
        yield ink.bad(heading) if broken and legitimate else ink.head(heading)
        if change is not Change.STAYS_ALLOWED:
            yield from _cut(_call(row) for row in rows)
    yield from _block(ink, "origins", [_origin(r) for r in done.origins if r.change in ACCESS])
    yield from _block(
        ink,
        "no longer readable by script",
        [
            f"  {clip(r.name)} on {clip(r.api + r.path_template)} ({count(r.count, 'answer')})"
            for r in done.hidden
        ],
    )
    curable = [row for row in done.dangerous if row.by_policy]
    yield from _block(ink, "dangerous findings", [_danger(row) for row in curable])
    others = [row for row in done.dangerous if not row.by_policy and row.state != "gone"]
    yield from _block(
        ink, "dangerous, and no matter of a CORS policy", [_danger(row) for row in others]
    )
    yield from _block(
        ink, "not in the policy, left as recorded", [f"  {clip(api)}" for api in done.as_recorded]
    )
    yield from _block(
        ink, "in the policy, not called in this session", [f"  {clip(a)}" for a in done.not_called]
    )
    yield ""
    yield _verdict(done, ink)


def _verdict(done: Simulation, ink: _Ink) -> str:
    from reports.words import count

    if done.is_fine:
        return ink.good("Nothing legitimate breaks, and no dangerous finding remains.")
    said = []
    if done.totals.breaks:
        said.append(f"{count(done.totals.breaks, 'legitimate call')} would or may break")
    if done.totals.dangerous:
        said.append(f"{count(done.totals.dangerous, 'dangerous finding')} would remain")
    return ink.bad(f"{'; '.join(said)}.")


def _block(ink: _Ink, heading: str, rows: list[str]) -> Iterator[str]:
    if rows:
        yield ""
        yield ink.head(heading)
        yield from _cut(rows)


def _cut(rows: Iterable[str]) -> Iterator[str]:
    rows = list(rows)
    yield from rows[:MOST_ROWS]
    if len(rows) > MOST_ROWS:
        yield f"  and {len(rows) - MOST_ROWS} more: --format json has them all"


def _call(row: CallRow) -> str:
    from reports.escape import clip

    times = f" ({row.count} times)" if row.count > 1 else ""
    undecided = ", undecided" if row.standing == "undecided" else ""
    line = f"  {clip(row.method, 40)} {clip(row.api + row.path_template)} from {clip(row.origin)}"
    line += f"{undecided}{times}"
    gained = (Change.PASSES, Change.WOULD_BE_SENT, Change.OPEN)
    if row.change in gained and row.was == "blocked":
        line += f"\n      was blocked: {row.reason_was}"
    elif row.change not in (*gained, Change.STAYS_ALLOWED) and row.reason_now:
        param = f" {clip(row.reason_now_param, 80)}" if row.reason_now_param else ""
        line += f"\n      {row.reason_now}{param}"
    if row.note:
        line += f"\n      {clip(row.note)}"
    return line


def _origin(row: OriginRow) -> str:
    from reports.escape import clip

    undecided = {"undecided": ", undecided", "mixed": ", undecided on some paths"}
    return (
        f"  {clip(row.origin)} {ACCESS[row.change]} to {clip(row.api)}: {row.allowed_was} of "
        f"{row.calls} calls passed, {row.allowed_now} would{undecided.get(row.standing, '')}"
    )


def _danger(row: DangerRow) -> str:
    from reports.escape import clip

    words = {"gone": "gone", "remains": "remains", "new": "appears"}
    return f"  {words[row.state]}: {clip(row.title)} [{row.rule}] at {clip(row.api)}"
