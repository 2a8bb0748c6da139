"""One address that a page may read by one method and not by another."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Confidence, Kind, Severity
from ..session.facts import ApiFacts
from .by_caller import by_caller
from .model import Example, Hit, Per, Rule, evidence, fetch
from .needed import ACAO
from .say import code, listed


def check(api: ApiFacts) -> Iterator[Hit]:
    """A path with methods that always name the page, and others that never do."""
    for origin, paths in sorted(by_caller(api).items()):
        for path, seen in sorted(paths.items()):
            if not seen.named or not seen.silent:
                continue
            works, fails = sorted(seen.named), sorted(seen.silent)
            yield Hit(
                seen.silent[fails[0]],
                f"At {code(path)} of {code(api.api)} the page {code(origin)} may read the answers "
                f"to {listed(works)}, and not those to {listed(fails)}: there nothing is said "
                "about CORS. It is set up per route or handler there, and some were left out.",
                (
                    evidence(seen.silent[fails[0]], "response", ACAO, f"missing on {fails[0]}"),
                    evidence(
                        seen.named[works[0]], "response", ACAO, f"there on {works[0]}", "related"
                    ),
                ),
                confidence=Confidence.FIRM,
                confidence_why="each method answered alike throughout the session",
            )


RULE = Rule(
    id="policy-differs-by-method",
    title="The same address may be read by one method and not by another",
    kind=Kind.NOTE,
    severity=Severity.LOW,
    per=Per.ENDPOINT,
    since="0.1",
    why="Where CORS is set up handler by handler, one is forgotten sooner or later, often the one "
    "that was added last. It says where to look for the refused calls. Severity is low: the "
    "failing calls have a finding of their own.",
    fix="Set up CORS once, in front of all routes.",
    references=(fetch("http-cors-protocol"),),
    example=Example(
        bad="""
        > POST https://api.example.com/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 201
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        > GET https://api.example.com/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        """,
        good="""
        > GET https://api.example.com/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        # Different values, but both let the page read.
        > POST https://api.example.com/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 201
        < Access-Control-Allow-Origin: *
        """,
    ),
    check_api=check,
    at_end=True,
)
