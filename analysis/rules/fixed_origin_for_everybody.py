"""One and the same origin named to whoever asks."""

from __future__ import annotations

from collections.abc import Iterator

from ..fetch.origin import is_serialised
from ..finding import Confidence, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .model import Example, Hit, Per, Rule, evidence, fetch
from .needed import ACAO
from .say import call, code, listed


def check(api: ApiFacts) -> Iterator[Hit]:
    """A single value over the whole session, and several origins that asked."""
    if len(api.allow_origins) != 1 or len(api.origins) < 2:
        return
    (value,) = api.allow_origins
    if value in ("*", "null") or not is_serialised(value):
        return
    asked = _told(api)
    others = sorted(set(asked) - {value})
    if len(asked) < 2:
        return
    for origin in others:
        seen = asked[origin]
        yield Hit(
            seen,
            f"{code(api.api)} names {code(value)} whoever asks, and answered {call(seen)} so for "
            f"{code(origin)}, too. That is the safest policy for a server with one front end, and "
            f"it is why {listed(others)} cannot read its answers.",
            (
                evidence(seen, "response", ACAO, "the same for everybody"),
                evidence(seen, "request", "Origin", "who asked", "related"),
            ),
            confidence=Confidence.FIRM,
            confidence_why="in this session no answer named another origin",
        )


def _told(api: ApiFacts) -> dict[str, Judged]:
    """Origins that were given the value, each with an answer that shows it."""
    told: dict[str, Judged] = {}
    for (origin, allowed, _), answer in api.answers.items():
        if allowed is not None and origin != "null":
            told.setdefault(origin, answer.example)
    return told


RULE = Rule(
    id="fixed-origin-for-everybody",
    title="This API serves one front end, and every other page is refused",
    kind=Kind.NOTE,
    severity=Severity.INFO,
    per=Per.API,
    since="0.1",
    why="No flaw: a constant needs no `Vary` and cannot be talked round. But it serves one page "
    "only, and the error that others see does not say so. Severity is info. Where a second page "
    "is to be let in, the temptation is to repeat whatever origin asks, which lets in everybody.",
    fix="If another page is to be let in, choose from a list of exact origins and send "
    "`Vary: Origin`; never repeat the origin unseen.",
    references=(
        fetch("cors-protocol-and-http-caches"),
        "https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Access-Control-Allow-Origin",
    ),
    example=Example(
        bad="""
        > GET https://api.example.com/orders
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        > GET https://api.example.com/orders
        > Origin: https://www.example.org
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        """,
        good="""
        # One page asked, and was named: that may be a list as well.
        > GET https://api.example.com/orders
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        > GET https://api.example.com/health
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        """,
    ),
    check_api=check,
    server_fix=False,
)
