"""Request headers that open doors, allowed and never used."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..fetch.check import Asked
from ..finding import Confidence, Kind, Severity
from ..session.facts import ApiFacts
from .credentials_never_used import ENOUGH
from .lists import earliest, items
from .model import Example, Hit, Per, Rule, evidence, fetch
from .needed import ACAH
from .say import code, count, listed

SENSITIVE = re.compile(
    r".*(?:api-?key|secret|access-token|auth-token|security-token|session-token|method-override).*"
    r"|x-(?:forwarded|original|rewrite|real|admin|debug|internal|client-cert|user-id|tenant)\b.*"
    r"|(?:true-client|cf-connecting|client)-ip"
)
"""Keys, and what proxies and frameworks believe about who and what a request is. Not
`Authorization` and CSRF tokens, which frameworks list unless told otherwise."""


def check(api: ApiFacts) -> Iterator[Hit]:
    """The lists of preflights less what was asked for, if a telling name is among the rest."""
    if api.calls < ENOUGH or "*" in api.allow_headers:
        return
    used = set(api.headers)
    for seen in api.questions.values():
        used.update(Asked.of(seen.exchange.request).headers)
    unused = sorted(name for name in api.allow_headers - used if SENSITIVE.fullmatch(name))
    showing = [
        seen
        for seen in api.questions.values()
        if set(unused) & {name.lower() for name in items(seen.exchange, ACAH.lower())}
    ]
    if not unused or not showing:
        return
    seen = earliest(showing)[0]
    yield Hit(
        seen,
        f"{code(api.api)} lets pages send {listed(unused, 6)}, and none of the "
        f"{count(api.calls, 'call')} in this session did. Servers take such headers for keys, or "
        "for the word of a proxy.",
        (evidence(seen, "response", ACAH, "more than was used"),),
        confidence=Confidence.TENTATIVE,
        confidence_why="other pages may use them; a session shows only what it went through",
    )


RULE = Rule(
    id="unused-headers-allowed",
    title="The API lets pages send keys and proxy headers that none of them sent",
    kind=Kind.NOTE,
    severity=Severity.INFO,
    per=Per.API,
    since="0.1",
    why="A key in a page is no secret, and headers such as `X-Forwarded-For` are for proxies to "
    "write. If no page needs them, there is no reason to let pages send them. For information "
    "only: this session may not have used everything.",
    fix="List the request headers that the pages use.",
    references=(fetch("http-access-control-allow-headers"),),
    cwe=("CWE-1188",),
    example=Example(
        bad="""
        > OPTIONS https://api.example.com/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: GET
        > Access-Control-Request-Headers: authorization
        < 204
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Headers: Authorization, X-Api-Key
        < Access-Control-Max-Age: 7200
        < Vary: Origin
        """
        + 10
        * """
        > GET https://api.example.com/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Authorization: Bearer FAKE-SECRET
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        """,
        good="""
        # The usual list of a framework, longer than it must be.
        > OPTIONS https://api.example.com/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: GET
        > Access-Control-Request-Headers: authorization
        < 204
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Headers: accept, authorization, content-type, x-csrftoken
        < Access-Control-Max-Age: 7200
        < Vary: Origin
        """
        + 10
        * """
        > GET https://api.example.com/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Authorization: Bearer FAKE-SECRET
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        """,
    ),
    check_api=check,
    at_end=True,
)
