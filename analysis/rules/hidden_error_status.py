"""An error of the server that the page sees as a CORS error."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Expectation, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .cause import cause
from .model import Example, Hit, Per, Rule, evidence, fetch, mdn
from .needed import ACAO, STATUS, needed
from .say import called, own_preflight, stack_hint


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """Status 400 and above, without the header: the status is the news."""
    if cause(seen, api) != RULE.id:
        return
    status = seen.exchange.status or 0
    hint = stack_hint(seen)
    made_by = f" The answer was made by {hint}." if hint else ""
    places = [
        evidence(seen, "response", None, f"status {status}"),
        evidence(seen, "response", ACAO, "missing on the error", "related"),
    ]
    if own_preflight(seen) and seen.node.preflight is not None:
        places.append(
            evidence(seen.node.preflight, "response", ACAO, "the preflight passed", "related")
        )
    yield Hit(
        seen,
        f"{called(seen)} and got {status} {phrase(status)}.{made_by} Since the error carries no "
        "`Access-Control-Allow-Origin`, the browser reports a CORS error and the page cannot see "
        f"the {status}. {_advice(status)} {_elsewhere(api)}",
        tuple(places),
        needed(seen, [Expectation(STATUS, str(status), "2xx")]),
        title=_title(status),
    )


def _title(status: int) -> str:
    if status in (401, 403):
        return f"A refused login ({status}) is hiding behind a CORS error"
    if status >= 500:
        return f"A server error ({status}) is hiding behind a CORS error"
    return f"An error ({status}) is hiding behind a CORS error"


def phrase(status: int) -> str:
    """The status in words; empty when it has none."""
    from http import HTTPStatus  # only here: it costs as much as twenty rules

    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _advice(status: int) -> str:
    if status == 401:
        return "Log in again, or send the token: that is the real failure."
    if status == 403:
        return "The server knows the caller and refuses, or refuses this origin: look there first."
    if status in (502, 503, 504):
        return "Mostly a gateway says that: the application behind it is down or too slow."
    if status >= 500:
        return "Repair that first: the server's own log says why."
    if status in (413, 414, 429, 431):
        return "That is a limit, often of a proxy in front of the application."
    return "Repair the call first."


def _elsewhere(api: ApiFacts) -> str:
    if api.allow_origins:
        return "Other answers of this API carry the header, so errors leave by another way."
    return "No answer of this API carried the header so far, so a success would be blocked too."


RULE = Rule(
    id="hidden-error-status",
    title="An error is hiding behind a CORS error",
    kind=Kind.BROKEN,
    severity=Severity.HIGH,
    per=Per.ENDPOINT,
    since="0.1",
    why="Error pages are often made outside the layer that adds CORS headers: by a crash handler, "
    "a proxy, a login check. Then the console blames CORS and people spend hours in the wrong "
    "place. Severity is high because the call fails and the true cause is out of sight.",
    fix="Repair the error itself first; then make errors carry the same CORS headers as "
    "successes, so that the page can see the next one.",
    references=(fetch("cors-check"), mdn("CORSMissingAllowOrigin")),
    cwe=("CWE-755",),
    example=Example(
        bad="""
        > GET https://api.example.com/coupon
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 500
        < Content-Type: text/plain
        """,
        good="""
        > GET https://api.example.com/coupon
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 500
        < Content-Type: text/plain
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        """,
    ),
    check_exchange=check,
)
