"""A list in the preflight's answer that is no list."""

from __future__ import annotations

from collections.abc import Iterator

from ..fetch.check import Step
from ..finding import Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .cause import cause
from .model import Example, Hit, Per, Rule, evidence, fetch, mdn
from .needed import ACAH, ACAM, needed
from .say import asked, code, ended


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """`Allow-Methods` or `Allow-Headers` with an item that is no token."""
    failure = seen.verdict.failure
    if cause(seen) != RULE.id or failure is None:
        return
    name = ACAM if failure.step is Step.METHODS_UNPARSABLE else ACAH
    value = code(f"{name}: {seen.exchange.response.get(name.lower())}")
    yield Hit(
        seen,
        f"{asked(seen)}. The answer says {value}, where {code(failure.got or '')} is no name. "
        "Items are separated by commas and stand without quotes; one bad item makes the whole "
        f"list void. {ended(seen)}",
        (evidence(seen, "response", name, "one item is no name"),),
        needed(seen),
    )


RULE = Rule(
    id="unparsable-allow-list",
    title="The API's list of what pages may do cannot be read",
    kind=Kind.BROKEN,
    severity=Severity.HIGH,
    per=Per.API,
    since="0.1",
    why="`Access-Control-Allow-Methods` and `-Headers` are lists of names separated by commas. "
    "Semicolons, blanks, quotes or brackets make the header unreadable, and then nothing in it "
    "counts, neither the good items nor a `*`. Severity is high because every call that needs a "
    "preflight fails.",
    fix="Write the list with commas only: `PUT, PATCH`.",
    references=(fetch("cors-preflight-fetch"), mdn("CORSInvalidAllowMethod")),
    cwe=("CWE-436",),
    example=Example(
        bad="""
        > OPTIONS https://api.example.com/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: PUT
        < 204
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Methods: GET; PUT
        < Access-Control-Max-Age: 7200
        < Vary: Origin
        """,
        good="""
        > OPTIONS https://api.example.com/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: PUT
        < 204
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Methods: GET, PUT
        < Access-Control-Max-Age: 7200
        < Vary: Origin
        """,
    ),
    check_exchange=check,
)
