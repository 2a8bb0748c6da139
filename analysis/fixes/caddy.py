"""Caddy."""

from __future__ import annotations

from ..finding import Confidence
from .model import Recognised, Signature, Stack, Wanted


def configure(wanted: Wanted) -> str:
    """Matchers for pages and preflights, the headers, and a handler for preflights."""
    names = [f"        header Origin {origin}" for origin in wanted.origins]
    head = ["        Access-Control-Allow-Origin {http.request.header.Origin}"]
    if wanted.credentials:
        head.append("        Access-Control-Allow-Credentials true")
    if wanted.expose:
        head.append(f'        Access-Control-Expose-Headers "{", ".join(wanted.expose)}"')
    lists = [f'            Access-Control-Allow-Methods "{", ".join(wanted.methods)}"']
    if wanted.headers:
        lists.append(f'            Access-Control-Allow-Headers "{", ".join(wanted.headers)}"')
    lists.append(f"            Access-Control-Max-Age {wanted.max_age}")
    rows = [
        "    @cors {",
        *names,
        "    }",
        "    @preflight {",
        "        method OPTIONS",
        "        header Access-Control-Request-Method *",
        "    }",
        "    header Vary Origin",
        "    header @cors {         # for Caddy's own errors, which never reach what is deferred",
        *head,
        "    }",
        "    header {               # the application's, if any",
        "        -Access-Control-Allow-Origin",
        "        -Access-Control-Allow-Credentials",
        "        defer",
        "    }",
        "    header @cors {",
        *head,
        "        defer",
        "    }",
        "    handle @preflight {",
        "        header @cors {",
        *lists,
        "        }",
        "        respond 204",
        "    }",
    ]
    return wanted.remarks("#") + "\n".join(rows) + "\n"


def recognise(signature: Signature) -> Recognised | None:
    """It names itself in `Server` or `Via`."""
    for name in ("server", "via"):
        if "caddy" in signature.get(name).lower():
            return f"`{name.title()}` names Caddy", Confidence.CERTAIN
    return None


STACK = Stack(
    id="caddy",
    name="Caddy",
    where="proxy",
    configure=configure,
    place="In the site block, beside the present `reverse_proxy`.",
    traps="Without `defer` a header of the application behind is joined by a second one, or "
    "stays where nobody is let in.",
    versions="Caddy 2",
    source="https://caddyserver.com/docs/caddyfile/directives/header",
    recognise=recognise,
    special={
        "multiple-allow-origin": "The deferred lines take the application's header away, so that "
        "one is left.",
        "preflight-needs-login": "Where `basic_auth` or `forward_auth` stands in the same site, "
        "give it a matcher that leaves preflights out: Caddy runs it before every `handle`.",
    },
)
