"""Go's `net/http` with `github.com/jub0bs/cors`."""

from __future__ import annotations

from ..finding import Confidence
from .model import Recognised, Signature, Stack, Wanted, go

VARY = "Access-Control-Request-Headers, Access-Control-Request-Method, "


def configure(wanted: Wanted) -> str:
    """A middleware around the whole handler."""
    rows = [f"\tOrigins:         {go(wanted.origins)},"]
    if wanted.credentials:
        rows.append("\tCredentialed:    true,")
    rows.append(f"\tMethods:         {go(wanted.methods)},")
    if wanted.headers:
        rows.append(f"\tRequestHeaders:  {go(wanted.headers)},")
    rows.append(f"\tMaxAgeInSeconds: {wanted.max_age},")
    if wanted.expose:
        rows.append(f"\tResponseHeaders: {go(wanted.expose)},")
    return (
        "// go get github.com/jub0bs/cors\n"
        + wanted.remarks("//")
        + "pages, err := cors.NewMiddleware(cors.Config{\n"
        + "\n".join(rows)
        + "\n})\nif err != nil {\n\tlog.Fatal(err)\n}\n"
        + "handler = pages.Wrap(handler) // the one given to http.ListenAndServe\n"
    )


def recognise(signature: Signature) -> Recognised | None:
    """The order of names in the `Vary` of its preflights."""
    vary = signature.get("vary")
    if signature.on_preflight and vary.startswith(VARY) and vary.endswith("Origin"):
        return f"`Vary: {VARY}…` on a preflight", Confidence.FIRM
    return None


STACK = Stack(
    id="go",
    name="Go (jub0bs/cors)",
    where="server",
    configure=configure,
    place="Around the router, and outside of the login check; patterns like `GET /items` must "
    "not keep OPTIONS from reaching it.",
    traps="It refuses unsafe settings when the program starts: http origins with cookies, "
    "`null`, ports that are the default.",
    versions="jub0bs/cors 0.5 and newer",
    source="https://pkg.go.dev/github.com/jub0bs/cors",
    recognise=recognise,
    special={
        "preflight-needs-login": "The outermost handler runs first: wrap the login check, too.",
        "preflight-bad-status": "Since Go 1.22 a pattern with a method answers OPTIONS with 405: "
        "wrap the whole router, not single handlers.",
        "refused-by-cors-layer": "Its 403 means that the origin, the method or a header is not "
        "in these lists; `SetDebug(true)` says which.",
    },
)
