"""A token in a response header that pages of strangers may read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..fetch.classify import Role
from ..fetch.headers import extract_list
from ..finding import Confidence, Expectation, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .accepted import reflects, strangers
from .expose_gap import ACEH
from .exposure import OWASP, graded
from .model import Example, Hit, Per, Rule, evidence, fetch
from .needed import ACAC, ACAO
from .say import call, code, listed, third_party

TOKEN = re.compile(
    r"authorization|(?:.*-)?(?:(?:auth|access|refresh|id|csrf|xsrf|session|jwt|bearer|security)-?)?"
    r"token|(?:x-)?(?:csrf|xsrf|jwt|session|session-?id|api-?key|auth-?key|secret)",
    re.I,
)


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """A token-like header that came, was exposed, and may be read from another site."""
    response = seen.exchange.response
    named = extract_list(response.get(ACEH.lower()))
    if isinstance(named, str) or seen.blocked:
        return
    here = {field.name.lower(): field.name for field in response.fields}
    tokens = [here[n.lower()] for n in named if n.lower() in here and TOKEN.fullmatch(n)]
    if not tokens:
        return
    allowed = response.get(ACAO.lower())
    trusted: tuple[str, ...] = ()
    if allowed == "*":
        severity, confidence = Severity.INFO, Confidence.CERTAIN
        whom = "any website may call it and read them; no cookies travel with such calls"
    elif allowed != seen.node.origin or response.get(ACAC.lower()) != "true":
        return
    elif reflects(api):
        severity, confidence = graded(api, Severity.MEDIUM), Confidence.TENTATIVE
        trusted = tuple(api.once(strangers))
        whom = (
            f"the API repeats whatever origin asks ({listed(trusted, 3)}), with credentials, so "
            "any website may read the tokens of whoever visits it"
        )
    elif third_party(seen):
        severity, confidence = Severity.LOW, Confidence.CERTAIN
        trusted = (seen.node.origin,)
        whom = f"{code(seen.node.origin)}, a page of another site, may read them, with credentials"
    else:
        return
    left = ", ".join(name for name in named if not TOKEN.fullmatch(name))
    yield Hit(
        seen,
        f"{code(api.api)} answered {call(seen)} with {listed(tokens)}, which by the name holds a "
        f"token, and exposes it to script: {whom}.",
        (
            evidence(seen, "response", ACEH, "exposes a token"),
            evidence(seen, "response", ACAO, "who may read it", "related"),
        ),
        (Expectation(ACEH, response.get(ACEH.lower()), left or "no such header"),),
        confidence=confidence,
        confidence_why=(
            "the headers say so; what is in them is not looked at"
            if confidence is Confidence.CERTAIN
            else "unrelated origins were repeated and none refused; a list of them all is possible"
        ),
        severity=severity,
        trusted=trusted,
    )


RULE = Rule(
    id="sensitive-header-exposed",
    title="Pages of other sites may read tokens in the API's answers",
    kind=Kind.NOTE,
    severity=Severity.LOW,
    per=Per.API,
    since="0.1",
    why="Tokens in response headers (a new session, a CSRF token) are for one front end. Exposed, "
    "they can be read by every origin that the answer allows, and a CSRF token that strangers can "
    "read protects nothing. Severity is medium where any website seems to be allowed with "
    "credentials, low for a named page of another site (it may be the front end itself), info for "
    "`*`, to which no cookies travel.",
    fix="Expose tokens only to the exact origins that need them, or hand them over in the body.",
    references=(
        fetch("http-access-control-expose-headers"),
        OWASP,
    ),
    cwe=("CWE-200",),
    example=Example(
        bad="""
        > GET https://api.example.com/me
        > Origin: https://partner.example.net
        > Sec-Fetch-Mode: cors
        > Cookie: session=1
        < 200
        < Access-Control-Allow-Origin: https://partner.example.net
        < Access-Control-Allow-Credentials: true
        < Access-Control-Expose-Headers: X-CSRF-Token
        < X-CSRF-Token: 1
        < Vary: Origin
        """,
        good="""
        # The API's own site.
        > GET https://api.example.com/me
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Cookie: session=1
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Credentials: true
        < Access-Control-Expose-Headers: X-CSRF-Token
        < X-CSRF-Token: 1
        < Vary: Origin
        """,
    ),
    check_exchange=check,
    answers_with=("access-control-expose-headers",),
    roles=frozenset({Role.CORS}),
    server_fix=False,
)
