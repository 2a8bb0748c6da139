"""Useful response headers that script cannot read."""

from __future__ import annotations

from collections.abc import Iterator

from ..fetch.classify import Role
from ..fetch.headers import extract_list
from ..finding import Confidence, Expectation, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged, Outcome
from .model import Example, Hit, Per, Rule, evidence, fetch
from .say import called, listed

ACEH = "Access-Control-Expose-Headers"
USEFUL = frozenset(
    {
        "content-disposition",
        "link",
        "location",
        "ratelimit",
        "ratelimit-limit",
        "ratelimit-remaining",
        "ratelimit-reset",
        "retry-after",
        "x-correlation-id",
        "x-page",
        "x-per-page",
        "x-ratelimit-limit",
        "x-ratelimit-remaining",
        "x-ratelimit-reset",
        "x-request-id",
        "x-total",
        "x-total-count",
        "x-total-pages",
    }
)
"""What pages want to read. Not `ETag`, which servers add by themselves: it counts only where
the page makes conditional requests of its own."""
CONDITIONS = frozenset({"if-match", "if-none-match"})


def wanted(api: ApiFacts) -> frozenset[str]:
    """Names that a page of this API may want to read, lower-cased."""
    return USEFUL | {"etag"} if CONDITIONS & set(api.headers) else USEFUL


def of_api(api: ApiFacts) -> list[str]:
    """All such names that the API's answers carry and script cannot read."""
    names = sorted(name for name in api.unreadable if name in wanted(api))
    return ["ETag" if name == "etag" else name.title() for name in names]


def gap(seen: Judged, api: ApiFacts) -> list[str]:
    """Names that this answer carries, a page may want, and script cannot read."""
    response = seen.exchange.response
    useful = wanted(api)
    parsed = extract_list(response.get(ACEH.lower()))
    exposed = set() if isinstance(parsed, str) else {name.lower() for name in parsed}
    if "*" in exposed and seen.credentials.include is not True:
        return []
    spelt = {field.name.lower(): field.name for field in response.fields}
    return [spelt[name] for name in response.names() if name in useful and name not in exposed]


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """An answer that the page can read, but for a header it may want."""
    readable = (Outcome.ALLOWED, Outcome.INDETERMINATE)
    if seen.node.role is not Role.CORS or seen.verdict.outcome not in readable:
        return
    if seen.node.next is not None:
        return  # script sees the answer after the redirect, not this one
    names = gap(seen, api)
    if not names:
        return
    got = seen.exchange.response.get(ACEH.lower())
    parsed = extract_list(got)
    kept = () if isinstance(parsed, str) else tuple(n for n in parsed if n != "*")
    every = list({name.lower(): name for name in (*of_api(api), *names)}.values())
    look = "it looks" if len(names) == 1 else "they look"
    yield Hit(
        seen,
        f"{called(seen)} and can read the answer, but not its {listed(names)}: to script {look} "
        "absent. What the page needs, the API must name in `Access-Control-Expose-Headers`.",
        (
            evidence(seen, "response", names[0], "arrives, unreadable"),
            evidence(seen, "response", ACEH, "does not name it", "related"),
        ),
        (Expectation(ACEH, got, ", ".join((*kept, *every))),),
        confidence=Confidence.TENTATIVE,
        confidence_why="whether the page wants them is not on the wire",
        title=f"The page cannot read {listed(every, 3)}",
    )


RULE = Rule(
    id="expose-gap",
    title="The page cannot read some headers that the API sends it",
    kind=Kind.NOTE,
    severity=Severity.INFO,
    per=Per.API,
    since="0.1",
    why="Of a cross-origin answer script sees seven headers (`Content-Type`, `Content-Length`, "
    "`Cache-Control` and the like) and those that the server exposes. File names, counts for "
    "paging and limits get lost without a trace. For information only: the page may not want "
    "them.",
    fix="Name the headers that the page needs in `Access-Control-Expose-Headers`, on the answer "
    "itself, not on the preflight's.",
    references=(
        fetch("http-access-control-expose-headers"),
        "https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/"
        "Access-Control-Expose-Headers",
    ),
    example=Example(
        bad="""
        > GET https://api.example.com/invoice
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Content-Disposition: attachment; filename="invoice.pdf"
        < Vary: Origin
        """,
        good="""
        > GET https://api.example.com/invoice
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Access-Control-Expose-Headers: Content-Disposition
        < Content-Disposition: attachment; filename="invoice.pdf"
        < Vary: Origin
        """,
    ),
    check_exchange=check,
)
