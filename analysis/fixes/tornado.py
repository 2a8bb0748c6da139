"""Tornado, by a mixin for its handlers."""

from __future__ import annotations

from ..finding import Confidence
from .model import Stack, Wanted, by_header, in_places, py


def configure(wanted: Wanted) -> str:
    """Default headers, which errors keep, and an answer to preflights."""
    both = ['self.set_header("Access-Control-Allow-Origin", origin)  # it is on the list']
    if wanted.credentials:
        both.append('self.set_header("Access-Control-Allow-Credentials", "true")')
    if wanted.expose:
        names = ", ".join(wanted.expose)
        both.append(f'self.set_header("Access-Control-Expose-Headers", "{names}")')
    asked = [f'self.set_header("Access-Control-Allow-Methods", "{", ".join(wanted.methods)}")']
    if wanted.headers:
        names = ", ".join(wanted.headers)
        asked.append(f'self.set_header("Access-Control-Allow-Headers", "{names}")')
    asked.append(f'self.set_header("Access-Control-Max-Age", "{wanted.max_age}")')
    rows = [
        f"ORIGINS = frozenset({py(wanted.origins)})",
        "",
        "",
        "class Cors:",
        '    """First base of every handler."""',
        "",
        "    def set_default_headers(self):",
        '        self.add_header("Vary", "Origin")',
        '        origin = self.request.headers.get("Origin")',
        "        if origin in ORIGINS:",
        *(f"            {row}" for row in both),
        "",
        "    def prepare(self):  # answers preflights, before the login checks of other bases",
        "        headers = self.request.headers",
        '        asks = "Access-Control-Request-Method" in headers',
        '        if self.request.method != "OPTIONS" or not asks:',
        "            return super().prepare()",
        '        if headers.get("Origin") in ORIGINS:',
        *(f"            {row}" for row in asked),
        "        self.set_status(204)",
        "        self.finish()",
        "",
        "",
        "class NotFound(Cors, ErrorHandler):",
        '    """What unknown URLs answer."""',
    ]
    head = "from tornado.web import ErrorHandler\n\n"
    last = 'default_handler_class=NotFound,\ndefault_handler_args={"status_code": 404},\n'
    return wanted.remarks("#") + in_places(
        "#",
        ("above the handlers", head + "\n".join(rows) + "\n"),
        ("among the arguments of Application", last),
        ("first among the bases of every handler", "Cors,\n"),
    )


STACK = Stack(
    id="tornado",
    name="Tornado",
    where="server",
    configure=configure,
    place="Above the handlers; name `Cors` first among each one's bases, also for those of "
    "`StaticFileHandler` and `RedirectHandler`.",
    traps="Headers set in `get` or `prepare` are lost when a handler fails; those of "
    "`set_default_headers` are not. A handler with a `set_default_headers` or `prepare` of its own "
    "must call `super()`.",
    versions="Tornado 6",
    source="https://www.tornadoweb.org/en/stable/web.html"
    "#tornado.web.RequestHandler.set_default_headers",
    recognise=by_header("server", "tornadoserver/", Confidence.CERTAIN),
    special={
        "preflight-needs-login": "The mixin's `prepare` answers preflights before that of a base "
        "class checks the login; a handler's own must call `super().prepare()` first, and stop if "
        "`self._finished`.",
        "preflight-bad-status": "Without a method `options` Tornado answers 405: the mixin "
        "answers before that.",
        "hidden-error-status": "`set_default_headers` runs again for errors, so they carry the "
        "headers, too.",
        "errors-without-cors-headers": "`set_default_headers` runs again for errors; unknown URLs "
        "need `default_handler_class`.",
    },
)
