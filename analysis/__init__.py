"""analysis thinks: what a browser made of recorded cross-origin traffic, and why.

    from analysis import audit
    result = audit(["session.flow", "more/"])

Importing this package imports nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["__version__", "audit"]

if TYPE_CHECKING:
    from .offline import audit


def __getattr__(name: str) -> Any:
    if name == "audit":
        from .offline import audit

        return audit
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
