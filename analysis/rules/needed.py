"""What came beside what would have passed, row by row.

The rows are found by the browser's own check: it is asked again and again, each time with
what it complained about put right, until it passes. So the right-hand column does pass.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..exchange import Headers
from ..fetch.check import Asked, Failure, Step, cors_check, preflight_check
from ..fetch.headers import list_items
from ..finding import Expectation
from ..session.judge import Judged, checked_headers

ACAO = "Access-Control-Allow-Origin"
ACAC = "Access-Control-Allow-Credentials"
ACAM = "Access-Control-Allow-Methods"
ACAH = "Access-Control-Allow-Headers"
STATUS = "status"
ORDER = (STATUS, ACAO, ACAC, ACAM, ACAH)
MOST_ROUNDS = 20
"""Each puts one kind of failure right; a backstop."""
NO_ORIGIN = "the page's exact origin, never null"
"""Needed where the origin was `null`: letting `null` in would be worse than the block."""


def needed(seen: Judged, first: Sequence[Expectation] = ()) -> tuple[Expectation, ...]:
    """Every row in which this answer falls short.

    Args:
        first: rows that the rule knows itself; they replace those of the same name.
    """
    include = seen.credentials.include
    if include is None:
        include = seen.failure is not None and seen.failure.step in (
            Step.WILDCARD_WITH_CREDENTIALS,
            Step.CREDENTIALS_NOT_ALLOWED,
        )
    status, response = seen.exchange.status or 0, checked_headers(seen.node)
    wanted: dict[str, str] = {}
    for _ in range(MOST_ROUNDS):
        failure = _check(seen, status, response, include)
        if failure is None:
            break
        name, value = _cure(failure, seen, response)
        if name == STATUS:
            status = int(value)
        else:
            response = _with(response, name, value)
        wanted[name] = value
    rows = {name: _row(seen, name, wanted[name]) for name in ORDER if name in wanted}
    rows.update({row.header: row for row in first})
    return tuple(rows.values())


def _check(seen: Judged, status: int, response: Headers, include: bool) -> Failure | None:
    node = seen.node
    if node.asked is not None:
        return preflight_check(node.asked, node.origin, status, response, include, node.browser)
    return cors_check(response, node.origin, include, node.browser)


def _cure(failure: Failure, seen: Judged, response: Headers) -> tuple[str, str]:
    match failure.step:
        case Step.CREDENTIALS_NOT_ALLOWED:
            return ACAC, "true"
        case Step.PREFLIGHT_STATUS | Step.PREFLIGHT_REDIRECT:
            return STATUS, "204"
        case Step.METHOD_NOT_ALLOWED | Step.METHODS_UNPARSABLE:
            method = Asked.of(seen.exchange.request).method
            return ACAM, _longer(response.get(ACAM.lower()), [method])
        case Step.HEADER_NOT_ALLOWED:
            value = response.get(ACAH.lower())
            there = {name.lower() for name in list_items(value)}
            asked = dict.fromkeys(Asked.of(seen.exchange.request).headers)
            return ACAH, _longer(value, [name for name in asked if name not in there])
        case Step.HEADERS_UNPARSABLE:
            return ACAH, ", ".join(Asked.of(seen.exchange.request).headers)
        case _:
            return ACAO, seen.node.origin


def _longer(value: str | None, wanted: Sequence[str]) -> str:
    """The list with more items, all at once: a request may ask for thousands of names. A list
    that is `*` or none at all is replaced."""
    return ", ".join((*(item for item in list_items(value) if item != "*"), *wanted))


def _with(response: Headers, name: str, value: str) -> Headers:
    others = [
        (each.name, each.value or "")
        for each in response.fields
        if each.name.lower() != name.lower()
    ]
    return Headers.of(*others, (name, value))


def _row(seen: Judged, name: str, value: str) -> Expectation:
    if name == STATUS:
        return Expectation(name, str(seen.exchange.status), value)
    if name == ACAO and value == "null":
        value = NO_ORIGIN
    return Expectation(name, seen.exchange.response.get(name.lower()), value)
