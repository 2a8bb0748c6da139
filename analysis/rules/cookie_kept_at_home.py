"""Cookies that do not travel to where the pages call from."""

from __future__ import annotations

from collections.abc import Iterator

from ..exchange import SetCookie
from ..fetch.classify import Role
from ..finding import Confidence, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .model import Example, Hit, Per, Rule, evidence
from .say import called, code, third_party

REFUSED = (401, 403)


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """A call with credentials from another site, to an API all of whose cookies stay at home."""
    exchange = seen.exchange
    if exchange.cookies or seen.credentials.include is not True or not api.cookies_set:
        return
    if exchange.request.get("sec-fetch-site") != "cross-site" or not third_party(seen):
        return
    refused = exchange.status in REFUSED
    if exchange.status is None or (seen.blocked and not refused):
        return
    if api.cookies_sent["cross-site"] or not all(_stays(c, seen) for c in api.cookies_set):
        return
    cookie, setter = min(api.cookies_set.items(), key=lambda each: each[1].order)
    policy = f"SameSite={cookie.same_site.title()}" if cookie.same_site else "no SameSite"
    how = f"{code(policy)}" if cookie.same_site else f"{policy} (which Chromium takes for `Lax`)"
    before = _had_it(setter, seen)
    end = (
        f"It was answered with {exchange.status}, and being signed in would not have helped."
        if refused
        else "Whoever is signed in there is a stranger here."
    )
    yield Hit(
        seen,
        f"{called(seen)} with credentials, and no cookie went along. The API does set cookies, but "
        f"with {how}, and browsers neither send such a cookie with a call from another site nor "
        f"keep one that comes with the answer to it. CORS cannot change that. {end}",
        (
            evidence(seen, "request", "Cookie", "none was sent"),
            evidence(setter, "response", "Set-Cookie", policy, "related"),
        ),
        confidence=Confidence.FIRM if refused and before else Confidence.TENTATIVE,
        confidence_why=(
            "the cookie's attributes and its absence are on the wire; what the call needs is not"
        ),
        severity=Severity.MEDIUM if refused and before else None,
    )


def _stays(cookie: SetCookie, seen: Judged) -> bool:
    if cookie.same_site in ("lax", "strict"):
        return True
    client = seen.node.client.browser
    return cookie.same_site is None and client is not None and client.name == "chromium"


def _had_it(setter: Judged, seen: Judged) -> bool:
    """Was the cookie set for this very client, before the call?"""
    ended, started = setter.exchange.ended, seen.exchange.started
    mine = setter.exchange.client == seen.exchange.client
    return mine and ended is not None and started is not None and ended <= started


RULE = Rule(
    id="cookie-kept-at-home",
    title="The API's cookies do not travel to it from this page's site",
    kind=Kind.NOTE,
    severity=Severity.INFO,
    per=Per.PAGE,
    since="0.1",
    why="Whether a cookie goes along is decided by the cookie, not by CORS: with `SameSite=Lax` or "
    "`Strict` (and, in Chromium, without the attribute) it stays out of calls from other sites, "
    "whatever `Access-Control-Allow-Credentials` says. People are signed in and the API says 401. "
    "Severity is medium where a call was refused after such a cookie had been set, else it is for "
    "information.",
    fix="Serve the page and the API below one domain, so that the cookie is at home; or set it "
    "with `SameSite=None; Secure` and check where requests come from.",
    references=(
        "https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Set-Cookie",
        "https://developer.mozilla.org/docs/Web/HTTP/Guides/Third-party_cookies",
    ),
    example=Example(
        bad="""
        > POST https://api.example.net/login
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Sec-Fetch-Site: cross-site
        > Sec-Fetch-Storage-Access: active
        > Content-Type: text/plain
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Credentials: true
        < Vary: Origin
        < Set-Cookie: session=1; Path=/; HttpOnly; SameSite=Lax
        > GET https://api.example.net/orders
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Sec-Fetch-Site: cross-site
        > Sec-Fetch-Storage-Access: active
        < 401
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Credentials: true
        < Vary: Origin
        """,
        good="""
        # The same site: the cookie is at home. Nobody is signed in yet.
        > GET https://api.example.com/orders
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Sec-Fetch-Site: same-site
        < 401
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Credentials: true
        < Vary: Origin
        < Set-Cookie: session=1; Path=/; HttpOnly; SameSite=Lax
        # Another site, and a cookie that is made for it.
        > GET https://api.example.net/orders
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Sec-Fetch-Site: cross-site
        > Sec-Fetch-Storage-Access: active
        < 401
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Credentials: true
        < Vary: Origin
        < Set-Cookie: session=1; Path=/; HttpOnly; Secure; SameSite=None
        """,
    ),
    check_exchange=check,
    roles=frozenset({Role.CORS}),
    at_end=True,
    server_fix=False,
)
