"""The preflight cache: ages, keys, what an entry covers, and what throws it away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ..answers import ECHO, NO_STORE, Answer, Reply, Trouble, policy, preflight
from ..case import Case, Step
from .tools import OMIT, WITH, ask

AGES: tuple[tuple[str, str | None], ...] = (
    ("absent", None),
    ("600", "600"),
    ("86400", "86400"),
    ("0", "0"),
    ("minus", "-1"),
    ("plus", "+600"),
    ("unit", "600s"),
    ("fraction", "600.5"),
    ("word", "abc"),
    ("list", "600, 600"),
    ("empty", ""),
)

PUT: dict[str, Any] = {"method": "PUT"}
X_A: dict[str, Any] = {"headers": [["X-A", "1"]]}
X_B: dict[str, Any] = {"headers": [["X-B", "1"]]}
WIDE: dict[str, Any] = {"acam": "PUT, DELETE, PATCH", "acah": "x-a, x-b", "acma": "600"}
ALL: dict[str, Any] = {"acao": "*", "acac": None, "acam": "*", "acah": "*", "acma": "600"}
AUTHORIZATION: dict[str, Any] = {"headers": [["Authorization", "Bearer x"]]}

SEQUENCES: tuple[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]], ...] = (
    # name, preflight answer, first request, second request
    ("same", WIDE, PUT, PUT),
    ("other-listed-method", WIDE, PUT, {"method": "DELETE"}),
    ("unlisted-method", WIDE, PUT, {"method": "PURGE"}),
    ("other-listed-header", WIDE, X_A, X_B),
    ("unlisted-header", WIDE, X_A, {"headers": [["X-C", "1"]]}),
    ("get-then-post", WIDE, X_A, {"method": "POST"} | X_A),
    ("head", WIDE, {"method": "HEAD"} | X_A, {"method": "HEAD"} | X_A),
    ("simple-after", WIDE, PUT, {}),
    ("credentialed-then-anonymous", WIDE, PUT | WITH, PUT),
    ("anonymous-then-credentialed", WIDE, PUT, PUT | WITH),
    ("credentialed-twice", WIDE, PUT | WITH, PUT | WITH),
    ("no-store", WIDE, PUT, PUT | {"cache": "no-store"}),
    ("reload", WIDE, PUT, PUT | {"cache": "reload"}),
    ("no-cache", WIDE, PUT, PUT | {"cache": "no-cache"}),
    ("stars-same", ALL, PUT, PUT),
    ("stars-other-method", ALL, PUT, {"method": "DELETE"}),
    ("stars-other-header", ALL, X_A, X_B),
    ("stars-authorization", ALL, X_A, AUTHORIZATION),
    ("authorization-twice", WIDE | {"acah": "authorization"}, AUTHORIZATION, AUTHORIZATION),
)
CORE = {
    "same",
    "other-listed-method",
    "credentialed-then-anonymous",
    "anonymous-then-credentialed",
    "stars-same",
    "other-listed-header",
}


def again(first: Step, options: dict[str, Any], **changes: Any) -> Step:
    """Another request to the same URL."""
    return replace(first, options=options, url="1", **changes)


def pair(
    answer: dict[str, Any], one: dict[str, Any], two: dict[str, Any], **changes: Any
) -> tuple[Step, Step]:
    """Two requests to one URL."""
    anonymous = answer.get("acac", "true") is None
    actual = Answer(headers=policy("*") + NO_STORE) if anonymous else ECHO
    first = Step("fetch", one, reply=Reply((actual,), (preflight(**answer),)))
    return first, again(first, two, **changes)


def cases() -> Iterator[Case]:
    """Two requests to one URL each, mostly."""
    for name, age in AGES:
        yield Case(
            f"preflight-cache/age-{name}",
            pair(WIDE | {"acma": age}, PUT, PUT),
            core=name in ("absent", "600", "0", "unit"),
        )
    for name, answer, one, two in SEQUENCES:
        hard = 22 if name == "stars-same" else 23 if name in ("no-store", "reload") else None
        yield Case(f"preflight-cache/{name}", pair(answer, one, two), hard=hard, core=name in CORE)
    yield Case(
        "preflight-cache/default-age-over",
        pair(WIDE | {"acma": None}, PUT, PUT, pause=5600),
        settle=0.1,
    )
    yield Case(
        "preflight-cache/other-fragment", pair(WIDE, PUT, PUT, fragment="#b"), hard=23, core=True
    )
    yield Case("preflight-cache/page-then-worker", pair(WIDE, PUT, PUT, context="worker"))
    for context in ("sandbox", "srcdoc", "data"):
        yield Case(f"preflight-cache/page-then-{context}", pair(WIDE, PUT, PUT, context=context))
    sandboxed = pair(WIDE, PUT, PUT, context="sandbox")
    yield Case(
        "preflight-cache/sandbox-twice", (replace(sandboxed[0], context="sandbox"), sandboxed[1])
    )
    yield from evictions()
    yield from concurrent()


def evictions() -> Iterator[Case]:
    """Does an entry survive a failure of the request it was made for?"""
    for name, bad in (
        ("blocked-actual", Answer(headers=NO_STORE)),
        ("reset-actual", Answer(trouble=Trouble.RESET)),
        ("500-readable", Answer(500, policy(acac="true"))),
    ):
        reply = Reply((ECHO, bad, ECHO), (preflight(**WIDE),))
        first = Step("fetch", PUT, reply=reply)
        yield Case(
            f"preflight-cache/after-{name}",
            (first, again(first, PUT), again(first, PUT)),
            core=name == "blocked-actual",
        )
    refused = preflight(**WIDE | {"acam": "GET"})
    reply = Reply((ECHO,), (preflight(**WIDE), refused, refused))
    first = Step("fetch", PUT, reply=reply)
    yield Case(
        "preflight-cache/after-refused-preflight",
        (first, again(first, {"method": "PURGE"}), again(first, PUT)),
    )
    aborted = ask(replace(preflight(**WIDE), delay=0.4), abortAfter=150)
    yield Case("preflight-cache/after-abort", (aborted, again(aborted, PUT, pause=600)), core=True)


def concurrent() -> Iterator[Case]:
    """Several requests at once."""
    for count in (2, 3, 5):
        first = ask(preflight(**WIDE))
        rest = (again(first, PUT, together=True) for _ in range(count - 1))
        yield Case(f"concurrent/{count}-identical", (first, *rest), core=count == 3)
    refused = ask(preflight(acam="GET"))
    yield Case("concurrent/2-identical-refused", (refused, again(refused, PUT, together=True)))
    mixed = ask(preflight(**WIDE))
    yield Case(
        "concurrent/credentialed-and-anonymous", (mixed, again(mixed, PUT | WITH, together=True))
    )
    yield Case(
        "concurrent/put-and-delete", (mixed, again(mixed, {"method": "DELETE"}, together=True))
    )
    others = (replace(ask(), together=True), replace(ask(), together=True))
    yield Case("concurrent/different-urls", (ask(), *others), core=True)
    stars = ask(preflight(**ALL), Answer(headers=policy("*") + NO_STORE), **OMIT)
    yield Case(
        "concurrent/one-star-refused", (stars, again(stars, PUT | WITH, together=True)), core=True
    )
