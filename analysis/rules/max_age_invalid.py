"""A `Max-Age` that not every browser takes as it was meant."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..fetch.browsers import BROWSERS
from ..fetch.cache import MAX_AGE, lifetime
from ..fetch.classify import Role
from ..fetch.headers import strip
from ..finding import Expectation, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .model import Example, Hit, Per, Rule, evidence, fetch
from .say import code, count

ACMA = "Access-Control-Max-Age"
NAMES = {"chromium": "Chromium", "firefox": "Firefox", "webkit": "Safari"}
LONGEST = max(browser.max_age_cap for browser in BROWSERS.values())
"""Seconds that no browser goes beyond."""


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """Neither a plain number nor -1, or more than any browser honours."""
    got = strip(seen.exchange.response.get(ACMA.lower()) or "")
    wrong = _wrong(got)
    if wrong is None or seen.blocked:
        return
    kept = [
        f"{NAMES[browser.name]} {_how_long(lifetime(got, browser))}"
        for browser in BROWSERS.values()
    ]
    yield Hit(
        seen,
        f"{code(api.api)} answered a preflight with {code(f'{ACMA}: {got}')}. {wrong} "
        f"Browsers differ about it: {'; '.join(kept)}.",
        (evidence(seen, "response", ACMA, "not taken as meant"),),
        (Expectation(ACMA, got, str(MAX_AGE)),),
    )


def _wrong(value: str) -> str | None:
    if not value or value == "-1":
        return None
    if value.isascii() and value.isdigit():
        if int(value[:12]) <= LONGEST:
            return None
        return f"No browser keeps an answer for longer than {LONGEST} seconds."
    if re.fullmatch(r"-\d+", value):
        return "To forbid keeping the answer, `-1` or `0` is what the standard knows."
    if "," in value:
        return "It was sent more than once, or holds several values, and one is wanted."
    return "It is no plain number of seconds."


def _how_long(seconds: int) -> str:
    return f"keeps the answer for {count(seconds, 'second')}" if seconds else "does not keep it"


RULE = Rule(
    id="max-age-invalid",
    title="Browsers keep the permission to call for another time than was meant",
    kind=Kind.NOTE,
    severity=Severity.INFO,
    per=Per.API,
    since="0.1",
    why="`Access-Control-Max-Age` is one whole number of seconds. What cannot be read means five "
    "seconds to Chromium and Safari, and to Firefox not to keep the answer at all; what is too "
    "long is cut, to 7200 in Chromium, 600 in Safari, 86400 in Firefox. For information only: at "
    "worst browsers ask more often.",
    fix="Send `Access-Control-Max-Age: 7200`, once.",
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
        < Access-Control-Max-Age: 600s
        < Vary: Origin
        """,
        good="""
        # A day is the longest that a browser honours, and -1 says: never.
        > OPTIONS https://api.example.com/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: PUT
        < 204
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Methods: PUT
        < Access-Control-Max-Age: 86400
        < Vary: Origin
        > OPTIONS https://api.example.com/profile
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: PUT
        < 204
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Methods: PUT
        < Access-Control-Max-Age: -1
        < Vary: Origin
        """,
    ),
    check_exchange=check,
    roles=frozenset({Role.PREFLIGHT}),
)
