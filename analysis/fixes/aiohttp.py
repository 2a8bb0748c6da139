"""aiohttp's server, by a middleware of its own.

The package `aiohttp-cors` is not used: it works route by route, so that 404 answers, and
routes that were forgotten, go out bare; it sends no `Vary`; and it answers a refused
preflight with 403.
"""

from __future__ import annotations

import re

from ..finding import Confidence
from .model import Recognised, Signature, Stack, Wanted, py, shown

NAMED = re.compile(r"Python/[\d.]+ aiohttp/")


def configure(wanted: Wanted) -> str:
    """A middleware around everything, and a signal that reaches every answer."""
    both = ['response.headers["Access-Control-Allow-Origin"] = origin  # it is on the list']
    if wanted.credentials:
        both.append('response.headers["Access-Control-Allow-Credentials"] = "true"')
    if wanted.expose:
        names = ", ".join(wanted.expose)
        both.append(f'response.headers["Access-Control-Expose-Headers"] = "{names}"')
    asked = [
        f'response.headers["Access-Control-Allow-Methods"] = "{", ".join(wanted.methods)}"',
    ]
    if wanted.headers:
        names = ", ".join(wanted.headers)
        asked.append(f'response.headers["Access-Control-Allow-Headers"] = "{names}"')
    asked.append(f'response.headers["Access-Control-Max-Age"] = "{wanted.max_age}"')
    rows = [
        f"ORIGINS = frozenset({py(wanted.origins)})",
        "",
        "",
        "def is_preflight(request):",
        '    return request.method == "OPTIONS" and '
        '"Access-Control-Request-Method" in request.headers',
        "",
        "",
        "@web.middleware",
        "async def preflights(request, handler):",
        "    return web.Response(status=204) if is_preflight(request) else await handler(request)",
        "",
        "",
        "async def cors(request, response):  # also called for errors",
        '    response.headers.add("Vary", "Origin")',
        '    origin = request.headers.get("Origin")',
        "    if origin not in ORIGINS:",
        "        return",
        *(f"    {row}" for row in both),
        "    if is_preflight(request):",
        *(f"        {row}" for row in asked),
        "",
        "",
        "app.middlewares.insert(0, preflights)",
        "app.on_response_prepare.append(cors)",
    ]
    return "from aiohttp import web\n\n" + wanted.remarks("#") + "\n".join(rows) + "\n"


def recognise(signature: Signature) -> Recognised | None:
    """It names itself."""
    if not NAMED.match(signature.get("server")):
        return None
    return shown("server", signature.get("server")), Confidence.CERTAIN


STACK = Stack(
    id="aiohttp",
    name="aiohttp",
    where="server",
    configure=configure,
    place="After `app = web.Application(...)`, before the application runs; take `aiohttp-cors` "
    "out.",
    traps="A middleware alone misses the 500 of an unhandled exception: the signal is what "
    "reaches it. `aiohttp-cors` misses 404 answers and sends no `Vary`.",
    versions="aiohttp 3",
    source="https://docs.aiohttp.org/en/stable/web_advanced.html#signals",
    recognise=recognise,
    special={
        "hidden-error-status": "The signal `on_response_prepare` reaches every answer, the 500 of "
        "an unhandled exception, too.",
        "errors-without-cors-headers": "The signal `on_response_prepare` reaches every answer; "
        "`aiohttp-cors` and plain middleware miss some.",
        "preflight-needs-login": "The first of `app.middlewares` is the outermost: it answers "
        "preflights before the login check.",
        "refused-by-cors-layer": "A 403 to a preflight is how `aiohttp-cors` refuses: replace it "
        "by this.",
        "missing-vary-origin": "`aiohttp-cors` sends no `Vary`: replace it by this.",
    },
)
