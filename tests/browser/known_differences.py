"""Differences between engine and browser that are understood, each with its reason.

The key is (browser, case, what): `what` as in `scoring.Disagreement`.
"""

from __future__ import annotations

UNSEEN_MODE = (
    "Chromium's preflight is the same with and without credentials. It fails either way, but for "
    "the first of its two reasons only with them, and no request follows that would tell."
)

KNOWN: dict[tuple[str, str, str], str] = {
    ("chromium", f"several-wrongs/{name}", "reason"): UNSEEN_MODE
    for name in ("500-no-credentials", "star-404", "credentials-and-method")
}
