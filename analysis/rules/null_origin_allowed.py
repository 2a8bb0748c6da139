"""`Access-Control-Allow-Origin: null`."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged, proxy_answered
from .exposure import OWASP, graded, told
from .model import Example, Hit, Per, Rule, evidence, fetch
from .needed import ACAC, ACAO
from .say import call, code


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """The literal value, with or without credentials."""
    response = seen.exchange.response
    if response.get(ACAO.lower()) != "null" or proxy_answered(seen.exchange):
        return
    credentials = response.get(ACAC.lower()) == "true"
    data = (
        f"in the visitor's name. {told(api)}"
        if credentials
        else "though without cookies, as if it were `*`."
    )
    yield Hit(
        seen,
        f"{code(api.api)} answered {call(seen)} with `Access-Control-Allow-Origin: null`. Any "
        "website can make its own page send `Origin: null`, by a sandboxed frame, and so read this "
        f"answer, {data}",
        (
            evidence(seen, "response", ACAO, "null is allowed"),
            evidence(seen, "response", ACAC, "credentials", "related"),
            evidence(seen, "request", "Origin", "who asked", "related"),
        ),
        severity=(
            graded(api, Severity.HIGH, seen=Severity.CRITICAL) if credentials else Severity.LOW
        ),
        trusted=("null",),
    )


RULE = Rule(
    id="null-origin-allowed",
    title="Any website can read this API by way of a sandboxed frame",
    kind=Kind.DANGEROUS,
    severity=Severity.HIGH,
    per=Per.API,
    since="0.1",
    why="`null` looks like nobody and means everybody without an address: sandboxed frames, local "
    "files, redirected calls. An attacker needs one attribute, `<iframe sandbox>`, to be `null`. "
    "Severity is high with `Access-Control-Allow-Credentials: true` (critical where cookies "
    "were seen to travel from another site, medium where `SameSite` keeps them at home), and low "
    "without, when it is no worse than `*`.",
    fix="Never allow `null`: list exact origins; where a redirect caused it, call the final URL.",
    references=(fetch("cors-check"), "https://w3c.github.io/webappsec-cors-for-developers/#avoid-"
                "returning-access-control-allow-origin-null", OWASP),
    cwe=("CWE-942", "CWE-346"),
    example=Example(
        bad="""
        > GET https://api.example.com/orders
        > Origin: null
        > Sec-Fetch-Mode: cors
        > Cookie: session=1
        < 200
        < Access-Control-Allow-Origin: null
        < Access-Control-Allow-Credentials: true
        < Vary: Origin
        """,
        good="""
        > GET https://api.example.com/orders
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Cookie: session=1
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Credentials: true
        < Vary: Origin
        """,
    ),
    check_exchange=check,
    answers_with=("access-control-allow-origin",),
)  # fmt: skip
