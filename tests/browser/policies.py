"""Typical CORS policies, each seen by an honest front end and by pages of all sorts.

A policy is a function from who asks to the headers of the answer. `cases` turns each into a
little session on a host of its own, so that one recording holds them all, and `EXPECTED` says
what an audit must find there, and that it may call nothing else dangerous.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .answers import Answer, Reply, policy
from .case import Case, Step
from .places import HOSTS

APP = "https://app.test"
LISTED = (APP, "https://app.lab.test")
HONEST = (("app", "https"),)
MIXED = (
    ("app", "https"),
    ("lab", "https"),
    ("other", "https"),
    ("app", "http"),
    ("longer", "https"),
    ("suffixed", "https"),
    ("sub1", "https"),
    ("sub2", "https"),
    ("sub3", "https"),
)
"""Pages: (place, scheme)."""
VARY = (("Vary", "Origin"),)
COOKIE = (("Set-Cookie", "sid=0123456789; SameSite=None; Secure; Path=/"),)


@dataclass(frozen=True, slots=True)
class Ask:
    """Who asks for what."""

    origin: str
    method: str = "GET"
    preflight: bool = False
    cookie: bool = False
    error: bool = False


Policy = Callable[[Ask], Answer]


def grant(ask: Ask, origin: str | None, credentials: bool = True, vary: bool = True) -> Answer:
    """An answer that names this origin, or none."""
    acac = "true" if credentials and origin else None
    if ask.preflight:
        headers = policy(origin, acac, acam="PUT", acah="content-type", acma="0")
        return Answer(204, headers + (VARY if vary else ()))
    return Answer(500 if ask.error else 200, policy(origin, acac) + (VARY if vary else ()))


def listed(ask: Ask) -> Answer:
    """An exact list."""
    return grant(ask, ask.origin if ask.origin in LISTED else None)


def echo(ask: Ask) -> Answer:
    """Whoever asks, with credentials."""
    return grant(ask, ask.origin)


def echo_anonymous(ask: Ask) -> Answer:
    """Whoever asks, without credentials."""
    return grant(ask, ask.origin, credentials=False)


def null_too(ask: Ask) -> Answer:
    """A list that holds `null`."""
    return grant(ask, ask.origin if ask.origin in (*LISTED, "null") else None)


def http_too(ask: Ask) -> Answer:
    """A list that does not look at the scheme."""
    return grant(ask, ask.origin if ask.origin.replace("http:", "https:") in LISTED else None)


def ends_with(ask: Ask) -> Answer:
    """Anything whose name ends like the page's."""
    return grant(ask, ask.origin if ask.origin.endswith("app.test") else None)


def begins_with(ask: Ask) -> Answer:
    """Anything that begins like the page's origin."""
    return grant(ask, ask.origin if ask.origin.startswith(APP) else None)


def without_vary(ask: Ask) -> Answer:
    """An exact list that caches are not told of."""
    kept = (("Cache-Control", "public, max-age=60"),)
    return grant(ask, ask.origin if ask.origin in LISTED else None, vary=False).plus(*kept)


def doubled(ask: Ask) -> Answer:
    """Two layers, each with the header of its own."""
    return listed(ask).plus(("Access-Control-Allow-Origin", APP))


def options_refused(ask: Ask) -> Answer:
    """A server that does not know the method OPTIONS."""
    return Answer(405, (("Allow", "GET, PUT"),)) if ask.preflight else listed(ask)


def bare_errors(ask: Ask) -> Answer:
    """Errors that leave from outside the CORS layer."""
    return Answer(500) if ask.error else listed(ask)


def by_cookie(ask: Ask) -> Answer:
    """`*` to strangers, an echo to whoever has a cookie."""
    return echo(ask) if ask.cookie else grant(ask, "*")


def by_method(ask: Ask) -> Answer:
    """Writing is open to everybody, reading to nobody."""
    writes = ask.method != "GET"
    return echo(ask) if writes else grant(ask, None)


def constant(ask: Ask) -> Answer:
    """The same origin, whoever asks."""
    return grant(ask, APP, vary=False)


def star(ask: Ask) -> Answer:
    """Everybody, without credentials."""
    return grant(ask, "*", credentials=False, vary=False)


def star_with_credentials(ask: Ask) -> Answer:
    """What no browser accepts."""
    return grant(ask, "*", vary=False)


def subdomains(ask: Ask) -> Answer:
    """The site and all that is below it."""
    own = ask.origin == APP or ask.origin.endswith(".app.test")
    return grant(ask, ask.origin if own and ask.origin.startswith("https:") else None)


@dataclass(frozen=True, slots=True)
class Expected:
    """Rules that an audit must show, by front end; it may call nothing else dangerous."""

    honest: frozenset[str] = frozenset()
    mixed: frozenset[str] = frozenset()
    tolerated: frozenset[str] = frozenset()
    """Of the mixed session: also right, if it says so."""


def _expect(honest: str = "", mixed: str = "", tolerated: str = "") -> Expected:
    return Expected(*(frozenset(text.split()) for text in (honest, mixed, tolerated)))


REFLECTED = "reflected-origin-with-credentials"
POLICIES: dict[str, tuple[Policy, Expected]] = {
    "listed": (listed, _expect()),
    "echo": (echo, _expect("", REFLECTED)),
    "echo-anonymous": (echo_anonymous, _expect("", "reflected-origin")),
    "null-too": (null_too, _expect("", "null-origin-allowed")),
    "http-too": (http_too, _expect("", "insecure-origin-allowed")),
    "ends-with": (ends_with, _expect("", "lookalike-origin-allowed", "insecure-origin-allowed")),
    "begins-with": (begins_with, _expect("", "lookalike-origin-allowed")),
    "without-vary": (without_vary, _expect("", "missing-vary-origin")),
    "doubled": (doubled, _expect("multiple-allow-origin", "multiple-allow-origin")),
    "options-refused": (
        options_refused,
        _expect("preflight-bad-status", "preflight-bad-status"),
    ),
    "bare-errors": (bare_errors, _expect("hidden-error-status", "hidden-error-status")),
    "by-cookie": (
        by_cookie,
        _expect("policy-depends-on-cookie wildcard-with-credentials", REFLECTED),
    ),
    "by-method": (by_method, _expect("missing-allow-origin hidden-error-status", REFLECTED)),
    "constant": (constant, _expect("", "origin-mismatch")),
    "star": (star, _expect()),
    "star-with-credentials": (
        star_with_credentials,
        _expect("wildcard-with-credentials", "wildcard-with-credentials"),
    ),
    "subdomains": (subdomains, _expect("", "many-subdomains-allowed")),
}
ANONYMOUS = ("star", "echo-anonymous")
"""Policies whose pages send no credentials."""


def place(name: str, mixed: bool) -> str:
    """Key in `places.HOSTS` of the host that has this policy."""
    return f"{'m' if mixed else 'h'}{list(POLICIES).index(name):02}"


def api(name: str, mixed: bool) -> str:
    """Origin of the host that has this policy."""
    return f"https://{HOSTS[place(name, mixed)]}"


def cases() -> Iterator[Case]:
    """A session with every policy, from an honest front end and from pages of all sorts."""
    for name, (answer, _) in POLICIES.items():
        for mixed, pages in ((False, HONEST), (True, MIXED)):
            for page, scheme in pages:
                origin = f"{scheme}://{HOSTS[page]}"
                yield Case(
                    f"policy/{name}-{'mixed' if mixed else 'honest'}-{page}-{scheme}",
                    tuple(_steps(name, answer, origin, f"https:{place(name, mixed)}", mixed)),
                    page=page,
                    scheme=scheme,
                )


def _steps(name: str, answer: Policy, origin: str, target: str, mixed: bool) -> Iterator[Step]:
    mode = "omit" if name in ANONYMOUS else "include"
    asks = (
        Ask(origin),
        Ask(origin, cookie=True),
        Ask(origin, "PUT", cookie=True),
        Ask(origin, cookie=True, error=True),
    )
    for ask in asks:
        options: dict[str, object] = {"credentials": mode}
        if ask.method == "PUT":
            options |= {"method": "PUT", "body": "{}"}
            options["headers"] = [["Content-Type", "application/json"]]
        asked_first = Ask(origin, ask.method, preflight=True)
        reply = Reply((_with_cookie(answer(ask), ask),), (answer(asked_first),))
        yield Step("fetch", options, target, reply)
    if mixed and origin == APP:
        ask = Ask("null", cookie=True)
        yield Step("fetch", {"credentials": mode}, target, Reply((answer(ask),)), context="sandbox")


def _with_cookie(answer: Answer, ask: Ask) -> Answer:
    first = not ask.cookie and ask.method == "GET"
    return answer.plus(*COOKIE) if first else answer
