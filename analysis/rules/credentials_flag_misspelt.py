"""A permission for credentials that browsers do not understand, and that is not missed yet."""

from __future__ import annotations

from collections.abc import Iterator

from ..fetch.headers import strip
from ..finding import Expectation, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged, Outcome
from .model import Example, Hit, Per, Rule, evidence, fetch, mdn
from .needed import ACAC, ACAO
from .say import call, code

MEANT_SO = frozenset({"", "true", "false"})
"""`false` and nothing at all are needless, but say what they mean."""


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """Anything but `true` beside the page's own origin, on an answer that was let pass."""
    response = seen.exchange.response
    if ACAC.lower() not in response:
        return
    got = strip(response.get(ACAC.lower()) or "")
    if got in MEANT_SO or strip(response.get(ACAO.lower()) or "") != seen.node.origin:
        return
    if seen.verdict.outcome not in (Outcome.ALLOWED, Outcome.INDETERMINATE):
        return
    yield Hit(
        seen,
        f"{code(api.api)} answered {call(seen)} with {code(f'{ACAC}: {got}')}. Only `true`, in "
        "small letters and once, counts, so no credentials are allowed. This call passed "
        + (
            "because it has none."
            if seen.credentials.include is False
            else "if it has none, which the wire does not show."
        ),
        (
            evidence(seen, "response", ACAC, "not exactly true"),
            evidence(seen, "response", ACAO, "this part is right", "related"),
        ),
        (Expectation(ACAC, got, "true"),),
    )


RULE = Rule(
    id="credentials-flag-misspelt",
    title="The first call with cookies will fail",
    kind=Kind.FRAGILE,
    severity=Severity.LOW,
    per=Per.API,
    since="0.1",
    why="The value is compared byte for byte: `True` (as Python writes it), `1`, `yes` and "
    "`true, true` (two layers, each adding its own) allow nothing. Calls without credentials "
    "do not need it and pass. Severity is low until a page sends cookies; then every such call "
    "is blocked.",
    fix="Send `Access-Control-Allow-Credentials: true`, in small letters and once; or leave it out "
    "where no page sends cookies.",
    references=(
        fetch("http-access-control-allow-credentials"),
        mdn("CORSMissingAllowCredentials"),
    ),
    example=Example(
        bad="""
        > GET https://api.example.com/products
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Credentials: True
        < Vary: Origin
        """,
        good="""
        # Needless, but it says what it means.
        > GET https://api.example.com/products
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Credentials: false
        < Vary: Origin
        # To everybody means without credentials, whatever stands beside it.
        > GET https://open.example.net/rates
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: *
        < Access-Control-Allow-Credentials: True
        """,
    ),
    check_exchange=check,
    answers_with=("access-control-allow-credentials",),
)
