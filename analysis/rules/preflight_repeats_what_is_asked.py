"""A preflight's answer that is the question over again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ..finding import Confidence, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .lists import earliest
from .model import Example, Hit, Per, Rule, evidence, fetch
from .needed import ACAH, ACAM
from .say import code

ACRM, ACRH = "Access-Control-Request-Method", "Access-Control-Request-Headers"


def check(api: ApiFacts) -> Iterator[Hit]:
    """Different questions, each answered by itself, and none by anything else."""
    for wanted, name, echoes in (
        (ACRH, ACAH, _header_echoes(api)),
        (ACRM, ACAM, _method_echoes(api)),
    ):
        if len(echoes) < 2:
            continue
        seen, other = earliest(echoes)[:2]
        first, second = (each.exchange.response.get(name.lower()) or "" for each in (seen, other))
        yield Hit(
            seen,
            f"{code(api.api)} repeats what browsers ask for: asked for {code(first)} it answered "
            f"{code(f'{name}: {first}')}, asked for {code(second)} it answered {code(second)}. "
            "Either it allows whatever is asked, or it tells only the part of its list that was "
            "asked for; the wire does not show which.",
            (
                evidence(seen, "response", name, "as it was asked"),
                evidence(seen, "request", wanted, "what was asked", "related"),
                evidence(other, "response", name, "another question, too", "related"),
            ),
            confidence=Confidence.TENTATIVE,
            confidence_why="a list that holds all that was asked for may be told in parts",
        )
        return


def _header_echoes(api: ApiFacts) -> list[Judged]:
    """One preflight for each header list that came back byte for byte; none if one did not."""
    found: dict[str, list[Judged]] = defaultdict(list)
    for (_, asked, _, allowed), seen in api.questions.items():
        if asked and seen.exchange.status is not None:
            if asked != allowed:
                return []
            found[asked].append(seen)
    return [earliest(each)[0] for each in found.values()]


def _method_echoes(api: ApiFacts) -> list[Judged]:
    """The same for methods, at the first path where several were asked for."""
    paths: dict[str, dict[str, list[Judged]]] = defaultdict(lambda: defaultdict(list))
    for (asked, _, allowed, _), seen in api.questions.items():
        if seen.exchange.status is not None:
            if asked != allowed:
                return []
            paths[seen.exchange.url.path][asked].append(seen)
    several = sorted(path for path, methods in paths.items() if len(methods) > 1)
    return [earliest(each)[0] for each in paths[several[0]].values()] if several else []


RULE = Rule(
    id="preflight-repeats-what-is-asked",
    title="The API seems to allow whatever headers and methods pages ask for",
    kind=Kind.NOTE,
    severity=Severity.INFO,
    per=Per.API,
    since="0.1",
    why="Many CORS layers repeat the asked headers or method unless they are told a list (Express' "
    "`cors` does so with headers). As long as the origins are right that is harmless, so it makes "
    "nothing worse by itself; with a slip in the origins no second line is left. For information "
    "only.",
    fix="List the methods and headers that the pages use.",
    references=(
        fetch("http-access-control-allow-headers"),
        fetch("http-access-control-allow-methods"),
    ),
    cwe=("CWE-942",),
    example=Example(
        bad="""
        > OPTIONS https://api.example.com/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: POST
        > Access-Control-Request-Headers: content-type
        < 204
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Headers: content-type
        < Access-Control-Max-Age: 7200
        < Vary: Origin, Access-Control-Request-Headers
        > OPTIONS https://api.example.com/profile
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: GET
        > Access-Control-Request-Headers: authorization,x-request-id
        < 204
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Headers: authorization,x-request-id
        < Access-Control-Max-Age: 7200
        < Vary: Origin, Access-Control-Request-Headers
        """,
        good="""
        # A list for each endpoint, as long as it must be, is no echo.
        > OPTIONS https://api.example.com/cart
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: POST
        > Access-Control-Request-Headers: content-type
        < 204
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Headers: Content-Type
        < Access-Control-Allow-Methods: POST
        < Access-Control-Max-Age: 7200
        < Vary: Origin
        > OPTIONS https://api.example.com/profile
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Access-Control-Request-Method: PUT
        > Access-Control-Request-Headers: authorization,x-request-id
        < 204
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Headers: Authorization, X-Request-Id
        < Access-Control-Allow-Methods: PUT
        < Access-Control-Max-Age: 7200
        < Vary: Origin
        """,
    ),
    check_api=check,
    at_end=True,
)
