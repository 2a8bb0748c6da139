"""Fastify with `@fastify/cors`."""

from __future__ import annotations

from ..finding import Confidence
from .model import Stack, Wanted, by_header, js


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
        + "await fastify.register(require('@fastify/cors'), {\n"
        + "\n".join(rows)
        + "\n});\n"
    )


STACK = Stack(
    id="fastify",
    name="Fastify",
    where="server",
    configure=configure,
    place="Registered first, before plugins that check logins.",
    traps="Without `methods` only GET, HEAD and POST are allowed; `origin: true` repeats every "
    "origin.",
    versions="Fastify 5, @fastify/cors 11",
    source="https://github.com/fastify/fastify-cors#options",
    recognise=by_header("keep-alive", "timeout=72", Confidence.FIRM),
    special={
        "preflight-needs-login": "Register it before the login check: hooks run in the order in "
        "which plugins were registered.",
    },
)
