"""A request header that the preflight's answer does not list."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .cause import cause
from .lists import is_for_answers, unlisted
from .model import Example, Hit, Per, Rule, evidence, fetch, mdn
from .needed import ACAH, needed
from .say import asked, code, ended, listed


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """Asked names less the allowed ones."""
    failure = seen.verdict.failure
    if cause(seen) != RULE.id or failure is None:
        return
    got = seen.exchange.response.get(ACAH.lower())
    missing = unlisted(seen.exchange) or [failure.param or ""]
    answer = (
        "The answer allows no headers at all (`Access-Control-Allow-Headers` is missing)"
        if got is None
        else f"The answer allows {code(got)}"
    )
    yield Hit(
        seen,
        f"{asked(seen)}. The call would carry {listed(missing)}. {answer}, so "
        f"{'that is' if len(missing) == 1 else 'those are'} refused. {ended(seen)}"
        f"{_hint(missing)}",
        (
            evidence(seen, "response", ACAH, f"{missing[0][:30]} is not listed"),
            evidence(seen, "request", "Access-Control-Request-Headers", "asked for", "related"),
        ),
        needed(seen),
    )


def _hint(missing: list[str]) -> str:
    theirs = [name for name in missing if is_for_answers(name)]
    if not theirs:
        return ""
    return f" {listed(theirs)} is for the server to send: remove it from the page's request."


RULE = Rule(
    id="header-not-allowed",
    title="The API does not let pages send this request header",
    kind=Kind.BROKEN,
    severity=Severity.HIGH,
    per=Per.PAGE,
    since="0.1",
    why="Every header that a form could not send (Authorization, a JSON Content-Type, anything "
    "of your own) must stand in `Access-Control-Allow-Headers`. One missing name is enough to "
    "refuse the call. Severity is high because it never leaves the browser.",
    fix="Add the missing names to `Access-Control-Allow-Headers`, or stop sending headers that "
    "the API does not use.",
    references=(fetch("cors-preflight-fetch"), mdn("CORSMissingAllowHeaderFromPreflight")),
    example=Example(
        bad="""
        > OPTIONS https://api.example.com/profile
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: GET
        > Access-Control-Request-Headers: authorization,x-request-id
        < 204
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Headers: Authorization
        < Access-Control-Max-Age: 7200
        < Vary: Origin
        """,
        good="""
        > OPTIONS https://api.example.com/profile
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: GET
        > Access-Control-Request-Headers: authorization,x-request-id
        < 204
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Headers: Authorization, X-Request-Id
        < Access-Control-Max-Age: 7200
        < Vary: Origin
        """,
    ),
    check_exchange=check,
)
