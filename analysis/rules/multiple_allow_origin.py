"""More than one value in `Access-Control-Allow-Origin`."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged, checked_headers
from .cause import cause
from .model import Example, Hit, Per, Rule, evidence, fetch, mdn
from .needed import ACAO, needed
from .say import began, code, ended, listed, stack_hint


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """Two header lines, or one line with a list."""
    if cause(seen) != RULE.id:
        return
    lines = checked_headers(seen.node).lines(ACAO.lower())
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
        f"{began(seen)}. {what} {ended(seen)} {_layers(seen, api) if twice else _list()}",
        (
            evidence(seen, "response", ACAO, "twice" if twice else "a list"),
            evidence(seen, "request", "Origin", "the one needed", "related"),
        ),
        needed(seen),
        title=None if twice else "The API allows a list of origins where browsers want one",
    )


def _list() -> str:
    return "The server must pick, for each request, the one origin that asked."


PROXIES = ("apache", "caddy", "cloudflare", "envoy", "haproxy", "nginx", "openresty", "varnish")
"""Beginnings of `Server` that name what stands in front, in small letters."""


def _layers(seen: Judged, api: ApiFacts) -> str:
    """Which layer likely added which, by their order, their spelling, and single ones elsewhere.

    What stands in front appends its own lines after those of the application.
    """
    lines = checked_headers(seen.node).lines(ACAO.lower())
    values = [line.value or "" for line in lines]
    hint = stack_hint(seen)
    told = f" (the answer names {hint})" if hint else ""
    how = f"Two layers add it{told}."
    if len({line.name for line in lines}) > 1:
        spelt = " and ".join(code(line.name) for line in lines[:2])
        how = f"The two are spelt {spelt}, so two programs wrote them{told}."
    if values[0] == values[-1]:
        return how
    alone = api.once(single_values)
    first = values[0] in alone and values[-1] not in alone
    last = values[-1] in alone and values[0] not in alone
    if first or last:
        kept, added = (values[0], values[-1]) if first else (values[-1], values[0])
        return (
            f"{how} Other answers of this API carry {code(kept)} alone, so {code(added)} is what "
            "the second layer adds."
        )
    return (
        f"{how} A proxy in front appends its own after the application's, so {code(values[0])} is "
        f"likely from {_application(seen)} and {code(values[-1])} from {_proxy(seen)}."
    )


def single_values(api: ApiFacts) -> frozenset[str]:
    """The values that came alone."""
    return frozenset(v for v in api.allow_origins if "," not in v)


def _application(seen: Judged) -> str:
    powered = seen.exchange.response.get("x-powered-by")
    return f"the application ({code(powered)})" if powered else "the application"


def _proxy(seen: Judged) -> str:
    server = seen.exchange.response.get("server") or ""
    return f"the proxy ({code(server)})" if server.lower().startswith(PROXIES) else "the proxy"


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
