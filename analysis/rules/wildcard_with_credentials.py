"""`*` where the page sends cookies."""

from __future__ import annotations

from collections.abc import Iterator

from ..fetch.check import Step
from ..finding import Confidence, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged, Outcome
from .cause import cause
from .model import Example, Hit, Per, Rule, evidence, fetch, mdn
from .needed import ACAC, ACAO, needed
from .say import began, ended


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """Blocked for sure; or maybe, where the server offers credentials that others used."""
    sure = cause(seen) == RULE.id
    if not sure and not _likely(seen, api):
        return
    cookies = seen.exchange.cookies
    used = (
        f"with {cookies} cookie{'s' if cookies > 1 else ''}"
        if cookies
        else "with credentials mode `include`"
    )
    if sure:
        end = (
            f"The page calls {used}, and to such a call browsers do not accept a wildcard: the "
            f"server must name the origin. {ended(seen)}"
        )
    else:
        end = (
            "Browsers do not accept that for calls with credentials. Whether this call had them is "
            "not on the wire, but the API was called with credentials elsewhere in the session, "
            "and it offers them here beside `*`."
        )
    yield Hit(
        seen,
        f"{began(seen)}. The answer allows everybody (`Access-Control-Allow-Origin: *`). {end}",
        (
            evidence(seen, "response", ACAO, "wildcard"),
            evidence(seen, "response", ACAC, "offered, in vain", "related"),
        ),
        needed(seen),
        confidence=Confidence.CERTAIN if sure else Confidence.TENTATIVE,
        confidence_why=(
            "the exchange itself shows it"
            if sure
            else "the credentials mode of this call is not on the wire"
        ),
    )


def _likely(seen: Judged, api: ApiFacts) -> bool:
    """A public `*` is fine; `*` with `Allow-Credentials` on an API that is used with them is not.

    A preflight whose request followed has passed, and so has one with another possible reason.
    """
    possible = seen.verdict.possible
    return (
        seen.verdict.outcome is Outcome.INDETERMINATE
        and possible is not None
        and possible.step is Step.WILDCARD_WITH_CREDENTIALS
        and not seen.node.classification.mode_open
        and "access-control-allow-credentials" in seen.exchange.response
        and api.credentials["include"] > 0
        and seen.node.actual is None
    )


RULE = Rule(
    id="wildcard-with-credentials",
    title="The API allows everybody, which browsers refuse for calls with cookies",
    kind=Kind.BROKEN,
    severity=Severity.HIGH,
    per=Per.PAGE,
    since="0.1",
    why="With credentials (`credentials: 'include'`, `withCredentials`) the answer may be private, "
    "so the browser wants to see the page's own origin in `Access-Control-Allow-Origin`. `*` does "
    "not do, and `Access-Control-Allow-Credentials: true` beside it changes nothing. Severity is "
    "high because every such call fails. Repeating whatever origin asks would cure it and open "
    "the API to every site: list the origins instead.",
    fix="Name the page's exact origin instead of `*`; or, where no cookie is needed, drop "
    "`credentials: 'include'` in the page.",
    references=(fetch("cors-check"), mdn("CORSNotSupportingCredentials")),
    example=Example(
        bad="""
        > GET https://api.example.com/orders
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Cookie: session=1
        < 200
        < Access-Control-Allow-Origin: *
        < Access-Control-Allow-Credentials: true
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
        # An anonymous call to a public API: the wildcard is right.
        > GET https://open.example.net/rates
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: *
        """,
    ),
    check_exchange=check,
)
