"""The page of a case: it takes the steps one after the other and says what it saw.

The work is done by `calls.js` (initiators that also run in workers and frames) and
`elements.js` (the rest). The outcomes end up in the attribute `data-results` of the page.
"""

from __future__ import annotations

import json
from pathlib import Path

from .case import NON_BROWSER, Case
from .places import Places

CALLS = Path(__file__).with_name("calls.js").read_text()
ELEMENTS = Path(__file__).with_name("elements.js").read_text()

SERVICE_WORKER = """
addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => event.respondWith(fetch(event.request)));
"""

SCRIPTS = {"sw": SERVICE_WORKER.encode()}
"""Scripts that a page's own origin must serve, by step."""


def page_url(case: Case, places: Places) -> str:
    """Where the page of a case lives."""
    return f"{places.origin(case.page, case.scheme)}/page?case={case.number}&step=page"


def document(case: Case, places: Places) -> str:
    """The HTML of the page."""
    steps = [
        step.options
        | {
            "run": step.run,
            "url": places.url(step.target, case.scheme, case.number, case.step_name(index))
            + step.fragment,
            "context": step.context,
            "pause": step.pause,
            "together": step.together,
        }
        for index, step in enumerate(case.steps)
        if step.kind != NON_BROWSER
    ]
    worker = f' data-service-worker="/sw?case={case.number}&step=sw"' if case.service_worker else ""
    return (
        f'<!doctype html><html{worker}><meta charset="utf-8"><link rel="icon" href="data:,">'
        f"<title>Case {case.number}</title><body>"
        f'<script type="application/json" id="steps">{escape(json.dumps(steps))}</script>'
        f'<script id="calls">{CALLS}</script><script>{ELEMENTS}</script>'
    )


def escape(text: str) -> str:
    """JSON that can stand in a script element."""
    return text.replace("<", "\\u003c")
