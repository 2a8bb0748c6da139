"""Who asks: elements, style sheets, workers, frames, beacons x what the server allows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..answers import ECHO, GRANT, SILENT, STAR, Answer, Reply
from ..case import CORS, INCLUDE, NO_CORS, NOT_INCLUDE, SAME_ORIGIN, Case, Step

ELEMENTS: tuple[tuple[str, str, str, str], ...] = (
    # initiator, kind without crossorigin, content, credentials without crossorigin
    ("image", NO_CORS, "png", INCLUDE),
    ("script", NO_CORS, "js", INCLUDE),
    ("stylesheet", NO_CORS, "css", INCLUDE),
    ("video", NO_CORS, "video", INCLUDE),
    ("audio", NO_CORS, "video", INCLUDE),
    ("module", CORS, "js", NOT_INCLUDE),
    ("modulepreload", CORS, "js", NOT_INCLUDE),
    ("prefetch", NO_CORS, "text", INCLUDE),
)
SETTINGS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("plain", {}),
    ("anonymous", {"crossorigin": "anonymous"}),
    ("credentialed", {"crossorigin": "use-credentials"}),
)
ANSWERS = (("echo", ECHO), ("star", STAR), ("silent", SILENT))
CORE = {"image", "script", "module", "stylesheet"}

ALWAYS_CORS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("font", "font", {}),
    ("css-font", "font", {}),
    ("mask", "png", {}),
    ("shape", "png", {}),
    ("eventsource", "sse", {}),
    ("import", "js", {}),
    ("worklet", "js", {}),
    ("track", "vtt", {"crossorigin": "anonymous"}),
    ("xhr", "json", {}),
)

PRELOADS: tuple[tuple[str, str, str], ...] = (
    # as, content, kind without crossorigin
    ("font", "font", NO_CORS),
    ("fetch", "json", NO_CORS),
    ("script", "js", NO_CORS),
    ("style", "css", NO_CORS),
    ("image", "png", NO_CORS),
)


def answered(answer: Answer, content: str) -> Reply:
    """The same policy with another body."""
    return Reply((Answer(answer.status, answer.headers, content),))


def cases() -> Iterator[Case]:
    """Elements first, then contexts, then what is sent and forgotten."""
    for run, kind, content, credentials in ELEMENTS:
        for setting, options in SETTINGS:
            for name, answer in ANSWERS:
                plain = setting == "plain"
                step = Step(
                    run,
                    options,
                    reply=answered(answer, content),
                    kind=kind if plain or (run == "prefetch" and not options) else CORS,
                    credentials=credentials if plain else "",
                )
                yield Case(
                    f"element/{run}-{setting}-{name}",
                    (step,),
                    core=(run in CORE and name in ("star", "silent"))
                    or (run == "video" and setting == "anonymous"),
                )
    for run, content, options in ALWAYS_CORS:
        not_cors = {"webkit": NO_CORS} if content == "font" else {}
        for name, answer in ANSWERS:
            yield Case(
                f"always-cors/{run}-{name}",
                (Step(run, options, reply=answered(answer, content), kind_in=not_cors),),
                core=name == "silent",
            )
    for destination, content, kind in PRELOADS:
        for setting, options in SETTINGS[:2]:
            for name, answer in ANSWERS[1:]:
                step = Step(
                    "preload",
                    options | {"as": destination},
                    reply=answered(answer, content),
                    kind=kind if setting == "plain" else CORS,
                    kind_in={"firefox": CORS} if destination == "font" else {},
                    credentials=NOT_INCLUDE
                    if destination == "font"
                    else INCLUDE
                    if setting == "plain"
                    else "",
                )
                yield Case(
                    f"preload/{destination}-{setting}-{name}", (step,), core=destination == "font"
                )
    yield from contexts()
    yield from forgotten()


def contexts() -> Iterator[Case]:
    """The same fetches from elsewhere."""
    for context in ("worker", "shared-worker", "sandbox", "data", "srcdoc", "blob"):
        for name, answer in ANSWERS:
            for method in ("GET", "PUT"):
                step = Step(
                    "fetch", {"method": method}, reply=Reply((answer,), (GRANT,)), context=context
                )
                yield Case(
                    f"context/{context}-{method.lower()}-{name}",
                    (step,),
                    core=context in ("worker", "sandbox", "data") and name != "star",
                )
        refused = Step(
            "fetch", {"method": "PUT"}, reply=Reply(preflights=(SILENT,)), context=context
        )
        yield Case(f"context/{context}-put-refused", (refused,))
    for name, answer in ANSWERS:
        yield Case(
            f"context/module-worker-{name}",
            (Step("module", {}, reply=answered(answer, "js"), context="module-worker"),),
        )
        scripts = Step(
            "import-scripts", {}, reply=answered(answer, "js"), kind=NO_CORS, context="worker"
        )
        yield Case(f"context/import-scripts-{name}", (scripts,))
        own = Step("worker", {}, "app", answered(answer, "worker"), kind=SAME_ORIGIN)
        yield Case(f"context/own-worker-{name}", (own,))
    for name, answer in ANSWERS:
        for method in ("GET", "PUT"):
            step = Step("fetch", {"method": method}, reply=Reply((answer,), (GRANT,)))
            yield Case(
                f"service-worker/{method.lower()}-{name}",
                (step,),
                service_worker=True,
                core=method == "GET",
            )
    yield Case(
        "service-worker/image-silent",
        (Step("image", {}, reply=answered(SILENT, "png"), kind=NO_CORS),),
        service_worker=True,
    )


def forgotten() -> Iterator[Case]:
    """Sent without waiting for an answer."""
    json_body = {"body": {"blob": "{}", "type": "application/json"}}
    text_body = {"body": "text"}
    for scheme in ("http", "https"):
        for name, answer in ANSWERS:
            reply = Reply((answer,), (GRANT,))
            yield Case(
                f"beacon/json-{name}-{scheme}",
                (Step("beacon", json_body, reply=reply),),
                scheme=scheme,
                core=name == "silent",
            )
        yield Case(
            f"beacon/json-refused-{scheme}",
            (Step("beacon", json_body, reply=Reply(preflights=(SILENT,))),),
            scheme=scheme,
        )
        text = Step("beacon", text_body, reply=Reply((SILENT,)), kind=NO_CORS)
        yield Case(f"beacon/text-{scheme}", (text,), scheme=scheme, core=True)
        form = Step("beacon", {"body": {"form": {"a": "1"}}}, reply=Reply((SILENT,)), kind=NO_CORS)
        yield Case(f"beacon/form-{scheme}", (form,), scheme=scheme)
        ping = Step("ping", {}, reply=Reply((SILENT,)), kind=NO_CORS)
        yield Case(f"ping/{scheme}", (ping,), scheme=scheme, core=True)
    for name, answer in ANSWERS:
        options = {"keepalive": True, "method": "POST", "body": "x"}
        yield Case(f"keepalive/{name}", (Step("fetch", options, reply=Reply((answer,))),))
