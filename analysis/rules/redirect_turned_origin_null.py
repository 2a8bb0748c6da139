"""A redirect across origins, after which the browser no longer says who asks."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Expectation, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from ..session.links import Node
from .cause import cause, first_hop
from .model import Example, Hit, Per, Rule, evidence, fetch
from .needed import ACAO
from .say import code, page


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """A later hop with `Origin: null`, refused for its `Allow-Origin`."""
    if cause(seen) != RULE.id:
        return
    hops = _hops(seen.node)
    way = " → ".join(f"{code(hop.exchange.url.text)} ({hop.exchange.status})" for hop in hops)
    allowed = seen.exchange.response.get(ACAO.lower())
    answer = (
        f"it allows {code(allowed)}, which `null` is not"
        if allowed is not None
        else "it sends no `Access-Control-Allow-Origin`"
    )
    yield Hit(
        seen,
        f"{page(seen)} was redirected: {way}. Since the way led across two foreign origins, the "
        f"browser sent `Origin: null` to the last of them, and {answer}. The page cannot read "
        "the answer.",
        (
            evidence(seen, "request", "Origin", "null after a redirect"),
            evidence(seen, "response", ACAO, "what is allowed", "related"),
            *(
                evidence(hop, "response", "Location", "redirects here", "related")
                for hop in hops[:-1]
            ),
        ),
        (Expectation("Origin", "null", seen.node.page or "the page's own origin"),),
    )


def _hops(node: Node) -> list[Node]:
    hops = [first_hop(node)]
    while hops[-1] is not node and hops[-1].next is not None:
        hops.append(hops[-1].next)
    return hops


RULE = Rule(
    id="redirect-turned-origin-null",
    title="A redirect made the page anonymous, so the last server cannot allow it",
    kind=Kind.BROKEN,
    severity=Severity.HIGH,
    per=Per.ENDPOINT,
    since="0.1",
    why="When a cross-origin call is redirected to yet another origin, the browser withholds the "
    "page's name and sends `Origin: null`, also when the way leads back home. No exact "
    "`Access-Control-Allow-Origin` can match that, and allowing `null` would let every sandboxed "
    "page in. Severity is high because the call cannot succeed by configuration.",
    fix="Call the final URL directly, or let the first server fetch it itself instead of "
    "redirecting; never allow `null`.",
    references=(fetch("concept-request-tainted-origin"), fetch("http-redirect-fetch")),
    example=Example(
        bad="""
        > GET https://api.example.com/report
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 302
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        < Location: https://files.example.net/report
        > GET https://files.example.net/report
        > Origin: null
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        """,
        good="""
        > GET https://files.example.net/report
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        """,
    ),
    check_exchange=check,
    server_fix=False,
)
