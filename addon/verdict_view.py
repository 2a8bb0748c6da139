"""The content view "CORS verdict": mitmproxy shows it in place of a body, where asked to.

mitmproxy 12 has another interface for content views than 11; what is common stands here once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from mitmproxy import contentviews
from mitmproxy.flow import Flow

NAME = "CORS verdict"
NEVER_BY_ITSELF = -1.0
"""Priority: it explains a message and does not show it, so it waits to be chosen."""

Explain = Callable[[str], list[str]]
"""From a flow's id to the lines to show."""


_NEW = hasattr(contentviews, "Contentview")
_BASE: Any = contentviews.Contentview if _NEW else contentviews.View  # type: ignore[attr-defined]


class VerdictView(_BASE):  # type: ignore[misc]  # which class it is, only mitmproxy knows
    """Explains the flow that a message belongs to."""

    name = NAME
    syntax_highlight = "none"

    def __init__(self, explain: Explain) -> None:
        self._explain = explain

    def render_priority(self, *_: object, **__: object) -> float:
        """Never the best view of anything."""
        return NEVER_BY_ITSELF

    def prettify(self, data: bytes, metadata: Any) -> str:
        """How mitmproxy 12 asks."""
        return "\n".join(self._lines(metadata.flow))

    def __call__(
        self, data: bytes, *, flow: Flow | None = None, **_: object
    ) -> tuple[str, Iterator[list[tuple[str, str]]]]:
        """How mitmproxy 11 asks."""
        return NAME, iter([[("text", line)] for line in self._lines(flow)])

    def _lines(self, flow: Flow | None) -> list[str]:
        return self._explain(flow.id) if flow is not None else []


def install(explain: Explain) -> Callable[[], object]:
    """Offer the view; answers how to take it back.

    mitmproxy 12 takes none back: a newer view of the same name replaces it.
    """
    view = VerdictView(explain)
    contentviews.add(view)
    return (lambda: None) if _NEW else (lambda: contentviews.remove(view))
