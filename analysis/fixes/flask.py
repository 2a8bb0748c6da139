"""Flask with Flask-CORS."""

from __future__ import annotations

from ..finding import Confidence
from .model import Stack, Wanted, by_header, py


def configure(wanted: Wanted) -> str:
    """One call for the whole application."""
    rows = [
        f"    origins={py(wanted.origins)},",
        f"    methods={py(wanted.methods)},",
        f"    allow_headers={py(wanted.headers)},",
    ]
    if wanted.expose:
        rows.append(f"    expose_headers={py(wanted.expose)},")
    if wanted.credentials:
        rows.append("    supports_credentials=True,")
    rows += [f"    max_age={wanted.max_age},", "    vary_header=True,"]
    code = "# pip install flask-cors\nfrom flask_cors import CORS\n\n" + wanted.remarks("#")
    code += "CORS(\n    app,\n" + "\n".join(rows) + "\n)\n"
    if len(wanted.origins) == 1:
        code += (
            "\n\n@app.after_request\n"
            "def vary_by_origin(response):  # Flask-CORS leaves it out for a single origin\n"
            '    response.vary.add("Origin")\n'
            "    return response\n"
        )
    return code


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
    recognise=by_header("server", "werkzeug", Confidence.FIRM),
    special={
        "preflight-needs-login": "In a `before_request` login check return early when "
        '`request.method == "OPTIONS"`.',
    },
)
