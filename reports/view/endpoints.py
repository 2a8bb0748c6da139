"""What each endpoint of an API answers: the policy table, the widest first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from analysis.frozen import frozen
from analysis.result import AnswerRow, EndpointPolicy

from .. import words
from ..escape import clip

MOST_ROWS = 20
MOST_ANSWERS = 4
MODES = {
    "reflected": "whoever asks",
    "null": "null",
    "wildcard": "everybody, without credentials",
    "mixed": "different answers",
    "echoed": "everybody who asked",
    "listed": "some who asked",
    "fixed": "one origin",
    "absent": "nobody",
}
"""`allow_origin_mode` in words, the widest first."""


@frozen
class Row:
    """One method and path shape."""

    call: str
    count: str
    allows: str
    answers: tuple[str, ...]
    answers_left_out: int


@frozen
class Endpoints:
    """The table of one API."""

    rows: tuple[Row, ...]
    left_out: int


def endpoints(every: Sequence[EndpointPolicy]) -> Endpoints:
    """The widest first, then by calls."""
    wide = list(MODES)

    def rank(each: EndpointPolicy) -> tuple[int, int, str, str]:
        mode = each.allow_origin_mode
        place = wide.index(mode) if mode in MODES else len(wide)
        return place, -each.count, each.path_template, each.method

    shown = sorted(every, key=rank)[:MOST_ROWS]
    return Endpoints(tuple(map(_row, shown)), len(every) - len(shown))


def _row(each: EndpointPolicy) -> Row:
    answers = _answers(each.answers)
    only_errors = each.allow_origin_mode == "absent" and any(a.allow_origin for a in each.answers)
    return Row(
        f"{clip(each.method, 30)} {clip(each.path_template, 120)}",
        words.grouped(each.count),
        "on errors only"
        if only_errors
        else MODES.get(each.allow_origin_mode, clip(each.allow_origin_mode, 30)),
        tuple(answers[:MOST_ANSWERS]),
        len(answers[MOST_ANSWERS:]) + each.answers_left_out,
    )


def _answers(every: Sequence[AnswerRow]) -> list[str]:
    """Who asked, and whom the answer named; answers that differ elsewhere are counted together."""
    counts: Counter[tuple[str, str]] = Counter()
    for each in every:
        got = "nothing" if each.allow_origin is None else clip(each.allow_origin, 100)
        if each.allow_origin is not None and each.allow_credentials == "true":
            got += " with credentials"
        what = "preflight " if each.on_preflight else ""
        counts[f"{clip(each.origin, 100)} → {got}", f"{what}{each.status}"] += each.count
    return [f"{said} ({status}, {number}×)" for (said, status), number in counts.most_common()]
