"""An accepted origin that is made to pass for another."""

from __future__ import annotations

from collections.abc import Iterator

from ..fetch.site import knows_suffixes
from ..finding import Confidence, Kind, Severity
from ..session.facts import ApiFacts
from ..session.trust import refused
from .accepted import accepted, lookalikes, reflects_without_credentials
from .exposure import OWASP, graded, told
from .model import Example, Hit, Per, Rule, evidence, fetch
from .needed import ACAC, ACAO
from .say import call, code, listed


def check(api: ApiFacts) -> Iterator[Hit]:
    """Let in by name, and the name holds another's in a place where it means nothing."""
    found = api.once(lookalikes)
    if not found:
        return
    for each in api.once(accepted):
        like = found.get(each.origin)
        if like is None or (not each.credentials and reflects_without_credentials(api)):
            continue
        seen = each.example
        others = [origin for origin in api.once(refused) if origin not in found]
        list_like = f" It refused {listed(others, 3)}, so it does compare." if others else ""
        doubt = "" if like.sure else " A sister brand may have such a name: then all is well."
        yield Hit(
            seen,
            f"{code(api.api)} answered {call(seen)} for {code(each.origin)}, which looks like "
            f"{code(like.base)} and is another site, open for anybody to register. If that was "
            f"not meant, its comparison is flawed: {like.why}.{list_like}{doubt} {told(api)}",
            (
                evidence(seen, "response", ACAO, "a look-alike is allowed"),
                evidence(seen, "response", ACAC, "credentials", "related"),
                evidence(seen, "request", "Origin", "who asked", "related"),
            ),
            confidence=(
                Confidence.FIRM if like.sure and knows_suffixes() else Confidence.TENTATIVE
            ),
            confidence_why="the name was let in; that nobody meant it is read from its shape",
            severity=_severity(api, each.credentials, like.sure),
            trusted=(each.origin,),
        )


def _severity(api: ApiFacts, credentials: bool, sure: bool) -> Severity:
    if not sure:
        return Severity.LOW
    return graded(api, Severity.HIGH) if credentials else Severity.MEDIUM


RULE = Rule(
    id="lookalike-origin-allowed",
    title="A website with a name made to look trusted can read this API",
    kind=Kind.DANGEROUS,
    severity=Severity.HIGH,
    per=Per.API,
    since="0.1",
    why="Servers that test whether the origin begins with, ends with or contains a trusted name, "
    "or that match it by a pattern with bare dots or without ends, let in names that anybody may "
    "register: `app.example.com.evil.net`, `evilexample.com`, `appxexample.com`. A list of exact "
    "origins would not hold such a name. Severity is high with credentials (medium where cookies "
    "stay at home by `SameSite`), medium without, since the list shows that not everybody was "
    "meant, and low where the name may be a sister brand's.",
    fix="Compare the whole origin with an exact list; if it must be a pattern, escape its dots and "
    "anchor it at both ends.",
    references=(fetch("http-access-control-allow-origin"), OWASP),
    cwe=("CWE-942", "CWE-346", "CWE-625"),
    covers=("many-subdomains-allowed", "third-party-origin-allowed"),
    example=Example(
        bad="""
        > GET https://api.example.com/orders
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Cookie: session=1
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Credentials: true
        < Vary: Origin
        > GET https://api.example.com/orders
        > Origin: https://app.example.com.prizes.example.net
        > Sec-Fetch-Mode: cors
        > Cookie: session=1
        < 200
        < Access-Control-Allow-Origin: https://app.example.com.prizes.example.net
        < Access-Control-Allow-Credentials: true
        < Vary: Origin
        """,
        good="""
        > GET https://api.example.com/rates
        > Origin: https://example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://example.com
        < Vary: Origin
        # A sibling, with the other's name in its own.
        > GET https://api.example.com/rates
        > Origin: https://new-example.com.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://new-example.com.example.com
        < Vary: Origin
        # The same brand in another country: the name goes on, but nobody else can have it.
        > GET https://api.example.com/rates
        > Origin: https://example.com.au
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://example.com.au
        < Vary: Origin
        """,
    ),
    check_api=check,
)
