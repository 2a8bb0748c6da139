"""Differences between engine and browser that are understood, each with its reason.

The key is (browser, case, what): `what` as in `scoring.Disagreement`.
"""

from __future__ import annotations

UNSEEN_MODE = (
    "The preflight is the same with and without credentials. It fails either way, but for "
    "the first of its two reasons only with them, and no request follows that would tell."
)

SPELLING = (
    "WebKit's text spells the header as the page did; on the wire stands the lower-case name only."
)
BYTES = "WebKitGTK reads the bytes of the list as UTF-8 and prints what it made of them."
USERINFO = "WebKit's text shows user name and password of the URL; we never keep them."
EMPTY_TARGET = (
    "`Location: https://` is no URL to WebKit, which blames CORS; read as a relative reference it "
    "is one, and so we read it."
)
UNUSABLE_TARGET = "WebKit's text shows the whole target; of one that is no URL we keep the scheme."

KNOWN: dict[tuple[str, str, str], str] = {
    **{
        ("chromium", f"several-wrongs/{name}", "assumed reason"): UNSEEN_MODE
        for name in ("500-no-credentials", "star-404", "credentials-and-method")
    },
    ("webkit", "several-wrongs/credentials-and-method", "assumed reason"): UNSEEN_MODE,
    **{
        ("webkit", name, "reason"): SPELLING
        for name in (
            *(f"allow-headers/{row}-anonymous" for row in ("missing", "other", "empty", "prefix")),
            "authorization/other-anonymous",
            "authorization/other-credentialed",
            *(f"several-headers/{row}-allowed" for row in ("first", "second", "content-type")),
            "preflight-cache/unlisted-header",
        )
    },
    **{
        ("webkit", f"{table}/non-ascii-anonymous", "reason"): BYTES
        for table in ("allow-methods", "allow-headers")
    },
    **{
        ("webkit", f"redirect-location/credentials-{row}", "reason"): USERINFO
        for row in ("other", "same", "from-home")
    },
    ("webkit", "redirect-location/data", "reason"): UNUSABLE_TARGET,
    ("webkit", "redirect-location/invalid", "wrong way"): EMPTY_TARGET,
}
