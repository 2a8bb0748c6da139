"""A cache handed one page the answer that the server had made for another."""

from __future__ import annotations

from collections.abc import Iterator

from ..fetch.cache import served_from_cache
from ..finding import Confidence, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .cause import cause, handed_on
from .model import Example, Hit, Per, Rule, evidence, fetch
from .needed import ACAO, needed
from .say import began, code, ended

WHY_SURE = {
    Confidence.CERTAIN: "the server itself answered this page by name, at the same address",
    Confidence.FIRM: "the server answers pages by name, though not seen for both at this address",
}


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """Another page's origin, out of a cache, and nothing says that answers differ by origin."""
    if cause(seen, api) == RULE.id:
        yield hit(seen, api, "It does not say `Vary: Origin`, so the cache could not know.")


def hit(seen: Judged, api: ApiFacts, blame: str) -> Hit:
    """What a cached answer for another page looks like; `blame` says whose fault that is."""
    confidence = handed_on(seen, api) or Confidence.FIRM
    mark = served_from_cache(seen.exchange) or "Age"
    got, shown = seen.exchange.response.get(ACAO.lower()), seen.exchange.response.get(mark.lower())
    return Hit(
        seen,
        f"{began(seen)}. The answer came out of a cache ({code(f'{mark}: {shown}')}) and allows "
        f"{code(got or '')}: it was made for that page and handed to this one. {blame} "
        f"{ended(seen)} It works again when the cache has forgotten the answer, until the next "
        "time.",
        (
            evidence(seen, "response", ACAO, "made for another page"),
            evidence(seen, "response", mark, "out of a cache", "related"),
            evidence(seen, "response", "Vary", "what the cache goes by", "related"),
            evidence(seen, "request", "Origin", "who asked now", "related"),
        ),
        needed(seen),
        confidence=confidence,
        confidence_why=WHY_SURE[confidence],
    )


RULE = Rule(
    id="foreign-answer-from-cache",
    title="A cache handed this page the answer that was made for another",
    kind=Kind.BROKEN,
    severity=Severity.HIGH,
    per=Per.API,
    since="0.1",
    why="The server names the origin that asks, and a cache in between keeps one copy for all: "
    "whoever comes first decides who may read, until the copy expires. It looks like chance and "
    "vanishes while one looks at it. Severity is high because calls fail for every other page.",
    fix="Send `Vary: Origin` on every answer of these URLs, also on those to requests without "
    "`Origin`, then empty the cache.",
    references=(
        fetch("cors-protocol-and-http-caches"),
        "https://www.rfc-editor.org/rfc/rfc9111#name-calculating-cache-keys-with",
    ),
    cwe=("CWE-524",),
    covers=("missing-vary-origin", "cached-without-allow-origin", "preflight-missing-vary"),
    server_fix=False,
    example=Example(
        bad="""
        > GET https://api.example.com/products
        > Origin: https://admin.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://admin.example.com
        < Cache-Control: public, max-age=60
        < X-Cache: MISS
        > GET https://api.example.com/products
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://admin.example.com
        < Cache-Control: public, max-age=60
        < X-Cache: HIT
        @ 90
        > GET https://api.example.com/products
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Cache-Control: public, max-age=60
        < X-Cache: MISS
        """,
        good="""
        > GET https://api.example.com/products
        > Origin: https://admin.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://admin.example.com
        < Cache-Control: public, max-age=60
        < Vary: Origin
        < X-Cache: MISS
        # Each page has a copy of its own.
        > GET https://api.example.com/products
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Cache-Control: public, max-age=60
        < Vary: Origin
        < X-Cache: HIT
        """,
    ),
    check_exchange=check,
)
