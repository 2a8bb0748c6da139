"""An answer without `Access-Control-Allow-Origin`."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .cause import cause
from .model import Example, Hit, Per, Rule, evidence, fetch, mdn
from .needed import ACAO, needed
from .say import called, code, ended, listed, third_party


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """A readable status, and no header that would let the page read it."""
    if cause(seen) != RULE.id:
        return
    foreign, opaque = third_party(seen), seen.node.origin == "null"
    owner = (
        " It belongs to another site: if that is not yours, ask its owner, or call it from your "
        "own server."
        if foreign
        else ""
    )
    yield Hit(
        seen,
        f"{called(seen)}. The answer ({seen.exchange.status}) says nothing about who may read it: "
        f"`Access-Control-Allow-Origin` is missing. {ended(seen)} {_elsewhere(seen, api)}{owner}",
        (
            evidence(seen, "response", ACAO, "header is missing"),
            evidence(seen, "request", "Origin", "who is asking", "related"),
        ),
        needed(seen),
        severity=Severity.MEDIUM if opaque or (foreign and not api.allow_origins) else None,
    )


def _elsewhere(seen: Judged, api: ApiFacts) -> str:
    endpoint = api.endpoints.get((seen.exchange.method, seen.exchange.url.path))
    if endpoint is not None and endpoint.with_allow_origin:
        return "Other answers of this endpoint carry it, so something depends on the request."
    values = api.once(values_sent)
    if values:
        return f"Other answers of this API carry it ({listed(values, 3)}): this one is left out."
    return f"No answer of {code(api.api)} in this session carries it."


def values_sent(api: ApiFacts) -> list[str]:
    """Every `Allow-Origin` that the API sent."""
    return sorted(api.allow_origins)


RULE = Rule(
    id="missing-allow-origin",
    title="The API does not say that this page may read its answers",
    kind=Kind.BROKEN,
    severity=Severity.HIGH,
    per=Per.PAGE,
    since="0.1",
    why="A browser hands an answer from another origin to the page only if the answer names the "
    "page in `Access-Control-Allow-Origin`. The request was carried out: reading is what is "
    "refused, to this page and to every other. Severity is high because the call fails each "
    "time, in every browser; it is medium for another site's API that never sent the header, "
    "which may well mean it that way, and for pages without an origin, whom none should name.",
    fix="Send `Access-Control-Allow-Origin` with the page's exact origin on every answer of the "
    "API, errors included, and `Vary: Origin` beside it.",
    references=(fetch("cors-check"), mdn("CORSMissingAllowOrigin")),
    example=Example(
        bad="""
        > GET https://api.example.com/products
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Content-Type: application/json
        """,
        good="""
        > GET https://api.example.com/products
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Content-Type: application/json
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        """,
    ),
    check_exchange=check,
)
