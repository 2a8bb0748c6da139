"""Changes in the page, where they are the better or the only cure."""

from __future__ import annotations

import re
from collections.abc import Callable

from ..exchange import Url
from ..fetch.headers import extract_list
from ..finding import Fix
from ..frozen import frozen
from ..rules.cause import looks_like_login
from ..rules.lists import is_for_answers, items, spelt_otherwise
from ..rules.model import Hit
from .model import PLAIN_NAME, PLAIN_ORIGIN

NAME = "in the page"
_PLAIN_PATH = re.compile(r"[A-Za-z0-9._~/{}-]*")
NEEDED_HEADERS = frozenset({"authorization", "content-type"})
"""Request headers that are rarely there for nothing."""


@frozen
class Advice:
    """What to change in the page; `best` when nothing on the server is as good."""

    code: str
    note: str
    best: bool = False

    def fix(self) -> Fix:
        """As the result has it."""
        return Fix(NAME, "client", False, "", self.code, self.note)


def advice(rule_id: str, hit: Hit) -> Advice | None:
    """What the page can do about this hit."""
    make = _ADVICE.get(rule_id)
    return make(hit) if make else None


def plain_url(url: Url) -> str:
    """The URL as it may stand in code; its unusual parts are left to the reader."""
    origin = url.origin if PLAIN_ORIGIN.fullmatch(url.origin) else "https://api.example"
    return origin + (url.path if _PLAIN_PATH.fullmatch(url.path) else "/...")


def _without_credentials(hit: Hit) -> Advice:
    used = hit.seen.exchange.cookies > 0
    return Advice(
        "// only if this call needs no cookie and no login\n"
        f"fetch('{plain_url(hit.seen.exchange.url)}');   // without credentials: 'include'\n"
        "// axios: leave out withCredentials: true\n",
        "If the call needs no cookie, leave the credentials out and the present answer will do. "
        + (
            "Here cookies were sent, so check that first."
            if used
            else "No cookie was seen on it in this session, which suggests that none is needed."
        ),
    )


def _final_url(hit: Hit) -> Advice | None:
    target = hit.seen.exchange.location
    if target is None and hit.seen.node.previous is not None:
        target = hit.seen.exchange.url
    if target is None or looks_like_login(target):
        return None
    return Advice(
        f"fetch('{plain_url(target)}', options);   // the final URL, not the one that redirects\n",
        "Call the final URL directly, so that nothing is redirected; options stay as they are.",
        best=True,
    )


def _capitals(hit: Hit) -> Advice | None:
    failure = hit.seen.verdict.failure
    method = (failure.param if failure else None) or ""
    allowed = items(hit.seen.exchange, "access-control-allow-methods")
    if method == method.upper() or spelt_otherwise(method, allowed) != method.upper():
        return None
    if not PLAIN_NAME.fullmatch(method):
        return None
    return Advice(
        f"fetch('{plain_url(hit.seen.exchange.url)}', {{ method: '{method.upper()}' }});\n",
        "Write the method in capitals: browsers mend the case of get, post, put, delete, head and "
        "options, but not of this one.",
        best=True,
    )


def _fewer_headers(hit: Hit) -> Advice | None:
    asked = hit.seen.node.asked
    parsed = extract_list(hit.seen.exchange.response.get("access-control-allow-headers"))
    allowed = () if isinstance(parsed, str) else tuple(name.lower() for name in parsed)
    extra = [
        name
        for name in (asked.headers if asked else ())
        if name not in allowed and name not in NEEDED_HEADERS and PLAIN_NAME.fullmatch(name)
    ]
    if not extra:
        return None
    theirs = any(is_for_answers(name) for name in extra)
    return Advice(
        "// leave out what the API does not use\n"
        + "".join(f"headers.delete('{name}');\n" for name in extra),
        (
            "Headers named `Access-Control-Allow-…` are for the server to send: remove them from "
            "the request."
            if theirs
            else "If the API does not use these headers, do not send them: often a library or an "
            "interceptor adds them to every call."
        ),
        best=theirs,
    )


def _names_sent(hit: Hit) -> list[str]:
    """Header names that the page set, as far as they may stand in code."""
    seen = hit.seen
    names = seen.node.asked.headers if seen.node.asked else tuple(seen.exchange.request.names())
    return [name for name in names if PLAIN_NAME.fullmatch(name)]


def _no_answer_headers(hit: Hit) -> Advice | None:
    names = [name for name in _names_sent(hit) if is_for_answers(name)]
    if not names:
        return None
    return Advice(
        "".join(f"headers.delete('{name}');\n" for name in names),
        "These headers are for the server to send: remove them from the request, and from the "
        "defaults of axios or an interceptor if they stand there.",
        best=True,
    )


def _no_needless_headers(hit: Hit) -> Advice | None:
    names = _names_sent(hit)
    if not names:
        return None
    return Advice(
        f"fetch('{plain_url(hit.seen.exchange.url)}', {{ cache: 'no-store' }});   // if it must be "
        "fresh\n" + "".join(f"headers.delete('{name}');\n" for name in names),
        "Do not set these headers on requests that only read; often a library or an interceptor "
        "adds them to every call.",
        best=True,
    )


def _see_the_login(hit: Hit) -> Advice:
    return Advice(
        f"const answer = await fetch('{plain_url(hit.seen.exchange.url)}', {{\n"
        "  credentials: 'include',\n"
        "  redirect: 'manual',              // do not follow to the login page\n"
        "});\n"
        "if (answer.type === 'opaqueredirect' || answer.status === 401) {\n"
        "  location.reload();               // let the person log in again\n"
        "}\n",
        "Until the server answers 401, the page can at least notice the redirect and send the "
        "person to the login.",
    )


def _open_as_link(hit: Hit) -> Advice:
    return Advice(
        "const { address } = await (await fetch(url)).json();   // the address in the body\n"
        "location.href = address;                               // opened as a link would be\n",
        "Let the API give the address in its answer, and let the page open it.",
    )


def _readable(hit: Hit) -> Advice:
    return Advice(
        f"fetch('{plain_url(hit.seen.exchange.url)}');   // without the option `mode`\n",
        "Leave the option `mode` out: then the answer can be read, once the server allows the "
        "page. Where nobody wants the answer, all is well as it is.",
        best=True,
    )


def _preload_as_used(hit: Hit) -> Advice:
    kind = hit.seen.exchange.request.get("sec-fetch-dest") or ""
    as_kind = kind if PLAIN_NAME.fullmatch(kind) and kind != "empty" else "fetch"
    return Advice(
        f'<link rel="preload" as="{as_kind}" href="{plain_url(hit.seen.exchange.url)}" '
        "crossorigin>\n",
        "Preload in the way in which it is used; for two elements give both the same "
        "`crossorigin`.",
        best=True,
    )


def _final_url_by_https(hit: Hit) -> Advice | None:
    target = hit.seen.exchange.location
    if target is None:
        return None
    shown = plain_url(target).replace("http:", "https:", 1)
    return Advice(
        f"fetch('{shown}', options);   // the final URL, by https\n",
        "Call the final URL by https, so that nothing is redirected; often a slash at the end "
        "makes the difference.",
    )


_ADVICE: dict[str, Callable[[Hit], Advice | None]] = {
    "wildcard-with-credentials": _without_credentials,
    "credentials-not-allowed": _without_credentials,
    "preflight-redirected": _final_url,
    "redirect-turned-origin-null": _final_url,
    "lower-case-method": _capitals,
    "header-not-allowed": _fewer_headers,
    "response-header-sent-by-page": _no_answer_headers,
    "response-header-in-request": _no_answer_headers,
    "avoidable-preflight": _no_needless_headers,
    "wildcard-list-with-credentials": _without_credentials,
    "login-redirect": _see_the_login,
    "redirect-off-the-web": _open_as_link,
    "redirect-to-plain-http": _final_url_by_https,
    "opaque-answer": _readable,
    "downloaded-twice": _preload_as_used,
}
