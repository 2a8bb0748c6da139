"""Caddy."""

from __future__ import annotations

from ..finding import Confidence
from .model import Recognised, Signature, Stack, Wanted


def configure(wanted: Wanted) -> str:
    """Two matchers and a handler for preflights."""
    head = ['        Access-Control-Allow-Origin "{http.request.header.Origin}"']
    if wanted.credentials:
        head.append("        Access-Control-Allow-Credentials true")
    if wanted.expose:
        head.append(f'        Access-Control-Expose-Headers "{", ".join(wanted.expose)}"')
    lists = [f'            Access-Control-Allow-Methods "{", ".join(wanted.methods)}"']
    if wanted.headers:
        lists.append(f'            Access-Control-Allow-Headers "{", ".join(wanted.headers)}"')
    lists.append(f"            Access-Control-Max-Age {wanted.max_age}")
    rows = [
        f"    @cors header_regexp Origin {wanted.pattern()}",
        "    @preflight {",
        "        method OPTIONS",
        "        header Access-Control-Request-Method *",
        "    }",
        "    header Vary Origin",
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
        "    handle {",
        "        reverse_proxy app:8080 {",
        "            header_down -Access-Control-Allow-Origin",
        "        }",
        "    }",
    ]
    return (
        wanted.remarks("#")
        + "api.example {            # your site block\n"
        + ("\n".join(rows) + "\n}\n")
    )


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
    place="In the site block, around the present `reverse_proxy`.",
    traps="Without `defer` a header of the application behind is joined by a second one; without "
    "`header_down` a refused origin still gets the application's.",
    versions="Caddy 2",
    source="https://caddyserver.com/docs/caddyfile/directives/header",
    recognise=recognise,
    special={
        "multiple-allow-origin": "`header_down -Access-Control-Allow-Origin` takes the "
        "application's header away, so that one is left.",
    },
)
