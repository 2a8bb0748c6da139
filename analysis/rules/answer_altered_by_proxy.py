"""Answers that the recording proxy made or changed itself."""

from __future__ import annotations

from collections.abc import Iterator

from ..exchange import NOT_THE_SERVERS
from ..finding import Confidence, Kind, Severity
from ..session.facts import ApiFacts
from .model import Example, Hit, Per, Rule, evidence
from .say import call, code


def check(api: ApiFacts) -> Iterator[Hit]:
    """The proxy had a hand in some answers of this API, and in others it had none."""
    for how, seen in sorted(api.altered.items()):
        if not api.unaltered and how not in NOT_THE_SERVERS:
            continue  # a converted capture, or a session that is replayed as a whole
        yield Hit(
            seen,
            f"The answer to {call(seen)} of {code(api.api)} was {how}, so its CORS headers need "
            "not be the server's. The browser judged what it was given; what the server itself "
            "would have said is not in the capture.",
            (evidence(seen, "response", None, how),),
            confidence=Confidence.FIRM,
            confidence_why="so says the session; in a capture, scripts that rewrite headers leave "
            "no trace",
        )


RULE = Rule(
    id="answer-altered-by-proxy",
    title="The recording proxy made or changed some answers itself",
    kind=Kind.NOTE,
    severity=Severity.INFO,
    per=Per.API,
    since="0.1",
    why="Local mappings, replays and edits in the proxy put answers in front of the browser that "
    "no server sent. Verdicts about them are right for the browser and say nothing about the "
    "server. Scripts that rewrite headers in passing do the same, but a capture does not show "
    "them.",
    fix="Record again without mappings, replays, edits and other scripts.",
    references=("https://docs.mitmproxy.org/stable/overview/features/",),
    example=Example(
        bad="""
        > GET https://api.example.com/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        > GET https://api.example.com/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        ~ answered by the proxy
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        """,
        good="""
        > GET https://api.example.com/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        """,
    ),
    check_api=check,
    server_fix=False,
)
