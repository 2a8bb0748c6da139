"""Express with the `cors` package."""

from __future__ import annotations

from ..finding import Confidence
from .model import Recognised, Signature, Stack, Wanted, js, shown


def configure(wanted: Wanted) -> str:
    """One middleware, in front of everything."""
    rows = [
        f"  origin: {js(wanted.origins)},",
        f"  methods: {js(wanted.methods)},",
        f"  allowedHeaders: {js(wanted.headers)},",
    ]
    if wanted.expose:
        rows.append(f"  exposedHeaders: {js(wanted.expose)},")
    if wanted.credentials:
        rows.append("  credentials: true,")
    rows.append(f"  maxAge: {wanted.max_age},")
    return (
        "// npm install cors\nconst cors = require('cors');\n"
        + wanted.remarks("//")
        + "app.use(cors({\n"
        + "\n".join(rows)
        + "\n}));\n"
    )


METHODS = "GET,HEAD,PUT,PATCH,POST,DELETE"
"""What `cors` allows by default."""


def recognise(signature: Signature) -> Recognised | None:
    """It names itself, or its `cors` answers a preflight (NestJS is built on both)."""
    powered = signature.get("x-powered-by")
    if powered.lower().startswith("express"):
        return shown("x-powered-by", powered), Confidence.CERTAIN
    if not signature.http1 or signature.get("access-control-allow-methods") != METHODS:
        return None
    if signature.status != 204 or signature.length != "0":
        return None
    if "Access-Control-Allow-Methods" not in signature.names:
        return None
    return f"`Access-Control-Allow-Methods: {METHODS}` on an empty 204", Confidence.FIRM


STACK = Stack(
    id="express",
    name="Express (cors)",
    where="server",
    configure=configure,
    place="First `app.use` of the application, before login checks and routes.",
    traps="`origin: true` repeats every origin: keep the list. A callback that throws turns a "
    "refusal into a 500 without headers.",
    versions="Express 4 and 5, cors 2.8",
    source="https://github.com/expressjs/cors#configuration-options",
    recognise=recognise,
    special={
        "hidden-error-status": "Errors that Express itself answers then carry the headers, too.",
        "refused-by-cors-layer": "An `origin` function should call back with `false`, not with an "
        "error: that makes a 500 of a refusal.",
        "preflight-needs-login": "It must stand before the login check, which is where the "
        "preflight ends now.",
        "multiple-allow-origin": "Keep this one, and take the header out of the proxy; or remove "
        "`cors` here and let the proxy do all of it.",
    },
)
