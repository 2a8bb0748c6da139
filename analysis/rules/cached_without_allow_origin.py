"""A URL that answers CORS requests rightly, and others in a way that spoils them in the cache."""

from __future__ import annotations

from collections.abc import Iterator

from ..exchange import Exchange
from ..fetch.cache import stays_fresh
from ..fetch.classify import Role
from ..fetch.headers import vary_names
from ..finding import Confidence, Expectation, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .model import Example, Hit, Per, Rule, evidence, fetch
from .needed import ACAO
from .say import call, code


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """A readable answer, while the same URL asked without `Origin` left a bare one behind."""
    if seen.blocked or seen.exchange.method != "GET":
        return
    same = api.by_url.get(seen.exchange.url.key)
    plain = same.without_origin if same is not None else None
    if plain is None or plain.node.role is not Role.NO_CORS:
        return  # navigations and the API's own pages have caches of their own
    allowed = seen.exchange.response.get(ACAO.lower())
    response = plain.exchange.response
    fresh = stays_fresh(plain.exchange)
    if allowed not in ("*", seen.node.origin) or ACAO.lower() in response or fresh is False:
        return
    if not _would_serve(plain.exchange, seen.exchange):
        return
    same_page = plain.node.page == seen.node.page
    sure = fresh is True and same_page
    if not sure and plain.node.page is not None and not same_page:
        return
    vary = response.get("vary")
    yield Hit(
        seen,
        f"{code(api.api)} answers {call(seen)} with {code(f'{ACAO}: {allowed}')} when the request "
        f"has an `Origin`, and without the header when it has none, as when an element of the page "
        "loads it (an image without `crossorigin`, say). That answer may be kept and does not say "
        "`Vary: Origin`. A browser that has it in its cache gives it to the page's next call, "
        "finds no permission in it, and blocks the call without asking the server: nothing of it "
        "will be seen here.",
        (
            evidence(plain, "response", ACAO, "missing without Origin"),
            evidence(plain, "response", "Vary", "does not name Origin", "related"),
            evidence(plain, "response", "Cache-Control", "may be kept", "related"),
            evidence(seen, "response", ACAO, "there with Origin", "related"),
        ),
        (Expectation("Vary", vary, f"{vary}, Origin" if vary else "Origin"),),
        confidence=Confidence.CERTAIN if sure else Confidence.FIRM,
        confidence_why=(
            "both answers are in the capture, and the first may be kept for later"
            if sure
            else "both answers are in the capture; how long the first is kept, or for which page, "
            "is up to the browser"
        ),
    )


def _would_serve(stored: Exchange, later: Exchange) -> bool:
    """Would a cache give this answer to the later request, by its `Vary`?

    Values that were withheld (cookies) are taken for equal.
    """
    names = vary_names(stored.response.get("vary"))
    if names & {"origin", "*"}:
        return False
    before, after = stored.request, later.request
    return all(
        before.get(name) == after.get(name) and (name in before) == (name in after)
        for name in names
    )


RULE = Rule(
    id="cached-without-allow-origin",
    title="After an image or a script has loaded it, calls to the same address fail unseen",
    kind=Kind.FRAGILE,
    severity=Severity.MEDIUM,
    per=Per.API,
    since="0.1",
    why="Many servers send CORS headers only to requests with an `Origin`. Elements load without "
    "one, so their answer is bare, and the browser's cache gives it to the next `fetch` of the "
    "same address, unless `Vary: Origin` forbids. Chromium and Firefox then report a CORS error "
    "with no request on the network. Severity is medium: it depends on what was loaded before, "
    "and a reload with an empty cache hides it.",
    fix="Send `Vary: Origin` on every answer of these URLs, with and without `Origin` in the "
    "request, or the same `Access-Control-Allow-Origin` on all of them.",
    references=(
        fetch("cors-protocol-and-http-caches"),
        "https://www.rfc-editor.org/rfc/rfc9110#name-vary",
    ),
    cwe=("CWE-524",),
    covers=("missing-vary-origin",),
    example=Example(
        bad="""
        > GET https://images.example.com/plan.png
        > Referer: https://app.example.com/
        > Sec-Fetch-Mode: no-cors
        > Sec-Fetch-Site: same-site
        > Sec-Fetch-Dest: image
        < 200
        < Content-Type: image/png
        < Cache-Control: max-age=3600
        @ 4000
        > GET https://images.example.com/plan.png
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Sec-Fetch-Site: same-site
        < 200
        < Content-Type: image/png
        < Cache-Control: max-age=3600
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        """,
        good="""
        > GET https://images.example.com/plan.png
        > Referer: https://app.example.com/
        > Sec-Fetch-Mode: no-cors
        > Sec-Fetch-Site: same-site
        > Sec-Fetch-Dest: image
        < 200
        < Content-Type: image/png
        < Cache-Control: max-age=3600
        < Vary: Origin
        > GET https://images.example.com/plan.png
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Sec-Fetch-Site: same-site
        < 200
        < Content-Type: image/png
        < Cache-Control: max-age=3600
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        # Asked again each time: the answer that comes then decides.
        > GET https://images.example.com/map.png
        > Referer: https://app.example.com/
        > Sec-Fetch-Mode: no-cors
        > Sec-Fetch-Site: same-site
        > Sec-Fetch-Dest: image
        < 200
        < Content-Type: image/png
        < Cache-Control: no-cache
        > GET https://images.example.com/map.png
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Sec-Fetch-Site: same-site
        < 200
        < Content-Type: image/png
        < Cache-Control: no-cache
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        """,
    ),
    check_exchange=check,
    roles=frozenset({Role.CORS}),
)
