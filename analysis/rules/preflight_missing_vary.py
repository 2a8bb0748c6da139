"""Preflight answers that a CDN keeps although they depend on who asks."""

from __future__ import annotations

from collections.abc import Iterator

from ..fetch.cache import served_from_cache
from ..fetch.classify import Role
from ..fetch.headers import strip, vary_names
from ..finding import Expectation, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .missing_vary_origin import exact_values
from .model import Example, Hit, Per, Rule, evidence, fetch
from .needed import ACAO
from .say import call, code

ACRH = "Access-Control-Request-Headers"
ACAH = "Access-Control-Allow-Headers"


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """A preflight answered from a cache, with something in it that differs elsewhere."""
    response = seen.exchange.response
    mark = served_from_cache(seen.exchange)
    if mark is None or seen.node.origin == "null":
        return
    vary = response.get("vary")
    named = vary_names(vary)
    if "*" in named:
        return
    missing, header = "", ""
    if "origin" not in named and response.get(ACAO.lower()) not in (None, "*", "null"):
        if len(api.once(exact_values)) > 1:
            missing, header = "Origin", ACAO
    if not missing and ACRH.lower() not in named and len(repeated_lists(api)) > 1:
        if _repeats(seen):
            missing, header = ACRH, ACAH
    if not missing:
        return
    shown = response.get(mark.lower())
    yield Hit(
        seen,
        f"The preflight for {call(seen)} of {code(api.api)} was answered by a cache "
        f"({code(f'{mark}: {shown}')}). HTTP keeps no answers to OPTIONS, but this cache does, and "
        f"`{header}` differs from one preflight to the next here. Without `Vary: {missing}` a "
        "page may be handed what another was allowed, and is then refused.",
        (
            evidence(seen, "response", mark, "out of a cache"),
            evidence(seen, "response", header, "depends on the request", "related"),
            evidence(seen, "response", "Vary", f"does not name {missing}", "related"),
        ),
        (Expectation("Vary", vary, f"{vary}, {missing}" if vary else missing),),
    )


def repeated_lists(api: ApiFacts) -> set[str]:
    """The header lists that were asked for and allowed word for word."""
    return {
        asked
        for _, asked, _, allowed in api.questions
        if asked is not None and allowed is not None and strip(asked) == allowed
    }


def _repeats(seen: Judged) -> bool:
    asked = seen.exchange.request.get(ACRH.lower())
    return asked is not None and asked == seen.exchange.response.get(ACAH.lower())


RULE = Rule(
    id="preflight-missing-vary",
    title="A CDN may answer one page's question for permission with another's answer",
    kind=Kind.NOTE,
    severity=Severity.LOW,
    per=Per.API,
    since="0.1",
    why="Answers to OPTIONS are not for keeping, says HTTP, yet some CDNs can be set to keep them. "
    "If what they hold depends on who asked, or for what, each page may get the permission of "
    "another. This speaks up only when an answer says that a cache gave it. Severity is low: so "
    "far it went well.",
    fix="Name what the answer depends on in `Vary` (`Origin`, `Access-Control-Request-Method`, "
    "`Access-Control-Request-Headers`), or let the CDN pass OPTIONS on.",
    references=(
        fetch("cors-protocol-and-http-caches"),
        "https://www.rfc-editor.org/rfc/rfc9110#name-options",
    ),
    cwe=("CWE-524",),
    example=Example(
        bad="""
        > OPTIONS https://api.example.com/cart
        > Origin: https://admin.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: PUT
        < 204
        < Access-Control-Allow-Origin: https://admin.example.com
        < Access-Control-Allow-Methods: PUT
        < X-Cache: Miss from cloudfront
        > OPTIONS https://api.example.com/cart/items
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: PUT
        < 204
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Methods: PUT
        < X-Cache: Hit from cloudfront
        """,
        good="""
        > OPTIONS https://api.example.com/cart
        > Origin: https://admin.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: PUT
        < 204
        < Access-Control-Allow-Origin: https://admin.example.com
        < Access-Control-Allow-Methods: PUT
        < Vary: Origin
        < X-Cache: Miss from cloudfront
        > OPTIONS https://api.example.com/cart/items
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: PUT
        < 204
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Methods: PUT
        < Vary: Origin
        < X-Cache: Hit from cloudfront
        """,
    ),
    check_exchange=check,
    roles=frozenset({Role.PREFLIGHT}),
    server_fix=False,
)
