"""A preflight answered with a redirect."""

from __future__ import annotations

from collections.abc import Iterator

from ..exchange import Url
from ..finding import Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .cause import cause, looks_like_login
from .model import Example, Hit, Per, Rule, evidence, fetch, mdn
from .needed import needed
from .say import asked, code, ended


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """301, 302, 303, 307 or 308 with a `Location`."""
    if cause(seen) != RULE.id:
        return
    exchange = seen.exchange
    target = exchange.location
    where = f" to {code(target.text)}" if target is not None else ""
    yield Hit(
        seen,
        f"{asked(seen)}. The server answered {exchange.status}, a redirect{where}, and browsers "
        f"do not follow redirects of a preflight. {ended(seen)} {difference(exchange.url, target)}",
        (
            evidence(seen, "response", "Location", "where it was sent"),
            evidence(seen, "response", None, f"status {exchange.status}", "related"),
        ),
        needed(seen),
        title=(
            "The API sends the browser's question to a login page"
            if target is not None and looks_like_login(target)
            else None
        ),
    )


def difference(url: Url, target: Url | None) -> str:
    """How the target differs from what was called, as advice."""
    if target is None:
        return "The target is no web address."
    if looks_like_login(target):
        return "The target is a login page: an API should answer 401 instead."
    if url.origin == target.origin and target.path == url.path + "/":
        return "Only a slash at the end differs: call the URL with it."
    if url.origin == target.origin and target.path + "/" == url.path:
        return "Only a slash at the end differs: call the URL without it."
    if (url.scheme, target.scheme) == ("http", "https") and url.host == target.host:
        return "Only the scheme differs: call the https URL."
    if url.host == "www." + target.host or target.host == "www." + url.host:
        return "Only `www.` differs: call the host that answers."
    if url.origin != target.origin:
        return f"The target is another origin, {code(target.origin)}: call that directly."
    return "Call the target directly."


RULE = Rule(
    id="preflight-redirected",
    title="The URL that the page calls has moved, and the browser may not follow",
    kind=Kind.BROKEN,
    severity=Severity.HIGH,
    per=Per.ENDPOINT,
    since="0.1",
    why="Redirects are usually made in front of the application (slash at the end, http to https, "
    "`www.`, a login) and work in the address bar; on a preflight they mean no. Severity is high "
    "because the call never leaves the browser.",
    fix="Call the final URL in the page, or stop redirecting OPTIONS requests.",
    references=(fetch("cors-preflight-fetch"), mdn("CORSExternalRedirectNotAllowed")),
    example=Example(
        bad="""
        > OPTIONS https://api.example.com/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: PUT
        < 301
        < Location: https://api.example.com/cart/
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        """,
        good="""
        > OPTIONS https://api.example.com/cart/
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: PUT
        < 204
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Methods: PUT
        < Access-Control-Max-Age: 7200
        < Vary: Origin
        """,
    ),
    check_exchange=check,
    server_fix=False,
)
