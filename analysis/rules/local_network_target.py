"""A public page that calls this machine or the private network."""

from __future__ import annotations

from collections.abc import Iterator

from ..fetch.classify import JUDGED, Role
from ..fetch.origin import Space, address_space, host_of
from ..finding import Confidence, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .model import Example, Hit, Per, Rule, evidence
from .say import call, code

WHERE = {Space.LOOPBACK: "this very machine", Space.LOCAL: "the private network"}


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """The page's host is public, the server's is not."""
    space = address_space(seen.exchange.url.host)
    page = host_of(seen.node.page or "")
    if space is Space.PUBLIC or not page or address_space(page) is not Space.PUBLIC:
        return
    yield Hit(
        seen,
        f"{code(seen.node.page or '')} called {call(seen)} of {code(api.api)}, which is on "
        f"{WHERE[space]}. Behind this proxy the request went through. Without it Chrome 142 and "
        "later first ask the user for leave, and a refusal looks like a CORS error although "
        "nothing was sent.",
        (evidence(seen, "request", "Origin", "a public page"),),
        confidence=Confidence.FIRM,
        confidence_why="the addresses are known by name only; what the user would answer is not",
    )


RULE = Rule(
    id="local-network-target",
    title="Without the proxy, Chrome asks the user before this call",
    kind=Kind.NOTE,
    severity=Severity.INFO,
    per=Per.PAGE,
    since="0.1",
    why="A page from the open network that calls a server on the visitor's machine or network "
    "needs the visitor's permission (Local Network Access), and a secure page to ask for it. An "
    "explicit proxy hides this: to the browser every address is the proxy's. So a capture shows "
    "calls as working that fail for users. The header `Access-Control-Allow-Private-Network` "
    "belonged to a plan that was given up, and changes nothing.",
    fix="Serve the page from the same network, or have it ask for the permission from an https "
    "page and say what to do when it is refused.",
    references=(
        "https://wicg.github.io/local-network-access/",
        "https://developer.chrome.com/blog/local-network-access",
    ),
    example=Example(
        bad="""
        > GET http://127.0.0.1:8631/status
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        > Sec-Fetch-Site: cross-site
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        """,
        good="""
        # Both ends on the developer's machine.
        > GET http://127.0.0.1:8631/status
        > Origin: http://localhost:3000
        > Sec-Fetch-Mode: cors
        > Sec-Fetch-Site: cross-site
        < 200
        < Access-Control-Allow-Origin: http://localhost:3000
        < Vary: Origin
        """,
    ),
    check_exchange=check,
    roles=JUDGED | {Role.NO_CORS},
    server_fix=False,
)
