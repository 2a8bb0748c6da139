"""The lists for preflights on answers where nobody reads them."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Kind, Severity
from ..session.facts import ApiFacts, Told
from .lists import earliest
from .model import Example, Hit, Per, Rule, evidence, fetch
from .needed import ACAH, ACAM
from .say import code, count, listed

ACMA = "Access-Control-Max-Age"
ENOUGH = 10
"""Answers below this number are not worth a word."""


def check(api: ApiFacts) -> Iterator[Hit]:
    """Every answer to a call carries one of them."""
    number, examples = 0, []
    for _, told, shown in api.table():
        if told.on_preflight:
            continue
        if not _lists(told):
            return
        number += shown.count
        examples.append(shown.example)
    if number < ENOUGH:
        return
    seen = earliest(examples)[0]
    response = seen.exchange.response
    names = [name for name in (ACAM, ACAH, ACMA) if name.lower() in response]
    wasted = sum(len(name) + response.size(name.lower()) + 4 for name in names)
    yield Hit(
        seen,
        f"All {count(number, 'answer')} of {code(api.api)} to calls carry {listed(names)}, which "
        f"browsers read on the answers to preflights only. That is about {wasted} bytes each, for "
        "nothing.",
        (
            evidence(seen, "response", names[0], "for preflights only"),
            *(evidence(seen, "response", n, "this, too", "related") for n in names[1:]),
        ),
    )


def _lists(told: Told) -> bool:
    return not told.methods is told.headers is told.max_age is None


RULE = Rule(
    id="lists-on-every-answer",
    title="Every answer carries lists that only the preflight needs",
    kind=Kind.NOTE,
    severity=Severity.INFO,
    per=Per.API,
    since="0.1",
    why="`Access-Control-Allow-Methods`, `-Headers` and `-Max-Age` answer the question that a "
    "preflight asks. On the call itself browsers look at the origin and the credentials, nothing "
    "more. For information only: it costs bytes.",
    fix="Send these headers on the answers to preflights only.",
    references=(fetch("http-responses"),),
    example=Example(
        bad=10
        * """
        > GET https://api.example.com/products
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Methods: GET, POST
        < Access-Control-Allow-Headers: Content-Type
        < Vary: Origin
        """,
        good="""
        # Where it belongs.
        > OPTIONS https://api.example.com/products
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: PUT
        < 204
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Methods: GET, POST, PUT
        < Access-Control-Max-Age: 7200
        < Vary: Origin
        """
        + 10
        * """
        > PUT https://api.example.com/products
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Expose-Headers: X-Total-Count
        < Vary: Origin
        """,
    ),
    check_api=check,
    at_end=True,
)
