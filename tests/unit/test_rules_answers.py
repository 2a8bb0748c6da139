"""Rules about answers, caches, what really happened, and contradictions over a session."""

from __future__ import annotations

import pytest

from analysis.exchange import Exchange
from analysis.fetch.cache import served_from_cache, stays_fresh
from analysis.finding import Confidence, Kind, Severity
from analysis.rules.cause import made_by_gateway
from analysis.sources.transcript import exchanges

from .test_rules import ACAC, API, APP, COOKIE, OK, audit, call, only, rules_of

ADMIN = "https://admin.example.com"
STAR = "Access-Control-Allow-Origin: *"
VARY = "Vary: Origin"
EXPOSE = "Access-Control-Expose-Headers: "
FRESH = "Cache-Control: max-age=60"


def names(origin: str) -> str:
    return f"Access-Control-Allow-Origin: {origin}"


def get(path: str, *answer: str, origin: str = APP, asks: tuple[str, ...] = ()) -> str:
    return call(*answer, origin=origin, asks=asks).replace(f"{API}/x", f"{API}/{path}")


def element(*answer: str, dest: str = "image", page: str = APP, path: str = "x") -> str:
    """A load of an element of a page: no CORS, no `Origin`."""
    lines = [
        f"> GET {API}/{path}",
        f"> Referer: {page}/",
        "> Accept: */*",
        "> Sec-Fetch-Mode: no-cors",
        "> Sec-Fetch-Site: same-site",
        f"> Sec-Fetch-Dest: {dest}",
    ]
    return "\n".join([*lines, *(f"< {each}" for each in answer)])


def silent(text: str, rule: str) -> None:
    """The rule says nothing, not even under another finding."""
    findings = audit(text).findings
    assert rule not in {each.rule for each in findings}
    assert rule not in {under.rule for each in findings for under in each.explains}


def answer(status: int, *lines: str) -> Exchange:
    (seen,) = exchanges(call(str(status), *lines))
    return seen


# How long answers are kept, and where they come from


@pytest.mark.parametrize(
    ("lines", "fresh"),
    [
        ((FRESH,), True),
        (("Cache-Control: Public, Max-Age=60",), True),
        (("Cache-Control: max-age=60", "Age: 60"), False),
        (("Cache-Control: max-age=0",), False),
        (("Cache-Control: max-age=x",), False),
        (("Cache-Control: no-cache, max-age=60",), False),
        (("Cache-Control: no-store",), False),
        (("Pragma: no-cache", "Last-Modified: Tue, 01 Jan 2030 00:00:00 GMT"), False),
        (
            ("Date: Tue, 01 Jan 2030 00:00:00 GMT", "Expires: Tue, 01 Jan 2030 01:00:00 GMT"),
            True,
        ),
        (("Date: Tue, 01 Jan 2030 00:00:00 GMT", "Expires: 0"), False),
        (("Expires: Tue, 01 Jan 2030 01:00:00 GMT",), False),
        (("Last-Modified: Tue, 01 Jan 2030 00:00:00 GMT",), None),
        ((), False),
    ],
)
def test_stays_fresh(lines: tuple[str, ...], fresh: bool | None) -> None:
    assert stays_fresh(answer(200, *lines)) is fresh


@pytest.mark.parametrize(
    ("line", "header"),
    [
        ("X-Cache: HIT", "X-Cache"),
        ("X-Cache: Hit from cloudfront", "X-Cache"),
        ("X-Cache: MISS, HIT", "X-Cache"),
        ("X-Cache: Miss from cloudfront", None),
        ("CF-Cache-Status: HIT", "CF-Cache-Status"),
        ("CF-Cache-Status: DYNAMIC", None),
        ("Age: 12", "Age"),
        ("Age: 0", None),
        ("Age: old", None),
    ],
)
def test_served_from_cache(line: str, header: str | None) -> None:
    assert served_from_cache(answer(200, line)) == header


# Which headers script can read


def test_preflight_exposes_only_what_the_answer_carries() -> None:
    ask = f"""
    > OPTIONS {API}/x
    > Origin: {APP}
    > Sec-Fetch-Mode: cors
    > Access-Control-Request-Method: PUT
    < 204
    < {OK}
    < Access-Control-Allow-Methods: PUT
    < {EXPOSE}X-Total-Count, Content-Length, Set-Cookie
    < {VARY}
    """
    rule = "exposed-on-preflight-only"

    def put(*lines: str) -> str:
        return ask + call("200", OK, VARY, *lines, method="PUT")

    finding = only(put("X-Total-Count: 4"), rule)
    assert (finding.kind, finding.severity) == (Kind.FRAGILE, Severity.LOW)
    assert [each.rule for each in finding.explains] == ["expose-gap"]
    assert "X-Total-Count" in finding.fixes[0].code
    silent(put(), rule)
    silent(put("Content-Length: 3", "Set-Cookie: a=b"), rule)
    silent(put("X-Total-Count: 4", f"{EXPOSE}X-Total-Count"), rule)
    silent(ask + call("200", "X-Total-Count: 4", method="PUT"), rule)


@pytest.mark.parametrize(
    ("value", "bad"),
    [
        ("X-Total-Count; X-Page", True),
        ("X-Total-Count X-Page", True),
        ('"X-Total-Count"', True),
        ("[X-Total-Count]", True),
        ("X-Total-Count,", False),
        ("*", False),
        ("", False),
    ],
)
def test_expose_lists(value: str, bad: bool) -> None:
    text = call("200", OK, VARY, EXPOSE + value, "X-Total-Count: 4")
    if not bad:
        silent(text, "unparsable-expose-list")
        return
    finding = only(text, "unparsable-expose-list")
    assert finding.expected[0].needed.startswith("X-Total-Count")
    assert "expose-gap" not in rules_of(text), "the cure of one is the cure of the other"


def test_an_unparsable_list_on_a_refused_answer_is_no_news() -> None:
    silent(call("200", EXPOSE + "a; b"), "unparsable-expose-list")


def test_expose_star_counts_without_credentials() -> None:
    rule = "expose-wildcard-with-credentials"
    lines = ("200", OK, ACAC, VARY, EXPOSE + "*")
    assert only(call(*lines, "X-Cart: 1", asks=COOKIE), rule).severity is Severity.LOW
    silent(call(*lines, "X-Cart: 1"), rule)
    silent(call(*lines, "X-Powered-By: Express", "X-Frame-Options: DENY", asks=COOKIE), rule)
    silent(call(*lines, f"{EXPOSE}X-Cart", "X-Cart: 1", asks=COOKIE), rule)


def test_expose_star_keeps_what_is_named() -> None:
    text = call("200", OK, ACAC, VARY, EXPOSE + "*, X-A", "X-A: 1", "X-B: 1", asks=COOKIE)
    finding = only(text, "expose-wildcard-with-credentials")
    assert finding.expected[0].needed == "X-A, X-B"
    assert "`X-B`" in finding.message
    assert "`X-A`" not in finding.message


def test_exposed_tokens_are_graded_by_who_may_read_them() -> None:
    rule = "sensitive-header-exposed"
    token = (EXPOSE + "X-CSRF-Token", "X-CSRF-Token: 1")

    def visit(origin: str, *more: str) -> str:
        return call("200", names(origin), ACAC, VARY, *more, origin=origin, asks=COOKIE)

    partner = "https://partner.example.net"
    assert only(call("200", STAR, *token), rule).severity is Severity.INFO
    assert only(visit(partner, *token), rule).severity is Severity.LOW
    anybody = "\n".join(visit(o, *token) for o in (partner, APP, "https://prizes.example.org"))
    found = [f for f in audit(anybody).findings if f.rule == rule]
    under = [e for f in audit(anybody).findings for e in f.explains if e.rule == rule]
    assert [each.severity for each in (*found, *under)] == [Severity.MEDIUM]
    silent(visit(APP, *token), rule)
    silent(visit(partner, token[0]), rule)
    silent(call("200", names(partner), VARY, *token, origin=partner), rule)
    silent(visit(partner, EXPOSE + "X-Request-Id", "X-Request-Id: 1"), rule)


@pytest.mark.parametrize(
    ("name", "is_token"),
    [
        ("Authorization", True),
        ("X-Auth-Token", True),
        ("X-XSRF-TOKEN", True),
        ("Refresh-Token", True),
        ("X-API-Key", True),
        ("X-Page-Token-Count", False),
        ("X-Session-Expires", False),
        ("X-Total-Count", False),
    ],
)
def test_what_counts_as_a_token(name: str, is_token: bool) -> None:
    text = call("200", STAR, EXPOSE + name, f"{name}: 1")
    assert ("sensitive-header-exposed" in rules_of(text)) is is_token


@pytest.mark.parametrize(
    ("value", "pointless"),
    [
        ("Set-Cookie", True),
        ("X-A, set-cookie", True),
        ("Content-Type, Content-Length", True),
        ("Content-Length, Content-Range", False),
        ("X-A", False),
        ("*", False),
        ("", False),
        ("Set-Cookie; X-A", False),
    ],
)
def test_pointless_names(value: str, pointless: bool) -> None:
    text = call("200", OK, VARY, EXPOSE + value)
    assert ("pointless-names-exposed" in rules_of(text)) is pointless


def test_fixes_do_not_expose_what_nobody_can_read() -> None:
    text = call("200", VARY, EXPOSE + "Set-Cookie, X-A") + "\n" + call("200", OK, EXPOSE + "X-A")
    for fix in only(text, "missing-allow-origin").fixes:
        assert "Set-Cookie" not in fix.code


def test_copied_origins() -> None:
    rule = "cors-headers-without-cors"
    named = call("200", OK, VARY)
    for value in ("", "null", "undefined", "None"):
        assert rule in rules_of(f"{named}\n{element('200', names(value), VARY, path='logo')}")
    for value in ("*", APP, API):
        silent(f"{named}\n{element('200', names(value), VARY, path='logo')}", rule)
    silent(element("200", names("null"), VARY, path="logo"), rule)


def test_timing_is_told_where_it_is_somebodys() -> None:
    rule = "timing-open-to-all"
    cross = ("Sec-Fetch-Site: cross-site", *COOKIE)
    lines = ("200", OK, ACAC, VARY, "Content-Type: application/json", "Timing-Allow-Origin: *")
    assert only(call(*lines, asks=cross), rule).severity is Severity.INFO
    silent(call(*lines, asks=("Sec-Fetch-Site: same-site", *COOKIE)), rule)
    silent(call(*lines, asks=("Sec-Fetch-Site: cross-site",)), rule)
    silent(call(*(line.replace("n: *", f"n: {APP}") for line in lines), asks=cross), rule)
    silent(call(*(line.replace("application/json", "font/woff2") for line in lines), asks=cross),
           rule)  # fmt: skip


# Caches

BARE_THEN_CORS = "cached-without-allow-origin"


def test_bare_answers_spoil_the_cache() -> None:
    text = f"{element('200', FRESH)}\n{call('200', OK, VARY)}"
    finding = only(text, BARE_THEN_CORS)
    assert (finding.kind, finding.severity) == (Kind.FRAGILE, Severity.MEDIUM)
    assert finding.confidence is Confidence.CERTAIN
    assert finding.expected[0].needed == "Origin"
    guessed = text.replace(FRESH, "Last-Modified: Tue, 01 Jan 2019 00:00:00 GMT")
    assert only(guessed, BARE_THEN_CORS).confidence is Confidence.FIRM
    later = f"{call('200', OK, VARY)}\n{element('200', FRESH)}"
    assert only(later, BARE_THEN_CORS).confidence is Confidence.CERTAIN


@pytest.mark.parametrize(
    "text",
    [
        # no call with CORS in the capture: nothing is known of it
        element("200", FRESH),
        # the rule that the standard asks for
        f"{element('200', FRESH, VARY)}\n{call('200', OK, VARY)}",
        f"{element('200', FRESH, 'Vary: *')}\n{call('200', OK, VARY)}",
        # the header is sent always
        f"{element('200', FRESH, STAR)}\n{call('200', STAR)}",
        # not kept, or asked again
        f"{element('200', 'Cache-Control: no-store')}\n{call('200', OK, VARY)}",
        f"{element('200', 'Cache-Control: no-cache')}\n{call('200', OK, VARY)}",
        f"{element('200')}\n{call('200', OK, VARY)}",
        # another URL
        f"{element('200', FRESH, path='x?v=1')}\n{get('x?v=2', '200', OK, VARY)}",
        # another page, with a cache of its own
        f"{element('200', FRESH, page='https://other.example.net')}\n{call('200', OK, VARY)}",
        # the kept answer is for requests that accept something else
        f"{element('200', FRESH, 'Vary: Accept')}\n"
        f"{call('200', OK, VARY, asks=('Accept: application/json',))}",
        # a tab that was opened for it
        f"> GET {API}/x\n> Sec-Fetch-Mode: navigate\n> Sec-Fetch-Site: none\n< 200\n< {FRESH}\n"
        f"{call('200', OK, VARY)}",
        # the call is refused anyway
        f"{element('200', FRESH)}\n{call('200')}",
    ],
)
def test_bare_answers_that_do_no_harm(text: str) -> None:
    silent(text, BARE_THEN_CORS)


def test_a_bare_answer_explains_the_missing_vary() -> None:
    other = get("y", "200", names(ADMIN), FRESH, origin=ADMIN)
    text = f"{element('200', FRESH)}\n{call('200', OK, FRESH)}\n{other}"
    assert "missing-vary-origin" not in rules_of(text)
    assert [e.rule for e in only(text, BARE_THEN_CORS).explains] == ["missing-vary-origin"]


def test_an_element_goes_before_a_navigation() -> None:
    tab = f"> GET {API}/x\n> Sec-Fetch-Mode: navigate\n> Sec-Fetch-Site: none\n< 200\n< {FRESH}"
    text = f"{tab}\n{element('200', FRESH)}\n{call('200', OK, VARY)}"
    assert BARE_THEN_CORS in rules_of(text)


def from_cache(*more: str, path: str = "x") -> str:
    """An answer that names the other page, out of a cache."""
    return get(path, "200", names(ADMIN), "X-Cache: HIT", *more)


ADMINS = get("x", "200", names(ADMIN), "X-Cache: MISS", origin=ADMIN)


def test_an_answer_for_another_page() -> None:
    text = f"{ADMINS}\n{from_cache()}\n{get('x', '200', OK, 'X-Cache: MISS')}"
    finding = only(text, "foreign-answer-from-cache")
    assert (finding.kind, finding.severity) == (Kind.BROKEN, Severity.HIGH)
    assert finding.confidence is Confidence.CERTAIN
    assert rules_of(text, Kind.BROKEN) == ["foreign-answer-from-cache"]
    elsewhere = f"{ADMINS}\n{from_cache()}\n{get('y', '200', OK)}"
    assert only(elsewhere, "foreign-answer-from-cache").confidence is Confidence.FIRM
    varied = f"{ADMINS}\n{from_cache(VARY)}\n{get('x', '200', OK, VARY)}"
    assert rules_of(varied, Kind.BROKEN) == ["cache-ignores-vary"]


def test_a_preflight_for_another_page() -> None:
    ask = f"""
    > OPTIONS {API}/x
    > Origin: {{0}}
    > Sec-Fetch-Mode: cors
    > Access-Control-Request-Method: PUT
    < 204
    < {names(ADMIN)}
    < Access-Control-Allow-Methods: PUT
    < X-Cache: {{1}}
    """
    text = f"{ask.format(ADMIN, 'MISS')}{ask.format(APP, 'HIT')}\n{get('y', '200', OK)}"
    assert rules_of(text, Kind.BROKEN) == ["foreign-answer-from-cache"]
    finding = only(text, "foreign-answer-from-cache")
    assert "preflight-missing-vary" in {each.rule for each in finding.explains}


@pytest.mark.parametrize(
    "text",
    [
        # a constant, which a CDN may well keep
        f"{ADMINS}\n{from_cache()}",
        f"{ADMINS}\n{from_cache(VARY)}",
        from_cache(),
        # no cache had it
        f"{ADMINS}\n{from_cache().replace('HIT', 'MISS')}\n{get('x', '200', OK)}",
        f"{ADMINS}\n{from_cache().replace('X-Cache: HIT', 'Age: 0')}\n{get('x', '200', OK)}",
        # no origin at all
        f"{ADMINS}\n{get('x', '200', names(APP + '/'), 'X-Cache: HIT')}\n{get('x', '200', OK)}",
    ],
)
def test_other_mismatches_stay_mismatches(text: str) -> None:
    assert rules_of(text, Kind.BROKEN) == ["origin-mismatch"]


def test_a_mismatch_from_a_cache_says_so() -> None:
    message = only(f"{ADMINS}\n{from_cache()}", "origin-mismatch").message
    assert "A cache gave it (`X-Cache`)" in message
    plain = only(get("x", "200", names(ADMIN)), "origin-mismatch").message
    assert "cache" not in plain


def question(origin: str, *lines: str, headers: str = "x-a", path: str = "x") -> str:
    rows = [
        f"> OPTIONS {API}/{path}",
        f"> Origin: {origin}",
        "> Sec-Fetch-Mode: cors",
        "> Access-Control-Request-Method: GET",
        f"> Access-Control-Request-Headers: {headers}",
        "< 204",
        f"< Access-Control-Allow-Headers: {headers}",
        *(f"< {line}" for line in lines),
    ]
    return "\n".join(rows)


def test_preflights_from_a_cdn() -> None:
    rule = "preflight-missing-vary"
    hit = "X-Cache: HIT"
    two = f"{question(APP, OK, hit)}\n{question(ADMIN, names(ADMIN), hit, path='y')}"
    assert only(two, rule).severity is Severity.LOW
    lists = "\n".join(question(APP, STAR, hit, headers=h, path=h) for h in ("x-a", "x-b"))
    assert "Access-Control-Request-Headers" in only(lists, rule).message
    silent(two.replace(hit, "X-Cache: MISS"), rule)
    silent(two.replace(hit, f"{hit}\n< {VARY}"), rule)
    silent(question(APP, OK, hit), rule)
    silent(lists.replace(hit, f"{hit}\n< Vary: Access-Control-Request-Headers"), rule)


def test_vary_is_needless_only_where_all_get_the_same() -> None:
    rule = "needless-vary-origin"
    public = ("200", STAR, "Cache-Control: public, max-age=60", VARY)
    text = "\n".join([call(*public), call(*public, origin=ADMIN), element(*public, path="logo")])
    assert only(text, rule).severity is Severity.INFO
    silent(text.replace("public, ", ""), rule)
    silent("\n".join([call(*public), call(*public, origin=ADMIN)]), rule)
    silent("\n".join([call(*public), element(*public, path="logo")]), rule)
    silent(f"{text}\n{get('z', '200', names(ADMIN), VARY, origin=ADMIN)}", rule)
    silent(f"{text}\n{element('200', FRESH, VARY, path='bare')}", rule)


# What really happened


@pytest.mark.parametrize(
    ("status", "lines", "confidence"),
    [
        (502, ("Server: nginx/1.25", "Content-Type: text/html"), Confidence.FIRM),
        (413, ("Server: nginx", "Content-Type: text/html", "Connection: close"), Confidence.FIRM),
        (503, ("Server: awselb/2.0", "Content-Type: text/html"), Confidence.CERTAIN),
        (504, ("Server: CloudFront", "X-Cache: Error from cloudfront"), Confidence.CERTAIN),
        (503, ("Server: Varnish", "X-Varnish: 1"), Confidence.CERTAIN),
        (522, ("Server: cloudflare", "CF-RAY: 1", "X-A: 1"), Confidence.CERTAIN),
        (503, ("server: envoy", "Content-Type: text/plain"), Confidence.FIRM),
        (429, ("x-amzn-ErrorType: LimitExceededException", "x-amz-apigw-id: 1",
               "Content-Type: application/json"), Confidence.CERTAIN),
        # an application behind a gateway that puts its name on everything
        (503, ("Server: nginx", "Content-Type: application/json"), None),
        (502, ("Server: nginx", "Content-Type: text/html", "X-Powered-By: Express"), None),
        (429, ("Server: nginx", "Content-Type: text/html", 'ETag: "1"'), None),
        (503, ("server: envoy", "x-envoy-upstream-service-time: 3"), None),
        (502, ("Content-Type: text/html",), None),
        (502, ("Server: gunicorn", "Content-Type: text/html"), None),
        (500, ("Server: nginx", "Content-Type: text/html"), None),
        (403, ("Server: awselb/2.0",), None),
        (522, ("Server: nginx",), None),
    ],
)  # fmt: skip
def test_gateways(status: int, lines: tuple[str, ...], confidence: Confidence | None) -> None:
    made = made_by_gateway(answer(status, *lines))
    assert (made[1] if made else None) is confidence
    rule = "gateway-error" if confidence else "hidden-error-status"
    finding = only(call(str(status), *lines), rule)
    assert rules_of(call(str(status), *lines), Kind.BROKEN) == [rule]
    assert confidence is None or finding.confidence is confidence


def test_gateway_error_is_mended_in_the_proxy() -> None:
    text = call("502", "Server: nginx/1.25", "Content-Type: text/html")
    text += "\n" + get("y", "200", OK, VARY, "X-Powered-By: Express")
    first = only(text, "gateway-error").fixes[0]
    assert (first.stack, first.where) == ("nginx", "proxy")
    silent(call("502", OK, "Server: nginx", "Content-Type: text/html"), "gateway-error")


def opaque(*changes: tuple[str, str]) -> str:
    text = element("200", "Content-Type: application/json", dest="empty")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


def test_opaque_answers() -> None:
    rule = "opaque-answer"
    finding = only(opaque(), rule)
    assert (finding.severity, finding.confidence) == (Severity.LOW, Confidence.TENTATIVE)
    assert finding.fixes[0].stack == "in the page"
    silent(opaque(("> GET", "> POST")), rule)
    silent(opaque(("Dest: empty", "Dest: image")), rule)
    silent(opaque(("same-site", "same-origin")), rule)
    silent(opaque(("< 200", "< 404")), rule)
    silent(opaque(("application/json", "text/css")), rule)
    silent(opaque(("application/json", "application/json\n< Content-Length: 0")), rule)
    silent(opaque(("> Sec-Fetch-Mode", "> Sec-Purpose: prefetch\n> Sec-Fetch-Mode")), rule)
    silent(opaque(("> Accept: */*", "> Accept: image/png,*/*")), rule)
    kept = "Cross-Origin-Resource-Policy: same-origin"
    silent(opaque(("application/json", f"application/json\n< {kept}")), rule)


def test_giving_up_is_told_when_it_took_long() -> None:
    rule = "call-given-up"
    gone = call() + "\n! Client disconnected."
    assert only(f"{gone}\n+ 30", rule).severity is Severity.INFO
    assert rules_of(f"{gone}\n+ 30") == [rule]
    silent(gone, rule)
    silent(f"{gone}\n+ 4", rule)
    silent(call() + "\n! Connection refused\n+ 30", rule)
    silent(call("200", OK) + "\n! Client disconnected.\n+ 30", rule)
    silent(call(asks=("Accept: text/event-stream",)) + "\n! Client disconnected.\n+ 30", rule)


def test_redirects_to_plain_http() -> None:
    rule = "redirect-to-plain-http"

    def moved(location: str, *more: str, origin: str = APP) -> str:
        return call("301", f"Location: {location}", names(origin), VARY, *more, origin=origin)

    finding = only(moved("http://api.example.com/x/"), rule)
    assert (finding.kind, finding.severity) == (Kind.BROKEN, Severity.LOW)
    assert finding.expected[0].needed == "http://api.example.com/x/".replace("http:", "https:")
    silent(moved("https://api.example.com/x/"), rule)
    silent(moved("http://localhost:3000/x/"), rule)
    silent(moved("http://api.example.com/x/", origin="http://app.example.com"), rule)
    followed = "\n".join(
        [
            moved("http://api.example.com/x/"),
            "> GET http://api.example.com/x/",
            f"> Origin: {APP}",
            "< 200",
            f"< {OK}",
        ]
    )
    silent(followed, rule)
    upgraded = f"{moved('http://api.example.com/x/')}\n{get('x/', '200', OK, VARY)}"
    silent(upgraded, rule)
    refused = call("301", "Location: http://api.example.com/x/")
    assert rules_of(refused, Kind.BROKEN) == ["missing-allow-origin"]


def test_the_same_file_twice() -> None:
    rule = "downloaded-twice"
    referred = (f"Referer: {APP}/", "Sec-Fetch-Dest: font")

    def twice(first: str = "font", second: tuple[str, ...] = referred, wait: str = "1") -> str:
        plain = element("200", STAR, FRESH, dest=first)
        return f"{plain}\n@ {wait}\n{call('200', STAR, FRESH, asks=second)}"

    finding = only(twice(), rule)
    assert (finding.kind, finding.severity) == (Kind.SLOW, Severity.LOW)
    assert finding.confidence is Confidence.CERTAIN
    assert "crossorigin" in finding.fixes[0].code
    silent(twice(wait="60"), rule)
    silent(twice(first="image"), rule)
    silent(twice().replace("< 200", "< 304"), rule)
    image = tuple(each.replace("font", "image") for each in referred)
    assert only(twice("image", image), rule).confidence is Confidence.FIRM
    silent(twice("image", (*image, "Cache-Control: no-cache")), rule)
    silent(
        twice().replace(f"Referer: {APP}/\n> Accept", "Referer: https://b.test/\n> Accept"), rule
    )


# Contradictions over the session


def test_methods_that_were_forgotten() -> None:
    rule = "policy-differs-by-method"
    named = call("200", OK, VARY, method="POST")
    finding = only(f"{named}\n{call('200')}", rule)
    assert (finding.kind, finding.severity) == (Kind.NOTE, Severity.LOW)
    assert "`POST`" in finding.message
    assert "policy-differs-by-endpoint" not in rules_of(f"{named}\n{call('200')}")
    silent(f"{named}\n{call('404')}", rule)
    silent(f"{named}\n{call('200')}\n{call('200', OK, VARY)}", rule)
    silent(f"{named}\n{call('200', origin=ADMIN)}", rule)
    silent(f"{named}\n{get('y', '200')}", rule)


def test_parts_that_were_forgotten() -> None:
    rule = "policy-differs-by-endpoint"
    named = get("a", "200", OK, VARY, "X-Powered-By: Express")
    other = get("b", "200", "Server: nginx")
    same = get("b", "200", "X-Powered-By: Express")
    message = only(f"{named}\n{other}", rule).message
    assert "`X-Powered-By: Express`" in message
    assert "`Server: nginx`" in message
    silent(f"{named}\n{same}", rule)
    two = f"{named}\n{same}\n{get('c', '200', 'X-Powered-By: Express')}"
    assert "some routes only" in only(two, rule).message
    silent(f"{named}\n{get('b', '404', 'Server: nginx')}", rule)
    silent(f"{named}\n{get('b', '200', 'Server: nginx', origin=ADMIN)}", rule)
    silent(f"{named}\n{get('b', '200', STAR, 'Server: nginx')}", rule)
    silent(f"{other}\n{get('c', '200')}", rule)


def test_answers_that_change() -> None:
    rule = "policy-changes-over-time"
    good, bad = call("200", OK, VARY), call("200")
    finding = only(f"{good}\n{bad}\n{good}", rule)
    assert (finding.severity, finding.confidence) == (Severity.MEDIUM, Confidence.CERTAIN)
    once = only(f"{good}\n{bad}", rule)
    assert (once.severity, once.confidence) == (Severity.LOW, Confidence.FIRM)
    slow = only(f"{good}\n@ 900\n{bad}\n@ 1800\n{good}", rule)
    assert slow.severity is Severity.LOW
    silent(f"{bad}\n{good}", rule)
    silent(f"{good}\n{call('500')}\n{good}", rule)
    silent(f"{good}\n{call('200', asks=COOKIE)}\n{good}", rule)
    silent(f"{good}\n{call('200', asks=('Authorization: Bearer a',))}\n{good}", rule)
    silent(f"{good}\n{call('200', asks=('Accept: text/csv',))}\n{good}", rule)
    silent(f"{good}\n{get('x?b', '200')}\n{good}", rule)
    silent(f"{good}\n{call('200', origin=ADMIN)}\n{good}", rule)


def test_a_cache_is_not_taken_for_several_servers() -> None:
    text = f"{get('x', '200', OK)}\n{ADMINS}\n{from_cache()}\n{get('x', '200', OK)}"
    silent(text, "policy-changes-over-time")


def own(status: str, *lines: str, path: str = "x") -> str:
    """A call by a page of the API itself: no CORS, no `Origin`."""
    rows = [f"> GET {API}/{path}", "> Sec-Fetch-Mode: cors", "> Sec-Fetch-Site: same-origin"]
    return "\n".join([*rows, f"< {status}", *(f"< {line}" for line in lines)])


def test_errors_that_will_be_hidden() -> None:
    rule = "errors-without-cors-headers"
    success = f"{call('200', STAR)}\n{own('200', STAR, path='y')}"
    finding = only(f"{success}\n{own('500')}", rule)
    assert (finding.kind, finding.severity) == (Kind.FRAGILE, Severity.LOW)
    silent(f"{success}\n{own('500', STAR)}", rule)
    silent(f"{success}\n{own('500', path='favicon.ico')}", rule)
    silent(f"{call('200', STAR)}\n{own('200', path='y')}\n{own('500')}", rule)
    silent(f"{success}\n{own('500')}\n{get('z', '404')}", rule)
    silent(f"{success}\n{own('500')}\n{get('z', '404', STAR)}", rule)


# Two layers


def test_the_layer_that_also_speaks_alone_is_told_apart() -> None:
    twice = call("200", OK, STAR, "X-Powered-By: Express", "Server: nginx")
    alone = only(f"{twice}\n{get('y', '404', OK)}", "multiple-allow-origin").message
    assert "so `*` is what the second layer adds" in alone
    other = only(f"{twice}\n{get('y', '404', STAR)}", "multiple-allow-origin").message
    assert f"so `{APP}` is what the second layer adds" in other


def test_the_order_of_lines_tells_the_layers() -> None:
    twice = call("200", OK, STAR, "X-Powered-By: Express", "Server: nginx/1.25")
    message = only(twice, "multiple-allow-origin").message
    assert f"`{APP}` is likely from the application (`Express`)" in message
    assert "`*` from the proxy (`nginx/1.25`)" in message


def test_equal_values_are_not_assigned() -> None:
    message = only(call("200", OK, OK), "multiple-allow-origin").message
    assert "likely" not in message
    assert "Two layers add it" in message


# A right configuration is left alone


def test_an_api_that_does_everything_right() -> None:
    """Two pages, an element, a preflight, errors, a cache in front: nothing of all this."""
    right = (VARY, EXPOSE + "X-Total-Count", "X-Total-Count: 1", "Cache-Control: max-age=60")
    text = "\n".join(
        [
            element("200", VARY, FRESH),
            call("200", OK, ACAC, *right, "X-Cache: MISS"),
            call("200", OK, ACAC, *right, "X-Cache: HIT"),
            call("200", names(ADMIN), ACAC, *right, "X-Cache: HIT", origin=ADMIN),
            get("missing", "404", OK, ACAC, VARY),
            get("crash", "500", OK, ACAC, VARY),
            get("gateway", "502", OK, ACAC, VARY, "Server: nginx", "Content-Type: text/html"),
            own("404", VARY, path="missing"),
        ]
    )
    assert [f.rule for f in audit(text).findings if f.kind in (Kind.BROKEN, Kind.DANGEROUS)] == []
    assert [f.rule for f in audit(text).findings if f.kind in (Kind.FRAGILE, Kind.SLOW)] == []
