"""Hono with its own `hono/cors`."""

from __future__ import annotations

from ..finding import Confidence
from .koa import HARMLESS
from .koa import METHODS as OLDER
from .model import Recognised, Signature, Stack, Wanted, in_places, js

METHODS = f"{OLDER},QUERY"


def configure(wanted: Wanted) -> str:
    """One middleware for every path."""
    rows = [
        f"  origin: {js(wanted.origins)},",
        f"  allowMethods: {js(wanted.methods)},",
        f"  allowHeaders: {js(wanted.headers or HARMLESS)},",
    ]
    if wanted.expose:
        rows.append(f"  exposeHeaders: {js(wanted.expose)},")
    if wanted.credentials:
        rows.append("  credentials: true,")
    rows.append(f"  maxAge: {wanted.max_age},")
    use = "app.use('*', cors({\n" + "\n".join(rows) + "\n}));\n"
    return wanted.remarks("//") + in_places(
        "//",
        ("at the top of the file", "import { cors } from 'hono/cors';\n"),
        ("before login checks and routes", use),
    )


def recognise(signature: Signature) -> Recognised | None:
    """The methods that it allows by default; older ones in its way of writing names."""
    methods = signature.get("access-control-allow-methods")
    lower = signature.http1 and "access-control-allow-methods" in signature.names
    if methods == METHODS or (methods == OLDER and lower):
        return f"`Access-Control-Allow-Methods: {methods}`", Confidence.FIRM
    return None


STACK = Stack(
    id="hono",
    name="Hono",
    where="server",
    configure=configure,
    place="Before every route and before `bearerAuth`, `jwt` and the like.",
    traps="`cors()` alone sends `*`; an empty `allowHeaders` allows whatever is asked. Routes "
    "registered before it get no headers.",
    versions="Hono 4",
    source="https://hono.dev/docs/middleware/builtin/cors",
    recognise=recognise,
    special={
        "preflight-needs-login": "It must stand before the login check: middleware runs in the "
        "order of `app.use`, and this one answers every OPTIONS itself.",
        "hidden-error-status": "What `app.onError` and `app.notFound` answer keeps the headers.",
        "errors-without-cors-headers": "What `app.onError` and `app.notFound` answer keeps the "
        "headers, if this stands before the routes.",
        "multiple-allow-origin": "Keep this one, and take the header out of what is in front "
        "(a Worker's route, a proxy); or the other way round.",
    },
)
