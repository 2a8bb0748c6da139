"""Useful response headers that script cannot read."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from ..fetch.classify import Role
from ..fetch.headers import list_items
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
WANTED = USEFUL | {"etag"}
"""Those, and what a page needs for conditional requests of its own."""
CONDITIONS = frozenset({"if-match", "if-none-match"})


def wanted(api: ApiFacts) -> frozenset[str]:
    """Names that a page of this API may want to read, lower-cased."""
    return USEFUL if CONDITIONS.isdisjoint(api.headers) else WANTED


def of_api(api: ApiFacts) -> list[str]:
    """All such names that the API's answers carry and script cannot read."""
    names = sorted(name for name in api.unreadable if name in wanted(api))
    return ["ETag" if name == "etag" else name.title() for name in names]


def gap(seen: Judged, api: ApiFacts) -> list[str]:
    """Names that this answer carries, a page may want, and script cannot read."""
    response = seen.exchange.response
    hidden = _hidden(response.spelt, response.get(ACEH.lower()), seen.credentials.include is True)
    if not hidden:
        return []
    useful = wanted(api)
    return [name for name in hidden if name.lower() in useful]


@lru_cache(maxsize=1024)
def _hidden(names: tuple[str, ...], expose: str | None, include: bool) -> tuple[str, ...]:
    """Those of an answer's names that some page may want, and this list does not expose."""
    exposed = {name.lower() for name in list_items(expose)}
    if "*" in exposed and not include:
        return ()
    spelt = {name.lower(): name for name in names}
    return tuple(spelt[name] for name in spelt if name in WANTED and name not in exposed)


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """An answer that the page can read, but for a header it may want."""
    readable = (Outcome.ALLOWED, Outcome.INDETERMINATE)
    if seen.verdict.outcome not in readable:
        return
    if seen.node.next is not None:
        return  # script sees the answer after the redirect, not this one
    names = gap(seen, api)
    if not names:
        return
    got = seen.exchange.response.get(ACEH.lower())
    kept = tuple(name for name in list_items(got) if name != "*")
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
    roles=frozenset({Role.CORS}),
)
