"""A page that an API never lets in, while it lets others in."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Confidence, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .accepted import accepted
from .model import Example, Hit, Per, Rule, evidence, fetch
from .needed import ACAO, needed
from .say import code, listed, third_party


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """A refusal of an origin that no answer of the session names; others are named."""
    if not seen.blocked or seen.node.origin not in api.once(left_out):
        return
    foreign = third_party(seen)
    meant = (
        " It belongs to another site, so it may well be shut out on purpose."
        if foreign
        else " It is of the same site, so it was probably forgotten."
    )
    yield Hit(
        seen,
        f"No answer of {code(api.api)} to the page {code(seen.node.origin)} names it, whatever it "
        f"called; others are named: {listed([a.origin for a in api.once(accepted)], 3)}. The page "
        f"is not on the API's list of origins.{meant}",
        (
            evidence(seen, "response", ACAO, "names others, not this page"),
            evidence(seen, "request", "Origin", "not on the list", "related"),
        ),
        needed(seen),
        confidence=Confidence.FIRM,
        confidence_why="it was refused each time, and other origins were not",
        severity=Severity.MEDIUM if foreign else None,
    )


def left_out(api: ApiFacts) -> frozenset[str]:
    """Origins that got good answers, none of which said anything about who may read it."""
    named, silent = set(), set()
    for _, told, _ in api.table():
        if told.allow_origin is not None:
            named.add(told.origin)
        elif told.status < 400:
            silent.add(told.origin)
    others = {each.origin for each in api.once(accepted)}
    return frozenset(silent - named - {"null", ""}) if others else frozenset()


RULE = Rule(
    id="origin-not-listed",
    title="This page is not among those that the API lets in",
    kind=Kind.BROKEN,
    severity=Severity.HIGH,
    per=Per.PAGE,
    since="0.1",
    why="The API keeps a list of the origins that may read its answers and names the one that "
    "asks, if it is there. All calls of a page that is not there fail alike, preflights and "
    "errors included, and one line in the list mends them all. Severity is high for a page of "
    "the API's own site and medium for a stranger, who may be shut out on purpose.",
    fix="If the page is meant to call the API, add its exact origin to the API's list; if not, "
    "nothing needs to change.",
    references=(fetch("cors-check"), fetch("cors-protocol-and-http-caches")),
    example=Example(
        bad="""
        > GET https://api.example.com/products
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        > GET https://api.example.com/products
        > Origin: https://admin.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Vary: Origin
        > GET https://api.example.com/cart
        > Origin: https://admin.example.com
        > Sec-Fetch-Mode: cors
        < 500
        < Vary: Origin
        """,
        good="""
        > GET https://api.example.com/products
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        > GET https://api.example.com/products
        > Origin: https://admin.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://admin.example.com
        < Vary: Origin
        """,
    ),
    check_exchange=check,
    at_end=True,
    covers=(
        "missing-allow-origin",
        "preflight-without-cors-headers",
        "hidden-error-status",
        "refused-by-cors-layer",
        "preflight-bad-status",
    ),
)
