"""One blocked exchange, one cause: the table by which each refusal finds its rule.

The browser names the first step that failed. People need the thing to mend: a 500 hides
behind a missing header, a login behind a refused preflight. So that two rules never explain
the same refusal, all of them ask this table.
"""

from __future__ import annotations

import re

from ..exchange import Exchange, Url
from ..fetch.check import REDIRECT_STATUSES, Step
from ..fetch.classify import Role
from ..fetch.headers import vary_names
from ..session.judge import CLIENT_GAVE_UP, Judged, proxy_answered
from ..session.links import Node, is_followed_redirect

LOGIN_STATUSES = (401, 403, 407, 511)

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


def cause(seen: Judged) -> str | None:
    """Id of the rule that explains why this exchange was blocked; None when it was not."""
    if never_answered(seen):
        return "server-never-answered"
    failure = seen.verdict.failure
    if not seen.blocked or failure is None:
        return None
    if failure.step in (Step.REDIRECT_WITH_USERINFO, Step.REDIRECT_SCHEME):
        return BY_STEP[failure.step]
    if seen.node.role is Role.PREFLIGHT:
        return _of_preflight(seen.exchange) or (
            "preflight-without-cors-headers"
            if failure.step is Step.ALLOW_ORIGIN_MISSING
            else BY_STEP[failure.step]
        )
    return _of_call(seen) or BY_STEP[failure.step]


def never_answered(seen: Judged) -> bool:
    """No answer of the server came, and it was not the browser that went away."""
    exchange = seen.exchange
    if seen.node.role not in (Role.PREFLIGHT, Role.CORS) or exchange.lost is None:
        return False
    if exchange.status is not None:
        return proxy_answered(exchange)
    lost = exchange.lost.lower()
    return not lost.startswith((*CLIENT_GAVE_UP, "no response was recorded"))


def _of_preflight(exchange: Exchange) -> str | None:
    status = exchange.status or 0
    if status in REDIRECT_STATUSES and is_followed_redirect(exchange):
        return "preflight-redirected"
    if status in LOGIN_STATUSES and not refused_by_cors_layer(exchange):
        return "preflight-needs-login"
    return None if 200 <= status <= 299 else "preflight-bad-status"


def refused_by_cors_layer(exchange: Exchange) -> bool:
    """An error made by CORS middleware itself (Starlette's 400, Spring's 403), not by a login.

    Such layers vary by what a preflight asks; a login check does not.
    """
    varies = vary_names(exchange.response.get("vary"))
    allows = any(name.startswith("access-control-allow-m") for name in exchange.response.names())
    return allows or "access-control-request-method" in varies


def _of_call(seen: Judged) -> str | None:
    assert seen.failure is not None
    missing = seen.failure.step is Step.ALLOW_ORIGIN_MISSING
    if missing and login_page(seen) is not None:
        return "login-redirect"
    if missing and (seen.exchange.status or 0) >= 400:
        return "hidden-error-status"
    wrong = missing or seen.failure.step in (
        Step.ALLOW_ORIGIN_MISMATCH,
        Step.ALLOW_ORIGIN_INVALID,
        Step.ALLOW_ORIGIN_MULTIPLE,
    )
    if wrong and seen.node.origin == "null" and seen.node.previous is not None:
        return "redirect-turned-origin-null"
    return None


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
