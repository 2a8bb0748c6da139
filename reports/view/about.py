"""Can this be trusted, can it be shared: inputs, limits, what was removed, what was ignored."""

from __future__ import annotations

from collections import Counter

from analysis.frozen import frozen

from .. import words
from ..escape import clip, visible
from ..story import Book

MOST_ROWS = 100


@frozen
class Input:
    """One capture."""

    name: str
    kind: str
    requests: str
    period: str
    state: str
    digest: str


@frozen
class Accepted:
    """A finding that a person decided to ignore."""

    kind_word: str
    title: str
    rule: str
    api: str
    reason: str
    until: str


@frozen
class About:
    """The section."""

    inputs: tuple[Input, ...]
    privacy: str
    redacted: bool
    limits: tuple[str, ...]
    unclear: tuple[str, ...]
    skipped: tuple[str, ...]
    quiet_rules: tuple[tuple[str, str], ...]
    rules: str
    accepted: tuple[Accepted, ...]
    idle: tuple[str, ...]
    """Decisions to ignore something that did nothing."""
    tool: str


def about(book: Book) -> About:
    """Build it."""
    result = book.result
    found = {finding.rule for finding in result.findings}
    quiet = [rule for rule in result.rules if rule.id not in found]
    return About(
        inputs=tuple(_inputs(book)),
        privacy=_privacy(book),
        redacted=result.redacted,
        limits=tuple(clip(spot.message, 400) for spot in result.blind_spots[:MOST_ROWS]),
        unclear=tuple(_unclear(book)),
        skipped=tuple(
            f"{words.grouped(each.count)} × {clip(each.what, 80)}: {clip(each.reason, 200)}"
            for each in result.skipped[:MOST_ROWS]
        ),
        quiet_rules=tuple((clip(r.id, 80), clip(r.title, 160)) for r in quiet[:MOST_ROWS]),
        rules=f"{words.count(len(result.rules), 'rule')} ran, {len(quiet)} found nothing.",
        accepted=tuple(_accepted(book)),
        idle=words.idle(book.result)[:MOST_ROWS],
        tool=visible(f"{result.tool.name} {result.tool.version}", 60),
    )


def _inputs(book: Book) -> list[Input]:
    made = []
    for capture in book.result.captures[:MOST_ROWS]:
        state = "read to its end" if capture.complete else "not complete"
        if capture.error:
            state = f"{state}: {clip(capture.error, 200)}"
        made.append(
            Input(
                visible(capture.name, 100, wire=False),
                visible(capture.kind, 20),
                words.count(capture.flows, "request"),
                words.period(capture.first, capture.last),
                state,
                visible(capture.sha256[:16]) if capture.sha256 else "",
            )
        )
    return made


def _privacy(book: Book) -> str:
    removed = book.result.totals.redacted_values
    if not book.result.redacted:
        return (
            "Not redacted: this file may hold cookies, tokens and personal data. Do not share it."
        )
    return (
        f"{words.count(removed, 'value')} removed before anything was judged: cookies, "
        "credentials, query values, values of headers that are not on a list, and path segments "
        "that are no words. Bodies are never read. Before a session's reports are written, they "
        "are searched for every removed value. Nothing is sent anywhere."
    )


def _unclear(book: Book) -> list[str]:
    reasons: Counter[str] = Counter()
    for row in book.result.exchanges:
        if row.verdict == "indeterminate":
            reasons.update(row.assuming or ("the deciding fact is not named",))
    ordered = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    return [
        f"{words.count(count, 'exchange')} cannot be judged: {clip(reason, 300)}."
        for reason, count in ordered[:20]
    ]


def _accepted(book: Book) -> list[Accepted]:
    made = []
    for finding in book.ignored[:MOST_ROWS]:
        assert finding.ignored is not None
        until = finding.ignored.until
        made.append(
            Accepted(
                words.KIND_WORDS[finding.kind],
                clip(finding.title, 160),
                clip(finding.rule, 80),
                words.host(finding.api),
                clip(finding.ignored.reason, 300),
                clip(until, 20) if until else "no end",
            )
        )
    return made
