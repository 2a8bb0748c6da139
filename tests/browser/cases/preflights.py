"""What a preflight may answer: status, methods, headers, and what counts when all is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..answers import NO_STORE, Answer, policy, preflight, redirect
from ..case import Case
from .tools import MODES, OMIT, WITH, ask, lines

STATUSES = (
    200,
    201,
    202,
    206,
    226,
    299,
    300,
    301,
    302,
    303,
    304,
    305,
    307,
    308,
    400,
    401,
    403,
    404,
    405,
    418,
    500,
    501,
    502,
    503,
)
CORE_STATUSES = {200, 299, 302, 401, 404, 405, 500}

METHODS: tuple[tuple[str, str | None, str], ...] = (
    # name, Allow-Methods, method asked for
    ("missing", None, "PUT"),
    ("exact", "PUT", "PUT"),
    ("other", "GET, DELETE", "PUT"),
    ("lower", "put", "PUT"),
    ("lower-asked", "PUT", "put"),
    ("star", "*", "PUT"),
    ("star-in-list", "GET, *", "PUT"),
    ("list", "GET,POST,\tPUT", "PUT"),
    ("empty", "", "PUT"),
    ("empty-elements", ",,PUT, ,", "PUT"),
    ("semicolons", "GET; PUT", "PUT"),
    ("spaces", "GET PUT", "PUT"),
    ("quoted", '"PUT"', "PUT"),
    ("brackets", "[PUT, GET]", "PUT"),
    ("non-ascii", "PUT, é", "PUT"),
    ("patch", "PATCH", "PATCH"),
    ("patch-lower-asked", "PATCH", "patch"),
    ("patch-both-lower", "patch", "patch"),
    ("patch-lower-allowed", "patch", "PATCH"),
    ("delete-lower-asked", "DELETE", "delete"),
    ("options", "OPTIONS", "OPTIONS"),
    ("options-unlisted", "GET", "OPTIONS"),
    ("head-unlisted", "PUT", "HEAD"),
    ("post-unlisted", "PUT", "POST"),
    ("get-unlisted", "PUT", "GET"),
    ("custom", "PURGE", "PURGE"),
    ("custom-lower", "purge", "purge"),
)
CORE_METHODS = {
    "missing",
    "other",
    "star",
    "patch-lower-asked",
    "semicolons",
    "options",
    "get-unlisted",
    "lower",
}

HEADERS: tuple[tuple[str, str | tuple[str, ...] | None], ...] = (
    ("missing", None),
    ("exact", "x-a"),
    ("upper", "X-A"),
    ("other", "x-b"),
    ("star", "*"),
    ("star-in-list", "x-b, *"),
    ("list", "content-type,\tx-a , accept"),
    ("empty", ""),
    ("empty-elements", ", x-a,,"),
    ("semicolons", "x-b; x-a"),
    ("spaces", "x-b x-a"),
    ("quoted", '"x-a"'),
    ("colon", "x-a:"),
    ("brackets", "[x-a]"),
    ("non-ascii", "x-a, é"),
    ("two-lines", ("x-b", "x-a")),
    ("prefix", "x-*"),
)
CORE_HEADERS = {"missing", "other", "star", "spaces", "upper"}


def cases() -> Iterator[Case]:
    """All tables of this module."""
    yield from by_status()
    for name, allowed, method in METHODS:
        hard = 20 if name.startswith("patch-lower-asked") else None
        simple = method in ("GET", "HEAD", "POST")
        body: dict[str, Any] = {"headers": [["X-A", "1"]]} if simple else {}
        for mode, options in MODES:
            if mode == "credentialed" and "*" not in (allowed or ""):
                continue
            yield Case(
                f"allow-methods/{name}-{mode}",
                (ask(preflight(acam=allowed), method=method, **body, **options),),
                hard=hard,
                core=name in CORE_METHODS,
            )
    for name, values in HEADERS:
        answer = preflight(acah=None).plus(*lines("Access-Control-Allow-Headers", values or ()))
        for mode, options in MODES:
            if mode == "credentialed" and "star" not in name:
                continue
            yield Case(
                f"allow-headers/{name}-{mode}",
                (ask(answer, method="GET", headers=[["X-A", "1"]], **options),),
                core=name in CORE_HEADERS,
            )
    yield from authorization()
    yield from several_wrongs()


def by_status() -> Iterator[Case]:
    """The status alone decides, once the origin is allowed."""
    for status in STATUSES:
        core = status in CORE_STATUSES
        hidden = Answer(status, NO_STORE)
        yield Case(f"preflight-status/{status}", (ask(preflight(status)),), core=core)
        yield Case(
            f"preflight-status/{status}-no-allow-origin",
            (ask(hidden),),
            hard=18 if status == 404 else None,
            core=core,
        )
    for status in (301, 302, 303, 307, 308):
        for name, headers in (("readable", policy(acam="PUT")), ("hidden", ())):
            yield Case(
                f"preflight-redirect/{status}-{name}",
                (ask(redirect("<api/1b>", status, headers)),),
                core=status in (302, 308),
            )


def authorization() -> Iterator[Case]:
    """The header that the standard exempts from the wildcard and no browser does."""
    for name, allowed in (("star", "*"), ("named", "Authorization"), ("other", "x-a")):
        for mode, options in MODES:
            answer = preflight(acah=allowed)
            yield Case(
                f"authorization/{name}-{mode}",
                (ask(answer, method="GET", headers=[["Authorization", "Bearer x"]], **options),),
                core=mode == "anonymous",
            )
    answer = preflight(acao="*", acac=None, acah="*", acam="*")
    headers = [["Authorization", "Bearer x"], ["X-A", "1"]]
    yield Case("authorization/all-stars", (ask(answer, headers=headers),), core=True)
    yield Case(
        "authorization/literal-star",
        (ask(preflight(acah="*"), method="GET", headers=[["*", "1"]], **WITH),),
    )


WRONGS: tuple[tuple[str, Answer, dict[str, Any]], ...] = (
    ("404-mismatch-method", preflight(404, acao="https://other.test", acam="GET"), OMIT),
    ("404-method", preflight(404, acam="GET"), OMIT),
    ("500-no-credentials", preflight(500, acac=None), WITH),
    ("star-no-credentials", preflight(acao="*", acac=None), WITH),
    ("star-404", preflight(404, acao="*"), WITH),
    ("mismatch-no-credentials", preflight(acao="https://other.test", acac=None), WITH),
    ("method-and-header", preflight(acam="GET", acah="x-b"), OMIT),
    ("method-and-bad-headers", preflight(acam="GET", acah="x y"), OMIT),
    ("bad-methods-and-header", preflight(acam="GET PUT", acah="x-b"), OMIT),
    ("bad-methods-bad-headers", preflight(acam="GET PUT", acah="x y"), OMIT),
    ("bad-methods-unneeded", preflight(acam="GET PUT", acah="x-a"), {"method": "GET"}),
    ("no-origin-bad-methods", preflight(acao=None, acam="GET PUT"), OMIT),
    ("credentials-and-method", preflight(acac="TRUE", acam="GET"), WITH),
)


def several_wrongs() -> Iterator[Case]:
    """Which of several faults the browser names."""
    for name, answer, options in WRONGS:
        merged = {"method": "PUT", "headers": [["X-A", "1"], ["X-C", "1"]]} | options
        yield Case(
            f"several-wrongs/{name}",
            (ask(answer, **merged),),
            hard=19 if name == "method-and-bad-headers" else None,
            core=name
            in (
                "404-mismatch-method",
                "method-and-header",
                "method-and-bad-headers",
                "star-no-credentials",
            ),
        )
    two = [["X-A", "1"], ["X-B", "1"], ["Content-Type", "application/json"]]
    for name, allowed in (("first", "x-a"), ("second", "x-b"), ("content-type", "content-type")):
        yield Case(
            f"several-headers/{name}-allowed",
            (ask(preflight(acah=allowed), method="POST", headers=two, body="{}"),),
        )
    for name, answer in (
        ("silent", Answer(headers=NO_STORE)),
        ("other", Answer(headers=policy("https://other.test") + NO_STORE)),
        ("star", Answer(headers=policy("*") + NO_STORE)),
        ("500", Answer(500, NO_STORE)),
        ("no-credentials", Answer(headers=policy() + NO_STORE)),
    ):
        for mode, options in MODES:
            yield Case(
                f"preflight-passes/actual-{name}-{mode}",
                (ask(answer=answer, **options),),
                core=name in ("silent", "star"),
            )
