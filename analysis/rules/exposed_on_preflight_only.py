"""The list of readable headers stands on the preflight, where no browser reads it."""

from __future__ import annotations

from collections.abc import Iterator

from ..fetch.classify import Role
from ..fetch.headers import extract_list
from ..fetch.safelist import NEVER_READABLE, RESPONSE_NAMES
from ..finding import Expectation, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .expose_gap import ACEH, gap
from .model import Example, Hit, Per, Rule, evidence, fetch
from .say import called, listed, own_preflight


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """Headers that the preflight exposes, on an answer that exposes nothing."""
    preflight, response = seen.node.preflight, seen.exchange.response
    if not own_preflight(seen) or preflight is None or seen.node.next is not None:
        return
    if seen.blocked or ACEH.lower() in response:
        return
    given = preflight.exchange.response.get(ACEH.lower())
    meant = extract_list(given)
    if isinstance(meant, str):
        return
    here = {field.name.lower(): field.name for field in response.fields}
    lost = [here[n.lower()] for n in meant if n.lower() in here and n.lower() not in UNTOUCHED]
    if "*" in meant:
        lost += [name for name in gap(seen, api) if name not in lost]
    if not lost:
        return
    yield Hit(
        seen,
        f"{called(seen)}. The answer to the preflight says that script may read {listed(lost)}, "
        "and the answer itself, which is the one that counts, does not: there the page finds "
        "nothing by that name.",
        (
            evidence(seen, "response", ACEH, "missing here"),
            evidence(preflight, "response", ACEH, "only on the preflight", "related"),
        ),
        (Expectation(ACEH, None, ", ".join(lost)),),
    )


UNTOUCHED = RESPONSE_NAMES | NEVER_READABLE
"""Names for which exposing changes nothing."""

RULE = Rule(
    id="exposed-on-preflight-only",
    title="The page cannot read headers that the API means it to read",
    kind=Kind.FRAGILE,
    severity=Severity.LOW,
    per=Per.API,
    since="0.1",
    why="`Access-Control-Expose-Headers` counts on the answer that carries the headers. On the "
    "answer to the preflight it does nothing, which is easily missed when both are set up in "
    "different places. Severity is low: the call works, a header is missing.",
    fix="Send `Access-Control-Expose-Headers` on the answers themselves; on the preflight it can "
    "go.",
    references=(fetch("http-access-control-expose-headers"),),
    covers=("expose-gap",),
    example=Example(
        bad="""
        > OPTIONS https://api.example.com/orders
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: PUT
        < 204
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Methods: PUT
        < Access-Control-Expose-Headers: X-Total-Count
        < Vary: Origin
        > PUT https://api.example.com/orders
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < X-Total-Count: 40
        < Vary: Origin
        """,
        good="""
        > OPTIONS https://api.example.com/orders
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: PUT
        < 204
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Methods: PUT
        < Access-Control-Expose-Headers: X-Total-Count, X-Page
        < Vary: Origin
        # An answer that carries none of them loses none.
        > PUT https://api.example.com/orders
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        """,
    ),
    check_exchange=check,
    roles=frozenset({Role.CORS}),
)
