"""Controls: exchanges that look like CORS and are not, and must not be called blocked."""

from __future__ import annotations

from collections.abc import Iterator

from ..answers import SILENT, Answer, Reply
from ..case import NAVIGATION, NO_CORS, NON_BROWSER, SAME_ORIGIN, WEBSOCKET, Case, Step

REFERRER_POLICIES = ("", "no-referrer", "same-origin")
HTML = Reply((Answer(content="html"),))
QUIET = Reply((SILENT,), (SILENT,))

CLIENTS: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = (
    ("bare", "GET", ()),
    ("origin", "GET", (("Origin", "https://app.test"),)),
    ("origin-user-agent", "GET", (("Origin", "https://app.test"), ("User-Agent", "curl/8.5.0"))),
    (
        "post-json",
        "POST",
        (
            ("Origin", "https://app.test"),
            ("Content-Type", "application/json"),
            ("User-Agent", "python-requests/2.32"),
        ),
    ),
    (
        "bearer",
        "GET",
        (
            ("Origin", "https://app.test"),
            ("Authorization", "Bearer x"),
            ("User-Agent", "okhttp/4.12"),
        ),
    ),
    (
        "put-cookie",
        "PUT",
        (
            ("Origin", "https://app.test"),
            ("Cookie", "sid=1"),
            ("User-Agent", "PostmanRuntime/7.40"),
        ),
    ),
    (
        "preflight-with-cookie",
        "OPTIONS",
        (
            ("Origin", "https://app.test"),
            ("Cookie", "sid=1"),
            ("Access-Control-Request-Method", "PUT"),
            ("User-Agent", "curl/8.5.0"),
        ),
    ),
    (
        "preflight-odd-names",
        "OPTIONS",
        (
            ("Origin", "https://app.test"),
            ("Access-Control-Request-Method", "PUT"),
            ("Access-Control-Request-Headers", "X-B, X-A"),
            ("User-Agent", "curl/8.5.0"),
        ),
    ),
    ("origin-with-slash", "GET", (("Origin", "https://app.test/"), ("User-Agent", "curl/8.5.0"))),
    ("options-health-check", "OPTIONS", (("User-Agent", "probe/1"),)),
)


def cases() -> Iterator[Case]:
    """Same-origin, no-cors, navigations, web sockets, other programs."""
    yield from same_origin()
    yield from no_cors()
    yield from navigations()
    for scheme in ("http", "https"):
        for target in ("api", "app"):
            yield Case(
                f"websocket/{scheme}-{target}",
                (Step("websocket", {}, target, kind=WEBSOCKET),),
                scheme=scheme,
                core=target == "api",
            )
        for name, method, headers in CLIENTS:
            options = {"method": method, "headers": list(headers)}
            if method in ("POST", "PUT"):
                options["body"] = "{}"
            yield Case(
                f"other-program/{name}-{scheme}",
                (Step("client", options, reply=QUIET, kind=NON_BROWSER),),
                scheme=scheme,
                core=scheme == "https",
            )


def same_origin() -> Iterator[Case]:
    """Own origin: POST and the like carry Origin too."""
    for scheme, page in (("https", "app"), ("http", "app"), ("http", "local")):
        for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "patch"):
            step = Step(
                "fetch", {"method": method, "credentials": "include"}, page, QUIET, kind=SAME_ORIGIN
            )
            yield Case(
                f"same-origin/{method}-{scheme}-{page}",
                (step,),
                page=page,
                scheme=scheme,
                core=method in ("GET", "PUT"),
            )
    for run, content in (
        ("image", "png"),
        ("script", "js"),
        ("module", "js"),
        ("stylesheet", "css"),
        ("font", "font"),
    ):
        reply = Reply((Answer(content=content),))
        yield Case(
            f"same-origin/{run}",
            (Step(run, {"crossorigin": "anonymous"}, "app", reply, kind=SAME_ORIGIN),),
        )
    marked = Step(
        "fetch", {"headers": [["Authorization", "Bearer x"]]}, "app", QUIET, kind=SAME_ORIGIN
    )
    yield Case("same-origin/authorization", (marked,), core=True)
    beacon = Step(
        "beacon",
        {"body": {"blob": "{}", "type": "application/json"}},
        "app",
        QUIET,
        kind=SAME_ORIGIN,
    )
    yield Case("same-origin/beacon", (beacon,))
    for policy in REFERRER_POLICIES[1:]:
        step = Step("fetch", {"method": "POST"}, "app", QUIET, kind=SAME_ORIGIN)
        yield Case(
            f"same-origin/post-{policy}", (step,), page_headers=(("Referrer-Policy", policy),)
        )


def no_cors() -> Iterator[Case]:
    """Opaque responses, with and without Origin."""
    for scheme in ("http", "https"):
        for method in ("GET", "POST"):
            for policy in REFERRER_POLICIES:
                for credentials in ("omit", "include"):
                    options = {
                        "mode": "no-cors",
                        "method": method,
                        "credentials": credentials,
                        "readBody": False,
                    }
                    headers = (("Referrer-Policy", policy),) if policy else ()
                    name = f"{method.lower()}-{credentials}-{scheme}-{policy or 'default'}"
                    yield Case(
                        f"no-cors/{name}",
                        (Step("fetch", options, reply=QUIET, kind=NO_CORS),),
                        scheme=scheme,
                        page_headers=headers,
                        core=not policy and credentials == "include",
                    )
    for run, content in (("background", "png"), ("image", "json"), ("script", "json")):
        reply = Reply((Answer(content=content),))
        yield Case(
            f"no-cors/{run}-{content}",
            (Step(run, {}, reply=reply, kind=NO_CORS, credentials="include"),),
        )
    for value in ("same-origin", "same-site", "cross-origin"):
        corp = Answer(headers=(("Cross-Origin-Resource-Policy", value),), content="png")
        yield Case(
            f"no-cors/corp-{value}", (Step("image", {}, reply=Reply((corp,)), kind=NO_CORS),)
        )
    unchecked = Step(
        "script", {"integrity": "sha256-AAAA"}, kind=NO_CORS, reply=Reply((Answer(content="js"),))
    )
    yield Case("no-cors/script-integrity", (unchecked,))


def navigations() -> Iterator[Case]:
    """Forms and frames."""
    for scheme in ("http", "https"):
        for target in ("api", "app"):
            for policy in REFERRER_POLICIES:
                hard = 25 if (target, policy) == ("app", "no-referrer") else None
                headers = (("Referrer-Policy", policy),) if policy else ()
                yield Case(
                    f"form/{target}-{scheme}-{policy or 'default'}",
                    (Step("form", {}, target, HTML, kind=NAVIGATION),),
                    scheme=scheme,
                    page_headers=headers,
                    hard=hard,
                    core=not policy or hard is not None,
                )
            yield Case(
                f"form/plain-{target}-{scheme}",
                (Step("form", {"enctype": "text/plain"}, target, HTML, kind=NAVIGATION),),
                scheme=scheme,
            )
            yield Case(
                f"frame/{target}-{scheme}",
                (Step("frame", {}, target, HTML, kind=NAVIGATION),),
                scheme=scheme,
                core=scheme == "https",
            )
    yield Case("form/get", (Step("form", {"method": "get"}, reply=HTML, kind=NAVIGATION),))
    yield Case(
        "frame/object", (Step("object", {}, reply=HTML, kind=NAVIGATION, credentials="include"),)
    )
