"""Origins that die, break off or talk nonsense, and requests that are given up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..answers import ECHO, GRANT, NO_STORE, Answer, Reply, Trouble, policy
from ..case import NO_CORS, Case, Step
from .tools import WITH, ask, get

SLOW = replace(ECHO, delay=0.5)


def cases() -> Iterator[Case]:
    """At the preflight and at the actual request."""
    for scheme in ("http", "https"):
        for trouble in Trouble:
            broken = Answer(headers=policy("{origin}", "true"), trouble=trouble)
            yield Case(
                f"broken/{trouble}-{scheme}", (get(broken),), scheme=scheme, core=scheme == "https"
            )
            yield Case(
                f"broken/preflight-{trouble}-{scheme}",
                (ask(replace(broken, headers=GRANT.headers)),),
                scheme=scheme,
                core=scheme == "https" and trouble is Trouble.RESET,
            )
            yield Case(
                f"broken/after-preflight-{trouble}-{scheme}", (ask(answer=broken),), scheme=scheme
            )
        for target in ("dead", "nowhere"):
            yield Case(
                f"broken/{target}-{scheme}",
                (get(target=target),),
                scheme=scheme,
                core=scheme == "http",
            )
            yield Case(f"broken/{target}-{scheme}-preflight", (ask(target=target),), scheme=scheme)
    yield from aborts()
    star = Answer(headers=policy("*") + NO_STORE)
    short = replace(star, trouble=Trouble.SHORT)
    yield Case("broken/short-image", (Step("image", {}, reply=Reply((short,)), kind=NO_CORS),))


def aborts() -> Iterator[Case]:
    """Given up before the answer, during the preflight, or with the page itself."""
    yield Case("aborted/waiting", (get(SLOW, abortAfter=150),), settle=0.8, core=True)
    during = ask(replace(GRANT, delay=0.5), abortAfter=150)
    yield Case("aborted/during-preflight", (during,), settle=0.8, core=True)
    refused = ask(Answer(204, (), delay=0.5), abortAfter=150)
    yield Case("aborted/during-preflight-that-fails", (refused,), settle=0.8)
    yield Case("aborted/after-preflight", (ask(answer=SLOW, abortAfter=250),), settle=0.8)
    star = replace(GRANT, headers=policy("*", acam="PUT"), delay=0.5)
    yield Case(
        "aborted/credentialed-during-star-preflight",
        (ask(star, abortAfter=150, **WITH),),
        settle=0.8,
    )
    for method in ("GET", "PUT"):
        step = Step(
            "xhr",
            {"method": method, "abortAfter": 150},
            reply=Reply((SLOW,), (replace(GRANT, delay=0.1),)),
        )
        yield Case(f"aborted/xhr-{method.lower()}", (step,), settle=0.8)
    for keepalive in (False, True):
        step = Step(
            "leave-page",
            {"method": "PUT", "keepalive": keepalive, "after": 150},
            reply=Reply((ECHO,), (replace(GRANT, delay=0.4),)),
        )
        yield Case(f"aborted/page-left{'-keepalive' if keepalive else ''}", (step,), settle=0.8)
