"""What preflights cost, and what a longer cache would save."""

from __future__ import annotations

from analysis.frozen import frozen

from .. import words
from ..escape import clip
from ..story import Book

MOST_ROWS = 60
BAR = 150
CHROMIUM_CAP = 7200


@frozen
class Row:
    """One API; `bar` and `saved` are lengths of a drawing 150 wide."""

    api: str
    preflights: int
    bar: int
    saved: int
    avoidable: int
    wait: str
    max_age: str
    suggested: str


@frozen
class Cost:
    """The section; no rows when there was no preflight."""

    intro: str
    rows: tuple[Row, ...]


def cost(book: Book) -> Cost:
    """Most preflights first."""
    policies = sorted(
        (policy for policy in book.result.policies if policy.preflights),
        key=lambda policy: (-policy.avoidable_preflights, -policy.preflights, policy.api),
    )
    most = max((policy.preflights for policy in policies), default=0)
    rows = [
        Row(
            words.host(policy.api),
            policy.preflights,
            round(BAR * policy.preflights / most),
            round(BAR * policy.avoidable_preflights / most),
            policy.avoidable_preflights,
            words.duration(policy.preflight_seconds),
            words.listed([clip(age, 20) for age in policy.allows.max_age], 4) or "none",
            _suggestion(policy.allows.max_age, policy.least_privilege.max_age),
        )
        for policy in policies[:MOST_ROWS]
    ]
    return Cost(_intro(book), tuple(rows))


def _suggestion(seen: tuple[str, ...], wanted: int) -> str:
    if len(seen) == 1 and seen[0].isascii() and seen[0].isdigit() and int(seen[0][:9]) >= wanted:
        cap = " (Chromium caps at 2 h)" if int(seen[0][:9]) > CHROMIUM_CAP else ""
        return f"keep{cap}"
    return str(wanted)


def _intro(book: Book) -> str:
    number = book.result.totals.preflights
    if not number:
        return "No preflight was seen."
    waited = sum(policy.preflight_seconds for policy in book.result.policies)
    avoidable = sum(policy.avoidable_preflights for policy in book.result.policies)
    made = "made people wait" if number != 1 else "made somebody wait"
    repeat = "repeats" if avoidable == 1 else "repeat"
    return (
        f"{words.count(number, 'preflight')} {made} {words.duration(waited)} in total; "
        f"{words.grouped(avoidable)} of them {repeat} a question already answered in the same "
        "session. Access-Control-Max-Age is capped at 7200 s by Chromium and 86400 s by Firefox; "
        "without it browsers remember an answer for 5 s."
    )
