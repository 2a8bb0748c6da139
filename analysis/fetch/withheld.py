"""What keeps answers from pages without CORS: three checks on no-cors loads.

They are often taken for CORS errors, and no CORS header cures them but that of a request made
with CORS (`crossorigin`). https://fetch.spec.whatwg.org/#cross-origin-resource-policy-header,
https://html.spec.whatwg.org/#coep, https://github.com/annevk/orb.
"""

from __future__ import annotations

from enum import StrEnum

from ..exchange import Exchange
from ..frozen import frozen
from .browsers import Browser
from .headers import strip
from .origin import host_of
from .safelist import essence
from .site import registrable_domain

POLICIES = ("same-origin", "same-site", "cross-origin")
NEVER_OPAQUE = frozenset(
    {
        "application/gzip",
        "application/msword",
        "application/pdf",
        "application/x-protobuf",
        "application/zip",
        "multipart/byteranges",
        "text/csv",
        "text/event-stream",
    }
)
"""Types that no element may embed, whatever the body looks like (the usual ones)."""
EMBEDS = frozenset({"audio", "image", "script", "track", "video"})
"""Values of `Sec-Fetch-Dest` that Opaque Response Blocking was measured for."""


class Guard(StrEnum):
    """Which check kept the answer from the page."""

    RESOURCE_POLICY = "resource-policy"
    """The answer's own `Cross-Origin-Resource-Policy`."""
    EMBEDDER_POLICY = "embedder-policy"
    """The page's `Cross-Origin-Embedder-Policy`, which wants the former header on everything."""
    OPAQUE = "opaque"
    """Opaque Response Blocking: it looks like data, not like something to embed."""


@frozen
class Withheld:
    """Why a no-cors answer did not reach the page."""

    guard: Guard
    sure: bool
    """False: it rests on the body, which is not looked at."""


def withheld(
    exchange: Exchange, page: str | None, embedder: str, browser: Browser
) -> Withheld | None:
    """What kept the answer to a no-cors request from the page, None when nothing did.

    Args:
        page: origin of the page; None when the wire does not tell.
        embedder: the page's `Cross-Origin-Embedder-Policy`; empty when there is none.
    """
    if exchange.status is None or exchange.lost is not None:
        return None
    relation = _relation(exchange, page)
    if relation is None or relation == "same-origin":
        return None
    policy = strip(exchange.response.get("cross-origin-resource-policy") or "")
    if policy not in POLICIES:
        isolated = strip(embedder.partition(";")[0]) == "require-corp"
        if isolated and not (policy and browser.unknown_resource_policy_embeds):
            return Withheld(Guard.EMBEDDER_POLICY, True)
    elif policy == "same-origin" or (policy == "same-site" and relation == "cross-site"):
        return Withheld(Guard.RESOURCE_POLICY, True)
    return _opaque(exchange) if browser.blocks_opaque else None


def _relation(exchange: Exchange, page: str | None) -> str | None:
    """`same-origin`, `same-site` or `cross-site`, as the resource policy compares.

    Sites are compared without their scheme, but a page by http may not have what https sends.
    """
    told = exchange.request.get("sec-fetch-site")
    if page is None or page == "null":
        return told if told in ("same-origin", "same-site", "cross-site") else None
    url = exchange.url
    if page == url.origin:
        return "same-origin"
    if registrable_domain(host_of(page)) != registrable_domain(url.host):
        return "cross-site"
    secure = page.startswith("https:") or url.scheme != "https"
    return "same-site" if secure else "cross-site"


def _opaque(exchange: Exchange) -> Withheld | None:
    if exchange.request.get("sec-fetch-dest") not in EMBEDS or exchange.method != "GET":
        return None
    if not 200 <= (exchange.status or 0) <= 299 or exchange.status == 204:
        return None
    kind = essence(exchange.response.get("content-type") or "") or ""
    if kind in NEVER_OPAQUE:
        return Withheld(Guard.OPAQUE, True)
    nosniff = strip(exchange.response.get("x-content-type-options") or "").lower() == "nosniff"
    if nosniff and (_is_data(kind) or kind == "text/plain"):
        return Withheld(Guard.OPAQUE, True)
    return Withheld(Guard.OPAQUE, False) if _is_data(kind) else None


def _is_data(kind: str) -> bool:
    if kind in ("text/html", "application/json", "text/json", "text/xml", "application/xml"):
        return True
    return kind.endswith(("+json", "+xml")) and kind != "image/svg+xml"
