"""One blocked exchange, one cause: the table by which each refusal finds its rule.

The browser names the first step that failed. People need the thing to mend: a 500 hides
behind a missing header, a login behind a refused preflight. So that two rules never explain
the same refusal, all of them ask this table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..exchange import Exchange, Url
from ..fetch.cache import served_from_cache
from ..fetch.check import REDIRECT_STATUSES, Failure, Step
from ..fetch.classify import JUDGED, Role
from ..fetch.headers import strip, vary_names
from ..fetch.origin import is_serialised
from ..fetch.safelist import essence
from ..finding import Confidence
from ..session.facts import ApiFacts, Told
from ..session.judge import CLIENT_GAVE_UP, Judged, proxy_answered
from ..session.links import Node, is_followed_redirect
from .lists import is_for_answers, items, lacking, spelt_otherwise, unlisted

LOGIN_STATUSES = (401, 403, 407, 511)
REFUSING_STATUSES = (400, 403)
"""With which CORS middleware says no: Starlette and actix-cors 400, Spring and others 403."""
NO_ROUTE_STATUSES = (404, 405, 501)
"""Of servers that know no OPTIONS here."""
_REFUSALS = frozenset(
    {"preflight-server-error", "preflight-bad-status", "preflight-needs-login",
     "hidden-error-status"}
)  # fmt: skip
"""Causes behind which the CORS layer's own no may stand."""
_VARIES_BY_QUESTION = frozenset({"access-control-request-method", "access-control-request-headers"})

BY_STEP = {
    Step.ALLOW_ORIGIN_MISSING: "missing-allow-origin",
    Step.ALLOW_ORIGIN_MULTIPLE: "multiple-allow-origin",
    Step.ALLOW_ORIGIN_INVALID: "origin-mismatch",
    Step.ALLOW_ORIGIN_MISMATCH: "origin-mismatch",
    Step.WILDCARD_WITH_CREDENTIALS: "wildcard-with-credentials",
    Step.CREDENTIALS_NOT_ALLOWED: "credentials-not-allowed",
    Step.PREFLIGHT_STATUS: "preflight-bad-status",
    Step.PREFLIGHT_REDIRECT: "preflight-redirected",
    Step.METHODS_UNPARSABLE: "unparsable-allow-list",
    Step.HEADERS_UNPARSABLE: "unparsable-allow-list",
    Step.METHOD_NOT_ALLOWED: "method-not-allowed",
    Step.HEADER_NOT_ALLOWED: "header-not-allowed",
    Step.REDIRECT_WITH_USERINFO: "redirect-with-userinfo",
    Step.REDIRECT_SCHEME: "redirect-off-the-web",
}
"""The rule of a step, where nothing below knows better."""

_LOGIN_PATH = re.compile(
    r"log[-_]?in|log[-_]?on|sign[-_]?in|sso|saml\d?|oauth\d?|authori[sz]e|authenticate|auth|"
    r"openid(?:-connect)?|cas|session-?expired",
    re.I,
)
_LOGIN_HOST = re.compile(r"log[-_]?in|sign[-_]?in|sso|auth\d?|accounts?|idp?|oauth|identity", re.I)
_LOGIN_QUERY = frozenset(
    {"client_id", "redirect_uri", "response_type", "samlrequest", "returnurl", "return_to", "next"}
)


GATEWAY_STATUSES = frozenset({413, 414, 429, 431, 502, 503, 504})
"""Errors that gateways make themselves."""
CLOUDFLARE_STATUSES = frozenset({*range(520, 528), 530})
_NAMES_ITSELF = ("awselb", "cloudfront", "varnish", "akamaighost", "kong")
"""Beginnings of `Server` that stand only on what the gateway made itself, in small letters."""
_STANDS_IN_FRONT = (
    "nginx", "openresty", "tengine", "cloudflare", "envoy", "istio-envoy", "caddy", "haproxy",
    "apisix", "squid", "ats", "microsoft-azure-application-gateway", "google frontend", "cowboy",
    "heroku", "bunnycdn",
)  # fmt: skip
"""Likewise of gateways that write it on answers of the application, too."""
_ON_ERROR_PAGES = frozenset(
    {"server", "date", "content-type", "content-length", "connection", "transfer-encoding",
     "keep-alive", "retry-after", "via", "cache-control", "expires", "referrer-policy",
     "strict-transport-security", "alt-svc", "nel", "report-to", "cf-ray", "cf-cache-status",
     "x-cache", "x-frame-options", "server-timing", "vary"}
)  # fmt: skip
"""What stands on error pages that a gateway made itself; applications write more than that."""


def cause(seen: Judged, api: ApiFacts | None = None) -> str | None:
    """Id of the rule that explains why this exchange was blocked; None when it was not.

    Args:
        api: without it, an answer that a cache took from another page is an `origin-mismatch`.
    """
    if not seen.blocked and seen.exchange.lost is None:
        return None  # at once: many rules ask, of every exchange
    found = _cause(seen)
    if found in _REFUSALS and api is not None and stranger_to(seen, api):
        return "refused-by-cors-layer"
    if found == "origin-mismatch" and api is not None and handed_on(seen, api):
        varies = vary_names(seen.exchange.response.get("vary"))
        return "cache-ignores-vary" if "origin" in varies else "foreign-answer-from-cache"
    return found


def _cause(seen: Judged) -> str | None:
    if seen.exchange.lost is not None and never_answered(seen):
        return "server-never-answered"
    failure = seen.verdict.failure
    if not seen.blocked or failure is None:
        return None
    if failure.step in (Step.REDIRECT_WITH_USERINFO, Step.REDIRECT_SCHEME):
        return BY_STEP[failure.step]
    if seen.node.role is Role.PREFLIGHT:
        return (
            _of_preflight(seen)
            or _of_lists(failure, seen.exchange)
            or (
                "preflight-without-cors-headers"
                if failure.step is Step.ALLOW_ORIGIN_MISSING
                else BY_STEP[failure.step]
            )
        )
    return _of_call(seen) or BY_STEP[failure.step]


def never_answered(seen: Judged) -> bool:
    """No answer of the server came, and it was not the browser that went away."""
    exchange = seen.exchange
    if seen.node.role not in JUDGED or exchange.lost is None:
        return False
    if exchange.status is not None:
        return proxy_answered(exchange)
    lost = exchange.lost.lower()
    return not lost.startswith((*CLIENT_GAVE_UP, "no response was recorded"))


def _of_preflight(seen: Judged) -> str | None:
    exchange, status = seen.exchange, seen.exchange.status or 0
    if status in REDIRECT_STATUSES and is_followed_redirect(exchange):
        return "preflight-redirected"
    if refused_by_cors_layer(seen):
        return "refused-by-cors-layer"
    if status in LOGIN_STATUSES:
        return "preflight-needs-login"
    if 200 <= status <= 299:
        return None
    failed = status >= 500 and status not in NO_ROUTE_STATUSES
    return "preflight-server-error" if failed else "preflight-bad-status"


def _of_lists(failure: Failure, exchange: Exchange) -> str | None:
    """A name that is not listed: is there more to say than that?"""
    if failure.step is Step.METHOD_NOT_ALLOWED:
        allowed = items(exchange, "access-control-allow-methods")
        if spelt_otherwise(failure.param or "", allowed) is not None:
            return "lower-case-method"
    elif failure.step is Step.HEADER_NOT_ALLOWED:
        allowed = items(exchange, "access-control-allow-headers")
        missing = unlisted(exchange)
        if missing and all(is_for_answers(name) for name in missing):
            return "response-header-sent-by-page"
    else:
        return None
    # Without credentials it would have passed by the wildcard.
    return "wildcard-list-with-credentials" if "*" in allowed else None


def refused_by_cors_layer(seen: Judged) -> bool:
    """An error made by CORS middleware itself (Starlette's 400, Spring's 403), not by a login.

    Such layers vary by what a preflight asks, or send their lists with the refusal; and what was
    asked is not all in them. On the call itself only the former tells.
    """
    exchange = seen.exchange
    if exchange.status not in REFUSING_STATUSES:
        return False
    response = exchange.response
    varies = vary_names(response.get("vary"))
    if seen.node.role is not Role.PREFLIGHT:
        missing = "access-control-allow-origin" not in response
        return missing and varies >= _VARIES_BY_QUESTION
    known = "access-control-allow-methods" in response or "access-control-request-method" in varies
    return known and bool(lacking(seen))


def stranger_to(seen: Judged, api: ApiFacts) -> bool:
    """Did every answer to this origin fail here, while others asked the same and were let in?

    Nobody's login is in a preflight, so there the origin makes the difference. On the call only
    Express' own error page counts: so it fails where the origin function of `cors` throws.
    """
    exchange, mine = seen.exchange, seen.node.origin
    on_preflight = seen.node.role is Role.PREFLIGHT
    powered = (exchange.response.get("x-powered-by") or "").lower()
    if exchange.status not in ((*REFUSING_STATUSES, 500) if on_preflight else (500,)):
        return False
    if not on_preflight and powered != "express":
        return False
    if (mine, mine, True) in api.answers or (mine, mine, False) in api.answers:
        return False
    others = False
    method = seen.node.asked.method if seen.node.asked else exchange.method
    for told in _told(api, method, exchange.url.path):
        if told.origin == mine:
            if told.status != exchange.status or told.allow_origin is not None:
                return False
        elif told.on_preflight == on_preflight and told.status < 400:
            others |= told.allow_origin == told.origin != "null"
    return others


def _of_call(seen: Judged) -> str | None:
    assert seen.failure is not None
    missing = seen.failure.step is Step.ALLOW_ORIGIN_MISSING
    if missing and login_page(seen) is not None:
        return "login-redirect"
    if missing and refused_by_cors_layer(seen):
        return "refused-by-cors-layer"
    if missing and (seen.exchange.status or 0) >= 400:
        return "gateway-error" if made_by_gateway(seen.exchange) else "hidden-error-status"
    wrong = missing or seen.failure.step in (
        Step.ALLOW_ORIGIN_MISMATCH,
        Step.ALLOW_ORIGIN_INVALID,
        Step.ALLOW_ORIGIN_MULTIPLE,
    )
    if wrong and seen.node.origin == "null" and seen.node.previous is not None:
        return "redirect-turned-origin-null"
    return None


def made_by_gateway(exchange: Exchange) -> tuple[str, Confidence] | None:
    """(why, how sure): a proxy, load balancer or CDN made this error itself. None: nothing says so.

    Many gateways put their name on every answer. Of theirs only bare pages count: applications
    tell errors as data, and write headers of their own.
    """
    status, response = exchange.status or 0, exchange.response
    server = (response.get("server") or "").lower()
    if status in CLOUDFLARE_STATUSES and server.startswith("cloudflare"):
        return f"{status} is a status of Cloudflare's own", Confidence.CERTAIN
    if status not in GATEWAY_STATUSES:
        return None
    if "x-amz-apigw-id" in response and "x-amzn-errortype" in response:
        return "`X-Amzn-ErrorType` stands on API Gateway's own errors", Confidence.CERTAIN
    if server.startswith(_NAMES_ITSELF):
        return "this name stands only on answers that it made itself", Confidence.CERTAIN
    if not server.startswith(_STANDS_IN_FRONT) or not _ON_ERROR_PAGES.issuperset(response.names()):
        return None
    if essence(response.get("content-type") or "text/html") not in ("text/html", "text/plain"):
        return None
    return "it is a bare page, with nothing of an application on it", Confidence.FIRM


def handed_on(seen: Judged, api: ApiFacts) -> Confidence | None:
    """How sure is it that a cache gave this page the answer that was made for another?

    The answer names another origin and came from a cache. A server that names the same origin
    to everybody looks like that as well, so others must have been named, too.
    """
    failure, origin = seen.verdict.failure, seen.node.origin
    if failure is None or origin == "null" or seen.exchange.status == 304:
        return None
    got = strip(failure.got or "")
    if got == "null" or not is_serialised(got) or not served_from_cache(seen.exchange):
        return None
    named = api.once(_named)
    here = {
        told.allow_origin
        for method in (seen.exchange.method, seen.node.asked.method if seen.node.asked else "")
        for told in _told(api, method, seen.exchange.url.path)
        if told.allow_origin == told.origin
    }
    if origin in here:
        return Confidence.CERTAIN
    return Confidence.FIRM if origin in named or len(named) > 1 else None


def _named(api: ApiFacts) -> frozenset[str]:
    """Origins that were answered by their own name."""
    return frozenset(origin for origin, _ in api.echoed())


def _told(api: ApiFacts, method: str, path: str) -> Iterable[Told]:
    facts = api.endpoints.get((method, path))
    return facts.told if facts is not None else ()


def login_page(seen: Judged) -> Url | None:
    """The login page that a call was sent to instead of an answer."""
    exchange = seen.exchange
    if exchange.location is not None and is_followed_redirect(exchange):
        return exchange.location if looks_like_login(exchange.location) else None
    if seen.node.previous is not None and looks_like_login(exchange.url):
        return exchange.url
    return None


def looks_like_login(url: Url) -> bool:
    """Do path, host or query say login? The words are those of real identity providers."""
    if any(_LOGIN_PATH.fullmatch(part.partition(".")[0]) for part in url.path.split("/")):
        return True
    if _LOGIN_QUERY & url.parameters and _LOGIN_HOST.fullmatch(url.host.partition(".")[0]):
        return True
    return {"client_id", "redirect_uri"} <= url.parameters


def first_hop(node: Node) -> Node:
    """The request that the page made, before any redirect."""
    while node.previous is not None:
        node = node.previous
    return node
