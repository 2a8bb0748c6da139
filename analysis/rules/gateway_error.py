"""An error of the gateway in front of the API that the page sees as a CORS error."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Expectation, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .cause import cause, made_by_gateway
from .hidden_error_status import phrase
from .model import Example, Hit, Per, Rule, evidence, fetch, mdn
from .needed import ACAO, STATUS, needed
from .say import called, code, own_preflight

MEANING = {
    413: "The request is larger than the gateway lets pass.",
    414: "The address is longer than the gateway lets pass.",
    429: "The gateway counts calls, and these were too many.",
    431: "The request headers are larger than the gateway lets pass.",
    502: "The application behind it is down, or broke off its answer.",
    503: "The application behind it is not ready, or taken out of service.",
    504: "The application behind it did not answer in time.",
}
CLOUDFLARE = "Cloudflare could not get an answer from the application's server."


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """Status 413, 429, 502 to 504 and the like, made before any application was asked."""
    if cause(seen) != RULE.id:
        return
    made = made_by_gateway(seen.exchange)
    if made is None:
        return
    why, confidence = made
    status = seen.exchange.status or 0
    server = seen.exchange.response.get("server")
    who = f"made by {code(f'Server: {server}')}" if server else "made by the gateway"
    places = [
        evidence(seen, "response", None, f"status {status}"),
        evidence(seen, "response", "Server", "who made it", "related"),
        evidence(seen, "response", ACAO, "missing on the error", "related"),
    ]
    if own_preflight(seen) and seen.node.preflight is not None:
        places.append(
            evidence(seen.node.preflight, "response", ACAO, "the preflight passed", "related")
        )
    yield Hit(
        seen,
        f"{called(seen)} and got {status} {phrase(status)}, {who}. "
        f"{MEANING.get(status, CLOUDFLARE)} The error never went through the application, so "
        "nothing there can add the missing "
        f"`Access-Control-Allow-Origin`, and the browser reports a CORS error instead of {status}.",
        tuple(places),
        needed(seen, [Expectation(STATUS, str(status), "2xx")]),
        confidence=confidence,
        confidence_why=why,
        title=_title(status),
    )


def _title(status: int) -> str:
    if status in MEANING and status < 500:
        return f"A limit of the gateway ({status}) is hiding behind a CORS error"
    return f"The API's gateway found nobody to answer ({status}), and it looks like a CORS error"


RULE = Rule(
    id="gateway-error",
    title="An error of the gateway in front of the API is hiding behind a CORS error",
    kind=Kind.BROKEN,
    severity=Severity.HIGH,
    per=Per.ENDPOINT,
    since="0.1",
    why="Proxies, load balancers and CDNs make error pages of their own: when the application is "
    "down or slow, or when a request is too large or one too many. CORS set up in the application "
    "never sees them. Severity is high because the call fails and the console blames CORS.",
    fix="Look at the gateway's log first, since the application may be down or a limit too low; "
    "then let the gateway put the CORS headers on the errors that it makes itself.",
    references=(fetch("cors-check"), mdn("CORSMissingAllowOrigin")),
    cwe=("CWE-755",),
    example=Example(
        bad="""
        > GET https://api.example.com/products
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 502
        < Server: nginx/1.25.3
        < Content-Type: text/html
        """,
        good="""
        > GET https://api.example.com/products
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 502
        < Server: nginx/1.25.3
        < Content-Type: text/html
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        """,
    ),
    check_exchange=check,
)
