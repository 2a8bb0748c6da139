"""Traefik."""

from __future__ import annotations

from .model import Stack, Wanted, quoted


def configure(wanted: Wanted) -> str:
    """The `headers` middleware, in the dynamic configuration."""
    lists = [
        ("accessControlAllowOriginList", wanted.origins),
        ("accessControlAllowMethods", wanted.methods),
        ("accessControlAllowHeaders", wanted.headers),
        ("accessControlExposeHeaders", wanted.expose),
    ]
    rows = ["http:", "  middlewares:", "    cors:", "      headers:"]
    for name, items in lists:
        if items:
            rows.append(f"        {name}: {quoted(items)}")
    if wanted.credentials:
        rows.append("        accessControlAllowCredentials: true")
    rows += [
        f"        accessControlMaxAge: {wanted.max_age}",
        "        addVaryHeader: true",
        "        customResponseHeaders:   # empty: takes the application's away",
        '          Access-Control-Allow-Origin: ""',
        '          Access-Control-Allow-Credentials: ""',
    ]
    return wanted.remarks("#") + "\n".join(rows) + "\n"


STACK = Stack(
    id="traefik",
    name="Traefik",
    where="proxy",
    configure=configure,
    place="In the dynamic configuration; name `cors` first among the router's `middlewares`, "
    "before `forwardAuth` and `basicAuth`. As labels the same names serve.",
    traps="Without `addVaryHeader` it sends no `Vary`. `accessControlAllowOriginListRegex` "
    "without `^` and `$` lets look-alikes in.",
    versions="Traefik 2 and 3",
    source="https://doc.traefik.io/traefik/middlewares/http/headers/#cors-headers",
    special={
        "multiple-allow-origin": "The empty custom header takes the application's away, so that "
        "Traefik's is left.",
        "preflight-needs-login": "Middlewares run in the order in which the router names them: "
        "this one first answers preflights itself.",
        "gateway-error": "Errors of a service carry the headers as long as the router names this "
        "middleware; the 404 for unknown hosts does not.",
        "missing-vary-origin": "`addVaryHeader: true` is what sends `Vary: Origin`.",
    },
)
