"""The same question to the same address, answered one way and then another."""

from __future__ import annotations

from collections.abc import Iterator

from ..fetch.classify import Role
from ..finding import Confidence, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .cause import cause
from .model import Example, Hit, Per, Rule, evidence, fetch
from .needed import ACAO, needed
from .say import called

CAUSES = ("missing-allow-origin", "origin-mismatch")
SOON = 300.0
"""Seconds: within this time nobody is taken to have changed the configuration and back."""
COMPARED = ("accept", "content-type", "sec-fetch-dest")


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """A refusal at an exact URL that allowed the same page before."""
    if not seen.blocked or not 200 <= (seen.exchange.status or 0) <= 299:
        return
    same = api.by_url.get(seen.exchange.url.key)
    first = same.with_origin if same is not None else None
    last = same.last_with_origin if same is not None else None
    if first is None or last is None or cause(seen, api) not in CAUSES:
        return
    before, after = _gap(first, seen), _gap(seen, last)
    if before is None or before <= 0:
        return
    flips = after is not None and after > 0
    places = [
        evidence(seen, "response", ACAO, "refused here"),
        evidence(first, "response", ACAO, f"allowed {before:.1f} s before", "related"),
    ]
    if flips:
        places.append(evidence(last, "response", ACAO, f"allowed {after:.1f} s later", "related"))
    quick = flips and after is not None and before + after <= SOON
    told = f"allowed it {before:.1f} s earlier" + (f" and {after:.1f} s later" if flips else "")
    yield Hit(
        seen,
        f"{called(seen)} and was refused, though the same address {told}, asked in the same way. "
        + (
            "Several servers behind one name, set up differently, answer like that."
            if quick
            else "The configuration was changed meanwhile, or several servers answer in turn."
        ),
        tuple(places),
        needed(seen),
        confidence=Confidence.CERTAIN if quick else Confidence.FIRM,
        confidence_why=(
            "both answers are in the capture, one between two of the other kind"
            if quick
            else "both answers are in the capture; why they differ is not"
        ),
        severity=None if quick else Severity.LOW,
    )


def _gap(one: Judged, other: Judged) -> float | None:
    """Seconds from one to the other, None if they did not ask alike."""
    a, b = one.exchange, other.exchange
    if a.started is None or b.started is None or one.node.origin != other.node.origin:
        return None
    if one.credentials.include is not other.credentials.include or bool(a.cookies) != bool(
        b.cookies
    ):
        return None
    if ("authorization" in a.request) != ("authorization" in b.request):
        return None
    if any(a.request.get(name) != b.request.get(name) for name in COMPARED):
        return None
    return b.started - a.started


RULE = Rule(
    id="policy-changes-over-time",
    title="The same call is allowed at one time and refused at another",
    kind=Kind.FRAGILE,
    severity=Severity.MEDIUM,
    per=Per.ENDPOINT,
    since="0.1",
    why="Behind a load balancer each server has its own configuration, and a half-finished "
    "roll-out shows as chance: calls fail now and then, and a second try works. Severity is medium "
    "where a refusal stands between two permissions within minutes; low where it allowed first and "
    "refused later, which somebody may just have changed.",
    fix="Give every server behind the name the same CORS configuration.",
    references=(fetch("cors-check"),),
    example=Example(
        bad="""
        > GET https://api.example.com/products
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        > GET https://api.example.com/products
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        > GET https://api.example.com/products
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        """,
        good="""
        > GET https://api.example.com/products?page=1
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        # A 304 need not say it again.
        > GET https://api.example.com/products?page=1
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > If-None-Match: "1"
        < 304
        > GET https://api.example.com/products?page=1
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        """,
    ),
    check_exchange=check,
    roles=frozenset({Role.CORS}),
    at_end=True,
)
