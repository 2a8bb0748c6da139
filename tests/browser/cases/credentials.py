"""Credentials: where page and API live x cookie or none x mode x policy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..answers import ECHO, NO_STORE, STAR, Answer, policy, preflight
from ..case import NO_CORS, Case, Step
from .tools import COOKIE, LAX_COOKIE, MODES, OMIT, WITH, ask, get

PLACES = (
    # name, scheme, page, target, target that sets cookies
    ("cross-site", "https", "app", "api", "jar"),
    ("same-site", "https", "lab", "labapi", "labjar"),
    ("other-port", "https", "app", "port", "port"),
    ("http-cross-site", "http", "app", "api", "jar"),
    ("http-same-site", "http", "lab", "labapi", "labjar"),
    ("localhost", "http", "local", "localapi", "localapi"),
)
"""Cookies stay for the rest of the run, so hosts of their own set them; ports share them."""

POLICIES = (
    ("exact-true", ECHO),
    ("exact", Answer(headers=policy("{page}") + NO_STORE)),
    ("star", STAR),
    ("star-true", Answer(headers=policy("*", "true") + NO_STORE)),
)


def cookie_from(target: str, cookie: tuple[tuple[str, str], ...]) -> Step:
    """Let the API set a cookie first, by a request that no CORS check concerns."""
    step = get(Answer(headers=cookie), target, mode="no-cors", **WITH, readBody=False)
    return replace(step, kind=NO_CORS)


def cases() -> Iterator[Case]:
    """The product of the tables, and a few of their own."""
    for place, scheme, page, empty, full in PLACES:
        for jar, target in (("empty", empty), ("cookie", full)):
            cookie = COOKIE if scheme == "https" or page == "local" else LAX_COOKIE
            login = (cookie_from(target, cookie),)
            for name, answer in POLICIES:
                for mode, options in MODES:
                    hard = 6 if (place, jar, name) == ("cross-site", "empty", "star") else None
                    if hard and mode == "anonymous":
                        hard = 7
                    if place in ("same-site", "http-cross-site") and name == "star":
                        hard = 8
                    yield Case(
                        f"credentials/{place}-{jar}-{name}-{mode}",
                        (*(login if jar == "cookie" else ()), get(answer, target, **options)),
                        page=page,
                        scheme=scheme,
                        hard=hard,
                        core=(
                            place in ("cross-site", "same-site", "http-cross-site")
                            and name in ("star", "exact-true")
                            and mode == "credentialed"
                        )
                        or (hard is not None and jar == "empty"),
                    )
    for place, scheme, page, target, _ in PLACES:
        for name, answer in (
            ("star", preflight(acao="*", acac=None)),
            ("no-credentials", preflight(acac=None)),
            ("literal-methods", preflight(acam="*")),
            ("good", preflight()),
        ):
            for mode, options in MODES:
                yield Case(
                    f"credentials-preflight/{place}-{name}-{mode}",
                    (ask(answer, target=target, **options),),
                    page=page,
                    scheme=scheme,
                    hard=9 if name == "star" and mode == "anonymous" else None,
                    core=place in ("cross-site", "same-site") and name in ("star", "good"),
                )
    explicit = {"credentials": "omit"}, {"credentials": "same-origin"}
    for options in explicit:
        yield Case(f"credentials/explicit-{options['credentials']}", (get(STAR, **options),))
    for name, options in (("with", {"credentials": "include"}), ("without", OMIT)):
        yield Case(
            f"credentials/xhr-{name}-star",
            (Step("xhr", options, reply=get(STAR).reply),),
            core=True,
        )
        yield Case(
            f"credentials/eventsource-{name}-star",
            (
                Step(
                    "eventsource",
                    options,
                    reply=get(Answer(headers=STAR.headers, content="sse")).reply,
                ),
            ),
            core=True,
        )
    blocked = Answer(headers=NO_STORE + COOKIE[1:])
    yield Case(
        "credentials/set-cookie-on-blocked-response",
        (get(blocked, "jar", **WITH), get(target="jar", **WITH)),
    )
    yield shadowed_cookie()
    unauthorized = Answer(401, policy("{page}", "true") + NO_STORE)
    for mode, options in MODES:
        yield Case(f"credentials/401-readable-{mode}", (get(unauthorized, **options),))


def shadowed_cookie() -> Case:
    """A Set-Cookie over http that the browser drops: a Secure cookie has the name already."""
    secure = (*NO_STORE, ("Set-Cookie", "shadow=1; Secure; SameSite=None"))
    plain = (*NO_STORE, ("Set-Cookie", "shadow=2"))
    return Case(
        "credentials/cookie-shadowed-by-secure-one",
        (
            cookie_from("https:shade", secure),
            cookie_from("http:shade", plain),
            get(STAR, "shade", **WITH),
        ),
        page="lab",
        scheme="http",
    )
