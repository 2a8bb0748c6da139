"""How long an answer took, told to every website."""

from __future__ import annotations

from collections.abc import Iterator

from ..fetch.classify import Role
from ..fetch.headers import strip
from ..fetch.safelist import essence
from ..finding import Expectation, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .model import Example, Hit, Per, Rule, evidence
from .say import call, code

TAO = "Timing-Allow-Origin"
DATA = frozenset({"application/json", "application/xml", "text/html", "text/xml"})


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """`*` on data that was asked for with cookies, by a page of another site."""
    exchange = seen.exchange
    values = [strip(part) for part in (exchange.response.get(TAO.lower()) or "").split(",")]
    if "*" not in values or not exchange.cookies:
        return
    if exchange.request.get("sec-fetch-site") != "cross-site":
        return
    kind = essence(exchange.response.get("content-type") or "") or ""
    if kind not in DATA and not kind.endswith("+json"):
        return
    yield Hit(
        seen,
        f"{code(api.api)} answered {call(seen)}, which came with cookies from a page of another "
        f"site, with `{TAO}: *`. Every website may see how long such an answer takes and how large "
        "it is, which can differ with what the signed-in person has.",
        (
            evidence(seen, "response", TAO, "everybody may measure"),
            evidence(seen, "request", "Cookie", "made for one person", "related"),
        ),
        (Expectation(TAO, exchange.response.get(TAO.lower()), seen.node.page or "an origin"),),
    )


RULE = Rule(
    id="timing-open-to-all",
    title="Any website may measure the answers that signed-in users get",
    kind=Kind.NOTE,
    severity=Severity.INFO,
    per=Per.API,
    since="0.1",
    why="`Timing-Allow-Origin` opens the details of Resource Timing, size included. On public "
    "files `*` is right; on answers made for one person it is a small side channel. Severity is "
    "info: it gives away no content, and needs cookies that travel from other sites.",
    fix="Name the origins that measure, or leave the header out on answers to requests with "
    "cookies.",
    references=(
        "https://www.w3.org/TR/resource-timing/#sec-timing-allow-origin",
        "https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Timing-Allow-Origin",
    ),
    cwe=("CWE-208",),
    example=Example(
        bad="""
        > GET https://api.example.com/search
        > Origin: https://app.example.net
        > Sec-Fetch-Mode: cors
        > Sec-Fetch-Site: cross-site
        > Cookie: session=1
        < 200
        < Content-Type: application/json
        < Access-Control-Allow-Origin: https://app.example.net
        < Access-Control-Allow-Credentials: true
        < Timing-Allow-Origin: *
        < Vary: Origin
        """,
        good="""
        # A public file.
        > GET https://cdn.example.com/app.js
        > Referer: https://app.example.net/
        > Sec-Fetch-Mode: no-cors
        > Sec-Fetch-Site: cross-site
        > Cookie: visitor=1
        < 200
        < Content-Type: text/javascript
        < Timing-Allow-Origin: *
        # The site's own page.
        > GET https://api.example.com/search
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Sec-Fetch-Site: same-site
        > Cookie: session=1
        < 200
        < Content-Type: application/json
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Credentials: true
        < Timing-Allow-Origin: *
        < Vary: Origin
        """,
    ),
    check_exchange=check,
    answers_with=("timing-allow-origin",),
    roles=frozenset({Role.CORS, Role.NO_CORS}),
    server_fix=False,
)
