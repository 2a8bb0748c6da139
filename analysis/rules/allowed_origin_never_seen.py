"""An origin that answers name, and that never called."""

from __future__ import annotations

from collections.abc import Iterator

from ..fetch.origin import host_of
from ..finding import Confidence, Kind, Severity
from ..session.facts import ApiFacts
from .accepted import is_own
from .model import Example, Hit, Per, Rule, evidence, fetch
from .needed import ACAO
from .say import call, code, count


def check(api: ApiFacts) -> Iterator[Hit]:
    """Offered to no one who asked; where it was, the refusal is the news."""
    for origin, seen in sorted(api.offered.items()):
        host = host_of(origin)
        if origin in api.origins or origin in api.pages or origin in api.allow_origins:
            continue
        if is_own(host, api):
            continue
        asked = len(api.origins)
        though = f", though {count(asked, 'other origin')} did" if asked else ""
        yield Hit(
            seen,
            f"{code(api.api)} answered {call(seen)} with {code(f'{ACAO}: {origin}')}. In this "
            f"session {code(origin)} never called it across origins{though}. If no page there "
            "needs this API any more, the trust can go; if the name was given up, somebody else "
            "may get it.",
            (evidence(seen, "response", ACAO, "never seen calling"),),
            confidence=Confidence.TENTATIVE,
            confidence_why="it says what this session covered, not what the world does",
            trusted=(origin,),
        )


RULE = Rule(
    id="allowed-origin-never-seen",
    title="A website is trusted that was never seen to use this API",
    kind=Kind.NOTE,
    severity=Severity.INFO,
    per=Per.API,
    since="0.1",
    why="Trust that nobody uses is forgotten, and outlives the pages it was made for. Severity is "
    "info: one session does not show all pages there are. Origins of the API's own site are left "
    "alone.",
    fix="Take origins off the list that no longer need it.",
    references=(
        fetch("http-access-control-allow-origin"),
        "https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Access-Control-Allow-Origin",
    ),
    cwe=("CWE-942",),
    example=Example(
        bad="""
        > GET https://www.example.com/api/orders
        > Sec-Fetch-Mode: cors
        > Sec-Fetch-Site: same-origin
        > Referer: https://www.example.com/shop
        < 200
        < Access-Control-Allow-Origin: https://old-shop.example.net
        """,
        good="""
        > GET https://www.example.com/api/orders
        > Sec-Fetch-Mode: cors
        > Sec-Fetch-Site: same-origin
        > Referer: https://www.example.com/shop
        < 200
        < Access-Control-Allow-Origin: https://shop.example.net
        > GET https://www.example.com/api/orders
        > Origin: https://shop.example.net
        > Sec-Fetch-Mode: cors
        > Sec-Fetch-Site: cross-site
        < 200
        < Access-Control-Allow-Origin: https://shop.example.net
        """,
    ),
    check_api=check,
    at_end=True,
    server_fix=False,
)
