"""Preflights and calls that different software answers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..exchange import Headers
from ..finding import Confidence, Kind, Severity
from ..session.facts import ApiFacts
from .lists import earliest
from .model import Example, Hit, Per, Rule, evidence, fetch
from .say import code, own_preflight, stack_hint

AT_LEAST = 2
"""Pairs that must show it."""


def check(api: ApiFacts) -> Iterator[Hit]:
    """Every call whose preflight is in the capture came from elsewhere than that.

    Asked only where something is blocked: then it helps to know where to look.
    """
    if not api.blocked:
        return
    pairs = []
    for _, told, shown in api.table():
        seen = shown.example
        preflight = seen.node.preflight
        if told.on_preflight or told.status >= 400 or preflight is None or not own_preflight(seen):
            continue
        asked, answered = _maker(preflight.exchange.response), _maker(seen.exchange.response)
        if not asked or not answered:
            continue
        if asked == answered:
            return
        pairs.append(seen)
    if len(pairs) < AT_LEAST:
        return
    seen = earliest(pairs)[0]
    preflight = seen.node.preflight
    assert preflight is not None
    by = stack_hint(seen)
    yield Hit(
        seen,
        f"{code(api.api)} answers preflights and calls by different software. This call was "
        f"answered by {by}, and its preflight by {_shown(preflight.exchange.response)}. What is "
        "blocked here may have to be mended in one of the two, and not in the other.",
        (
            evidence(seen, "response", _telling(seen.exchange.response), "made the answer"),
            evidence(
                preflight,
                "response",
                _telling(preflight.exchange.response),
                "made the preflight's",
                "related",
            ),
        ),
        confidence=Confidence.TENTATIVE,
        confidence_why=f"{len(pairs)} pairs differ so, and none is alike; names may be changed",
    )


def _maker(response: Headers) -> tuple[str, ...]:
    """Product names, without versions."""
    told = ((name, response.get(name)) for name in ("server", "x-powered-by"))
    return tuple(
        f"{name}: {re.split(r'[/(,; ]', value.strip().lower(), maxsplit=1)[0]}"
        for name, value in told
        if value
    )


def _telling(response: Headers) -> str:
    return "X-Powered-By" if "x-powered-by" in response else "Server"


def _shown(response: Headers) -> str:
    told = [f"{n.title()}: {v}" for n in ("server", "x-powered-by") if (v := response.get(n))]
    return " and ".join(code(each) for each in told)


RULE = Rule(
    id="preflight-answered-elsewhere",
    title="What answers the browser's questions is not what answers the calls",
    kind=Kind.NOTE,
    severity=Severity.INFO,
    per=Per.API,
    since="0.1",
    why="Often a gateway, a CDN or a web server answers OPTIONS, and the application the rest. "
    "Each has CORS settings of its own, and they come apart. For information only: it tells where "
    "to look for what is blocked.",
    fix="Let one layer write all CORS headers, on preflights and on calls.",
    references=(fetch("http-cors-protocol"),),
    example=Example(
        bad="""
        > OPTIONS https://api.example.com/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: GET
        > Access-Control-Request-Headers: authorization
        < 204
        < Server: nginx/1.22.1
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Headers: Authorization
        < Access-Control-Max-Age: 7200
        < Vary: Origin
        > GET https://api.example.com/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Authorization: Bearer FAKE-SECRET
        < 200
        < Server: nginx/1.22.1
        < X-Powered-By: Express
        > OPTIONS https://api.example.com/profile
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: GET
        > Access-Control-Request-Headers: authorization
        < 204
        < Server: nginx/1.22.1
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Headers: Authorization
        < Access-Control-Max-Age: 7200
        < Vary: Origin
        > GET https://api.example.com/profile
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Authorization: Bearer FAKE-SECRET
        < 200
        < Server: nginx/1.22.1
        < X-Powered-By: Express
        """,
        good="""
        # The same software in another version, and nothing is blocked.
        > OPTIONS https://api.example.com/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: PUT
        < 204
        < Server: nginx/1.22.1
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Methods: PUT
        < Access-Control-Max-Age: 7200
        < Vary: Origin
        > PUT https://api.example.com/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Server: nginx/1.24.0
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        """,
    ),
    check_api=check,
    at_end=True,
    server_fix=False,
)
