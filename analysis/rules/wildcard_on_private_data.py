"""`*` on an answer that seems to be made for one person."""

from __future__ import annotations

from collections.abc import Iterator

from ..fetch.classify import Role
from ..fetch.headers import strip
from ..finding import Confidence, Evidence, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged, proxy_answered
from .exposure import OWASP, signs_of_a_person
from .model import Example, Hit, Per, Rule, evidence, fetch
from .needed import ACAO
from .say import call, code
from .wildcard_for_public_content import breaks_calls

_SAYS = {
    "Authorization": "the call carried `Authorization`",
    "Cache-Control": "the answer says `Cache-Control: private`",
    "Set-Cookie": "the answer sets a cookie",
}


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """A readable answer with `*`, and a sign of a person on it."""
    exchange = seen.exchange
    if seen.blocked or proxy_answered(exchange):
        return
    if strip(exchange.response.get(ACAO.lower()) or "") != "*" or (exchange.status or 500) >= 400:
        return
    signs = signs_of_a_person(seen)
    if not signs or api.once(breaks_calls):
        return
    # A token must be known to whoever sends it; a cookie set here is not even kept.
    mild = "Cache-Control" not in signs or "Authorization" in signs
    safe = (
        "Whoever sends a token must have it, so by itself this is safe by design. "
        if "Authorization" in signs
        else ""
    )
    yield Hit(
        seen,
        f"{code(api.api)} answered {call(seen)} with {code(f'{ACAO}: *')}, and "
        f"{' and '.join(_SAYS[sign] for sign in signs)}. {safe}Cookies never go along where `*` "
        "is to pass, so no website reads this by a visitor's login; but if the answer depends on "
        "the visitor's network, certificate or a secret address, every website can read it.",
        (
            evidence(seen, "response", ACAO, "everybody may read"),
            *(_evidence(seen, sign) for sign in signs),
        ),
        confidence=Confidence.TENTATIVE,
        confidence_why="whose data it is cannot be told without reading it",
        severity=Severity.INFO if mild else None,
        trusted=("*",),
    )


def _evidence(seen: Judged, sign: str) -> Evidence:
    if sign == "Authorization":
        return evidence(seen, "request", sign, "a token of one person", "related")
    return evidence(seen, "response", sign, "made for one person", "related")


RULE = Rule(
    id="wildcard-on-private-data",
    title="Any website may read answers that seem to be made for one person",
    kind=Kind.NOTE,
    severity=Severity.LOW,
    per=Per.API,
    since="0.1",
    why="`*` is right for what everybody is given. On an answer for one person it is a habit that "
    "turns into a leak when the guard is anything but a cookie or a token: the company network, a "
    "client certificate, an address that nobody knows. Severity is low where the answer itself "
    "says that it is private, and info where a token guards it, which is safe by design, or "
    "where it merely sets a cookie.",
    fix="Name the pages that need it, and keep `*` for what is public.",
    references=(fetch("http-access-control-allow-origin"), OWASP),
    cwe=("CWE-942", "CWE-668"),
    covers=("wildcard-for-public-content",),
    example=Example(
        bad="""
        > GET https://api.example.com/profile
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: *
        < Cache-Control: private, max-age=60
        """,
        good="""
        > GET https://api.example.com/products
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: *
        < Cache-Control: no-cache
        # A cookie that is taken away is no sign of a person.
        > GET https://api.example.com/rates
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: *
        < Set-Cookie: seen=; Max-Age=0
        """,
    ),
    check_exchange=check,
    roles=frozenset({Role.CORS}),
    answers_with=("access-control-allow-origin",),
)
