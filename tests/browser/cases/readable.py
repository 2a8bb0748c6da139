"""After the check has passed: exposed headers, integrity, types; none of it is CORS's verdict."""

from __future__ import annotations

from collections.abc import Iterator

from ..answers import NO_STORE, SILENT, STAR, Answer, Reply, policy
from ..case import Case, Step
from .tools import MODES, OMIT, WITH, get

EXPOSED: tuple[tuple[str, str | None], ...] = (
    ("none", None),
    ("listed", "X-One, X-Two"),
    ("star", "*"),
    ("bad-element", "X-One, X Two"),
    ("set-cookie", "Set-Cookie, X-One"),
    ("empty-elements", ", X-One,,"),
)
EXTRA = (("X-One", "1"), ("X-Two", "2"), ("Set-Cookie", "a=b"), *NO_STORE)


def cases() -> Iterator[Case]:
    """What the page sees, or why it fails though CORS did not."""
    for name, value in EXPOSED:
        for mode, options in MODES:
            answer = Answer(headers=policy("{page}", "true", aceh=value) + EXTRA)
            yield Case(
                f"exposed/{name}-{mode}",
                (get(answer, "jar", visible=True, **options),),
                core=name == "star",
            )
    for name, answer in (("star", STAR), ("silent", SILENT)):
        script = Answer(answer.status, answer.headers, "js")
        for run in ("script", "stylesheet"):
            options = {"crossorigin": "anonymous", "integrity": "sha256-AAAA"}
            yield Case(
                f"integrity/{run}-{name}",
                (Step(run, options, reply=Reply((script,))),),
                core=name == "star",
            )
        yield Case(f"integrity/fetch-{name}", (get(answer, integrity="sha256-AAAA"),))
        wrong_type = Answer(answer.status, answer.headers, "text")
        yield Case(f"wrong-type/module-{name}", (Step("module", {}, reply=Reply((wrong_type,))),))
        encoded = wrong_type.plus(("Content-Encoding", "gzip"))
        yield Case(f"wrong-type/not-gzip-{name}", (get(encoded),))
        nosniff = wrong_type.plus(("X-Content-Type-Options", "nosniff"))
        yield Case(
            f"wrong-type/nosniff-script-{name}",
            (Step("script", {"crossorigin": "anonymous"}, reply=Reply((nosniff,))),),
        )
        corp = answer.plus(("Cross-Origin-Resource-Policy", "same-origin"))
        yield Case(f"wrong-type/corp-{name}", (get(corp),))
    csp = (("Content-Security-Policy", "connect-src 'self'"),)
    yield Case("policy-of-page/csp-forbids", (get(),), page_headers=csp)
    for name, options in (("omit", OMIT), ("include", WITH)):
        embedder = (("Cross-Origin-Embedder-Policy", "require-corp"),)
        yield Case(
            f"policy-of-page/require-corp-{name}", (get(STAR, **options),), page_headers=embedder
        )
    yield Case("policy-of-page/mixed-content", (get(target="http:api"),))
    yield Case(
        "policy-of-page/http-page-https-api", (get(target="https:api"),), scheme="http", core=True
    )
    yield Case("policy-of-page/https-page-localhost", (get(STAR, target="http:localapi"),))
