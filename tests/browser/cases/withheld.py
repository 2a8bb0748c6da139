"""Loads without CORS whose answers browsers keep from the page: no CORS check says so."""

from __future__ import annotations

from collections.abc import Iterator

from ..answers import NO_STORE, Answer, Reply
from ..case import NO_CORS, Case, Step

EMBEDDERS = ("", "require-corp", "credentialless")
POLICIES = {
    "none": "",
    "same-origin": "same-origin",
    "same-site": "same-site",
    "cross-origin": "cross-origin",
    "capitals": "Same-Site",
    "twice": "same-site, same-site",
}
NOSNIFF = (("X-Content-Type-Options", "nosniff"),)


def cases() -> Iterator[Case]:
    """The answer's resource policy under the page's embedder policy; then data in elements."""
    for embedder in EMBEDDERS:
        page = (("Cross-Origin-Embedder-Policy", embedder),) if embedder else ()
        for target in ("api", "port"):
            for name, policy in POLICIES.items():
                corp = (("Cross-Origin-Resource-Policy", policy),) if policy else ()
                reply = Reply((Answer(headers=corp + NO_STORE, content="png"),))
                yield Case(
                    f"withheld/{embedder or 'plain'}-{target}-{name}",
                    (Step("image", {}, target, reply, kind=NO_CORS),),
                    page_headers=page,
                    core=name in ("none", "same-site") and embedder != "credentialless",
                )
    for content in ("json", "html", "text", "css", "svg", "js", "png", "vtt", "sse"):
        for name, headers in (("sniffed", ()), ("nosniff", NOSNIFF)):
            reply = Reply((Answer(headers=headers + NO_STORE, content=content),))
            yield Case(
                f"withheld/image-{content}-{name}",
                (Step("image", {}, reply=reply, kind=NO_CORS),),
                core=content in ("json", "text"),
            )
            yield Case(
                f"withheld/script-{content}-{name}",
                (Step("script", {}, reply=reply, kind=NO_CORS),),
            )
