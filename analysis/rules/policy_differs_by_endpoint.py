"""An API that a page may read in one place and not in another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..finding import Confidence, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .by_caller import by_caller
from .model import Example, Hit, Per, Rule, evidence, fetch
from .needed import ACAO
from .say import call, code, stack_hint


def check(api: ApiFacts) -> Iterator[Hit]:
    """Paths that always name the page and paths that never do, if that tells two parts apart."""
    for origin, paths in sorted(by_caller(api).items()):
        one_way = [seen for _, seen in sorted(paths.items()) if not (seen.named and seen.silent)]
        works = [seen.named[min(seen.named)] for seen in one_way if seen.named]
        fails = [seen.silent[min(seen.silent)] for seen in one_way if seen.silent]
        if not works or not fails:
            continue
        makers = _makers(works), _makers(fails)
        apart = not makers[0] & makers[1]
        if not apart and len(fails) < 2:
            continue  # one that was left out: the finding about it says so
        told = (
            "They come from different programs, by their headers: the former from "
            f"{_either(makers[0])}, the latter from {_either(makers[1])}."
            if apart
            else "CORS seems to be set up for some routes only."
        )
        yield Hit(
            fails[0],
            f"The page {code(origin)} may read some answers of {code(api.api)} ({_calls(works)}), "
            f"while others say nothing about CORS ({_calls(fails)}). {told}",
            (
                evidence(fails[0], "response", ACAO, "missing here"),
                evidence(works[0], "response", ACAO, "there on other paths", "related"),
            ),
            confidence=Confidence.FIRM,
            confidence_why="each of these answered alike throughout the session",
        )


def _makers(examples: Iterable[Judged]) -> set[str]:
    return {stack_hint(each) for each in examples}


def _either(makers: set[str]) -> str:
    return " or ".join(sorted(each or "one that gives no name" for each in makers)[:2])


def _calls(examples: list[Judged]) -> str:
    shown = ", ".join(call(each) for each in examples[:3])
    return shown if len(examples) <= 3 else f"{shown} and {len(examples) - 3} more"


RULE = Rule(
    id="policy-differs-by-endpoint",
    title="A page may read one part of the API and not the other",
    kind=Kind.NOTE,
    severity=Severity.LOW,
    per=Per.PAGE,
    since="0.1",
    why="Behind one name there are often several programs, or a program with several routers, and "
    "CORS is set up in some of them. It says where to look for the refused calls. Severity is low: "
    "the failing calls have a finding of their own, and some may be closed on purpose.",
    fix="Set up CORS once, in front of all that shares the name, or in each part alike.",
    references=(fetch("http-cors-protocol"),),
    example=Example(
        bad="""
        > GET https://api.example.com/products
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < X-Powered-By: Express
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        > GET https://api.example.com/static/prices.json
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Server: nginx
        """,
        good="""
        > GET https://api.example.com/products
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < X-Powered-By: Express
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        # Another program, another value, readable all the same.
        > GET https://api.example.com/static/prices.json
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Server: nginx
        < Access-Control-Allow-Origin: *
        """,
    ),
    check_api=check,
    at_end=True,
)
