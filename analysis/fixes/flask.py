"""Flask with Flask-CORS."""

from __future__ import annotations

from ..finding import Confidence
from .model import Recognised, Signature, Stack, Wanted, py, shown

PREFLIGHTS = """

@app.before_request
def answer_preflights():  # before any login check; Flask-CORS adds the headers
    if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
        return "", 204
"""
VARY = """

@app.after_request
def vary_by_origin(response):  # Flask-CORS leaves it out for a single origin
    response.vary.add("Origin")
    return response
"""


def configure(wanted: Wanted) -> str:
    """One call for the whole application, and what Flask-CORS leaves out."""
    rows = [
        f"    origins={py(wanted.origins)},",
        f"    methods={py(wanted.methods)},",
        f"    allow_headers={py(wanted.headers)},",
    ]
    if wanted.expose:
        rows.append(f"    expose_headers={py(wanted.expose)},")
    if wanted.credentials:
        rows.append("    supports_credentials=True,")
    rows.append(f"    max_age={wanted.max_age},")
    return (
        "# pip install flask-cors\nfrom flask import request\nfrom flask_cors import CORS\n\n"
        + wanted.remarks("#")
        + "CORS(\n    app,\n"
        + "\n".join(rows)
        + "\n)\n"
        + PREFLIGHTS
        + (VARY if len(wanted.origins) == 1 else "")
    )


METHODS = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"
"""What Flask-CORS allows by default."""


def recognise(signature: Signature) -> Recognised | None:
    """Its development server, or Flask-CORS answering a preflight."""
    server = signature.get("server")
    if server.startswith("Werkzeug/"):
        return shown("server", server), Confidence.FIRM
    if signature.get("access-control-allow-methods") == METHODS and signature.get("allow"):
        return f"`Access-Control-Allow-Methods: {METHODS}` beside `Allow`", Confidence.FIRM
    return None


STACK = Stack(
    id="flask",
    name="Flask (flask-cors)",
    where="server",
    configure=configure,
    place="Right after `app = Flask(...)`, before login checks in `before_request`.",
    traps="Without `origins` it repeats every origin. Strings with regex characters are taken "
    "for regular expressions without an end: anchor them.",
    versions="Flask 3, Flask-CORS 6",
    source="https://flask-cors.readthedocs.io/en/latest/configuration.html",
    recognise=recognise,
    special={
        "preflight-needs-login": "`before_request` functions run in the order in which they "
        "stand: `answer_preflights` must come before the login check.",
    },
)
