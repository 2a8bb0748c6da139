"""Go's `net/http` with `github.com/rs/cors`."""

from __future__ import annotations

from ..finding import Confidence
from .koa import HARMLESS
from .model import Recognised, Signature, Stack, Wanted, go

VARY = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"


def configure(wanted: Wanted) -> str:
    """A handler around the whole one."""
    rows = [
        f"\tAllowedOrigins:   {go(wanted.origins)},",
        f"\tAllowedMethods:   {go(wanted.methods)},",
        f"\tAllowedHeaders:   {go(wanted.headers or HARMLESS)},",
    ]
    if wanted.expose:
        rows.append(f"\tExposedHeaders:   {go(wanted.expose)},")
    if wanted.credentials:
        rows.append("\tAllowCredentials: true,")
    rows.append(f"\tMaxAge:           {wanted.max_age},")
    return (
        "// go get github.com/rs/cors\n"
        + wanted.remarks("//")
        + "pages := cors.New(cors.Options{\n"
        + "\n".join(rows)
        + "\n})\nhandler = pages.Handler(handler) // the one given to http.ListenAndServe\n"
    )


def recognise(signature: Signature) -> Recognised | None:
    """One line of `Vary` with three names on preflights, which it answers with 204."""
    if not signature.on_preflight or signature.status != 204 or signature.lines("vary") != 1:
        return None
    if signature.get("vary") != VARY:
        return None
    return f"`Vary: {VARY}` on a preflight alone", Confidence.FIRM


STACK = Stack(
    id="rs-cors",
    name="Go (rs/cors)",
    where="server",
    configure=configure,
    place="Around the router, and outside of the login check.",
    traps="Empty `AllowedOrigins` allow everybody, `AllowAll()` with credentials, too. A `*` "
    "within an origin stands for any text, dots included.",
    versions="rs/cors 1.11",
    source="https://pkg.go.dev/github.com/rs/cors#Options",
    recognise=recognise,
    special={
        "preflight-needs-login": "The outermost handler runs first: wrap the login check, too.",
        "preflight-without-cors-headers": "A 204 without CORS headers is how it refuses: the "
        "origin, the method or a header is not in these lists.",
        "method-not-allowed": "Without `AllowedMethods` it allows GET, HEAD and POST only.",
    },
)
