"""Allow-Origin and Allow-Credentials: every value x credentials x actual or preflight."""

from __future__ import annotations

from collections.abc import Iterator

from ..answers import NO_STORE, Answer, policy
from ..case import Case
from .tools import MODES, ask, get, lines

ACAO, ACAC = "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials"
CORE = {"missing", "exact", "star", "null", "slash", "twice", "empty", "empty-and-exact", "other"}

ORIGINS: tuple[tuple[str, str | tuple[str, ...]], ...] = (
    ("missing", ()),
    ("exact", "{page}"),
    ("star", "*"),
    ("null", "null"),
    ("null-upper", "NULL"),
    ("other", "https://other.test"),
    ("other-scheme", "http://app.test"),
    ("other-port", "https://app.test:8443"),
    ("subdomain", "https://www.app.test"),
    ("slash", "{page}/"),
    ("path", "{page}/page"),
    ("default-port", "{page}:443"),
    ("upper-host", "https://APP.test"),
    ("upper-scheme", "HTTPS://app.test"),
    ("host-only", "app.test"),
    ("no-scheme", "//app.test"),
    ("host-wildcard", "https://*.test"),
    ("bare-wildcard", "*.test"),
    ("port-wildcard", "https://app.test:*"),
    ("double-star", "**"),
    ("list-comma", "{page}, https://other.test"),
    ("list-space", "{page} https://other.test"),
    ("trailing-comma", "{page},"),
    ("trailing-semicolon", "{page};"),
    ("quoted", '"{page}"'),
    ("empty", ""),
    ("undefined", "undefined"),
    ("true", "true"),
    ("regex", "https://(app|www).test"),
    ("scheme-only", "https://"),
    ("file", "file://"),
    ("localhost", "localhost:3000"),
    ("bad-port", "https://app.test:99999"),
    ("non-ascii", "https://äpp.test"),
    ("spaces", "  {page}  "),
    ("tabs", "\t{page}\t"),
    ("star-space", " * "),
    ("twice", ("{page}", "{page}")),
    ("star-twice", ("*", "*")),
    ("star-and-exact", ("*", "{page}")),
    ("exact-and-other", ("{page}", "https://other.test")),
    ("empty-and-exact", ("", "{page}")),
    ("exact-and-empty", ("{page}", "")),
)

CREDENTIALS: tuple[tuple[str, str | tuple[str, ...]], ...] = (
    ("missing", ()),
    ("true", "true"),
    ("True", "True"),
    ("TRUE", "TRUE"),
    ("1", "1"),
    ("yes", "yes"),
    ("false", "false"),
    ("quoted", '"true"'),
    ("empty", ""),
    ("spaces", "  true "),
    ("list", "true, true"),
    ("twice", ("true", "true")),
    ("empty-and-true", ("", "true")),
    ("star", "*"),
)


def cases() -> Iterator[Case]:
    """Both tables, on the actual response and on the preflight."""
    allowed = (("Access-Control-Allow-Methods", "PUT"), ("Access-Control-Max-Age", "0"))
    for name, values in ORIGINS:
        for mode, options in MODES:
            headers = lines(ACAO, values) + lines(ACAC, "true")
            hard = 17 if name == "empty-and-exact" else None
            core = name in CORE
            yield Case(
                f"allow-origin/{name}-{mode}",
                (get(Answer(headers=headers + NO_STORE), **options),),
                hard=hard,
                core=core,
            )
            yield Case(
                f"allow-origin/preflight-{name}-{mode}",
                (ask(Answer(204, headers + allowed), **options),),
                hard=hard,
                core=core and mode == "credentialed",
            )
    for name, values in CREDENTIALS:
        for mode, options in MODES[::-1] if name in ("missing", "False") else MODES[1:]:
            headers = policy("{page}") + lines(ACAC, values)
            core = name in ("missing", "True")
            yield Case(
                f"allow-credentials/{name}-{mode}",
                (get(Answer(headers=headers + NO_STORE), **options),),
                core=core,
            )
            yield Case(
                f"allow-credentials/preflight-{name}-{mode}",
                (ask(Answer(204, headers + allowed), **options),),
                core=core,
            )
    for status in (201, 204, 400, 401, 403, 404, 418, 500, 503):
        for name, headers in (("readable", policy("{page}")), ("hidden", ())):
            yield Case(
                f"error-status/{status}-{name}",
                (get(Answer(status, headers + NO_STORE)),),
                core=status in (204, 404, 500),
            )
    for casing in ("access-control-allow-origin", "ACCESS-CONTROL-ALLOW-ORIGIN"):
        for name, values in (("once", ("{page}",)), ("twice", ("{page}", "{page}"))):
            yield Case(
                f"allow-origin/{casing[:6]}-case-name-{name}",
                (get(Answer(headers=lines(casing, values))),),
            )
