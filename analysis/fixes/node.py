"""Node's own `http` module, without a framework.

It is not recognised: what Node itself sends (`Keep-Alive: timeout=5`), frameworks on it send too.
"""

from __future__ import annotations

from .model import Stack, Wanted, in_places, js


def configure(wanted: Wanted) -> str:
    """A function, and its call first in the request handler."""
    rows = [
        f"const ORIGINS = new Set({js(wanted.origins)});",
        "",
        "// When it returns true, the answer was sent.",
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
    return wanted.remarks("//") + in_places(
        "//",
        ("at the top of the module", "\n".join(rows) + "\n"),
        ("first in the request handler", "if (cors(req, res)) return;\n"),
    )


STACK = Stack(
    id="node",
    name="Node (http)",
    where="server",
    configure=configure,
    place="The function anywhere in the module, its call first in the request handler.",
    traps="Headers passed to `writeHead` later replace those set here only if they have the same "
    "name.",
    versions="Node 18 and newer",
    source="https://nodejs.org/api/http.html#responsesetheadername-value",
)
