"""`*` in a list of methods or headers, where the page sends cookies."""

from __future__ import annotations

from collections.abc import Iterator

from ..fetch.check import Step
from ..finding import Confidence, Expectation, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged, Outcome
from .cause import cause
from .lists import items, unlisted, went_unused
from .model import Example, Hit, Per, Rule, evidence, fetch, mdn
from .needed import ACAH, ACAM, needed
from .say import asked, code, ended, listed

LISTS = {Step.METHOD_NOT_ALLOWED: ACAM, Step.HEADER_NOT_ALLOWED: ACAH}


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """Blocked for sure; or maybe, where no such call ever came and others had credentials."""
    failure = seen.failure
    if failure is None or failure.step not in LISTS:
        return
    sure = cause(seen) == RULE.id
    if not sure and not _likely(seen, api):
        return
    name = LISTS[failure.step]
    names = [failure.param or ""] if name == ACAM else unlisted(seen.exchange)
    mode = (
        "The call is made with credentials, and to such a call"
        if sure
        else "Other calls to this API are made with credentials, and no such call ever followed "
        "this question. To a call with credentials"
    )
    got = f"{name}: {seen.exchange.response.get(name.lower())}"
    yield Hit(
        seen,
        f"{asked(seen)}. The answer has {code(got)}. {mode} `*` is no wildcard but a name like any "
        f"other, so {listed(names)} is not allowed.{' ' + ended(seen) if sure else ''}",
        (
            evidence(seen, "response", name, "`*` taken literally"),
            evidence(seen, "response", "Access-Control-Allow-Credentials", "granted", "related"),
        ),
        needed(seen, [] if sure else [_row(seen, name, names)]),
        confidence=Confidence.CERTAIN if sure else Confidence.TENTATIVE,
        confidence_why=(
            "the exchange itself shows it"
            if sure
            else "the credentials mode of this call is not on the wire"
        ),
        severity=None if sure else Severity.MEDIUM,
    )


def _likely(seen: Judged, api: ApiFacts) -> bool:
    """It names the origin and grants credentials; only the list can have been in the way."""
    return (
        seen.verdict.outcome is Outcome.INDETERMINATE
        and api.credentials["include"] > 0
        and went_unused(seen, api)
    )


def _row(seen: Judged, name: str, names: list[str]) -> Expectation:
    kept = [each for each in items(seen.exchange, name.lower()) if each != "*"]
    return Expectation(name, seen.exchange.response.get(name.lower()), ", ".join((*kept, *names)))


RULE = Rule(
    id="wildcard-list-with-credentials",
    title="The API allows every method or header, but not to calls with cookies",
    kind=Kind.BROKEN,
    severity=Severity.HIGH,
    per=Per.PAGE,
    since="0.1",
    why="`*` in `Access-Control-Allow-Methods` and `-Headers` is a wildcard for anonymous calls "
    "only. With credentials mode `include` it is the name of a method or a header that nobody "
    "asked for. Severity is high because every such call fails, and medium where the mode is not "
    "on the wire.",
    fix="Name the methods and headers that the pages use instead of `*`.",
    references=(
        fetch("http-new-header-syntax"),
        mdn("CORSMissingAllowHeaderFromPreflight"),
    ),
    example=Example(
        bad="""
        # Firefox shows with the preflight that the call has credentials.
        > OPTIONS https://api.example.net/cart
        > Origin: https://app.example.com
        > User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0
        > Sec-Fetch-Mode: cors
        > Sec-Fetch-Site: cross-site
        > Sec-Fetch-Storage-Access: none
        > Access-Control-Request-Method: PUT
        > Access-Control-Request-Headers: x-csrf-token
        < 204
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Credentials: true
        < Access-Control-Allow-Methods: PUT
        < Access-Control-Allow-Headers: *
        < Access-Control-Max-Age: 7200
        < Vary: Origin
        """,
        good="""
        # The call came, so it had no credentials, and the wildcards were right.
        > OPTIONS https://api.example.net/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Sec-Fetch-Site: cross-site
        > Access-Control-Request-Method: PUT
        > Access-Control-Request-Headers: x-csrf-token
        < 204
        < Access-Control-Allow-Origin: *
        < Access-Control-Allow-Methods: *
        < Access-Control-Allow-Headers: *
        < Access-Control-Max-Age: 7200
        > PUT https://api.example.net/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Sec-Fetch-Site: cross-site
        > X-CSRF-Token: 1
        < 200
        < Access-Control-Allow-Origin: *
        """,
    ),
    check_exchange=check,
)
