"""A redirect to an address that is not http or https."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Expectation, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .cause import cause
from .model import Example, Hit, Per, Rule, evidence, fetch
from .say import called, code


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """`Location: myapp://…`."""
    if cause(seen) != RULE.id:
        return
    scheme = seen.exchange.location_scheme or ""
    yield Hit(
        seen,
        f"{called(seen)} and was redirected ({seen.exchange.status}) to an address of scheme "
        f"{code(scheme)}. Script can be redirected to http and https only, so the browser stopped "
        "there. The page cannot read the answer.",
        (evidence(seen, "response", "Location", "no web address"),),
        (Expectation("Location", f"{scheme}:…", "an https URL, or status 200"),),
    )


RULE = Rule(
    id="redirect-off-the-web",
    title="The API redirects to an address that script cannot follow",
    kind=Kind.BROKEN,
    severity=Severity.HIGH,
    per=Per.ENDPOINT,
    since="0.1",
    why="Redirects into an app (`myapp://`), or to a file server, work when a person clicks a "
    "link. A call made by script ends there, and the console speaks of CORS. Severity is high "
    "because the call cannot succeed.",
    fix="Answer API calls with the address in the body instead of redirecting to it, and let the "
    "page open it as a link.",
    references=(fetch("http-redirect-fetch"), fetch("concept-scheme-fetch")),
    example=Example(
        bad="""
        > GET https://api.example.com/open
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 302
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        < Location: myapp://open/42
        """,
        good="""
        > GET https://api.example.com/open
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        """,
    ),
    check_exchange=check,
    server_fix=False,
)
