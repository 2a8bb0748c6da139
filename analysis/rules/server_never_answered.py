"""No answer: not a matter of CORS, whatever the console says."""

from __future__ import annotations

from collections.abc import Iterator

from ..fetch.classify import Role
from ..finding import Expectation, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged
from .cause import cause
from .model import Example, Hit, Per, Rule, evidence, mdn
from .needed import STATUS
from .say import began, code

CAUSES = (
    (("certificate", "tls", "ssl", "handshake"), "The TLS connection to it failed: its "
     "certificate, or the protocol, was refused."),
    (("name or service", "nodename", "getaddrinfo", "dns", "name resolution"),
     "Its host name is not known: check the spelling, and the DNS."),
    (("refused", "connect call failed"), "Nothing listens at that host and port: is the server "
     "running?"),
    (("timed out", "timeout"), "It did not answer in time."),
    (("closed", "reset", "disconnect", "eof"), "It closed the connection in the middle of the "
     "exchange."),
)  # fmt: skip
"""Words in the proxy's error text, and what they mean."""


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """The proxy could not get a whole answer, and it was not the browser that went away."""
    if cause(seen) != RULE.id:
        return
    lost = seen.exchange.lost or ""
    what = next((text for words, text in CAUSES if any(w in lost.lower() for w in words)), "")
    half = "the preflight" if seen.node.role is Role.PREFLIGHT else "the call"
    yield Hit(
        seen,
        f"{began(seen)}. No complete answer to {half} came back: the proxy noted {code(lost)}. "
        f"{what}{' ' if what else ''}This is not a CORS problem. The console may speak of a "
        "missing header, since the proxy's own error page has none.",
        (evidence(seen, "response", None, "no answer"),),
        (Expectation(STATUS, None, "an answer"),),
    )


RULE = Rule(
    id="server-never-answered",
    title="The server did not answer, which browsers may report as a CORS error",
    kind=Kind.BROKEN,
    severity=Severity.HIGH,
    per=Per.ENDPOINT,
    since="0.1",
    why="Refused connections, unknown hosts, bad certificates and crashes leave the page with "
    "`Failed to fetch`, the same words as for CORS. Nothing in a CORS configuration helps. "
    "Severity is high because the call fails; calls that the browser itself gave up are left out.",
    fix="Make the server reachable (host, port, certificate, process); leave the CORS "
    "configuration alone.",
    references=(mdn("CORSDidNotSucceed"),),
    example=Example(
        bad="""
        > GET https://api.example.com/products
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        ! [Errno 111] Connect call failed ('192.0.2.1', 443)
        """,
        good="""
        > GET https://api.example.com/products
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        ! Client disconnected.
        """,
    ),
    check_exchange=check,
    server_fix=False,
)
