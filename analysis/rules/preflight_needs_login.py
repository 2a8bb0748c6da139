"""A preflight turned away by a login check."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Confidence, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .cause import cause
from .model import Example, Hit, Per, Rule, evidence, fetch, mdn
from .needed import ACAO, needed
from .say import asked, ended


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """401, 403, 407 or 511 on a preflight."""
    if cause(seen, api) != RULE.id:
        return
    status = seen.exchange.status
    headers = (
        "The CORS headers are right, so only the status is in the way."
        if "access-control-allow-origin" in seen.exchange.response
        else "What refuses it stands in front of the CORS layer."
    )
    places = [
        evidence(seen, "response", None, f"status {status}"),
        evidence(seen, "response", ACAO, "permission to read", "related"),
    ]
    if "www-authenticate" in seen.exchange.response:
        places.append(evidence(seen, "response", "WWW-Authenticate", "asks for a login", "related"))
    # 403 is also the no of firewalls, and of CORS layers that do not say what they are.
    sure = status != 403 or "www-authenticate" in seen.exchange.response
    wanted = "wanted a login" if sure else "turned it away, as login checks do"
    yield Hit(
        seen,
        f"{asked(seen)}. The server {wanted} ({status}), but a browser never sends cookies "
        f"or `Authorization` with a preflight, so this can never succeed. {ended(seen)} {headers}",
        tuple(places),
        needed(seen),
        confidence=Confidence.CERTAIN if sure else Confidence.FIRM,
        confidence_why=(
            "the exchange itself shows it"
            if sure
            else "a firewall, or a list that lacks this origin, may answer so as well"
        ),
    )


RULE = Rule(
    id="preflight-needs-login",
    title="The API wants a login before it says whether the page may call",
    kind=Kind.BROKEN,
    severity=Severity.HIGH,
    per=Per.PAGE,
    since="0.1",
    why="The preflight only asks whether a call is allowed; by the standard it carries no "
    "credentials. A login check that runs first refuses it, and logging in changes nothing. "
    "Severity is high because every call that needs a preflight fails, for every user.",
    fix="Run CORS before authentication, or let OPTIONS requests with "
    "`Access-Control-Request-Method` through without a login.",
    references=(fetch("cors-preflight-fetch"), mdn("CORSPreflightDidNotSucceed")),
    example=Example(
        bad="""
        > OPTIONS https://api.example.com/profile
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: GET
        > Access-Control-Request-Headers: authorization
        < 401
        < WWW-Authenticate: Bearer
        """,
        good="""
        > OPTIONS https://api.example.com/profile
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: GET
        > Access-Control-Request-Headers: authorization
        < 204
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Headers: authorization
        < Access-Control-Max-Age: 7200
        < Vary: Origin
        """,
    ),
    check_exchange=check,
)
