"""An accepted origin at a place where anybody can put a page."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from ..fetch.origin import host_of
from ..fetch.site import knows_suffixes, registrable_domain, shared_suffix
from ..finding import Confidence, Kind, Severity
from ..session.facts import ApiFacts
from .accepted import Accepted, accepted, lookalikes, reflects_without_credentials
from .exposure import OWASP, graded, told
from .model import Example, Hit, Per, Rule, evidence, fetch
from .needed import ACAC, ACAO
from .say import call, code, listed

PLAYGROUNDS = frozenset(
    {
        "cdpn.io",
        "codepen.io",
        "jsbin.com",
        "jsfiddle.net",
        "jshell.net",
        "liveweave.com",
        "playcode.io",
        "plnkr.co",
    }
)
"""Domains on whose hosts the code of all their users runs."""
BUCKETS = frozenset({"s3.amazonaws.com", "storage.googleapis.com"})
"""Hosts that serve the files of all their customers."""
HOSTERS = (
    "azurewebsites.net",
    "cloudfront.net",
    "firebaseapp.com",
    "fly.dev",
    "github.io",
    "gitlab.io",
    "glitch.me",
    "herokuapp.com",
    "netlify.app",
    "ngrok-free.app",
    "ngrok.io",
    "onrender.com",
    "pages.dev",
    "railway.app",
    "s3.amazonaws.com",
    "surge.sh",
    "vercel.app",
    "web.app",
    "workers.dev",
)
"""What is known where the public suffix list is not at hand."""
_WORDS = re.compile(r"[a-z]{3,}")


def check(api: ApiFacts) -> Iterator[Hit]:
    """By itself a playground; by a second, unrelated name a hoster's suffix."""
    own = registrable_domain(host_of(api.api))
    every = [each for each in api.once(accepted) if each.origin not in api.once(lookalikes)]
    plain_echo = reflects_without_credentials(api)
    named: dict[str, list[Accepted]] = defaultdict(list)
    for each in every:
        if plain_echo and not each.credentials:
            continue
        if _is_everybody_s(each.host):
            yield _of_everybody(api, each)
        elif registrable_domain(each.host) != own and (suffix := hoster(each.host)) is not None:
            named[suffix].append(each)
    for suffix, found in sorted(named.items()):
        names = sorted({_name(each.host, suffix) for each in found})
        if len(names) > 1:
            yield from (_of_many(api, each, suffix, names) for each in found)
        elif len({registrable_domain(each.host) for each in every}) > 1:
            yield from (_of_one(api, each, suffix) for each in found if each.credentials)


def hoster(host: str) -> str | None:
    """The suffix that lends out this host's name; None when the name is its owner's."""
    if knows_suffixes():
        return shared_suffix(host)
    return next((each for each in HOSTERS if host.endswith(f".{each}")), None)


def is_shared(host: str) -> bool:
    """May anybody put a page on this host, or on one beside it?"""
    return _is_everybody_s(host) or hoster(host) is not None


def _is_everybody_s(host: str) -> bool:
    return host in BUCKETS or registrable_domain(host) in PLAYGROUNDS


def _name(host: str, suffix: str) -> str:
    return host.removesuffix(f".{suffix}").rpartition(".")[2]


def _of_everybody(api: ApiFacts, each: Accepted) -> Hit:
    return _hit(
        api,
        each,
        f"Everybody's code runs on {code(each.host)}, so this lets in whoever writes a page there.",
        Confidence.FIRM,
        "the name was let in; whose code runs there is known of the service",
        graded(api, Severity.HIGH) if each.credentials else Severity.LOW,
    )


def _of_many(api: ApiFacts, each: Accepted, suffix: str, names: list[str]) -> Hit:
    kin = bool(set.intersection(*(set(_WORDS.findall(name)) for name in names)))
    if kin:
        text = "Their names are akin, as those of one owner's versions are."
        severity = Severity.LOW
    else:
        text = "Their names have nothing in common, so it may let in every name there."
        severity = graded(api, Severity.HIGH) if each.credentials else Severity.LOW
    shown = listed(f"{name}.{suffix}" for name in names)
    return _hit(
        api,
        each,
        f"Anybody can have a name below {code(suffix)}, and {shown} are let in. {text}",
        Confidence.TENTATIVE,
        "a list that holds these names looks the same",
        severity,
    )


def _of_one(api: ApiFacts, each: Accepted, suffix: str) -> Hit:
    return _hit(
        api,
        each,
        f"Anybody can have a name below {code(suffix)}. One exact name is as safe as its owner: "
        "when it is given up, somebody else can take it.",
        Confidence.TENTATIVE,
        "whose name it is cannot be seen",
        Severity.LOW,
    )


def _hit(
    api: ApiFacts, each: Accepted, text: str, confidence: Confidence, why: str, severity: Severity
) -> Hit:
    seen = each.example
    data = " with credentials" if each.credentials else ""
    return Hit(
        seen,
        f"{code(api.api)} answered {call(seen)} for {code(each.origin)}{data}. {text} {told(api)}",
        (
            evidence(seen, "response", ACAO, "a name at a shared host"),
            evidence(seen, "response", ACAC, "credentials", "related"),
        ),
        confidence=confidence,
        confidence_why=why,
        severity=severity,
        trusted=(each.origin,),
    )


RULE = Rule(
    id="shared-hosting-origin-allowed",
    title="Anybody with an account at a hosting service may be able to read this API",
    kind=Kind.DANGEROUS,
    severity=Severity.HIGH,
    per=Per.API,
    since="0.1",
    why="Hosting services and code playgrounds give names, or a place on their own, to everybody. "
    "A pattern such as `*.netlify.app`, meant for one's own test versions, lets in every customer "
    "of the service. Severity is high with credentials where unrelated names of one service were "
    "let in, or a place where all users' code runs (medium where cookies stay at home by "
    "`SameSite`); low where names are akin, or one exact name stands beside others; low without "
    "credentials, when it is little worse than `*`. One exact name that is all the API serves is "
    "left alone.",
    fix="Serve the page from a domain of your own, or list the exact name and take it off the list "
    "when you give it up.",
    references=(fetch("cors-protocol-and-credentials"), "https://publicsuffix.org/", OWASP),
    cwe=("CWE-942", "CWE-346"),
    covers=("third-party-origin-allowed",),
    example=Example(
        bad="""
        > GET https://api.example.com/orders
        > Origin: https://codepen.io
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://codepen.io
        < Access-Control-Allow-Credentials: true
        < Vary: Origin
        """,
        good="""
        # The front end itself lives there, and nobody else is let in.
        > GET https://api.example.com/orders
        > Origin: https://example-shop.netlify.app
        > Sec-Fetch-Mode: cors
        < 200
        < Access-Control-Allow-Origin: https://example-shop.netlify.app
        < Access-Control-Allow-Credentials: true
        < Vary: Origin
        """,
    ),
    check_api=check,
)
