"""More than one value in `Access-Control-Allow-Origin`."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .cause import cause
from .model import Example, Hit, Per, Rule, evidence, fetch, mdn
from .needed import ACAO, needed
from .say import began, code, ended, listed, stack_hint


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """Two header lines, or one line with a list."""
    if cause(seen) != RULE.id:
        return
    lines = seen.exchange.response.lines(ACAO.lower())
    values = [line.value or "" for line in lines]
    twice = len(lines) > 1
    what = (
        f"The answer carries `Access-Control-Allow-Origin` {len(lines)} times: {listed(values)}. "
        "Browsers accept exactly one, even when the values agree."
        if twice
        else f"`Access-Control-Allow-Origin` holds a list, {code(values[0])}, but browsers accept "
        "one origin only."
    )
    yield Hit(
        seen,
        f"{began(seen)}. {what} {ended(seen)} {_layers(seen) if twice else _list()}",
        (
            evidence(seen, "response", ACAO, "twice" if twice else "a list"),
            evidence(seen, "request", "Origin", "the one needed", "related"),
        ),
        needed(seen),
        title=None if twice else "The API allows a list of origins where browsers want one",
    )


def _list() -> str:
    return "The server must pick, for each request, the one origin that asked."


def _layers(seen: Judged) -> str:
    """Which layer likely added which: the last line is usually the outermost layer's."""
    lines = seen.exchange.response.lines(ACAO.lower())
    last = code(lines[-1].value or "")
    hint = stack_hint(seen)
    told = f" (the answer names {hint})" if hint else ""
    if len({line.name for line in lines}) > 1:
        spelt = " and ".join(f"`{line.name}`" for line in lines[:2])
        return f"The two are spelt {spelt}, so two programs wrote them{told}."
    return (
        f"Two layers add it{told}: a proxy in front appends its own after the application's, so "
        f"{last} is likely the proxy's."
    )


RULE = Rule(
    id="multiple-allow-origin",
    title="Two layers both answer for CORS, and their answers cancel each other",
    kind=Kind.BROKEN,
    severity=Severity.HIGH,
    per=Per.PAGE,
    since="0.1",
    why="The application sets the header and the proxy, gateway or CDN in front adds it once "
    "more. Either alone would do; together every browser refuses. Severity is high because every "
    "call through both layers fails.",
    fix="Let one layer set CORS headers and remove them from the other.",
    references=(fetch("cors-check"), mdn("CORSMultipleAllowOriginNotAllowed")),
    cwe=("CWE-436",),
    example=Example(
        bad="""
        > GET https://api.example.com/products
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Via: 1.1 proxy
        < Access-Control-Allow-Origin: *
        < Vary: Origin
        """,
        good="""
        > GET https://api.example.com/products
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Via: 1.1 proxy
        < Vary: Origin
        """,
    ),
    check_exchange=check,
)
