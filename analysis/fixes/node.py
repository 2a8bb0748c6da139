"""Node's own `http` module, without a framework."""

from __future__ import annotations

from ..finding import Confidence
from .model import Recognised, Signature, Stack, Wanted, js


def configure(wanted: Wanted) -> str:
    """A function to call first in the request handler."""
    rows = [
        f"const ORIGINS = new Set({js(wanted.origins)});",
        "",
        "// Call this first; when it returns true, the answer was sent.",
        "function cors(req, res) {",
        "  res.setHeader('Vary', 'Origin');",
        "  if (!ORIGINS.has(req.headers.origin)) return false;",
        "  res.setHeader('Access-Control-Allow-Origin', req.headers.origin); // it is on the list",
    ]
    if wanted.credentials:
        rows.append("  res.setHeader('Access-Control-Allow-Credentials', 'true');")
    if wanted.expose:
        names = ", ".join(wanted.expose)
        rows.append(f"  res.setHeader('Access-Control-Expose-Headers', '{names}');")
    rows += [
        "  if (req.method !== 'OPTIONS' || !req.headers['access-control-request-method'])",
        "    return false;",
        f"  res.setHeader('Access-Control-Allow-Methods', '{', '.join(wanted.methods)}');",
    ]
    if wanted.headers:
        names = ", ".join(wanted.headers)
        rows.append(f"  res.setHeader('Access-Control-Allow-Headers', '{names}');")
    rows += [
        f"  res.setHeader('Access-Control-Max-Age', '{wanted.max_age}');",
        "  res.writeHead(204).end();",
        "  return true;",
        "}",
    ]
    return wanted.remarks("//") + "\n".join(rows) + "\n"


def recognise(signature: Signature) -> Recognised | None:
    """Its default `Keep-Alive`, and nothing that names a framework or a proxy."""
    if signature.get("keep-alive") != "timeout=5":
        return None
    if signature.get("server") or signature.get("x-powered-by") or signature.get("via"):
        return None
    return "`Keep-Alive: timeout=5`, Node's default", Confidence.TENTATIVE


STACK = Stack(
    id="node",
    name="Node (http)",
    where="server",
    configure=configure,
    place="At the top of the request handler: `if (cors(req, res)) return;`.",
    traps="Headers passed to `writeHead` later replace those set here only if they have the same "
    "name.",
    versions="Node 18 and newer",
    source="https://nodejs.org/api/http.html#responsesetheadername-value",
    recognise=recognise,
)
