"""Software on the way that no configuration is written for, and which layer added what.

An API's answer passes several hops. Those with a configuration are `Stack`s; the others are
known by name only, so that nobody looks for their doing in the application.
"""

from __future__ import annotations

from collections.abc import Callable

from ..exchange import Exchange
from ..finding import Confidence
from ..frozen import frozen
from .model import Recognised, Signature, Stack, by_header

CDN = "CDN"
PROXY = "proxy"


@frozen
class Hop:
    """Software that is recognised, and no more."""

    name: str
    hop: str
    recognise: Callable[[Signature], Recognised | None]


def _having(*names: str) -> Callable[[Signature], Recognised | None]:
    said = " and ".join(f"`{name}`" for name in names)

    def look(signature: Signature) -> Recognised | None:
        if not signature.has(*names):
            return None
        return f"the header{'s' * (len(names) > 1)} {said}", Confidence.CERTAIN

    return look


HOPS = (
    Hop("Cloudflare", CDN, _having("cf-ray")),
    Hop("Fastly", CDN, _having("x-served-by", "x-timer")),
    Hop("Akamai", CDN, by_header("server", "akamaighost", Confidence.CERTAIN)),
    Hop("Azure Front Door", CDN, _having("x-azure-ref")),
    Hop("Vercel", CDN, _having("x-vercel-id")),
    Hop("Netlify", CDN, _having("x-nf-request-id")),
    Hop("Varnish", CDN, _having("x-varnish")),
    Hop("Azure Storage", "application", by_header("server", "windows-azure-", Confidence.CERTAIN)),
    Hop("Google Front End", PROXY, by_header("server", "google frontend", Confidence.CERTAIN)),
    Hop("AWS load balancer", PROXY, by_header("server", "awselb/", Confidence.CERTAIN)),
    Hop("OpenResty", PROXY, by_header("server", "openresty", Confidence.CERTAIN)),
    Hop("Kong", "gateway", by_header("via", "kong/", Confidence.CERTAIN)),
    Hop("IIS", PROXY, by_header("server", "microsoft-iis/", Confidence.CERTAIN)),
)

ADDS_LAST = ("nginx",)
"""Write their headers after those of the application behind."""
ADDS_FIRST = ("Caddy",)
"""Write theirs before."""
ALLOW_ORIGIN = "access-control-allow-origin"
OWN_PAGES = frozenset({413, 414, 429, 502, 503, 504})
"""Errors that a proxy makes itself."""


def who_added(proxy: Stack, exchange: Exchange, others: tuple[str, ...]) -> str:
    """A sentence on what this proxy added to an answer, empty where it cannot be known.

    Args:
        proxy: one that this answer names.
        others: names of applications that other answers of the API showed.
    """
    values = exchange.response.lines(ALLOW_ORIGIN)
    behind = " and ".join(others) or "the application behind"
    if len(values) == 2 and proxy.name in (*ADDS_LAST, *ADDS_FIRST):
        place = "second" if proxy.name in ADDS_LAST else "first"
        return f"{proxy.name} writes its own headers so that its value is the {place} one here."
    if exchange.status in OWN_PAGES and "x-powered-by" not in exchange.response:
        if others and not values:
            return (
                f"This page is likely {proxy.name}'s own: {behind} never answered, so its CORS "
                "headers are missing."
            )
    return ""
