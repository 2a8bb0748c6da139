"""The same file loaded twice, once without and once with CORS."""

from __future__ import annotations

from collections.abc import Iterator

from ..fetch.classify import Role
from ..finding import Confidence, Expectation, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .model import Example, Hit, Per, Rule, evidence
from .say import called

MODE = "Sec-Fetch-Mode"
SOON = 10.0
"""Seconds between the two: the time in which a page loads."""
KINDS = frozenset({"empty", "font", "image", "script", "style", "track"})


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """A load with CORS, soon after one of the same kind without, both in full."""
    exchange = seen.exchange
    same = api.by_url.get(exchange.url.key)
    first = same.without_origin if same is not None else None
    if first is None or first.node.role is not Role.NO_CORS or first.node.page != seen.node.page:
        return
    before = first.exchange
    if before.client != exchange.client or before.status != 200 or exchange.status != 200:
        return
    if exchange.started is None or before.started is None:
        return
    kind = exchange.request.get("sec-fetch-dest")
    if kind not in KINDS or before.request.get("sec-fetch-dest") != kind:
        return
    if not 0 <= exchange.started - before.started <= SOON:
        return
    if kind == "image" and "cache-control" in exchange.request:
        return  # a reload, or the cache is switched off
    yield Hit(
        seen,
        f"{called(seen)} with CORS, {exchange.started - before.started:.1f} s after it had loaded "
        "the same file without. The two do not share an answer, so the file came twice. Mostly the "
        "first is a preload that lacks `crossorigin`.",
        (
            evidence(seen, "request", MODE, "the second load"),
            evidence(first, "request", MODE, "the first load", "related"),
        ),
        (Expectation(MODE, "no-cors", "cors"),),
        confidence=Confidence.CERTAIN if kind == "font" else Confidence.FIRM,
        confidence_why=(
            "both loads are in the capture, and pages use fonts with CORS only"
            if kind == "font"
            else "both loads are in the capture; two elements that want the file in different ways "
            "are possible"
        ),
    )


RULE = Rule(
    id="downloaded-twice",
    title="The page downloads the same file twice",
    kind=Kind.SLOW,
    severity=Severity.LOW,
    per=Per.ENDPOINT,
    since="0.1",
    why="What a page preloads must be asked for in the same way as it is used: fonts, module "
    "scripts and `fetch` use CORS, and a preload does so only with `crossorigin`. Otherwise the "
    "preload is thrown away. Severity is low: it costs time and traffic, nothing else.",
    fix="Put `crossorigin` on the preload, fonts of the page's own origin included.",
    references=(
        "https://developer.mozilla.org/docs/Web/HTML/Reference/Attributes/rel/preload",
        "https://html.spec.whatwg.org/#link-type-preload",
    ),
    example=Example(
        bad="""
        > GET https://cdn.example.com/text.woff2
        > Referer: https://app.example.com/
        > Sec-Fetch-Mode: no-cors
        > Sec-Fetch-Site: same-site
        > Sec-Fetch-Dest: font
        < 200
        < Access-Control-Allow-Origin: *
        < Cache-Control: max-age=3600
        > GET https://cdn.example.com/text.woff2
        > Origin: https://app.example.com
        > Referer: https://app.example.com/
        > Sec-Fetch-Mode: cors
        > Sec-Fetch-Site: same-site
        > Sec-Fetch-Dest: font
        < 200
        < Access-Control-Allow-Origin: *
        < Cache-Control: max-age=3600
        """,
        good="""
        # The first load shows a picture, the second wants its bytes.
        > GET https://cdn.example.com/plan.png
        > Referer: https://app.example.com/
        > Sec-Fetch-Mode: no-cors
        > Sec-Fetch-Site: same-site
        > Sec-Fetch-Dest: image
        < 200
        < Access-Control-Allow-Origin: *
        < Cache-Control: no-cache
        > GET https://cdn.example.com/plan.png
        > Origin: https://app.example.com
        > Referer: https://app.example.com/
        > Sec-Fetch-Mode: cors
        > Sec-Fetch-Site: same-site
        > Sec-Fetch-Dest: empty
        < 200
        < Access-Control-Allow-Origin: *
        < Cache-Control: no-cache
        """,
    ),
    check_exchange=check,
    roles=frozenset({Role.CORS}),
    server_fix=False,
)
