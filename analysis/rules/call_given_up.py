"""A call whose answer the page did not wait for."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import CLIENT_GAVE_UP, Judged
from .model import Example, Hit, Per, Rule, evidence, mdn
from .say import began, code

LONG = 5.0
"""Seconds that the page waited: less is a page that was left, or a search typed further."""


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """No answer at all, after a while, and it was the browser that went away."""
    exchange = seen.exchange
    if exchange.status is not None or exchange.lost is None:
        return
    if not exchange.lost.lower().startswith(CLIENT_GAVE_UP):
        return
    if exchange.started is None or exchange.ended is None or streams(seen):
        return
    waited = exchange.ended - exchange.started
    if waited < LONG:
        return
    yield Hit(
        seen,
        f"{began(seen)}. After {waited:.0f} s without an answer the browser went away "
        f"({code(exchange.lost)}): the page ran into a time limit of its own, or was left. This is "
        "not a CORS problem, though it may end in the same `Failed to fetch`.",
        (evidence(seen, "response", None, "nothing came in time"),),
    )


def streams(seen: Judged) -> bool:
    """Is it an event stream, which is always broken off by the browser?"""
    return "text/event-stream" in (seen.exchange.request.get("accept") or "")


RULE = Rule(
    id="call-given-up",
    title="The page gave up waiting, and that is not CORS",
    kind=Kind.NOTE,
    severity=Severity.INFO,
    per=Per.ENDPOINT,
    since="0.1",
    why="Libraries stop waiting after some seconds, and people leave. The page then sees a network "
    "error like that of a CORS failure. Severity is info: whether anybody minded is not on the "
    "wire.",
    fix="Find out why the server is slow, or let the page wait longer; leave the CORS "
    "configuration alone.",
    references=(mdn("CORSDidNotSucceed"),),
    example=Example(
        bad="""
        > GET https://api.example.com/report
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        ! Client disconnected.
        + 30
        """,
        good="""
        > GET https://api.example.com/report
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        ! Client disconnected.
        + 0.4
        > GET https://api.example.com/events
        > Origin: https://app.example.com
        > Accept: text/event-stream
        > Sec-Fetch-Mode: cors
        ! Client disconnected.
        + 300
        """,
    ),
    check_exchange=check,
    server_fix=False,
)
