"""Redirects: where from and to x what each hop allows x status and method."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..answers import (
    GRANT,
    NO_STORE,
    READABLE,
    SILENT,
    STAR,
    Answer,
    Headers,
    Reply,
    policy,
    preflight,
    redirect,
)
from ..case import CORS, SAME_ORIGIN, Case, Step
from .tools import MODES, OMIT

EXACT = Answer(headers=policy("{page}", "true") + NO_STORE)
NULL = Answer(headers=policy("null", "true") + NO_STORE)
REFLECT = Answer(headers=policy("{origin}", "true") + NO_STORE)

LAST_ANSWERS = (
    ("exact", EXACT),
    ("null", NULL),
    ("star", STAR),
    ("reflect", REFLECT),
    ("silent", SILENT),
)

ROUTES: tuple[tuple[str, str, str], ...] = (
    # name, first target, second target
    ("api-to-other", "api", "other"),
    ("api-to-subdomain", "api", "sub"),
    ("api-to-itself", "api", "api"),
    ("api-to-home", "api", "app"),
    ("home-to-api", "app", "api"),
    ("api-to-http", "api", "http:api"),
    ("home-to-other-port", "app", "port"),
    ("other-port-to-home", "port", "app"),
)
HARD = {"api-to-home": 10, "home-to-api": 11, "api-to-subdomain": 12}


def hop(
    first: str,
    second: str,
    last: Reply,
    status: int = 302,
    options: dict[str, Any] = OMIT,
    location: str = "",
    headers: Headers = READABLE,
    preflights: tuple[Answer, ...] = (GRANT,),
) -> Step:
    """A fetch that is redirected once."""
    same = first == "app"
    return Step(
        "fetch",
        options,
        first,
        Reply((redirect(location or f"<{second}/1b>", status, headers),), preflights),
        hops={"1b": last},
        kind=SAME_ORIGIN if same else CORS,
        hop_kinds={"1b": SAME_ORIGIN if "@app/" in location else CORS},
    )


def cases() -> Iterator[Case]:
    """One redirect, then longer chains."""
    for name, first, second in ROUTES:
        for policy_name, last in LAST_ANSWERS:
            for mode, options in MODES:
                if mode == "credentialed" and policy_name == "silent":
                    continue
                yield Case(
                    f"redirect/{name}-{policy_name}-{mode}",
                    (hop(first, second, Reply((last,)), options=options),),
                    hard=HARD.get(name) if policy_name == "exact" else None,
                    core=(mode == "anonymous" and name in HARD)
                    or (name == "api-to-other" and policy_name in ("exact", "star")),
                )
    for name, headers in (
        ("silent", ()),
        ("star", policy("*")),
        ("other", policy("https://other.test")),
    ):
        for mode, options in MODES:
            yield Case(
                f"redirect/hop-{name}-{mode}",
                (hop("api", "other", Reply((REFLECT,)), options=options, headers=headers),),
                core=mode == "anonymous",
            )
    yield from with_preflights()
    yield from by_status()
    yield from odd_locations()
    chain = {
        "1b": Reply((redirect("<other/1c>"),)),
        "1c": Reply((redirect("<sub/1d>"),)),
        "1d": Reply((REFLECT,)),
    }
    for page in ("app", "lab"):
        yield Case(
            f"redirect/chain-of-four-{page}",
            (Step(reply=Reply((redirect("<api/1b>"),)), hops=chain),),
            page=page,
            core=page == "app",
        )
    broken = chain | {"1c": Reply((redirect("<sub/1d>", headers=()),))}
    yield Case(
        "redirect/chain-breaks-in-the-middle",
        (Step(reply=Reply((redirect("<api/1b>"),)), hops=broken),),
    )
    loop = {"1b": Reply((redirect("<api/1b>"),))}
    yield Case("redirect/loop", (Step(reply=Reply((redirect("<api/1b>"),)), hops=loop),))
    http = hop("api", "other", Reply((REFLECT,)))
    yield Case("redirect/http-page", (http,), scheme="http", core=True)


def with_preflights() -> Iterator[Case]:
    """Hops that ask for permission again, with which origin?"""
    for status in (307, 308):
        for ask_name, asked in (
            ("exact", preflight(acao="{page}")),
            ("null", preflight(acao="null")),
            ("star", preflight(acao="*", acac=None)),
            ("reflect", GRANT),
        ):
            for name, last in LAST_ANSWERS[:4]:
                if status == 308 and name != ask_name:
                    continue
                yield Case(
                    f"redirect-preflight/{status}-{ask_name}-{name}",
                    (hop("api", "other", Reply((last,), (asked,)), status, {"method": "PUT"}),),
                    hard=13 if ask_name == "reflect" else None,
                    core=status == 307,
                )
    for name, options in (
        ("authorization", {"headers": [["Authorization", "Bearer x"]]}),
        ("x-a", {"headers": [["X-A", "1"]]}),
        (
            "post-json",
            {"method": "POST", "body": "{}", "headers": [["Content-Type", "application/json"]]},
        ),
        ("post-text", {"method": "POST", "body": "x"}),
        ("delete", {"method": "DELETE"}),
        ("head", {"method": "HEAD"}),
    ):
        for status in (301, 302, 303, 307):
            hard = 15 if name == "post-json" and status == 302 else None
            yield Case(
                f"redirect-request/{name}-{status}",
                (hop("api", "other", Reply((REFLECT,)), status, options),),
                hard=hard,
                core=status == 302,
            )
            if status == 302:
                yield Case(
                    f"redirect-request/{name}-{status}-same-host",
                    (hop("api", "api", Reply((REFLECT,)), status, options),),
                )
    silent = Reply((REFLECT,), (SILENT,))
    yield Case(
        "redirect-preflight/second-refused",
        (hop("api", "other", silent, 307, {"method": "PUT"}),),
        core=True,
    )
    again = hop("app", "api", Reply((REFLECT,)), 307, {"method": "PUT"})
    yield Case("redirect-preflight/from-home", (again,))


def by_status() -> Iterator[Case]:
    """Which statuses redirect at all, and the redirect modes of fetch."""
    for status in (300, 301, 303, 304, 305, 307, 308):
        yield Case(f"redirect-status/{status}", (hop("api", "other", Reply((STAR,)), status),))
    nowhere = Answer(302, policy("{origin}") + NO_STORE)
    yield Case("redirect-status/302-without-location", (Step(reply=Reply((nowhere,))),))
    for mode in ("manual", "error"):
        for name, headers in (("readable", policy("{origin}")), ("silent", ())):
            yield Case(
                f"redirect-mode/{mode}-{name}",
                (hop("api", "other", Reply(), options={"redirect": mode}, headers=headers),),
                core=mode == "manual",
            )
    away = Step(
        "fetch",
        {"mode": "same-origin"},
        "app",
        Reply((redirect("<api/1b>"),)),
        kind=SAME_ORIGIN,
        hops={"1b": Reply()},
    )
    yield Case("redirect-mode/same-origin-led-away", (away,), core=True)


def odd_locations() -> Iterator[Case]:
    """Locations that are no ordinary URLs."""
    for name, first, location in (
        ("credentials-other", "api", "<me:pw@other/1b>"),
        ("credentials-same", "api", "<me:pw@api/1b>"),
        ("credentials-from-home", "app", "<me:pw@api/1b>"),
        ("credentials-at-home", "app", "<me:pw@app/1b>"),
        ("data", "api", "data:text/plain,x"),
        ("ftp", "api", "ftp://api.test/x"),
        ("invalid", "api", "https://"),
        ("relative", "api", "/data?case=none"),
    ):
        yield Case(
            f"redirect-location/{name}",
            (hop(first, "", Reply((REFLECT,)), location=location),),
            core=name in ("credentials-other", "ftp"),
        )
