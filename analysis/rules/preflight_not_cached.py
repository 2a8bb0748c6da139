"""The same question asked again because the answer may not be kept."""

from __future__ import annotations

from collections.abc import Iterator

from ..fetch.cache import MAX_AGE, lifetime
from ..fetch.classify import Role
from ..finding import Confidence, Expectation, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .model import Example, Hit, Per, Rule, evidence, fetch
from .say import code, count

ACMA = "Access-Control-Max-Age"
AT_LEAST = 3
"""Repeats below this number are not worth a word."""


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """A preflight whose answer was given before, and had expired."""
    exchange, node = seen.exchange, seen.node
    if seen.blocked or exchange.started is None:
        return
    before = node.asked_before
    max_age = exchange.response.get(ACMA.lower())
    kept = lifetime(max_age, node.browser)
    if before is None or not kept <= before < node.browser.max_age_cap:
        return  # one that was still fresh was asked again for reasons that the wire hides
    saved = api.avoidable_preflights
    if saved < AT_LEAST:
        return
    told = f"says {code(f'{ACMA}: {max_age}')}" if max_age is not None else f"has no `{ACMA}`"
    mean = api.preflight_seconds / max(1, api.preflights)
    yield Hit(
        seen,
        f"{code(api.api)} was asked {count(api.preflights, 'preflight')} in this session, and "
        f"{saved} of them repeated a question it had just answered, {mean * 1000:.0f} ms each and "
        f"about {saved * mean:.1f} s in all. The answer {told}, so this browser keeps it for "
        f"{count(kept, 'second')}. Chromium would keep it for up to 7200, Firefox 86400, Safari "
        "600; without the header all keep it for 5.",
        (evidence(seen, "response", ACMA, "short" if max_age else "missing"),),
        (Expectation(ACMA, max_age, str(MAX_AGE)),),
        confidence=Confidence.FIRM,
        confidence_why="a page that switches its cache off asks again as well",
    )


RULE = Rule(
    id="preflight-not-cached",
    title="The browser asks for permission again and again before calling",
    kind=Kind.SLOW,
    severity=Severity.LOW,
    per=Per.API,
    since="0.1",
    why="Each call that needs a preflight waits for two round trips instead of one. Browsers "
    "remember the answer for as long as `Access-Control-Max-Age` says, at most 7200 seconds in "
    "Chromium, 86400 in Firefox, 600 in Safari; without it 5. Firefox does not remember answers "
    "with `*` at all. Severity is low: it costs time, nothing else.",
    fix="Send `Access-Control-Max-Age: 7200` with preflight answers that allow something.",
    references=(
        fetch("http-access-control-max-age"),
        "https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Access-Control-Max-Age",
    ),
    example=Example(
        bad="""
        > OPTIONS https://api.example.com/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: PUT
        < 204
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Methods: PUT
        < Vary: Origin
        > PUT https://api.example.com/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        @ 30
        > OPTIONS https://api.example.com/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: PUT
        < 204
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Methods: PUT
        < Vary: Origin
        > PUT https://api.example.com/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        @ 60
        > OPTIONS https://api.example.com/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: PUT
        < 204
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Methods: PUT
        < Vary: Origin
        > PUT https://api.example.com/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        @ 90
        > OPTIONS https://api.example.com/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: PUT
        < 204
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Methods: PUT
        < Vary: Origin
        > PUT https://api.example.com/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        """,
        good="""
        > OPTIONS https://api.example.com/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: PUT
        < 204
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Methods: PUT
        < Access-Control-Max-Age: 7200
        < Vary: Origin
        # Another URL is another question.
        > OPTIONS https://api.example.com/profile
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: PUT
        < 204
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Methods: PUT
        < Access-Control-Max-Age: 7200
        < Vary: Origin
        """,
    ),
    check_exchange=check,
    roles=frozenset({Role.PREFLIGHT}),
    covers=("max-age-invalid",),
)
