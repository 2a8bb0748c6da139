"""A load that the answer's own resource policy kept from the page."""

from __future__ import annotations

from collections.abc import Iterator

from ..fetch.classify import Role
from ..fetch.withheld import Guard, withheld
from ..finding import Expectation, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .model import Example, Hit, Per, Rule, evidence
from .say import code, loaded

CORP = "Cross-Origin-Resource-Policy"


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """A no-cors answer whose `Cross-Origin-Resource-Policy` shuts the page out."""
    kept = withheld(seen.exchange, seen.node.page, "", seen.node.browser)
    if kept is None or kept.guard is not Guard.RESOURCE_POLICY:
        return
    value = seen.exchange.response.get(CORP.lower())
    yield Hit(
        seen,
        f"{loaded(seen)}. The server answered, but with {code(f'{CORP}: {value}')}, so the "
        "browser kept it from the page (Chromium: `net::ERR_BLOCKED_BY_RESPONSE`). This was no "
        "CORS request, and no `Access-Control` header changes it.",
        (evidence(seen, "response", CORP, "shuts other sites out"),),
        (Expectation(CORP, value, "cross-origin"),),
    )


RULE = Rule(
    id="withheld-by-resource-policy",
    title="The server lets no other site embed this, and that is not CORS",
    kind=Kind.NOTE,
    severity=Severity.LOW,
    per=Per.ENDPOINT,
    since="0.1",
    why="`Cross-Origin-Resource-Policy` tells browsers which sites may embed an image, a script or "
    "a style sheet that is fetched without CORS. It is often meant; where it is not, people look "
    "for the fault in CORS headers, in vain. Severity is low: the server asked for it.",
    fix="If other sites may embed it, answer with `Cross-Origin-Resource-Policy: cross-origin`.",
    references=(
        "https://fetch.spec.whatwg.org/#cross-origin-resource-policy-header",
        "https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Cross-Origin-Resource-Policy",
    ),
    example=Example(
        bad="""
        > GET https://images.example.net/logo.png
        > Referer: https://app.example.com/
        > Sec-Fetch-Mode: no-cors
        > Sec-Fetch-Site: cross-site
        > Sec-Fetch-Dest: image
        < 200
        < Content-Type: image/png
        < Cross-Origin-Resource-Policy: same-site
        """,
        good="""
        # The same site, so it may.
        > GET https://images.example.com/logo.png
        > Referer: https://app.example.com/
        > Sec-Fetch-Mode: no-cors
        > Sec-Fetch-Site: same-site
        > Sec-Fetch-Dest: image
        < 200
        < Content-Type: image/png
        < Cross-Origin-Resource-Policy: same-site
        # A CORS request does not ask this header.
        > GET https://api.example.net/data
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Sec-Fetch-Site: cross-site
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Cross-Origin-Resource-Policy: same-origin
        < Vary: Origin
        """,
    ),
    check_exchange=check,
    roles=frozenset({Role.NO_CORS}),
    server_fix=False,
)
