"""An API call that ends at a login page."""

from __future__ import annotations

from collections.abc import Iterator

from ..fetch.classify import Role
from ..finding import Expectation, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged, judge
from .cause import cause, first_hop, login_page
from .model import Example, Hit, Per, Rule, evidence, fetch, mdn
from .needed import ACAO, STATUS
from .say import called, code


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """Blocked at, or on the way to, a page whose address says login."""
    if cause(seen) != RULE.id:
        return
    target = login_page(seen)
    first = first_hop(seen.node)
    # The API that redirects is the one to mend; it has facts of its own only as a CORS request.
    shown = judge(first) if first.role is Role.CORS else seen
    start = judge(first)
    assert target is not None
    status = str(first.exchange.status)
    places = [evidence(first, "response", "Location", "sent to the login page")]
    if first is not seen.node:
        places.append(evidence(seen, "response", ACAO, "missing on the login page", "related"))
    yield Hit(
        shown,
        f"{called(start)} and was redirected ({status}) to {code(target.text)}, a login page. That "
        "page is made for people and sends no CORS headers, so the browser reports a CORS error "
        "where the session has simply ended.",
        tuple(places),
        (Expectation(STATUS, status, "401"),),
    )


RULE = Rule(
    id="login-redirect",
    title="The session has expired: the API sends a redirect to the login page",
    kind=Kind.BROKEN,
    severity=Severity.MEDIUM,
    per=Per.ENDPOINT,
    since="0.1",
    why="Login gateways answer every request without a session with a redirect, as if a person "
    "had typed the address. Script cannot log in there, and cannot even see that it should. "
    "Severity is medium: logging in again helps until the next time.",
    fix="Answer API calls without a session with 401 (and CORS headers) instead of a redirect; "
    "do not add CORS headers to the login page.",
    references=(fetch("http-redirect-fetch"), mdn("CORSMissingAllowOrigin")),
    example=Example(
        bad="""
        > GET https://api.example.com/orders
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Cookie: session=old
        < 302
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Credentials: true
        < Vary: Origin
        < Location: https://login.example.net/login?next=x
        > GET https://login.example.net/login?next=x
        > Origin: null
        > Sec-Fetch-Mode: cors
        < 200
        < Content-Type: text/html
        """,
        good="""
        > GET https://api.example.com/orders
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Cookie: session=old
        < 401
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Credentials: true
        < Vary: Origin
        """,
    ),
    check_exchange=check,
    server_fix=False,
)
