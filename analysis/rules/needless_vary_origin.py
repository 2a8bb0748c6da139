"""An answer that is the same for everybody, and kept once for each page."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Confidence, Expectation, Kind, Severity
from ..session.facts import ApiFacts
from .missing_vary_origin import shared
from .model import Example, Hit, Per, Rule, evidence, fetch
from .needed import ACAO
from .say import call, code, count, listed


def check(api: ApiFacts) -> Iterator[Hit]:
    """`*` for everyone, also without `Origin`, with `Vary: Origin`, on what shared caches keep."""
    plain = [same.without_origin for same in api.by_url.values() if same.without_origin]
    if not plain or any(each.exchange.response.get(ACAO.lower()) != "*" for each in plain):
        return  # where it stands on answers to requests with `Origin` only, `Vary` is right
    told = [(each, shown) for _, each, shown in api.table() if each.status < 400]
    if not told or {each.allow_origin for each, _ in told} != {"*"}:
        return
    origins = sorted({each.origin for each, _ in told})
    kept = [
        shown
        for each, shown in told
        if each.vary_origin and each.cacheable and not each.on_preflight and shared(shown.example)
    ]
    if len(origins) < 2 or not kept:
        return
    seen = min(kept, key=lambda each: each.example.order).example
    vary = seen.exchange.response.get("vary") or ""
    rest = ", ".join(p.strip() for p in vary.split(",") if p.strip().lower() != "origin")
    if rest == vary:
        return  # `*`, which means more than Origin
    yield Hit(
        seen,
        f"{code(api.api)} answered {call(seen)} with `{ACAO}: *`, as it did to "
        f"{count(len(origins), 'origin')} ({listed(origins, 3)}) and to requests without any, and "
        "with `Vary: Origin`. A shared cache then keeps the same answer once for each page that "
        "asks.",
        (
            evidence(seen, "response", "Vary", "splits the cache"),
            evidence(seen, "response", ACAO, "the same for all", "related"),
        ),
        (Expectation("Vary", vary, rest or "nothing"),),
        confidence=Confidence.FIRM,
        confidence_why="the body may differ by origin; bodies are not looked at",
    )


RULE = Rule(
    id="needless-vary-origin",
    title="Caches keep the same answer again for each page that asks",
    kind=Kind.NOTE,
    severity=Severity.INFO,
    per=Per.API,
    since="0.1",
    why="`Vary: Origin` is for answers that depend on who asks. On those that allow everybody it "
    "only splits the cache: fewer hits, more work for the server. Severity is info: nothing fails.",
    fix="Leave `Origin` out of `Vary` where the answer is `*` for every request, with and without "
    "`Origin`.",
    references=(fetch("cors-protocol-and-http-caches"),),
    example=Example(
        bad="""
        > GET https://cdn.example.net/data.json
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: *
        < Cache-Control: public, max-age=3600
        < Vary: Origin
        > GET https://cdn.example.net/data.json
        > Origin: https://admin.example.org
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: *
        < Cache-Control: public, max-age=3600
        < Vary: Origin
        > GET https://cdn.example.net/logo.png
        > Referer: https://app.example.com/
        > Sec-Fetch-Mode: no-cors
        > Sec-Fetch-Site: cross-site
        < 200
        < Access-Control-Allow-Origin: *
        < Cache-Control: public, max-age=3600
        < Vary: Origin
        """,
        good="""
        > GET https://cdn.example.net/data.json
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: *
        < Cache-Control: public, max-age=3600
        < Vary: Origin
        > GET https://cdn.example.net/data.json
        > Origin: https://admin.example.org
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: *
        < Cache-Control: public, max-age=3600
        < Vary: Origin
        # Without Origin there is no header: Vary is right.
        > GET https://cdn.example.net/logo.png
        > Referer: https://app.example.com/
        > Sec-Fetch-Mode: no-cors
        > Sec-Fetch-Site: cross-site
        < 200
        < Cache-Control: public, max-age=3600
        < Vary: Origin
        """,
    ),
    check_api=check,
    at_end=True,
    server_fix=False,
)
