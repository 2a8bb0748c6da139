"""Credentials allowed, and nobody who uses any."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Confidence, Kind, Severity
from ..session.facts import ApiFacts
from .lists import earliest
from .model import Example, Hit, Per, Rule, evidence, fetch
from .needed import ACAC
from .say import code, count

ENOUGH = 10
"""Calls below which a session says little about what an API is used for."""


def check(api: ApiFacts) -> Iterator[Hit]:
    """An origin named with credentials, and no sign of any on any request."""
    if api.calls < ENOUGH or api.credentials["include"] or api.cookies_sent or api.cookies_set:
        return
    if api.credentials["not-include"] <= api.credentials["unknown"]:
        return  # a mode that the wire hides may be `include`
    granted = [answer.example for _, answer in api.echoed() if answer.allow_credentials]
    if not granted:
        return
    seen = earliest(granted)[0]
    yield Hit(
        seen,
        f"{code(api.api)} sends `Access-Control-Allow-Credentials: true`, but on none of its "
        f"{count(api.calls, 'call')} in this session was there a cookie, a login of the browser's "
        "own, or another sign of credentials, and it set no cookie either. A token that script "
        "puts into `Authorization` does not need the header.",
        (evidence(seen, "response", ACAC, "not needed here"),),
        confidence=Confidence.TENTATIVE,
        confidence_why="other pages, or people who are signed in, may use them",
    )


RULE = Rule(
    id="credentials-never-used",
    title="The API allows calls with cookies that nobody makes",
    kind=Kind.NOTE,
    severity=Severity.INFO,
    per=Per.API,
    since="0.1",
    why="`Access-Control-Allow-Credentials` is what turns a slip in the list of origins into "
    "access to people's accounts. An API that knows its callers by a token can do without it. "
    "For information only: a session shows what was used, not what is.",
    fix="Leave out `Access-Control-Allow-Credentials` if no page uses cookies or the browser's own "
    "login with this API.",
    references=(fetch("http-access-control-allow-credentials"),),
    example=Example(
        bad=10
        * """
        > GET https://api.example.net/products
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Sec-Fetch-Site: cross-site
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Credentials: true
        < Vary: Origin
        """,
        good=10
        * """
        > GET https://api.example.net/products
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Sec-Fetch-Site: cross-site
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Credentials: true
        < Vary: Origin
        """
        + """
        # One who is signed in is enough.
        > GET https://api.example.net/orders
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Sec-Fetch-Site: cross-site
        > Cookie: session=1
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Credentials: true
        < Vary: Origin
        """,
    ),
    check_api=check,
    at_end=True,
)
