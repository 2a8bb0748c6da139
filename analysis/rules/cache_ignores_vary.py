"""A cache that was told that answers differ by origin, and kept one for all."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .cause import cause
from .foreign_answer_from_cache import hit
from .model import Example, Hit, Per, Rule, fetch


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """Another page's origin, out of a cache, with `Vary: Origin` on it."""
    if cause(seen, api) == RULE.id:
        yield hit(
            seen,
            api,
            "The answer says `Vary: Origin`, so the server did its part: the cache, a CDN or "
            "proxy between browser and server, passes over it.",
        )


RULE = Rule(
    id="cache-ignores-vary",
    title="A cache hands out answers made for other pages, although it was told not to",
    kind=Kind.BROKEN,
    severity=Severity.HIGH,
    per=Per.API,
    since="0.1",
    why="`Vary: Origin` asks every cache to keep one copy for each origin. Some CDNs heed only "
    "`Accept-Encoding`, or only headers that their settings list. Then one page gets what was made "
    "for another. Severity is high because calls fail for every page but the first, and the "
    "application cannot mend it.",
    fix="Make the request header `Origin` part of the cache key in the settings of the CDN or "
    "proxy, or let it add the CORS headers itself; then empty it.",
    references=(
        fetch("cors-protocol-and-http-caches"),
        "https://www.rfc-editor.org/rfc/rfc9111#name-calculating-cache-keys-with",
    ),
    cwe=("CWE-524",),
    covers=("preflight-missing-vary",),
    server_fix=False,
    example=Example(
        bad="""
        > GET https://api.example.com/products
        > Origin: https://admin.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://admin.example.com
        < Vary: Origin
        < CF-Cache-Status: MISS
        > GET https://api.example.com/products
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://admin.example.com
        < Vary: Origin
        < CF-Cache-Status: HIT
        > GET https://api.example.com/products
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Cache-Control: no-cache
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        < CF-Cache-Status: BYPASS
        """,
        good="""
        > GET https://api.example.com/products
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        < CF-Cache-Status: MISS
        # Another page of another address, out of the cache: made for that page.
        > GET https://api.example.com/products
        > Origin: https://admin.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://admin.example.com
        < Vary: Origin
        < CF-Cache-Status: HIT
        """,
    ),
    check_exchange=check,
)
