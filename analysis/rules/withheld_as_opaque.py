"""An element that was given data where it wanted something to show or to run."""

from __future__ import annotations

from collections.abc import Iterator

from ..fetch.classify import Role
from ..fetch.withheld import Guard, withheld
from ..finding import Confidence, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .model import Example, Hit, Per, Rule, evidence
from .say import code, loaded

TYPE = "Content-Type"
SNIFF = "X-Content-Type-Options"


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """A no-cors answer of an element, of a type that no element can embed."""
    kept = withheld(seen.exchange, seen.node.page, "", seen.node.browser)
    if kept is None or kept.guard is not Guard.OPAQUE:
        return
    value = seen.exchange.response.get(TYPE.lower())
    yield Hit(
        seen,
        f"{loaded(seen)}. The answer is {code(value or '')}, which no element embeds, so Chromium "
        "kept it from the page (`net::ERR_BLOCKED_BY_ORB`) and the element failed. This was no "
        "CORS request; often it is an error page or a login where a picture was expected.",
        (
            evidence(seen, "response", TYPE, "data, not something to embed"),
            evidence(seen, "response", SNIFF, "decides with the type", "related"),
        ),
        confidence=Confidence.CERTAIN if kept.sure else Confidence.TENTATIVE,
        confidence_why=(
            "the type alone decides"
            if kept.sure
            else "without `nosniff` the body decides, and bodies are not looked at"
        ),
    )


RULE = Rule(
    id="withheld-as-opaque",
    title="An element was sent data instead of what it can show, and that is not CORS",
    kind=Kind.NOTE,
    severity=Severity.INFO,
    per=Per.ENDPOINT,
    since="0.1",
    why="Browsers do not let data (JSON, HTML, XML) of other origins into the process of a page "
    "through an image, script or media element: Opaque Response Blocking. The console shows a "
    "network error, and CORS gets the blame. Severity is info: the element could not have used "
    "the answer anyway.",
    fix="Let the URL answer with what the element can use; for data, call `fetch` and allow the "
    "page by CORS.",
    references=("https://github.com/annevk/orb",),
    example=Example(
        bad="""
        > GET https://images.example.net/logo.png
        > Referer: https://app.example.com/
        > Sec-Fetch-Mode: no-cors
        > Sec-Fetch-Site: cross-site
        > Sec-Fetch-Dest: image
        < 200
        < Content-Type: text/html
        < X-Content-Type-Options: nosniff
        """,
        good="""
        > GET https://images.example.net/logo.svg
        > Referer: https://app.example.com/
        > Sec-Fetch-Mode: no-cors
        > Sec-Fetch-Site: cross-site
        > Sec-Fetch-Dest: image
        < 200
        < Content-Type: image/svg+xml
        < X-Content-Type-Options: nosniff
        """,
    ),
    check_exchange=check,
    roles=frozenset({Role.NO_CORS}),
    server_fix=False,
)
