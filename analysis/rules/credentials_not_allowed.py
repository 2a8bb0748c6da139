"""The origin is right, but calls with cookies are not allowed."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .cause import cause
from .model import Example, Hit, Per, Rule, evidence, fetch, mdn
from .needed import ACAC, ACAO, needed
from .say import began, code, ended


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """`Allow-Credentials` missing, or anything but `true`."""
    if cause(seen) != RULE.id:
        return
    got = seen.exchange.response.get(ACAC.lower())
    what = (
        "does not allow credentials: `Access-Control-Allow-Credentials` is missing"
        if got is None
        else f"says {code(f'{ACAC}: {got}')}, and only `true`, in small letters and once, counts"
    )
    yield Hit(
        seen,
        f"{began(seen)}, with credentials mode `include`. The answer names the page's origin but "
        f"{what}. {ended(seen)}",
        (
            evidence(seen, "response", ACAC, "missing" if got is None else "not exactly true"),
            evidence(seen, "response", ACAO, "this part is right", "related"),
        ),
        needed(seen),
    )


RULE = Rule(
    id="credentials-not-allowed",
    title="The API allows the page, but not with cookies",
    kind=Kind.BROKEN,
    severity=Severity.HIGH,
    per=Per.PAGE,
    since="0.1",
    why="A call with credentials mode `include` needs a second permission, "
    "`Access-Control-Allow-Credentials: true`, compared byte for byte: `True` and `1` do not "
    "count. What decides is the mode, also when no cookie is sent. Severity is high because "
    "every such call fails.",
    fix="Send `Access-Control-Allow-Credentials: true` to the listed origins; or, where no cookie "
    "is needed, drop `credentials: 'include'` in the page.",
    references=(fetch("cors-check"), mdn("CORSMissingAllowCredentials")),
    example=Example(
        bad="""
        > GET https://api.example.com/orders
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Cookie: session=1
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Credentials: True
        < Vary: Origin
        """,
        good="""
        > GET https://api.example.com/orders
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Cookie: session=1
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Credentials: true
        < Vary: Origin
        """,
    ),
    check_exchange=check,
    covers=("credentials-flag-misspelt",),
)
