"""Credential flags, preflights, lists and the page's own mistakes: alarms that must not come."""

from __future__ import annotations

import pytest

from analysis.finding import Confidence, Finding, Kind, Severity

from .test_rules import ACAC, API, APP, COOKIE, OK, ask, audit, call, only, rules_of

ADMIN = "https://admin.example.com"
ABROAD = "https://api.example.net"
STAR = "Access-Control-Allow-Origin: *"
VARY = "Vary: Origin"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0"


def methods(*names: str) -> str:
    return f"Access-Control-Allow-Methods: {', '.join(names)}"


def headers(*names: str) -> str:
    return f"Access-Control-Allow-Headers: {', '.join(names)}"


def abroad(text: str, *more: str) -> str:
    """The same to an API of another site."""
    lines = []
    for line in text.replace(API, ABROAD).split("\n"):
        lines.append(line)
        if line == "> Sec-Fetch-Mode: cors":
            lines += ["> Sec-Fetch-Site: cross-site", *(f"> {each}" for each in more)]
    return "\n".join(lines)


def of(text: str, rule: str) -> list[Finding]:
    """Findings of one rule, also where another one accounts for them."""
    return [f for f in audit(text).findings if f.rule == rule]


def session(*parts: str) -> str:
    return "\n".join(parts)


# credentials-flag-without-origin


@pytest.mark.parametrize(
    "text",
    [
        call("200", OK, ACAC, VARY, asks=COOKIE),
        call("200", STAR, ACAC),
        call("200", "Access-Control-Allow-Credentials: false", VARY),
        call("200", "Access-Control-Allow-Credentials: True", VARY),
        # the browser got the proxy's error page instead
        call("200", ACAC) + "\n! HTTP/1 protocol error: peer closed connection",
    ],
)
def test_flag_is_missed_nowhere_else(text: str) -> None:
    assert of(text, "credentials-flag-without-origin") == []


def test_flag_for_strangers_is_for_information() -> None:
    text = session(call("200", OK, ACAC, VARY, asks=COOKIE), call("403", ACAC, VARY, origin=ADMIN))
    finding = only(text, "credentials-flag-without-origin")
    assert (finding.kind, finding.severity) == (Kind.NOTE, Severity.INFO)
    assert f"for `{ADMIN}`" in finding.message


# credentials-never-used

TEN = "\n".join(abroad(call("200", OK, ACAC, VARY)) for _ in range(10))


@pytest.mark.parametrize(
    "text",
    [
        # too short a session
        "\n".join(abroad(call("200", OK, ACAC, VARY)) for _ in range(9)),
        # one cookie, whoever sent it
        session(TEN, f"> GET {ABROAD}/me\n> Sec-Fetch-Mode: navigate\n> Cookie: a=1\n< 200"),
        # nobody is signed in yet
        session(TEN, abroad(call("401", OK, ACAC, VARY, "Set-Cookie: a=1; SameSite=None; Secure"))),
        # include without a cookie
        session(TEN, abroad(call("200", OK, ACAC, VARY), "Sec-Fetch-Storage-Access: none")),
        # on the same site the mode is not on the wire
        "\n".join(call("200", OK, ACAC, VARY) for _ in range(20)),
        # a wildcard allows no credentials
        TEN.replace(OK, STAR),
        TEN.replace(f"< {ACAC}\n", ""),
    ],
)
def test_credentials_may_be_used(text: str) -> None:
    assert of(text, "credentials-never-used") == []


def test_a_token_needs_no_credentials() -> None:
    text = session(
        abroad(ask("204", OK, ACAC, headers("Authorization"), VARY, method="GET",
                   headers="authorization")),
        *(abroad(call("200", OK, ACAC, VARY, asks=("Authorization: Bearer FAKE-SECRET",)))
          for _ in range(12)),
    )  # fmt: skip
    finding = only(text, "credentials-never-used")
    assert (finding.severity, finding.confidence) == (Severity.INFO, Confidence.TENTATIVE)


# credentials-flag-misspelt


@pytest.mark.parametrize("value", ["True", "TRUE", "1", "yes", "true, true", '"true"', "true;"])
def test_flag_is_compared_byte_for_byte(value: str) -> None:
    finding = only(
        call("200", OK, f"Access-Control-Allow-Credentials: {value}", VARY),
        "credentials-flag-misspelt",
    )
    assert (finding.kind, finding.severity) == (Kind.FRAGILE, Severity.LOW)
    assert [(row.got, row.needed) for row in finding.expected] == [(value, "true")]


def test_flag_sent_twice_is_misspelt() -> None:
    assert rules_of(call("200", OK, ACAC, ACAC, VARY)) == ["credentials-flag-misspelt"]


@pytest.mark.parametrize(
    "text",
    [
        call("200", OK, ACAC + " ", VARY),
        call("200", OK, "Access-Control-Allow-Credentials: false", VARY),
        call("200", OK, "Access-Control-Allow-Credentials:", VARY),
        call("200", STAR, "Access-Control-Allow-Credentials: True"),
        # blocked for it: that is a finding of its own
        call("200", OK, "Access-Control-Allow-Credentials: True", VARY, asks=COOKIE),
        # blocked for something else
        call("200", OK + "/", "Access-Control-Allow-Credentials: True", VARY),
        ask("204", OK, "Access-Control-Allow-Credentials: True", methods("GET"), VARY),
    ],
)
def test_flag_is_not_called_misspelt(text: str) -> None:
    assert of(text, "credentials-flag-misspelt") == []


def test_one_misspelt_flag_is_one_finding() -> None:
    wrong = "Access-Control-Allow-Credentials: True"
    text = session(call("200", OK, wrong, VARY), call("200", OK, wrong, VARY, asks=COOKIE))
    (finding,) = audit(text).findings
    assert finding.rule == "credentials-not-allowed"
    assert [each.rule for each in finding.explains] == ["credentials-flag-misspelt"]


# cookie-kept-at-home

SIGNS = ("Sec-Fetch-Storage-Access: active",)
LAX = "Set-Cookie: session=1; HttpOnly; SameSite=Lax"


def login(cookie: str) -> str:
    return abroad(
        call("200", OK, ACAC, VARY, cookie, method="POST", asks=("Content-Type: text/plain",)),
        *SIGNS,
    )


def orders(status: str = "401", *more: str) -> str:
    return abroad(call(status, OK, ACAC, VARY, asks=more), *SIGNS)


@pytest.mark.parametrize("cookie", [LAX, LAX.replace("Lax", "Strict"), "Set-Cookie: session=1"])
def test_signed_in_and_refused(cookie: str) -> None:
    finding = only(session(login(cookie), orders()), "cookie-kept-at-home")
    assert finding.severity is Severity.MEDIUM
    assert finding.confidence is Confidence.FIRM
    assert "answered with 401" in finding.message


def test_a_refusal_that_hides_is_explained_as_well() -> None:
    hidden = abroad(call("401"), *SIGNS)
    found = rules_of(session(login(LAX), hidden))
    assert found == ["cookie-kept-at-home", "hidden-error-status"]


def test_before_the_cookie_it_is_a_guess() -> None:
    finding = only(session(orders(), login(LAX)), "cookie-kept-at-home")
    assert (finding.severity, finding.confidence) == (Severity.INFO, Confidence.TENTATIVE)


def test_without_a_refusal_it_is_for_information() -> None:
    finding = only(session(login(LAX), orders("200")), "cookie-kept-at-home")
    assert finding.severity is Severity.INFO


@pytest.mark.parametrize(
    "text",
    [
        # made for other sites
        session(login("Set-Cookie: session=1; Secure; SameSite=None"), orders()),
        # some cookie travels
        session(login(LAX), orders("401", "Cookie: other=1")),
        session(login(LAX), login("Set-Cookie: b=1; Secure; SameSite=None"), orders()),
        # credentials were not included, or it does not show
        session(login(LAX).replace(f"> {SIGNS[0]}\n", ""),
                orders().replace(f"> {SIGNS[0]}\n", "")),
        # Firefox takes a cookie without SameSite along
        session(login("Set-Cookie: session=1"), orders()).replace(
            "> Sec-Fetch-Mode: cors", f"> Sec-Fetch-Mode: cors\n> User-Agent: {FIREFOX}"),
        # removed, not set
        session(login("Set-Cookie: session=; Max-Age=0; SameSite=Lax"), orders()),
        # the same site, whatever the browser says of a redirect on the way
        session(login(LAX), orders()).replace(ABROAD, API),
        # blocked by CORS, and not refused
        session(f"> POST {ABROAD}/login\n> Sec-Fetch-Mode: navigate\n< 200\n< {LAX}",
                abroad(call("200", OK, VARY), *SIGNS)),
    ],
)  # fmt: skip
def test_cookie_is_not_kept_at_home(text: str) -> None:
    assert of(text, "cookie-kept-at-home") == []


# preflight-repeats-what-is-asked


def echo(names: str, path: str = "/x", method: str = "POST", allowed: str | None = None) -> str:
    return ask(
        "204", OK, headers(allowed or names), methods("GET", "PUT"), VARY,
        method=method, headers=names,
    ).replace("/x\n", f"{path}\n")  # fmt: skip


def test_an_echo_is_for_information_only() -> None:
    finding = only(session(echo("x-a"), echo("x-b,x-c")), "preflight-repeats-what-is-asked")
    assert (finding.severity, finding.confidence) == (Severity.INFO, Confidence.TENTATIVE)


def test_methods_are_echoed_at_one_path() -> None:
    each = [ask("204", OK, methods(m), VARY, method=m) for m in ("PUT", "DELETE")]
    assert "preflight-repeats-what-is-asked" in rules_of(session(*each))
    other = session(each[0], each[1].replace("/x\n", "/y\n"))
    assert "preflight-repeats-what-is-asked" not in rules_of(other), "a list for each endpoint"


@pytest.mark.parametrize(
    "text",
    [
        echo("x-a"),
        session(echo("x-a"), echo("x-a", "/y")),
        session(echo("x-a", allowed="X-A"), echo("x-b", allowed="X-B")),
        session(echo("x-a,x-b", allowed="x-a, x-b"), echo("x-c,x-d", allowed="x-c, x-d")),
        # one that is refused shows a list
        session(echo("x-a"), echo("x-b"), echo("x-c", allowed="x-a")),
        session(echo("x-a"), echo("x-b", allowed="*")),
    ],
)
def test_lists_are_no_echo(text: str) -> None:
    assert of(text, "preflight-repeats-what-is-asked") == []


# unused-methods-allowed, unused-headers-allowed


def used(*lists: str, method: str = "PUT", names: str = "authorization", times: int = 10) -> str:
    before = ask("204", OK, *lists, "Access-Control-Max-Age: 7200", VARY, method=method,
                 headers=names)  # fmt: skip
    asks = tuple(f"{name}: 1" for name in names.split(","))
    return session(before, *(call("200", OK, VARY, method=method, asks=asks) for _ in range(times)))


@pytest.mark.parametrize("unused", ["DELETE", "PATCH", "PROPFIND"])
def test_unused_methods_are_named(unused: str) -> None:
    text = used(methods("GET", "PUT", unused), headers("Authorization"))
    finding = only(text, "unused-methods-allowed")
    assert (finding.severity, finding.confidence) == (Severity.INFO, Confidence.TENTATIVE)
    assert f"`{unused}`" in finding.message
    assert "`PUT`" not in finding.message


@pytest.mark.parametrize(
    "text",
    [
        used(methods("GET", "HEAD", "POST", "OPTIONS", "PUT"), headers("Authorization")),
        used(methods("*", "PUT", "DELETE"), headers("Authorization")),
        used(methods("PUT", "DELETE"), headers("Authorization"), times=8),
        # asked for, and given up
        session(
            used(methods("PUT", "DELETE"), headers("Authorization")),
            ask("204", OK, methods("PUT", "DELETE"), VARY, method="DELETE"),
        ),
        # of no use anyway: said elsewhere
        used(methods("PUT", "TRACE"), headers("Authorization")),
    ],
)
def test_methods_are_not_called_unused(text: str) -> None:
    assert of(text, "unused-methods-allowed") == []


@pytest.mark.parametrize(
    "name", ["X-API-Key", "apikey", "X-Auth-Token", "X-Forwarded-For", "X-HTTP-Method-Override"]
)
def test_unused_keys_are_named(name: str) -> None:
    finding = only(used(methods("PUT"), headers("Authorization", name)), "unused-headers-allowed")
    assert finding.severity is Severity.INFO
    assert f"`{name.lower()}`" in finding.message


@pytest.mark.parametrize(
    "text",
    [
        used(methods("PUT"), headers("Authorization", "Content-Type", "X-CSRF-Token")),
        used(methods("PUT"), headers("Authorization", "X-Requested-With", "DNT", "Range")),
        used(methods("PUT"), headers("*", "X-Api-Key")),
        used(methods("PUT"), headers("X-Api-Key"), names="x-api-key"),
        used(methods("PUT"), headers("Authorization", "X-Api-Key"), times=8),
    ],
)
def test_headers_are_not_called_unused(text: str) -> None:
    assert of(text, "unused-headers-allowed") == []


# pointless-names-allowed


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (headers("x-a", "Cookie"), "cookie"),
        (headers("x-a", "Origin"), "origin"),
        (headers("x-a", "Sec-Fetch-Mode"), "sec-fetch-mode"),
        (headers("x-a", "Access-Control-Allow-Origin"), "access-control-allow-origin"),
        (methods("GET", "TRACE"), "TRACE"),
    ],
)
def test_pointless_names(line: str, name: str) -> None:
    other = headers("x-a") if "Methods" in line else methods("GET")
    text = ask("204", OK, line, other, VARY, method="GET", headers="x-a")
    finding = only(text, "pointless-names-allowed")
    assert finding.severity is Severity.INFO
    assert f"`{name}`" in finding.message


@pytest.mark.parametrize(
    "text",
    [
        ask("204", OK, methods("GET", "HEAD", "POST", "OPTIONS"), headers("x-a", "Accept"), VARY,
            method="GET", headers="x-a"),
        ask("204", OK, headers("*"), methods("*"), VARY, method="GET", headers="x-a"),
        # the page asks for it: its own mistake
        ask("204", OK, headers("access-control-allow-origin"), VARY, method="GET",
            headers="access-control-allow-origin"),
        # on the call nobody reads it
        call("200", OK, headers("Cookie"), VARY),
    ],
)  # fmt: skip
def test_names_with_a_point(text: str) -> None:
    assert of(text, "pointless-names-allowed") == []


# request-never-followed

LATER = "@ 20\n" + call("200", OK, VARY).replace("/x\n", "/other\n")
ASKED = ask("204", OK, ACAC, methods("PUT"), VARY)


def test_a_call_that_never_came() -> None:
    finding = only(session(ASKED, LATER), "request-never-followed")
    assert (finding.kind, finding.severity) == (Kind.NOTE, Severity.INFO)
    assert finding.confidence is Confidence.TENTATIVE
    assert "with and without credentials" in finding.message
    plain = session(ask("204", OK, methods("PUT"), VARY), LATER)
    assert "`credentials-not-allowed`" in only(plain, "request-never-followed").message


@pytest.mark.parametrize(
    "text",
    [
        ASKED,
        session(ASKED, call("200", OK, ACAC, VARY, method="PUT"), LATER),
        # it went by the cached answer, or with a preflight of its own
        session(ASKED, "@ 3\n" + call("200", OK, ACAC, VARY, method="PUT"), LATER),
        session(ASKED, "@ 8\n" + ASKED, call("200", OK, ACAC, VARY, method="PUT"), LATER),
        # other traffic ended at once
        session(ASKED, call("200", OK, VARY).replace("/x\n", "/other\n")),
        # refused: another finding speaks
        session(ask("204", OK, VARY), LATER),
        session(ask("401"), LATER),
        # no answer came: the browser went away
        session(ask() + "\n! Client disconnected.", LATER),
    ],
)
def test_a_call_that_came_or_could_not(text: str) -> None:
    assert of(text, "request-never-followed") == []


def test_a_likelier_reason_goes_first() -> None:
    cookie = call("200", OK, ACAC, VARY, asks=COOKIE).replace("/x\n", "/me\n")
    text = session(cookie, ask("204", STAR, ACAC, methods("PUT")), LATER)
    assert rules_of(text) == ["wildcard-with-credentials"]


# max-age-invalid


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("600s", "Firefox does not keep it"),
        ("10.5", "Chromium keeps the answer for 5 seconds"),
        ("600, 600", "sent more than once"),
        ("+600", "Chromium keeps the answer for 600 seconds; Firefox does not keep it"),
        ("-5", "-1"),
        ("1728000", "Firefox keeps the answer for 86400 seconds"),
        ("9" * 40, "86400 seconds"),
    ],
)
def test_max_age_is_told_for_each_browser(value: str, words: str) -> None:
    text = ask("204", OK, methods("PUT"), f"Access-Control-Max-Age: {value}", VARY)
    finding = only(text, "max-age-invalid")
    assert finding.severity is Severity.INFO
    assert words in finding.message


@pytest.mark.parametrize("value", ["0", "-1", "5", "600", "7200", "86400", "", " 600 "])
def test_max_age_is_fine(value: str) -> None:
    text = ask("204", OK, methods("PUT"), f"Access-Control-Max-Age: {value}", VARY)
    assert rules_of(text) == []


def test_max_age_is_left_alone_elsewhere() -> None:
    assert rules_of(call("200", OK, VARY, "Access-Control-Max-Age: soon")) == []
    refused = ask("204", OK, methods("GET"), "Access-Control-Max-Age: soon", VARY)
    assert rules_of(refused) == ["method-not-allowed"]


def test_max_age_is_the_cause_of_repeated_questions() -> None:
    each = session(
        ask("204", OK, methods("PUT"), "Access-Control-Max-Age: soon", VARY),
        call("200", OK, VARY, method="PUT"),
    )
    (finding,) = audit("\n".join(f"@ {n * 30}\n{each}" for n in range(5))).findings
    assert finding.rule == "preflight-not-cached"
    assert [other.rule for other in finding.explains] == ["max-age-invalid"]


# avoidable-preflight


def reading(names: str, times: int = 3, method: str = "GET") -> str:
    one = ask("204", OK, headers(names), methods("PUT"), "Access-Control-Max-Age: 7200", VARY,
              method=method, headers=names)  # fmt: skip
    return "\n".join(one.replace("/x\n", f"/x/{n}\n") for n in range(times))


@pytest.mark.parametrize(
    "names", ["content-type", "x-requested-with", "cache-control,pragma", "cache-control,expires"]
)
def test_needless_headers_cost_preflights(names: str) -> None:
    finding = only(reading(names), "avoidable-preflight")
    assert (finding.kind, finding.severity) == (Kind.SLOW, Severity.INFO)
    assert "3 preflights of the 3" in finding.message
    assert only(reading(names, 10), "avoidable-preflight").severity is Severity.LOW


@pytest.mark.parametrize(
    "text",
    [
        reading("content-type", 2),
        reading("authorization,content-type"),
        reading("x-requested-with", method="POST"),
        reading("content-type", method="PUT"),
        reading("content-type", method="POST"),
        # nothing was asked for but the method
        "\n".join([ask("204", OK, methods("PUT"), VARY)] * 3),
        "\n".join([ask("204", OK, methods("PUT"), VARY, method="GET")] * 3),
        # refused: the preflights are not what is wrong
        reading("content-type").replace(headers("content-type"), headers("x-a")),
    ],
)
def test_preflights_that_must_be(text: str) -> None:
    assert of(text, "avoidable-preflight") == []


# preflight-answered-elsewhere


def pair(path: str, asked_by: str, answered_by: str, *allowed: str) -> str:
    before = ask("204", OK, methods("PUT"), VARY, *asked_by.split("|"))
    after = call("200", *allowed, *answered_by.split("|"), method="PUT")
    return session(before, after).replace("/x\n", f"{path}\n")


NGINX, EXPRESS = "Server: nginx/1.22.1", "X-Powered-By: Express"


def test_two_programs_are_told_where_something_is_blocked() -> None:
    text = session(*(pair(f"/{n}", NGINX, f"{NGINX}|{EXPRESS}") for n in "ab"))
    finding = only(text, "preflight-answered-elsewhere")
    assert (finding.severity, finding.confidence) == (Severity.INFO, Confidence.TENTATIVE)
    assert "`Server: nginx/1.22.1` and `X-Powered-By: Express`" in finding.message


@pytest.mark.parametrize(
    "text",
    [
        # nothing is blocked
        session(*(pair(f"/{n}", NGINX, f"{NGINX}|{EXPRESS}", OK, VARY) for n in "ab")),
        # one pair only
        pair("/a", NGINX, f"{NGINX}|{EXPRESS}"),
        # one is alike
        session(
            *(pair(f"/{n}", NGINX, f"{NGINX}|{EXPRESS}") for n in "ab"), pair("/c", NGINX, NGINX)
        ),
        # another version
        session(*(pair(f"/{n}", NGINX, "Server: nginx/1.24.0") for n in "ab")),
        # one of them does not say what it is
        session(*(pair(f"/{n}", "X-Other: 1", NGINX) for n in "ab")),
    ],
)
def test_one_program(text: str) -> None:
    assert of(text, "preflight-answered-elsewhere") == []


# private-network-headers

ACAPN = "Access-Control-Allow-Private-Network: true"


def test_private_network_headers_are_for_information() -> None:
    answered = only(ask("204", OK, methods("PUT"), ACAPN, VARY), "private-network-headers")
    assert answered.severity is Severity.INFO
    asked = ask("204", OK, methods("PUT"), VARY).replace(
        "> Access-Control-Request-Method",
        "> Access-Control-Request-Private-Network: true\n> Access-Control-Request-Method",
    )
    finding = only(asked, "private-network-headers")
    assert finding.message.startswith("This browser asks")


@pytest.mark.parametrize(
    "text",
    [
        ask("204", OK, methods("PUT"), VARY),
        ask("204", OK, methods("PUT"), "Access-Control-Allow-Local-Network: true", VARY),
        call("200", OK, ACAPN, VARY),
    ],
)
def test_no_private_network_headers(text: str) -> None:
    assert of(text, "private-network-headers") == []


# response-header-sent-by-page, response-header-in-request

ACAO = "access-control-allow-origin"


@pytest.mark.parametrize("names", [ACAO, f"{ACAO},x-frame-options", "access-control-max-age"])
def test_headers_of_answers_are_the_cause(names: str) -> None:
    text = ask("204", OK, headers("Authorization"), VARY, method="GET", headers=names)
    assert rules_of(text) == ["response-header-sent-by-page"]


def test_a_missing_header_of_requests_is_the_cause() -> None:
    text = ask("204", OK, VARY, method="GET", headers=f"{ACAO},authorization")
    finding = only(text, "header-not-allowed")
    assert rules_of(text) == ["header-not-allowed"]
    assert f"`{ACAO}` is for the server to send" in finding.message


def test_what_is_allowed_is_a_note() -> None:
    allowed = ask("204", OK, headers(ACAO), VARY, method="GET", headers=ACAO)
    sent = call("200", OK, VARY, asks=(f"{ACAO}: *",))
    text = session(allowed, sent)
    finding = only(text, "response-header-in-request")
    assert (finding.kind, finding.severity) == (Kind.NOTE, Severity.LOW)
    assert "ask for permission first" in finding.message
    assert rules_of(text, Kind.BROKEN) == []


@pytest.mark.parametrize(
    "text",
    [
        ask("204", OK, methods("PUT"), headers("x-a"), VARY, headers="x-a"),
        call("200", OK, VARY, asks=("Authorization: Bearer FAKE-SECRET",)),
        # the browser's own
        call("200", OK, VARY, asks=("Upgrade-Insecure-Requests: 1", "Sec-GPC: 1")),
        # of a page on the same origin nobody asks
        f"> GET {API}/x\n> Sec-Fetch-Mode: cors\n> Sec-Fetch-Site: same-origin\n> {ACAO}: *\n< 200",
    ],
)
def test_requests_as_they_should_be(text: str) -> None:
    assert not {"response-header-sent-by-page", "response-header-in-request"} & set(rules_of(text))


# lists-on-every-answer


def listing(times: int, *more: str) -> str:
    return "\n".join(call("200", OK, *more, VARY) for _ in range(times))


@pytest.mark.parametrize(
    "line", [methods("GET", "PUT"), headers("x-a"), "Access-Control-Max-Age: 600"]
)
def test_lists_that_nobody_reads(line: str) -> None:
    finding = only(listing(10, line), "lists-on-every-answer")
    assert (finding.kind, finding.severity) == (Kind.NOTE, Severity.INFO)
    assert f"about {len(line) + 2} bytes" in finding.message


@pytest.mark.parametrize(
    "text",
    [
        listing(9, methods("GET")),
        session(listing(12, methods("GET")), listing(1)),
        listing(12, "Access-Control-Expose-Headers: X-Total-Count"),
        "\n".join([ask("204", OK, methods("PUT"), VARY)] * 12),
    ],
)
def test_lists_where_they_belong(text: str) -> None:
    assert of(text, "lists-on-every-answer") == []


# One refusal, one cause


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        # case
        (ask("204", OK, methods("PATCH"), method="patch"), "lower-case-method"),
        (ask("204", OK, methods("put")), "lower-case-method"),
        (ask("204", OK, methods("GET"), method="patch"), "method-not-allowed"),
        (ask("204", OK, methods("PATCHES"), method="patch"), "method-not-allowed"),
        # errors
        (ask("500"), "preflight-server-error"),
        (ask("503", OK, methods("PUT")), "preflight-server-error"),
        (ask("500", "Vary: Origin, Access-Control-Request-Method"), "preflight-server-error"),
        (ask("501"), "preflight-bad-status"),
        (ask("404"), "preflight-bad-status"),
        (ask("405", methods("GET"), "Vary: Origin"), "preflight-bad-status"),
        (ask("511"), "preflight-needs-login"),
        # the CORS layer itself
        (ask("400", methods("GET"), "Vary: Origin"), "refused-by-cors-layer"),
        (ask("403", "Vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers"),
         "refused-by-cors-layer"),
        (call("403", "Vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers"),
         "refused-by-cors-layer"),
        (call("400", "Vary: Origin", "Vary: Access-Control-Request-Method",
              "Vary: Access-Control-Request-Headers"), "refused-by-cors-layer"),
        # its lists hold all that was asked for, so it was somebody else
        (ask("403", OK, methods("PUT"), "Vary: Origin, Access-Control-Request-Method"),
         "preflight-needs-login"),
        (ask("401", methods("GET"), "Vary: Origin, Access-Control-Request-Method"),
         "preflight-needs-login"),
        (ask("403", "Vary: Origin"), "preflight-needs-login"),
        (call("403", "Vary: Origin"), "hidden-error-status"),
        (call("500", "Vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers"),
         "hidden-error-status"),
        (call("401", "Vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers"),
         "hidden-error-status"),
    ],
)  # fmt: skip
def test_cause(text: str, rule: str) -> None:
    assert rules_of(text, Kind.BROKEN) == [rule]


def test_the_cors_layer_says_what_it_misses_if_it_can() -> None:
    told = ask("400", methods("GET", "PUT"), headers("x-a"), VARY, headers="x-b")
    message = only(told, "refused-by-cors-layer").message
    assert "does not list this origin and one of the headers" in message
    silent = ask("403", "Vary: Origin, Access-Control-Request-Method")
    assert "does not say whether" in only(silent, "refused-by-cors-layer").message


def stranger(answer: str, *more: str) -> str:
    """One origin is let in, another gets an error, both asking the same."""
    return session(
        ask("204", f"Access-Control-Allow-Origin: {ADMIN}", methods("PUT"), VARY).replace(
            f"> Origin: {APP}", f"> Origin: {ADMIN}"
        ),
        ask(answer, *more),
    )


@pytest.mark.parametrize("status", ["400", "403", "500"])
def test_a_refusal_is_known_by_what_others_get(status: str) -> None:
    finding = only(stranger(status), "refused-by-cors-layer")
    assert rules_of(stranger(status), Kind.BROKEN) == ["refused-by-cors-layer"]
    assert finding.confidence is Confidence.FIRM
    assert f"lets `{ADMIN}` in" in finding.message


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (stranger("401"), "preflight-needs-login"),
        (stranger("502"), "preflight-server-error"),
        # this origin gets in as well: the server just failed
        (session(stranger("500"), ask("204", OK, methods("PUT"), VARY)), "preflight-server-error"),
        # elsewhere
        (stranger("500").replace("/x\n", "/y\n", 1), "preflight-server-error"),
        # this origin gets in at another place
        (
            session(stranger("500"), ask("204", OK, methods("PUT"), VARY).replace("/x\n", "/y\n")),
            "preflight-server-error",
        ),
        # others get in by a wildcard, which does not ask who comes
        (
            session(ask("204", STAR, methods("PUT")).replace(APP, ADMIN), ask("500")),
            "preflight-server-error",
        ),
        # on the call only Express is known for it
        (session(call("200", f"Access-Control-Allow-Origin: {ADMIN}", VARY, origin=ADMIN),
                 call("500")), "hidden-error-status"),
        (session(call("200", f"Access-Control-Allow-Origin: {ADMIN}", VARY, EXPRESS, origin=ADMIN),
                 call("500", EXPRESS)), "refused-by-cors-layer"),
        (session(call("200", f"Access-Control-Allow-Origin: {ADMIN}", VARY, EXPRESS, origin=ADMIN),
                 call("200", OK, VARY), call("500", EXPRESS)), "hidden-error-status"),
    ],
)  # fmt: skip
def test_strangers_and_others(text: str, rule: str) -> None:
    assert rules_of(text, Kind.BROKEN) == [rule]


def test_a_gateway_is_not_blamed_on_the_application() -> None:
    assert "gateway speaking" in only(ask("503"), "preflight-server-error").message
    assert "`origin` function" in only(ask("500", EXPRESS), "preflight-server-error").message


def test_a_403_is_not_surely_a_login() -> None:
    assert only(ask("403"), "preflight-needs-login").confidence is Confidence.FIRM
    assert only(ask("401"), "preflight-needs-login").confidence is Confidence.CERTAIN


# wildcard-list-with-credentials


def included(*answer: str, method: str = "PUT", names: str = "") -> str:
    """A preflight of Firefox, which shows that credentials are included."""
    text = ask(*answer, method=method, headers=names)
    signs = f"> User-Agent: {FIREFOX}\n> Sec-Fetch-Storage-Access: none"
    return text.replace("> Sec-Fetch-Mode: cors", f"> Sec-Fetch-Mode: cors\n{signs}")


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (included("204", OK, ACAC, methods("*"), VARY), "wildcard-list-with-credentials"),
        (included("204", OK, ACAC, methods("PUT"), headers("*"), VARY, names="x-a"),
         "wildcard-list-with-credentials"),
        (included("204", OK, ACAC, methods("GET"), VARY), "method-not-allowed"),
        (included("204", OK, ACAC, methods("PUT"), headers("x-b"), VARY, names="x-a"),
         "header-not-allowed"),
        (included("204", STAR, ACAC, methods("*")), "wildcard-with-credentials"),
        (included("204", OK, methods("*"), VARY), "credentials-not-allowed"),
    ],
)  # fmt: skip
def test_wildcards_in_lists(text: str, rule: str) -> None:
    assert rules_of(text, Kind.BROKEN) == [rule]


def test_a_wildcard_is_suspected_only_where_no_such_call_came() -> None:
    signed_in = call("200", OK, ACAC, VARY, asks=COOKIE).replace("/x\n", "/me\n")
    maybe = ask("204", OK, ACAC, methods("*"), VARY)
    suspected = only(session(signed_in, maybe, LATER), "wildcard-list-with-credentials")
    assert (suspected.severity, suspected.confidence) == (Severity.MEDIUM, Confidence.TENTATIVE)
    assert [(row.header, row.needed) for row in suspected.expected] == [
        ("Access-Control-Allow-Methods", "PUT")
    ]
    for text in (
        session(signed_in, maybe),
        session(maybe, LATER),
        session(signed_in, maybe, call("200", OK, ACAC, VARY, method="PUT"), LATER),
    ):
        assert rules_of(text, Kind.BROKEN) == []


# All of them together


def test_a_correct_application_is_left_alone() -> None:
    """Cookies on one site, exact lists, a login, an error and a logout."""
    lists = (OK, ACAC, methods("DELETE", "PUT"), headers("Content-Type"),
             "Access-Control-Max-Age: 7200", VARY)  # fmt: skip
    answer = (OK, ACAC, VARY)
    session_cookie = "Set-Cookie: session=1; Path=/; Secure; HttpOnly; SameSite=Lax"
    text = session(
        call("200", *answer, session_cookie, method="POST", asks=("Content-Type: text/plain",)),
        ask("204", *lists, method="PUT", headers="content-type"),
        *(
            call("200", *answer, method="PUT", asks=(*COOKIE, "Content-Type: application/json"))
            for _ in range(8)
        ),
        ask("204", *lists, method="DELETE"),
        call("204", *answer, method="DELETE", asks=COOKIE),
        call("401", *answer),
        "@ 30\n" + call("200", *answer, asks=COOKIE),
    ).replace("> Sec-Fetch-Mode: cors", "> Sec-Fetch-Mode: cors\n> Sec-Fetch-Site: same-site")
    assert rules_of(text) == []
