"""The HTTP cache: answers without a request, and 304s whose headers count or do not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..answers import FRESH, Answer, Headers, Reply, policy, preflight
from ..case import NO_CORS, Case, Step
from .tools import MODES, WITH, get

ETAG = (("ETag", '"a"'), ("Cache-Control", "no-cache"))
GOOD = policy("{page}", "true")
WRONG = policy("https://other.test")
VARY = (("Vary", "Origin"),)

REVALIDATIONS: tuple[tuple[str, Headers, Headers, int | None], ...] = (
    # name, CORS headers of the stored 200, of the 304, hard case
    ("silent-304", GOOD, (), 1),
    ("wrong-304", GOOD, WRONG, 2),
    ("same-304", GOOD, GOOD, None),
    ("star-304", GOOD, policy("*"), None),
    ("good-304-after-silent", (), GOOD, None),
    ("silent-twice", (), (), None),
    ("star-then-silent", policy("*"), (), None),
)


def cases() -> Iterator[Case]:
    """Conditional requests, stored answers, and mixtures of modes."""
    for name, stored, renewed, hard in REVALIDATIONS:
        for mode, options in MODES:
            first = get(Answer(headers=stored + ETAG, not_modified=renewed), **options)
            yield Case(
                f"not-modified/{name}-{mode}",
                (first, replace(first, url="1")),
                hard=hard,
                core=hard is not None,
            )
        first = get(Answer(headers=stored + ETAG + VARY, not_modified=renewed))
        yield Case(f"not-modified/{name}-vary", (first, replace(first, url="1")))
    for name, headers in (("silent", ()), ("good", GOOD), ("wrong", WRONG)):
        answer = Answer(304, headers)
        step = Step(
            "fetch",
            {"headers": [["If-None-Match", '"a"']]},
            reply=Reply((answer,), (preflight(acma="600"),)),
        )
        yield Case(
            f"not-modified/script-condition-{name}",
            (step,),
            hard=3 if name == "silent" else None,
            core=name == "silent",
        )
    for name, headers in (
        ("silent", FRESH),
        ("silent-vary", FRESH + VARY),
        ("star", FRESH + policy("*")),
        ("exact", FRESH + policy("{page}")),
        ("exact-vary", FRESH + VARY + policy("{page}")),
    ):
        image = Step(
            "image", {}, reply=Reply((Answer(headers=headers, content="png"),)), kind=NO_CORS
        )
        fetched = Step("fetch", {}, reply=image.reply, url="1")
        hard = 4 if name == "silent" else None
        yield Case(
            f"http-cache/image-then-fetch-{name}",
            (image, fetched),
            hard=hard,
            core=name in ("silent", "silent-vary"),
        )
        yield Case(f"http-cache/fetch-twice-{name}", (replace(fetched, url=""), fetched))
        crossorigin = Step("image", {"crossorigin": "anonymous"}, reply=image.reply, url="1")
        yield Case(f"http-cache/image-then-crossorigin-image-{name}", (image, crossorigin))
    fresh = Answer(headers=FRESH + policy("*"))
    first = get(fresh)
    yield Case(
        "http-cache/anonymous-then-credentialed",
        (first, replace(first, options=WITH, url="1")),
        core=True,
    )
    marked = {"headers": [["X-A", "1"]]}
    step = Step("fetch", marked, reply=Reply((fresh,), (preflight(acma="0"),)))
    yield Case(
        "http-cache/preflight-then-stored-answer", (step, replace(step, url="1")), hard=5, core=True
    )
    for cache in ("no-store", "reload", "no-cache", "force-cache", "default"):
        first = get(fresh)
        yield Case(
            f"http-cache/second-{cache}", (first, replace(first, options={"cache": cache}, url="1"))
        )
    sandboxed = replace(get(Answer(headers=FRESH + policy("{origin}"))), context="sandbox")
    yield Case(
        "http-cache/page-then-sandbox-echo",
        (replace(sandboxed, context=""), replace(sandboxed, url="1")),
    )
