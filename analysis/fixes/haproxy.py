"""HAProxy."""

from __future__ import annotations

from ..finding import Confidence
from .model import Recognised, Signature, Stack, Wanted

PAGES = {
    400: "90", 403: "93", 404: "83", 408: "110", 413: "106", 429: "117",
    500: "97", 501: "136", 502: "107", 503: "107", 504: "92",
}  # fmt: skip
"""Lengths of its own error pages, by status."""
PAGE_NAMES = ("content-length", "cache-control", "content-type")
PAGE_VALUES = ("text/html", "no-cache")


def configure(wanted: Wanted) -> str:
    """Lines for the frontend; the answer remembers what the request was allowed."""
    allowed = "if { var(txn.cors) -m found }"
    both = [
        "http-after-response add-header Vary Origin",
        "http-after-response del-header Access-Control-Allow-Origin    # the application's",
        "http-after-response del-header Access-Control-Allow-Credentials",
        f"http-after-response set-header Access-Control-Allow-Origin %[var(txn.cors)] {allowed}",
    ]
    if wanted.credentials:
        both.append(
            f"http-after-response set-header Access-Control-Allow-Credentials true {allowed}"
        )
    if wanted.expose:
        names = ", ".join(wanted.expose)
        both.append(
            f'http-after-response set-header Access-Control-Expose-Headers "{names}" {allowed}'
        )
    asked = [f'hdr Access-Control-Allow-Methods "{", ".join(wanted.methods)}"']
    if wanted.headers:
        asked.append(f'hdr Access-Control-Allow-Headers "{", ".join(wanted.headers)}"')
    asked.append(f"hdr Access-Control-Max-Age {wanted.max_age}")
    rows = [
        *(f"acl cors_origin req.fhdr(Origin) -m str {origin}" for origin in wanted.origins),
        "acl cors_preflight method OPTIONS",
        "http-request set-var(txn.cors) req.fhdr(Origin) if cors_origin",
        *both,
        "# preflights are answered here: keep these two above `http-request auth` and `deny`",
        "http-request return status 204 "
        + " ".join(asked)
        + " if cors_preflight cors_origin { req.hdr(Access-Control-Request-Method) -m found }",
        "http-request return status 204 if cors_preflight "
        "{ req.hdr(Access-Control-Request-Method) -m found }",
    ]
    body = "".join(f"    {row}\n" for row in rows)
    return wanted.remarks("#") + body


def recognise(signature: Signature) -> Recognised | None:
    """One of its own error pages: otherwise it adds nothing that names it."""
    first = tuple(name.lower() for name in signature.names[:3])
    if PAGES.get(signature.status) != signature.length or first != PAGE_NAMES:
        return None
    if (signature.get("content-type"), signature.get("cache-control")) != PAGE_VALUES:
        return None
    return f"its own page for status {signature.status}", Confidence.FIRM


STACK = Stack(
    id="haproxy",
    name="HAProxy",
    where="proxy",
    configure=configure,
    place="In the `frontend` of the API, above `http-request auth` and `deny`; only if the "
    "application behind need not answer preflights itself.",
    traps="`http-response` lines miss the errors that HAProxy makes itself: "
    "`http-after-response` reaches them. `req.hdr` would cut a value at commas; `req.fhdr` does "
    "not.",
    versions="HAProxy 2.2 and newer",
    source="https://docs.haproxy.org/2.6/configuration.html#4.2-http-after-response",
    recognise=recognise,
    special={
        "gateway-error": "`http-after-response` is what puts the headers on HAProxy's own 502, "
        "503 and 504.",
        "hidden-error-status": "`http-after-response` is what puts the headers on errors, its own "
        "503 and 504 included.",
        "errors-without-cors-headers": "`http-after-response` reaches the errors that HAProxy "
        "makes itself, `http-response` does not.",
        "multiple-allow-origin": "`del-header` takes the application's header away, so that one "
        "is left.",
        "preflight-needs-login": "`http-request return` ends the request where it stands: above "
        "the login check.",
    },
)
