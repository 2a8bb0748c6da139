"""A redirect to a URL with a user name in it."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Expectation, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .cause import cause
from .model import Example, Hit, Per, Rule, evidence, fetch
from .say import called, code


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """`Location: https://user:password@…`."""
    target = seen.exchange.location
    if cause(seen) != RULE.id or target is None:
        return
    yield Hit(
        seen,
        f"{called(seen)} and was redirected ({seen.exchange.status}) to {code(target.text)} with a "
        "user name or password in the URL. Browsers do not follow such a redirect of a "
        "cross-origin call. The second request was never sent.",
        (evidence(seen, "response", "Location", "user name in the URL"),),
        (Expectation("Location", "a URL with user name or password", target.text),),
    )


RULE = Rule(
    id="redirect-with-userinfo",
    title="The API redirects to a URL with a password in it, which browsers refuse",
    kind=Kind.BROKEN,
    severity=Severity.HIGH,
    per=Per.ENDPOINT,
    since="0.1",
    why="A user name or password in a URL ends up in logs and histories, and browsers refuse to "
    "follow a cross-origin redirect to one. Severity is high because the call fails, and because "
    "a password has left the server in a header.",
    fix="Redirect to the URL without user name and password; send a token in a header, or let "
    "the server fetch the target itself. Change the password that was sent.",
    references=(fetch("http-redirect-fetch"),),
    cwe=("CWE-522",),
    example=Example(
        bad="""
        > GET https://api.example.com/export
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 302
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        < Location: https://reader:FAKE-SECRET@files.example.com/export
        """,
        good="""
        > GET https://api.example.com/export
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 302
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        < Location: https://api.example.com/files/export
        > GET https://api.example.com/files/export
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
