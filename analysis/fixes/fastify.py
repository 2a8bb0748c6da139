"""Fastify with `@fastify/cors`."""

from __future__ import annotations

from ..finding import Confidence
from .model import Recognised, Signature, Stack, Wanted, js


def configure(wanted: Wanted) -> str:
    """One plugin."""
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
        "// npm install @fastify/cors\n"
        + wanted.remarks("//")
        + "await fastify.register(import('@fastify/cors'), {\n"
        + "\n".join(rows)
        + "\n});\n"
    )


METHODS = "GET,HEAD,POST"
"""What @fastify/cors allows by default."""


def recognise(signature: Signature) -> Recognised | None:
    """Its `Keep-Alive`, or @fastify/cors answering a preflight."""
    if signature.get("keep-alive") == "timeout=72":
        return "`Keep-Alive: timeout=72`, its default", Confidence.FIRM
    if signature.get("access-control-allow-methods") != METHODS:
        return None
    if signature.status != 204 or signature.length != "0":
        return None
    return f"`Access-Control-Allow-Methods: {METHODS}` on an empty 204", Confidence.FIRM


STACK = Stack(
    id="fastify",
    name="Fastify",
    where="server",
    configure=configure,
    place="Registered first, before hooks and plugins that check logins; in CommonJS inside an "
    "async function.",
    traps="Without `await`, hooks that are added directly run before it. Without `methods` only "
    "GET, HEAD and POST are allowed; `origin: true` repeats every origin.",
    versions="Fastify 5, @fastify/cors 11",
    source="https://github.com/fastify/fastify-cors#options",
    recognise=recognise,
    special={
        "preflight-needs-login": "Register it before the login check: hooks run in the order in "
        "which plugins were registered.",
    },
)
