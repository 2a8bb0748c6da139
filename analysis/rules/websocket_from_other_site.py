"""WebSockets opened by pages of other sites, in the visitor's name."""

from __future__ import annotations

from collections.abc import Iterator

from ..fetch.classify import Role
from ..finding import Confidence, Kind, Severity
from ..session.facts import ApiFacts, from_other_site
from ..session.judge import Judged
from ..session.trust import parties
from .model import Example, Hit, Per, Rule, evidence
from .say import code, listed


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """Accepted with a cookie for pages that do not belong together, and nobody was refused."""
    exchange, page = seen.exchange, seen.node.page
    if exchange.status != 101 or not exchange.cookies or page is None or page == "null":
        return
    if len(api.sockets) < 2 or not from_other_site(seen):
        return
    others = parties((origin for origin, taken in api.sockets if taken), api.api)
    if len(others) < 2 or any(not taken for _, taken in api.sockets):
        return
    yield Hit(
        seen,
        f"{code(page)} opened a WebSocket to {code(f'{api.api}{exchange.url.path}')}, the "
        "visitor's cookie went along, and the server took it (101). It did so for "
        f"{listed(others)}, which do not belong together, and refused none. CORS does not hold "
        "for WebSockets: a server that does not look at `Origin` itself lets any website listen "
        "and speak in the visitor's name.",
        (
            evidence(seen, "request", "Origin", "a page of another site"),
            evidence(seen, "request", "Cookie", "the visitor's cookie", "related"),
            evidence(seen, "response", None, "101: taken", "related"),
        ),
        confidence=Confidence.TENTATIVE,
        confidence_why="a list that holds these pages, or a login inside the socket, is possible",
        trusted=(page,),
    )


RULE = Rule(
    id="websocket-from-other-site",
    title="Any website may be able to open this WebSocket in a visitor's name",
    kind=Kind.DANGEROUS,
    severity=Severity.MEDIUM,
    per=Per.API,
    since="0.1",
    why="Browsers open WebSockets to any server for any page, and send the cookies along that "
    "`SameSite` lets travel. Only the server can refuse, by looking at `Origin` in the handshake. "
    "One page of another site proves nothing, it may be on a list; so this speaks up only when "
    "pages that do not belong together were taken and none was refused. Severity is medium: what "
    "is said in the socket, and whether it asks for a login of its own, is not looked at.",
    fix="Compare `Origin` in the handshake with an exact list, and refuse the others with 403.",
    references=(
        "https://www.rfc-editor.org/rfc/rfc6455#section-10.2",
        "https://portswigger.net/web-security/websockets/cross-site-websocket-hijacking",
    ),
    cwe=("CWE-1385", "CWE-346"),
    example=Example(
        bad="""
        > GET https://api.example.com/live
        > Origin: https://app.example.com
        > Upgrade: websocket
        > Connection: Upgrade
        > Sec-WebSocket-Version: 13
        > Cookie: session=1
        < 101
        < Upgrade: websocket
        > GET https://api.example.com/live
        > Origin: https://prizes.example.net
        > Upgrade: websocket
        > Connection: Upgrade
        > Sec-WebSocket-Version: 13
        > Cookie: session=1
        < 101
        < Upgrade: websocket
        """,
        good="""
        > GET https://api.example.com/live
        > Origin: https://app.example.com
        > Upgrade: websocket
        > Connection: Upgrade
        > Sec-WebSocket-Version: 13
        > Cookie: session=1
        < 101
        < Upgrade: websocket
        # A page of another site, without the visitor's cookie.
        > GET https://api.example.com/live
        > Origin: https://prizes.example.net
        > Upgrade: websocket
        > Connection: Upgrade
        > Sec-WebSocket-Version: 13
        < 101
        < Upgrade: websocket
        """,
    ),
    check_exchange=check,
    roles=frozenset({Role.WEBSOCKET}),
    server_fix=False,
)
