"""An answer that depends on who asks, and does not tell caches so."""

from __future__ import annotations

from collections.abc import Iterator

from ..fetch.cache import may_be_stored
from ..fetch.classify import Role
from ..fetch.headers import strip, vary_names
from ..finding import Confidence, Expectation, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .model import Example, Hit, Per, Rule, evidence, fetch
from .needed import ACAO
from .say import call, code, count, listed

CACHE_MARKS = ("age", "x-cache", "cf-cache-status")


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """A cacheable answer with an exact origin, without `Vary: Origin`."""
    exchange = seen.exchange
    allowed = exchange.response.get(ACAO.lower())
    if allowed is None or strip(allowed) in ("*", "null"):
        return
    vary = exchange.response.get("vary")
    if vary_names(vary) & {"origin", "*"} or not may_be_stored(exchange):
        return
    values = api.once(exact_values)
    if len(values) > 1:
        confidence = Confidence.FIRM
        why = f"this API sent {count(len(values), 'different value')} of the header"
        told = f"Others were told {listed([v for v in values[:4] if v != allowed], 3)}."
    elif shared(seen):
        confidence = Confidence.TENTATIVE
        why = "only one value was seen; if it is the same for everybody, all is well"
        told = "The answer says that shared caches may keep it, or comes from one."
    else:
        return
    yield Hit(
        seen,
        f"{code(api.api)} answered {call(seen)} with {code(f'{ACAO}: {allowed}')}, but without "
        f"`Vary: Origin`, and caches may keep the answer. {told} "
        "A cache that does not know this may hand one page the answer made for another, and the "
        "browser then blocks it, now and then.",
        (
            evidence(seen, "response", "Vary", "does not name Origin"),
            evidence(seen, "response", ACAO, "depends on who asks", "related"),
            evidence(seen, "response", "Cache-Control", "may be kept", "related"),
        ),
        (Expectation("Vary", vary, f"{vary}, Origin" if vary else "Origin"),),
        confidence=confidence,
        confidence_why=why,
    )


def exact_values(api: ApiFacts) -> list[str]:
    """The origins that the API's answers name."""
    return sorted(value for value in api.allow_origins if value not in ("*", "null"))


def shared(seen: Judged) -> bool:
    """Is a cache that serves several people likely in between?"""
    response = seen.exchange.response
    control = (response.get("cache-control") or "").lower()
    return "public" in control or "s-maxage" in control or any(n in response for n in CACHE_MARKS)


RULE = Rule(
    id="missing-vary-origin",
    title="A cache may hand one page the answer that was meant for another",
    kind=Kind.FRAGILE,
    severity=Severity.MEDIUM,
    per=Per.API,
    since="0.1",
    why="When the value of `Access-Control-Allow-Origin` depends on the request, every cache on "
    "the way (the browser's, a CDN's) must keep one copy per origin; `Vary: Origin` says so. "
    "Without it calls fail now and then, depending on who came first. A value that is the same "
    "for everybody needs no `Vary`, so this speaks up only when several values were seen, or a "
    "shared cache is in play. Severity is medium: it works, by luck.",
    fix="Send `Vary: Origin` on every answer of these URLs, also on those to requests without "
    "`Origin` and to origins that are refused.",
    references=(
        fetch("cors-protocol-and-http-caches"),
        "https://www.rfc-editor.org/rfc/rfc9110#name-vary",
    ),
    cwe=("CWE-524",),
    example=Example(
        bad="""
        > GET https://api.example.com/products
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Cache-Control: max-age=60
        > GET https://api.example.com/products
        > Origin: https://admin.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://admin.example.com
        < Cache-Control: max-age=60
        """,
        good="""
        > GET https://api.example.com/products
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Cache-Control: max-age=60
        < Vary: Origin
        > GET https://api.example.com/products
        > Origin: https://admin.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://admin.example.com
        < Cache-Control: max-age=60
        < Vary: Origin
        # A value that is the same for everybody needs none.
        > GET https://fixed.example.com/products
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Cache-Control: max-age=60
        """,
    ),
    check_exchange=check,
    roles=frozenset({Role.CORS}),
    answers_with=("access-control-allow-origin",),
)
