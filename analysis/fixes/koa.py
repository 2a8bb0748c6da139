"""Koa with `@koa/cors`."""

from __future__ import annotations

from ..finding import Confidence
from .model import Recognised, Signature, Stack, Wanted, js

METHODS = "GET,HEAD,PUT,POST,DELETE,PATCH"
HARMLESS = ("accept",)
"""Stands for no header at all: an empty list would allow whatever is asked for."""


def configure(wanted: Wanted) -> str:
    """One middleware; a function looks the origin up, because a list is not understood."""
    rows = [
        "  origin: (ctx) => ORIGINS.find((origin) => origin === ctx.get('Origin')) || '',",
        f"  allowMethods: {js(wanted.methods)},",
        f"  allowHeaders: {js(wanted.headers or HARMLESS)},",
    ]
    if wanted.expose:
        rows.append(f"  exposeHeaders: {js(wanted.expose)},")
    if wanted.credentials:
        rows.append("  credentials: true,")
    rows.append(f"  maxAge: {wanted.max_age},")
    return (
        "// npm install @koa/cors\nconst cors = require('@koa/cors');\n"
        + wanted.remarks("//")
        + f"const ORIGINS = {js(wanted.origins)};\n"
        + "app.use(cors({\n"
        + "\n".join(rows)
        + "\n}));\n"
    )


def recognise(signature: Signature) -> Recognised | None:
    """The methods that @koa/cors allows by default, and its way of writing and ordering."""
    if signature.get("access-control-allow-methods") != METHODS or not signature.http1:
        return None
    if not {"Vary", "Access-Control-Allow-Methods"} <= set(signature.names):
        return None
    if not signature.in_order("vary", "access-control-allow-origin"):
        return None
    return f"`Access-Control-Allow-Methods: {METHODS}` after `Vary`", Confidence.FIRM


STACK = Stack(
    id="koa",
    name="Koa (@koa/cors)",
    where="server",
    configure=configure,
    place="First `app.use` of the application, before login checks and the router.",
    traps="Without `origin`, version 5 sends `*` and version 4 repeats every origin; an array is "
    "sent as it is. An empty `allowHeaders` allows whatever is asked.",
    versions="Koa 2 and 3, @koa/cors 5",
    source="https://github.com/koajs/cors#corsoptions",
    recognise=recognise,
    special={
        "hidden-error-status": "Koa drops all headers on errors; @koa/cors puts its own back, "
        "unless `keepHeadersOnError` is false.",
        "errors-without-cors-headers": "Errors keep the headers as long as `keepHeadersOnError` "
        "is not false and this middleware comes before the one that fails.",
        "preflight-needs-login": "It must stand before the login check: middleware runs in the "
        "order of `app.use`.",
        "multiple-allow-origin": "Keep this one, and take the header out of the proxy; or remove "
        "`@koa/cors` here and let the proxy do all of it.",
        "header-not-allowed": "The names in `allowHeaders` are sent as they stand, so each must "
        "be there.",
    },
)
