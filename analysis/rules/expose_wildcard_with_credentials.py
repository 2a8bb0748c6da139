"""`*` in `Access-Control-Expose-Headers`, on an answer to a request with credentials."""

from __future__ import annotations

from collections.abc import Iterator

from ..fetch.classify import Role
from ..fetch.headers import extract_list
from ..finding import Expectation, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged, Outcome
from .expose_gap import ACEH, gap
from .model import Example, Hit, Per, Rule, evidence, fetch
from .say import called, listed

OF_EVERY_SERVER = (
    "x-amz-", "x-azure-", "x-cache", "x-content-type-options", "x-dns-prefetch-control",
    "x-download-options", "x-envoy-", "x-frame-options", "x-permitted-cross-domain-policies",
    "x-powered-by", "x-robots-tag", "x-runtime", "x-served-by", "x-timer", "x-ua-compatible",
    "x-varnish", "x-xss-protection",
)  # fmt: skip
"""Beginnings of names that servers add for themselves: no page misses them."""


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """A star that does not count, and headers that it was meant for."""
    got = seen.exchange.response.get(ACEH.lower())
    if got is None or "*" not in got or seen.credentials.include is not True:
        return
    if seen.verdict.outcome is not Outcome.ALLOWED or seen.node.next is not None:
        return
    named = extract_list(got)
    if isinstance(named, str) or "*" not in named:
        return
    known = {name.lower() for name in named}
    lost = {name.lower(): name for name in gap(seen, api)}
    for each in seen.exchange.response.fields:
        lower = each.name.lower()
        own = lower.startswith("x-") and not lower.startswith(OF_EVERY_SERVER)
        if own and lower not in known:
            lost.setdefault(lower, each.name)
    if not lost:
        return
    kept = [name for name in named if name != "*"]
    yield Hit(
        seen,
        f"{called(seen)} with credentials, and can read the answer. `{ACEH}: *` was meant to let "
        "it read every header, but with credentials `*` is but a header of that name: script "
        f"cannot read {listed(lost.values())}.",
        (
            evidence(seen, "response", ACEH, "does not count here"),
            evidence(seen, "response", next(iter(lost.values())), "arrives, unreadable", "related"),
        ),
        (Expectation(ACEH, got, ", ".join((*kept, *lost.values()))),),
    )


RULE = Rule(
    id="expose-wildcard-with-credentials",
    title="The page cannot read headers that the API thinks it exposes",
    kind=Kind.NOTE,
    severity=Severity.LOW,
    per=Per.API,
    since="0.1",
    why="`*` stands for all headers only where no credentials are included; with them it is taken "
    "for a header that is called `*`. Severity is low: the call works, headers are missing.",
    fix="Name each header in `Access-Control-Expose-Headers`.",
    references=(
        fetch("http-new-header-syntax"),
        "https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/"
        "Access-Control-Expose-Headers",
    ),
    covers=("expose-gap",),
    example=Example(
        bad="""
        > GET https://api.example.com/orders
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Cookie: session=1
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Credentials: true
        < Access-Control-Expose-Headers: *
        < X-Total-Count: 40
        < Vary: Origin
        """,
        good="""
        # Nothing shows that credentials were included.
        > GET https://api.example.com/orders
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Credentials: true
        < Access-Control-Expose-Headers: *
        < X-Total-Count: 40
        < Vary: Origin
        # Every server sends these.
        > GET https://api.example.com/me
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Cookie: session=1
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Allow-Credentials: true
        < Access-Control-Expose-Headers: *
        < X-Powered-By: Express
        < Vary: Origin
        """,
    ),
    check_exchange=check,
    answers_with=("access-control-expose-headers",),
    roles=frozenset({Role.CORS}),
)
