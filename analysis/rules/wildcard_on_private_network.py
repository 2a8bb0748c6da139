"""A server of a private network, or of this machine, that public pages may read."""

from __future__ import annotations

from collections.abc import Iterator

from ..fetch.headers import strip
from ..fetch.origin import address_space, host_of
from ..finding import Confidence, Kind, Severity
from ..session.facts import ApiFacts
from ..session.judge import Judged, proxy_answered
from ..session.trust import parties, refused
from .accepted import accepted, is_public
from .exposure import OWASP
from .local_network_target import WHERE
from .model import Example, Hit, Per, Rule, evidence, fetch
from .needed import ACAO
from .say import call, code


def check(seen: Judged, api: ApiFacts) -> Iterator[Hit]:
    """The page is public, the server is not, and anybody is let in."""
    where = WHERE.get(address_space(seen.exchange.url.host))
    page = host_of(seen.node.page or "")
    if where is None or seen.blocked or not page or not is_public(page):
        return
    if seen.exchange.status is None or proxy_answered(seen.exchange):
        return
    allowed = strip(seen.exchange.response.get(ACAO.lower()) or "")
    if allowed == "*":
        says = f"says {code(f'{ACAO}: *')}"
        confidence, why = Confidence.FIRM, "where the server is, is read from its name"
        trusted: tuple[str, ...] = ("*",)
    elif allowed == seen.node.origin and len(others := api.once(public_strangers)) > 1:
        says = "repeats the origin of whatever page asks"
        confidence, why = Confidence.TENTATIVE, "a list that holds these pages is possible"
        trusted = tuple(others)
    else:
        return
    yield Hit(
        seen,
        f"{code(seen.node.page or '')}, a page on the open network, called {call(seen)} of "
        f"{code(api.api)}, which is on {where} and {says}. So any website that the user opens can "
        "read this, from inside. Chrome 142 and later ask the user first; other browsers let it "
        "pass.",
        (
            evidence(seen, "response", ACAO, "everybody may read"),
            evidence(seen, "request", "Origin", "a public page", "related"),
        ),
        confidence=confidence,
        confidence_why=why,
        trusted=trusted,
    )


def public_strangers(api: ApiFacts) -> list[str]:
    """One origin of each public site that was named; none when somebody was refused."""
    if api.once(refused):
        return []
    return parties((a.origin for a in api.once(accepted) if is_public(a.host)), api.api)


RULE = Rule(
    id="wildcard-on-private-network",
    title="Any website can look into this network by way of its visitor's browser",
    kind=Kind.DANGEROUS,
    severity=Severity.MEDIUM,
    per=Per.API,
    since="0.1",
    why="Servers on a private network, or on one's own machine, often ask for no login: being "
    "there is the login. A browser is there, too, and calls for every page that it shows. Where "
    "such a server lets in everybody, each website reads it without a cookie. Severity is medium: "
    "what it gives away is not known here, and some browsers ask the user first. Pages of the "
    "same machine or network are left alone, and so is a server that lets in one page by name.",
    fix="Name the one page that needs it, or none, and ask for a login there, too.",
    references=(
        fetch("http-access-control-allow-origin"),
        "https://wicg.github.io/local-network-access/",
        OWASP,
    ),
    cwe=("CWE-942", "CWE-668"),
    covers=("reflected-origin", "wildcard-for-public-content", "wildcard-on-private-data"),
    example=Example(
        bad="""
        > GET http://192.168.1.20/devices
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: *
        """,
        good="""
        # Pages of the developer's own machine.
        > GET http://127.0.0.1:8080/devices
        > Origin: http://localhost:3000
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: *
        > GET http://127.0.0.1:8080/devices
        > Origin: http://app.test
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: *
        # A helper program that lets in the one page that it belongs to.
        > GET http://127.0.0.1:8631/status
        > Origin: https://app.example.com
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://app.example.com
        < Vary: Origin
        """,
    ),
    check_exchange=check,
    answers_with=("access-control-allow-origin",),
)
