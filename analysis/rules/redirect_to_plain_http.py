"""A call of an https page that is sent on to http, where the browser will not go."""

from __future__ import annotations

from collections.abc import Iterator

from ..fetch.classify import Role
from ..fetch.origin import is_loopback
from ..finding import Confidence, Expectation, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from ..session.links import is_followed_redirect, redirected_method
from .model import Example, Hit, Per, Rule, evidence
from .say import called, code

LOCATION = "Location"


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """A redirect from https to http that nothing followed."""
    exchange, target = seen.exchange, seen.exchange.location
    if target is None or seen.blocked or target.scheme != "http" or exchange.url.scheme != "https":
        return
    if not (seen.node.page or "").startswith("https:") or is_loopback(target.host):
        return
    if exchange.request.get("sec-fetch-mode") != "cors" or not is_followed_redirect(exchange):
        return
    if seen.node.next is not None or exchange.lost is not None:
        return
    method = redirected_method(exchange.status or 0, exchange.method)
    mine = target.host == exchange.url.host
    if mine and (method, target.path) in api.endpoints and target.path != exchange.url.path:
        return  # the browser may have turned it into https by itself
    yield Hit(
        seen,
        f"{called(seen)}. The answer {exchange.status} sends the call on to {code(target.text)}, "
        "by plain http. A page that came by https may not load that (mixed content), so the "
        "browser stops: no request for it is in the capture. The CORS headers are not the cause.",
        (
            evidence(seen, "response", LOCATION, "leads to plain http"),
            evidence(seen, "request", "Origin", "the page came by https", "related"),
        ),
        (Expectation(LOCATION, target.text, target.text.replace("http:", "https:", 1)),),
        confidence=Confidence.FIRM,
        confidence_why="nothing followed the redirect; a page that stopped at it looks the same",
    )


RULE = Rule(
    id="redirect-to-plain-http",
    title="The API sends the call on to plain http, where the browser does not follow",
    kind=Kind.BROKEN,
    severity=Severity.LOW,
    per=Per.ENDPOINT,
    since="0.1",
    why="Behind a proxy that ends TLS, applications think that they are called by http and build "
    "such addresses, often only to add or remove a slash at the end. Browsers stop there and "
    "report a network error, much like that of CORS. Severity is low although the call fails: "
    "where the browser knows the host by HSTS, or the page upgrades requests, it may go on.",
    fix="Let the application trust the proxy's `X-Forwarded-Proto`, so that it redirects to https, "
    "or call the final URL.",
    references=(
        "https://www.w3.org/TR/mixed-content/",
        "https://developer.mozilla.org/docs/Web/Security/Mixed_content",
    ),
    cwe=("CWE-319",),
    example=Example(
        bad="""
        > GET https://api.example.com/items
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 307
        < Location: http://api.example.com/items/
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        """,
        good="""
        # The browser turned it into https by itself.
        > GET https://api.example.com/items
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 307
        < Location: http://api.example.com/items/
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        > GET https://api.example.com/items/
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        """,
    ),
    check_exchange=check,
    roles=frozenset({Role.CORS, Role.SAME_ORIGIN}),
    at_end=True,
    server_fix=False,
)
