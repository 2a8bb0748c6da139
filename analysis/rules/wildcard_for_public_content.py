"""`*` where it belongs: an inventory of what is open to everybody."""

from __future__ import annotations

from collections.abc import Iterator

from ..fetch.classify import Role
from ..fetch.headers import strip
from ..finding import Confidence, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .exposure import is_public_content
from .model import Example, Hit, Per, Rule, evidence, fetch
from .needed import ACAO
from .say import call, code


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """`*` on an answer that says itself that it is public, and no trouble with `*` there."""
    if (seen.exchange.status or 500) >= 400:
        return
    if strip(seen.exchange.response.get(ACAO.lower()) or "") != "*" or api.once(breaks_calls):
        return
    if not is_public_content(seen):
        return
    yield Hit(
        seen,
        f"{code(api.api)} lets every website read {call(seen)} and the like. It looks public, a "
        "font, a script or what caches may keep for all, so `*` is the right answer here.",
        (evidence(seen, "response", ACAO, "everybody may read"),),
        confidence=Confidence.FIRM,
        confidence_why="the kind of load, or `Cache-Control`, says that it is for everybody",
        trusted=("*",),
    )


def breaks_calls(api: ApiFacts) -> bool:
    """Was a call refused because of `*`? Then that is the news."""
    rows = api.table() if api.blocked else ()
    return any(told.allow_origin == "*" and shown.example.blocked for _, told, shown in rows)


RULE = Rule(
    id="wildcard-for-public-content",
    title="Everybody may read this, which suits public content",
    kind=Kind.NOTE,
    severity=Severity.INFO,
    per=Per.API,
    since="0.1",
    why="No alarm: fonts, scripts, and data that is there for all are best served with `*`, "
    "which needs no `Vary` and cannot be combined with cookies. It is listed so that one can see "
    "at a glance what is open, and notice what should not be. Severity is info.",
    fix="Nothing, as long as all of it is meant for everybody.",
    references=(
        fetch("cors-protocol-and-http-caches"),
        "https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Access-Control-Allow-Origin",
    ),
    example=Example(
        bad="""
        > GET https://cdn.example.net/fonts/text.woff2
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Sec-Fetch-Dest: font
        < 200
        < Access-Control-Allow-Origin: *
        < Cache-Control: public, max-age=31536000, immutable
        """,
        good="""
        # Nothing says whether this is for everybody.
        > GET https://api.example.com/products
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Sec-Fetch-Dest: empty
        < 200
        < Access-Control-Allow-Origin: *
        """,
    ),
    check_exchange=check,
    roles=frozenset({Role.CORS}),
    answers_with=("access-control-allow-origin",),
    server_fix=False,
)
