"""An API on the open network that lets in pages of a developer's machine."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..fetch.classify import JUDGED, Role
from ..fetch.headers import strip
from ..fetch.origin import Space, address_space, host_of, is_loopback
from ..finding import Confidence, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .accepted import is_public
from .exposure import OWASP, graded, told
from .lookalike import is_address
from .model import Example, Hit, Per, Rule, evidence, fetch
from .needed import ACAC, ACAO
from .say import call, code

_FOR_DEVELOPERS = re.compile(
    r"(?:^|[.-])(?:dev|develop(?:ment)?|test(?:ing)?|stag(?:e|ing)|stg|qa|uat|sandbox|preview|"
    r"local|demo)\d*(?=[.-]|$)"
)
"""Names of servers that are there for developers."""
_APPS = ("capacitor://", "ionic://")
"""What the pages of some mobile apps call themselves."""


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """The page is of this machine or of a private network, the API is not."""
    response, origin = seen.exchange.response, seen.exchange.origin
    if origin is None or strip(response.get(ACAO.lower()) or "") != origin:
        return
    what = kind_of(origin)
    host = seen.exchange.url.host
    if what is None or not is_public(host) or _FOR_DEVELOPERS.search(host):
        return
    credentials = strip(response.get(ACAC.lower()) or "") == "true"
    app = origin.startswith(_APPS)
    severity = graded(api, Severity.MEDIUM) if credentials and not app else Severity.LOW
    doubt = (
        "An app that is built so needs it; every other app that is built so has the same origin."
        if app
        else "That may be a developer's server, or the set-up of a test; in production any "
        "program that serves a page on the visitor's machine could use it."
    )
    yield Hit(
        seen,
        f"{code(api.api)}, on the open network, answered {call(seen)} for {code(origin)}, {what}"
        f"{', with credentials' if credentials else ''}. {doubt} "
        f"{told(api) if credentials else 'No cookies can be used for it.'}",
        (
            evidence(seen, "response", ACAO, "a development origin"),
            evidence(seen, "response", ACAC, "credentials", "related"),
            evidence(seen, "request", "Origin", "who asked", "related"),
        ),
        confidence=Confidence.TENTATIVE,
        confidence_why="that this server is in production is read from its name only",
        severity=severity,
        trusted=(origin,),
    )


def kind_of(origin: str) -> str | None:
    """What sort of development origin this is, in a few words; None: none."""
    if origin.startswith(_APPS):
        return "the origin of apps made with web views"
    if origin.startswith("file://"):
        return "the origin of files on a disk"
    host = host_of(origin)
    if is_loopback(host):
        return "a page of the visitor's own machine"
    if host.endswith((".local", ".test")):
        return "a name that is for tests only"
    if is_address(host) and address_space(host) is Space.LOCAL:
        return "an address of a private network"
    return None


RULE = Rule(
    id="development-origin-allowed",
    title="Programs on the visitor's own machine may read this API",
    kind=Kind.DANGEROUS,
    severity=Severity.MEDIUM,
    per=Per.API,
    since="0.1",
    why="Development origins left on the list of a production server trust whatever listens on "
    "that port of a visitor's machine, or whatever network the visitor happens to be in. Severity "
    "is medium with credentials, since a program or a device there must be hostile first, and low "
    "where cookies stay at home by `SameSite`, without credentials, and for the origins of mobile "
    "apps. A developer's machine is often just where we are looking from, so this is tentative, "
    "and servers whose names say that they are for developers are left alone.",
    fix="Give each environment a list of its own, and keep development origins out of production.",
    references=(fetch("cors-protocol-and-credentials"), OWASP),
    cwe=("CWE-942", "CWE-489"),
    example=Example(
        bad="""
        > GET https://api.example.com/orders
        > Origin: http://localhost:3000
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: http://localhost:3000
        < Access-Control-Allow-Credentials: true
        < Vary: Origin
        """,
        good="""
        > GET https://api-staging.example.com/orders
        > Origin: http://localhost:3000
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: http://localhost:3000
        < Access-Control-Allow-Credentials: true
        < Vary: Origin
        > GET https://api.example.test/orders
        > Origin: http://localhost:3000
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: http://localhost:3000
        < Access-Control-Allow-Credentials: true
        < Vary: Origin
        """,
    ),
    check_exchange=check,
    answers_with=("access-control-allow-origin",),
    roles=JUDGED | {Role.OTHER},
)
