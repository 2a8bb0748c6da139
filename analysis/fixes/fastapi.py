"""FastAPI and Starlette with `CORSMiddleware`."""

from __future__ import annotations

from ..finding import Confidence
from .model import Recognised, Signature, Stack, Wanted, py

DEFAULT_HEADERS = "Accept, Accept-Language, Content-Language, Content-Type"


def _arguments(wanted: Wanted) -> str:
    rows = [
        f"    allow_origins={py(wanted.origins)},",
        f"    allow_methods={py(wanted.methods)},",
        f"    allow_headers={py(wanted.headers)},",
    ]
    if wanted.expose:
        rows.append(f"    expose_headers={py(wanted.expose)},")
    if wanted.credentials:
        rows.append("    allow_credentials=True,")
    rows.append(f"    max_age={wanted.max_age},")
    return "\n".join(rows)


def configure(wanted: Wanted) -> str:
    """Around the whole application, so that a crash carries the headers, too."""
    return (
        "from starlette.middleware.cors import CORSMiddleware\n\n"
        + wanted.remarks("#")
        + "# last line of the module: around the whole application, errors included\n"
        + f"app = CORSMiddleware(\n    app,\n{_arguments(wanted)}\n)\n"
    )


TEXT = "text/plain; charset=utf-8"
REFUSALS = frozenset({"22", "23", "30", "31", "39"})
"""Lengths of `Disallowed CORS origin` and its likes."""
NOT_ALLOWED = "31"
"""Length of FastAPI's answer to a method that a path does not have."""
SERVERS = ("uvicorn", "hypercorn", "granian")


def recognise(signature: Signature) -> Recognised | None:
    """What its CORS middleware answers to preflights, or FastAPI to a wrong method."""
    if signature.get("access-control-allow-headers").startswith(DEFAULT_HEADERS):
        return f"`Access-Control-Allow-Headers: {DEFAULT_HEADERS}…`", Confidence.FIRM
    if signature.on_preflight and signature.get("content-type") == TEXT:
        if not signature.has("access-control-allow-methods"):
            return None
        if signature.status == 400 and signature.length in REFUSALS:
            return "a preflight refused with 400, as its CORS middleware does", Confidence.FIRM
        if signature.status == 200 and signature.length == "2":
            return "a preflight answered with 200 and two letters", Confidence.FIRM
    if signature.get("server").lower().startswith(SERVERS) and signature.status == 405:
        if signature.length == NOT_ALLOWED and signature.get("content-type") == "application/json":
            return "its 405 behind a Python server", Confidence.FIRM
    return None


STACK = Stack(
    id="fastapi",
    name="FastAPI / Starlette",
    where="server",
    configure=configure,
    place="After all routes and middleware are set up; run the wrapped `app`.",
    traps="With `app.add_middleware` instead, the 500 of an unhandled exception leaves without "
    "headers. The methods must be listed, GET and POST too. `Content-Type` is always allowed.",
    versions="Starlette 0.40 and newer",
    source="https://www.starlette.io/middleware/#corsmiddleware",
    recognise=recognise,
    special={
        "hidden-error-status": "An unhandled exception is answered outside of middleware added "
        "with `app.add_middleware`: wrapping the whole application, as here, cures that.",
        "refused-by-cors-layer": "Its 400 means that the origin, the method or a header is not in "
        "these lists; GET and POST must be listed, too.",
    },
)
