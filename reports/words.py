"""Words and numbers as people write them: plurals, lists, times, hosts.

Whole sentences stand where they are used; here is only what several of them share.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import UTC, datetime

from analysis.finding import Kind
from analysis.frozen import frozen
from analysis.result import AuditResult, IgnoreUse

from .escape import clip

KINDS = tuple(Kind)
KIND_WORDS = {
    Kind.BROKEN: "Broken",
    Kind.DANGEROUS: "Dangerous",
    Kind.FRAGILE: "Fragile",
    Kind.SLOW: "Slow",
    Kind.NOTE: "Note",
}
KIND_MEANINGS = {
    Kind.BROKEN: "the browser blocked calls",
    Kind.DANGEROUS: "the policy is too open",
    Kind.FRAGILE: "works now, will break",
    Kind.SLOW: "avoidable waiting",
    Kind.NOTE: "worth knowing",
}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@frozen
class Span:
    """A piece of a sentence; `code` pieces are set in the type of a terminal."""

    text: str
    code: bool = False


Rich = tuple[Span, ...]


def rich(text: str, limit: int = 1200) -> Rich:
    """Split a sentence at its back-ticks, all of it made visible."""
    parts = clip(text, limit).split("`")
    if len(parts) % 2 == 0:  # a back-tick without a partner stands for itself
        parts[-2:] = [f"{parts[-2]}`{parts[-1]}"]
    return tuple(Span(part, index % 2 == 1) for index, part in enumerate(parts) if part)


def plain(spans: Rich) -> str:
    """The text of a sentence without its marks."""
    return "".join(span.text for span in spans)


def count(number: int, noun: str, plural: str | None = None) -> str:
    """`1 call`, `14 calls`."""
    return f"{grouped(number)} {noun if number == 1 else plural or noun + 's'}"


def grouped(number: int) -> str:
    """`9 400` from ten thousand on reads `10 000`; shorter numbers stay together."""
    return f"{number:,}".replace(",", "\u00a0") if abs(number) >= 10_000 else str(number)


def out_of(number: int, total: int, noun: str) -> str:
    """`14 of 60 calls`; without the total where it says nothing."""
    if total < number:
        return count(number, noun)
    return f"{grouped(number)} of {count(total, noun)}"


def listed(items: Sequence[str], most: int | None = None, last: str = "and") -> str:
    """`a, b and c`; beyond `most`, `a, b and 7 more`."""
    shown = list(items)
    if most is not None and len(shown) > most:
        shown = [*shown[:most], f"{len(items) - most} more"]
    if len(shown) < 2:
        return "".join(shown)
    return f"{', '.join(shown[:-1])} {last} {shown[-1]}"


def host(origin: str, limit: int = 80) -> str:
    """An origin without `http://`; https is dropped too, other schemes stay."""
    scheme, mark, rest = origin.partition("://")
    short = rest if mark and scheme in ("http", "https") else origin
    return clip(short, limit) if short else "an unknown origin"


def accepted_again(use: IgnoreUse) -> str:
    """Why an `ignore` did nothing: it has expired, or fits nothing."""
    given = (use.rule, use.api, use.page, use.method, use.path)
    what = f"{clip(use.source, 80)}: ignore of {' '.join(clip(each, 80) for each in given if each)}"
    if use.state == "expired":
        counts = {0: "it would fit nothing", 1: "1 finding counts again"}
        again = counts.get(use.count, f"{use.count} findings count again")
        return f"{what} expired after {clip(use.until or '', 20)}: {again}."
    return f"{what} fits nothing in this recording."


def idle(result: AuditResult) -> tuple[str, ...]:
    """Every decision to ignore something that did nothing, one sentence each."""
    said = [accepted_again(use) for use in result.ignores if not use.key and use.state != "used"]
    said += [
        f"{clip(use.source, 80)} accepts {clip(use.rule, 80)} of {host(use.api or '')}, which "
        "was not found."
        for use in result.ignores
        if use.key and use.state == "unused"
    ]
    return tuple(said)


_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z`'\"(])")


def sentences(text: str) -> list[str]:
    """The sentences of a message."""
    return [each for each in _SENTENCE_END.split(text.strip()) if each]


def first_sentence(text: str) -> str:
    """The first sentence of a message."""
    return next(iter(sentences(text)), "")


def moment(seconds: float | None) -> datetime | None:
    """A time of the capture, None for one that no calendar holds."""
    if seconds is None or not math.isfinite(seconds):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def date(when: datetime) -> str:
    """`14 Nov 2026`."""
    return f"{when.day} {MONTHS[when.month - 1]} {when.year}"


def minute(seconds: float | None) -> str:
    """`14 Nov 2026, 15:02` UTC, empty when unknown."""
    when = moment(seconds)
    return f"{date(when)}, {when:%H:%M}" if when else ""


def clock(seconds: float | None) -> str:
    """`15:04:11` UTC, empty when unknown."""
    when = moment(seconds)
    return f"{when:%H:%M:%S}" if when else ""


def period(first: float | None, last: float | None) -> str:
    """`14 Nov 2026, 15:02–15:31 UTC`."""
    start, end = moment(first), moment(last)
    if start is None or end is None:
        return "time unknown"
    if start.date() != end.date():
        return f"{date(start)}, {start:%H:%M} – {date(end)}, {end:%H:%M} UTC"
    if (start.hour, start.minute) == (end.hour, end.minute):
        return f"{date(start)}, {start:%H:%M} UTC"
    return f"{date(start)}, {start:%H:%M}–{end:%H:%M} UTC"


def duration(seconds: float | None) -> str:
    """`6 ms`, `1.2 s`, `29 min`, empty when unknown."""
    if seconds is None or not math.isfinite(seconds) or seconds < 0:
        return ""
    if seconds < 1:
        return f"{round(seconds * 1000)} ms"
    if seconds < 100:
        return f"{seconds:.1f}".removesuffix(".0") + " s"
    if seconds < 5400:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f}".removesuffix(".0") + " h"
