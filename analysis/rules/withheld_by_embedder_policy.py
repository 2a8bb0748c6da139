"""A load that the page's own embedder policy kept from it."""

from __future__ import annotations

from collections.abc import Iterator

from ..fetch.classify import Role
from ..fetch.withheld import Guard, withheld
from ..finding import Confidence, Expectation, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .model import Example, Hit, Per, Rule, evidence
from .say import code, loaded

COEP = "Cross-Origin-Embedder-Policy"
CORP = "Cross-Origin-Resource-Policy"


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """A no-cors answer without `Cross-Origin-Resource-Policy`, to a page that wants it."""
    page = seen.node.page
    embedder = seen.node.client.embedder_policy(page or "", seen.exchange.started)
    kept = withheld(seen.exchange, page, embedder, seen.node.browser)
    if kept is None or kept.guard is not Guard.EMBEDDER_POLICY:
        return
    value = seen.exchange.response.get(CORP.lower())
    yield Hit(
        seen,
        f"{loaded(seen)}. The page was sent with {code(f'{COEP}: {embedder}')}, so the browser "
        "hands it only what says by itself that it may be embedded, and this answer does not "
        "(Chromium: `net::ERR_BLOCKED_BY_RESPONSE`). This was no CORS request.",
        (evidence(seen, "response", CORP, "does not say it may be embedded"),),
        (Expectation(CORP, value, "cross-origin"),),
        confidence=Confidence.FIRM,
        confidence_why="which of the page's documents embedded it is not on the wire",
    )


RULE = Rule(
    id="withheld-by-embedder-policy",
    title="The page's own policy keeps out what other servers sent it, and that is not CORS",
    kind=Kind.NOTE,
    severity=Severity.LOW,
    per=Per.ENDPOINT,
    since="0.1",
    why="A page that wants to be isolated (for `SharedArrayBuffer`, say) is sent with "
    "`Cross-Origin-Embedder-Policy: require-corp`. From then on each image, script and style "
    "sheet of other origins must either allow it in a header of its own, or be fetched with "
    "CORS. Severity is low: nothing leaks, and the page's author chose it.",
    fix="Let the server of the resource answer with `Cross-Origin-Resource-Policy: cross-origin`, "
    "or fetch it with CORS (`crossorigin` on the element, and CORS headers on the answer).",
    references=(
        "https://html.spec.whatwg.org/#coep",
        "https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Cross-Origin-Embedder-Policy",
    ),
    example=Example(
        bad="""
        > GET https://app.example.com/
        > Sec-Fetch-Mode: navigate
        > Sec-Fetch-Site: none
        > Sec-Fetch-Dest: document
        < 200
        < Cross-Origin-Embedder-Policy: require-corp
        > GET https://images.example.net/logo.png
        > Referer: https://app.example.com/
        > Sec-Fetch-Mode: no-cors
        > Sec-Fetch-Site: cross-site
        > Sec-Fetch-Dest: image
        < 200
        < Content-Type: image/png
        """,
        good="""
        > GET https://app.example.com/
        > Sec-Fetch-Mode: navigate
        > Sec-Fetch-Site: none
        > Sec-Fetch-Dest: document
        < 200
        < Cross-Origin-Embedder-Policy: require-corp
        > GET https://images.example.net/logo.png
        > Referer: https://app.example.com/
        > Sec-Fetch-Mode: no-cors
        > Sec-Fetch-Site: cross-site
        > Sec-Fetch-Dest: image
        < 200
        < Content-Type: image/png
        < Cross-Origin-Resource-Policy: cross-origin
        """,
    ),
    check_exchange=check,
    roles=frozenset({Role.NO_CORS}),
    server_fix=False,
)
