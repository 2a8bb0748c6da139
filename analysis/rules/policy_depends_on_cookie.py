"""`*` to callers without a cookie, and the caller's own name to those with one."""

from __future__ import annotations

from collections.abc import Iterator

from ..fetch.headers import strip
from ..finding import Confidence, Kind, Severity
from ..session.facts import ApiFacts, EndpointFacts
from ..session.judge import Judged
from ..session.trust import refused
from .exposure import OWASP, graded, told
from .model import Example, Hit, Per, Rule, evidence, fetch
from .needed import ACAC, ACAO
from .say import call, code


def check(api: ApiFacts) -> Iterator[Hit]:
    """One endpoint, one origin, two answers, and the cookie makes the difference."""
    if not api.allow_origins["*"] or api.once(refused):
        return
    for _, facts in sorted(api.endpoints.items()):
        for origin, open_to_all, named in _pairs(facts):
            yield _hit(api, origin, open_to_all, named)


def _pairs(facts: EndpointFacts) -> Iterator[tuple[str, Judged, Judged]]:
    """(origin, an answer with `*` to no cookie, one with the origin's name to a cookie)."""
    without: dict[str, Judged] = {}
    named: dict[str, Judged] = {}
    for told_, shown in facts.told.items():
        seen = shown.example
        if told_.on_preflight or told_.status >= 400 or told_.origin == "null":
            continue
        cookies = seen.exchange.cookies > 0
        if told_.allow_origin == "*":
            if cookies:
                return  # `*` to a cookie, too: a list decides, not the cookie
            without.setdefault(told_.origin, seen)
        elif told_.allow_origin == told_.origin and told_.allow_credentials == "true" and cookies:
            named.setdefault(told_.origin, seen)
    for origin in sorted(without.keys() & named.keys()):
        yield origin, without[origin], named[origin]


def _hit(api: ApiFacts, origin: str, open_to_all: Judged, named: Judged) -> Hit:
    vary = strip(named.exchange.response.get("vary") or "")
    return Hit(
        named,
        f"{code(api.api)} answered {call(named)} of {code(origin)} with {code(f'{ACAO}: *')} where "
        f"no cookie came, and with {code(f'{ACAO}: {origin}')} and credentials where one did. A "
        "server that lets everybody in, and is told to allow credentials, behaves so: some "
        f"frameworks then repeat whatever origin asks. {told(api)}",
        (
            evidence(named, "response", ACAO, "the name, where a cookie came"),
            evidence(named, "response", ACAC, "with credentials", "related"),
            evidence(open_to_all, "response", ACAO, "everybody, without a cookie", "related"),
            evidence(named, "response", "Vary", "set" if vary else "not set", "related"),
        ),
        confidence=Confidence.TENTATIVE,
        confidence_why=(
            "no other origin was seen with a cookie; a list that is asked only where a cookie "
            "comes looks the same"
        ),
        severity=graded(api, Severity.MEDIUM, seen=Severity.HIGH),
        trusted=(origin,),
    )


RULE = Rule(
    id="policy-depends-on-cookie",
    title="Any website may be able to read what a visitor with a cookie sees",
    kind=Kind.DANGEROUS,
    severity=Severity.MEDIUM,
    per=Per.API,
    since="0.1",
    why="`*` and credentials cannot go together, so some frameworks (Starlette and FastAPI with "
    "`allow_origins=['*']` and credentials, for one) answer `*` to callers without a cookie and "
    "repeat the origin to those with one. The setting says everybody, and so everybody is let in "
    "in the visitor's name. Caches may mix up the two answers besides. Severity is medium since "
    "one origin only was seen; high where cookies were seen to travel from another site, low "
    "where `SameSite` keeps them at home.",
    fix="List the exact origins instead of `*` as soon as credentials are allowed.",
    references=(fetch("cors-protocol-and-credentials"), OWASP),
    cwe=("CWE-942", "CWE-346"),
    covers=("wildcard-for-public-content", "wildcard-on-private-data"),
    example=Example(
        bad="""
        > GET https://api.example.com/orders
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: *
        > GET https://api.example.com/orders
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Cookie: session=1
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Credentials: true
        < Vary: Origin
        """,
        good="""
        # Two endpoints, two policies: one public, one for the front end.
        > GET https://api.example.com/rates
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: *
        > GET https://api.example.com/orders
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Cookie: session=1
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Credentials: true
        < Vary: Origin
        """,
    ),
    check_api=check,
)
