"""Names in the lists that no page can ever use."""

from __future__ import annotations

from collections.abc import Iterator

from ..fetch.check import Asked
from ..fetch.safelist import is_forbidden
from ..finding import Kind, Severity
from ..session.facts import ApiFacts
from .lists import earliest, is_for_answers, items
from .model import Example, Hit, Per, Rule, evidence, fetch
from .needed import ACAH, ACAM
from .say import code, listed

NO_METHODS = frozenset({"CONNECT", "TRACE", "TRACK"})
"""https://fetch.spec.whatwg.org/#forbidden-method"""


def check(api: ApiFacts) -> Iterator[Hit]:
    """Forbidden methods and header names; and those of answers that no page asked to send."""
    found = []
    names: dict[str, None] = {}
    asked = {n for s in api.questions.values() for n in Asked.of(s.exchange.request).headers}
    for seen in earliest(api.questions.values()):
        headers = [name.lower() for name in items(seen.exchange, ACAH.lower())]
        pointless = [
            *(each for each in items(seen.exchange, ACAM.lower()) if each in NO_METHODS),
            *(h for h in headers if h not in asked and (is_forbidden(h) or is_for_answers(h))),
        ]
        if pointless:
            found.append(seen)
            names.update(dict.fromkeys(pointless))
    if not found:
        return
    seen = found[0]
    methods = any(name in NO_METHODS for name in items(seen.exchange, ACAM.lower()))
    yield Hit(
        seen,
        f"{code(api.api)} lists {listed(names, 8)} among what pages may use. Script cannot send "
        "these, or they belong in answers, so listing them does nothing.",
        (evidence(seen, "response", ACAM if methods else ACAH, "holds what no page sends"),),
    )


RULE = Rule(
    id="pointless-names-allowed",
    title="The API allows pages what no page can do",
    kind=Kind.NOTE,
    severity=Severity.INFO,
    per=Per.API,
    since="0.1",
    why="`Host`, `Cookie`, `Origin` and others are for the browser to send, `Access-Control-…` are "
    "for the server, and script may use neither TRACE nor CONNECT. Such entries come from copied "
    "lists and hide what matters. For information only: browsers pass over them.",
    fix="Take these names off the lists.",
    references=(fetch("forbidden-request-header"), fetch("forbidden-method")),
    example=Example(
        bad="""
        > OPTIONS https://api.example.com/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: GET
        > Access-Control-Request-Headers: authorization
        < 204
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Headers: Origin, Cookie, Authorization, Access-Control-Allow-Origin
        < Access-Control-Max-Age: 7200
        < Vary: Origin
        """,
        good="""
        # Safelisted ones need no entry, but pages do send them.
        > OPTIONS https://api.example.com/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: GET
        > Access-Control-Request-Headers: authorization
        < 204
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Methods: GET, HEAD, POST, OPTIONS
        < Access-Control-Allow-Headers: Accept, Authorization, Content-Type, User-Agent
        < Access-Control-Max-Age: 7200
        < Vary: Origin
        """,
    ),
    check_api=check,
)
