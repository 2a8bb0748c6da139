"""The report as one HTML file: nothing is fetched, nothing captured is markup.

Autoescaping is on, undefined names are errors, and a content security policy with the
hashes of our one style and one script block makes even a missed escape harmless.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import jinja2
from markupsafe import Markup

from analysis.result import AuditResult

from .errors import Incomplete
from .escape import script_json
from .view import ROOM, Page, page

TEMPLATES = Path(__file__).parent / "templates"
MOST_BYTES = 1_450_000


def render(result: AuditResult) -> str:
    """The whole page, smaller than `MOST_BYTES` whatever the result holds.

    A page that comes out too large is made again with less room for its cards.

    Raises:
        Incomplete: a template is not there.
    """
    try:
        return _within_bounds(_environment(), result)
    except jinja2.TemplateNotFound as missing:
        raise Incomplete(str(missing.name)) from missing


def _within_bounds(environment: jinja2.Environment, result: AuditResult) -> str:
    room = ROOM
    while True:
        text = _print(environment, page(result, room))
        over = len(text.encode("utf-8")) - MOST_BYTES
        if over <= 0 or room <= 0:
            return text
        room -= over + over // 4


def _print(environment: jinja2.Environment, shown: Page) -> str:
    style = environment.get_template("style.css").render()
    script = environment.get_template("page.js").render()
    return environment.get_template("report.html.j2").render(
        page=shown,
        style_hash=_hash(style),
        script_hash=_hash(script),
        # The only text that is not escaped by jinja2: `script_json` has done it.
        data=Markup(script_json(shown.data)),
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"


def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES, encoding="utf-8"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        newline_sequence="\n",
    )
