"""Every rule: its own examples, and the false alarms that must not come."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from analysis.engine import Auditor
from analysis.fetch.check import Failure, Step
from analysis.finding import Confidence, Finding, Kind, Severity
from analysis.result import AuditResult
from analysis.rules import ALL
from analysis.rules.cause import BY_STEP, cause
from analysis.rules.model import Example, Rule
from analysis.session.clients import Clients
from analysis.session.facts import ApiFacts
from analysis.session.intent import NOTHING_DECLARED, Intent
from analysis.session.judge import Judged, judge
from analysis.session.links import Linker
from analysis.sources.transcript import exchanges

BY_ID = {rule.id: rule for rule in ALL}
LOUD = (Kind.BROKEN, Kind.DANGEROUS)
ABOUT_BLOCKED_CALLS = {
    "blocked-but-executed",
    "credentials-flag-without-origin",
    "fixed-origin-for-everybody",
    "policy-changes-over-time",
    "policy-differs-by-endpoint",
    "policy-differs-by-method",
    "preflight-answered-elsewhere",
}
"""Rules whose examples hold a refusal, which has a finding of its own."""
BROKEN = [rule for rule in ALL if rule.kind is Kind.BROKEN]
APP = "https://app.example.com"
API = "https://api.example.com"


def audit(text: str, declared: Intent = NOTHING_DECLARED) -> AuditResult:
    auditor = Auditor(intent=declared)
    for exchange in exchanges(text, auditor.door):
        auditor.add(exchange)
    return auditor.result()


def rules_of(text: str, kind: Kind | None = None) -> list[str]:
    return sorted(f.rule for f in audit(text).findings if kind in (None, f.kind))


def only(text: str, rule: str) -> Finding:
    (finding,) = [f for f in audit(text).findings if f.rule == rule]
    return finding


def judged(text: str) -> list[Judged]:
    clients, linker = Clients(), Linker()
    every = exchanges(text)
    for exchange in every:
        clients.of(exchange).observe(exchange)
    return [judge(linker.add(exchange, clients.of(exchange))) for exchange in every]


def call(*answer: str, method: str = "GET", origin: str = APP, asks: tuple[str, ...] = ()) -> str:
    """One request of the page, as a transcript."""
    request = [f"> {method} {API}/x", f"> Origin: {origin}", "> Sec-Fetch-Mode: cors"]
    return "\n".join([*request, *(f"> {line}" for line in asks), *(f"< {a}" for a in answer)])


def ask(*answer: str, method: str = "PUT", headers: str = "") -> str:
    """One preflight, as a transcript."""
    lines = [f"> OPTIONS {API}/x", f"> Origin: {APP}", "> Sec-Fetch-Mode: cors"]
    lines.append(f"> Access-Control-Request-Method: {method}")
    if headers:
        lines.append(f"> Access-Control-Request-Headers: {headers}")
    return "\n".join([*lines, *(f"< {line}" for line in answer)])


COOKIE = ("Cookie: session=1",)
OK = f"Access-Control-Allow-Origin: {APP}"
ACAC = "Access-Control-Allow-Credentials: true"


# The catalogue


@pytest.mark.parametrize("rule", ALL, ids=lambda rule: rule.id)
def test_rule_is_well_formed(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)+", rule.id)
    assert "Access-Control" not in rule.title, "the title says the consequence"
    assert not rule.title.endswith(".")
    for text in (rule.why, rule.fix):
        assert text.endswith(".")
        assert text.count("`") % 2 == 0
        assert "  " not in text
    assert "everity" in rule.why or rule.kind is Kind.NOTE, "the severity is argued"
    assert rule.references
    assert all(link.startswith("https://") for link in rule.references)
    assert all(re.fullmatch(r"CWE-\d+", cwe) for cwe in rule.cwe)
    assert (rule.check_exchange is None) != (rule.check_api is None)
    assert "no-cors" not in rule.why + rule.fix


def test_ids_are_unique_and_every_step_has_a_rule() -> None:
    assert len(BY_ID) == len(ALL)
    assert set(BY_STEP) == set(Step)
    assert set(BY_STEP.values()) <= {rule.id for rule in BROKEN}


@pytest.mark.parametrize("rule", ALL, ids=lambda rule: rule.id)
def test_bad_example_is_caught(rule: Rule) -> None:
    example = rule.example
    found = {each.rule: each.kind for each in audit(example.bad, example.declared).findings}
    assert rule.id in found
    others = {other for other, kind in found.items() if kind in LOUD} - {rule.id}
    if rule.id in ABOUT_BLOCKED_CALLS:
        others -= {other for other, kind in found.items() if kind is Kind.BROKEN}
    assert not others, "one cause, one finding"


@pytest.mark.parametrize("rule", ALL, ids=lambda rule: rule.id)
def test_good_example_is_left_alone(rule: Rule) -> None:
    findings = audit(rule.example.good, rule.example.declared).findings
    assert rule.id not in {each.rule for each in findings}
    assert not [each.rule for each in findings if each.kind in LOUD]


@pytest.mark.parametrize("rule", ALL, ids=lambda rule: rule.id)
def test_hits_point_at_something(rule: Rule) -> None:
    example = rule.example
    findings = audit(example.bad, example.declared).findings
    finding = next(f for f in findings if f.rule == rule.id)
    assert finding.evidence[0].role == "primary"
    assert all(0 < len(each.note) <= 60 for each in finding.evidence)
    assert finding.message.endswith(".")
    assert finding.message.count("`") % 2 == 0
    assert 60 < len(finding.message) < 900
    if rule.kind in (Kind.BROKEN, Kind.FRAGILE, Kind.SLOW):
        assert finding.expected
    for row in finding.expected:
        assert row.got != row.needed


# One refusal, one rule


def _answers() -> Iterator[str]:
    origins = (
        None,
        "*",
        APP,
        APP + "/",
        "null",
        f"{APP}, {API}",
        "",
        "app.example.com",
    )
    for status in (200, 204, 301, 400, 401, 403, 404, 405, 500, 503):
        for origin in origins:
            for credentials in (None, "true", "True"):
                lines = [str(status)]
                if origin is not None:
                    lines.append(f"Access-Control-Allow-Origin: {origin}")
                if credentials:
                    lines.append(f"Access-Control-Allow-Credentials: {credentials}")
                if status == 301:
                    lines.append(f"Location: {API}/x/")
                yield "\n< ".join(lines)


def _exchanges() -> Iterator[str]:
    for answer in _answers():
        for asks in ((), COOKIE):
            yield call(answer, asks=asks)
        for lists in (
            (),
            ("Access-Control-Allow-Methods: PUT", "Access-Control-Allow-Headers: x-a"),
            ("Access-Control-Allow-Methods: PUT",),
            ("Access-Control-Allow-Methods: GET",),
            ("Access-Control-Allow-Methods: PUT; GET",),
            ("Access-Control-Allow-Methods: PUT", "Access-Control-Allow-Headers: x a"),
            ("Vary: Access-Control-Request-Method",),
        ):
            yield ask(answer, *lists, headers="x-a")


def test_a_rule_is_silent_about_answers_without_its_headers() -> None:
    """So that it need not be asked: every rule is asked about every exchange here."""
    texts = [*_exchanges(), *(each.example.bad for each in ALL)]
    asked = 0
    for text in texts:
        every = judged(text)
        apis: dict[str, ApiFacts] = {}
        for seen in every:
            origin = seen.exchange.url.origin
            apis.setdefault(origin, ApiFacts(origin, frozenset({APP}))).observe(seen)
        for seen in every:
            api = apis[seen.exchange.url.origin]
            for rule in ALL:
                check, names = rule.check_exchange, rule.answers_with
                if check is None or seen.node.role not in rule.roles:
                    continue
                if not all(name in seen.exchange.response for name in names):
                    asked += 1
                    assert not list(check(seen, api)), f"{rule.id} on {text}"
    assert asked > 1_000


def test_every_blocked_exchange_has_exactly_one_broken_finding() -> None:
    steps = set()
    for text in _exchanges():
        (seen,) = judged(text)
        result = audit(text)
        broken = [f for f in result.findings if f.kind is Kind.BROKEN]
        assert [f.rule for f in broken] == ([cause(seen)] if seen.blocked else []), text
        if seen.blocked:
            assert seen.exchange.id in {e.flow_id for e in broken[0].evidence}
            assert seen.failure is not None
            steps.add(seen.failure.step)
    assert steps >= set(Step) - {Step.REDIRECT_WITH_USERINFO, Step.REDIRECT_SCHEME}


@pytest.mark.parametrize("engine", ["Firefox/153.0", "Version/18.0 Safari/618.1"])
def test_other_engines_name_the_same_cause(engine: str) -> None:
    agent = {
        "Firefox/153.0": "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0",
    }.get(engine, f"Mozilla/5.0 (Macintosh) AppleWebKit/618.1 (KHTML, like Gecko) {engine}")
    for text in _exchanges():
        first, rest = text.split("\n", 1)
        found = rules_of(f"{first}\n> User-Agent: {agent}\n{rest}", Kind.BROKEN)
        assert found == rules_of(text, Kind.BROKEN), text


def test_what_was_needed_passes() -> None:
    """The right-hand column, put in place of what came, clears the finding."""
    for text in _exchanges():
        for finding in audit(text).findings:
            if finding.kind is not Kind.BROKEN or finding.rule == "hidden-error-status":
                continue
            names = {row.header.lower() for row in finding.expected}
            lines = [
                line
                for line in text.split("\n")
                if not line.startswith("< ") or line[2:].partition(":")[0].lower() not in names
            ]
            for row in finding.expected:
                if row.header == "status":
                    lines = [
                        f"< {row.needed}" if re.fullmatch(r"< \d{3}", line) else line
                        for line in lines
                    ]
                else:
                    lines.append(f"< {row.header}: {row.needed}")
            assert rules_of("\n".join(lines), Kind.BROKEN) == [], finding


# Which rule explains what


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (ask("405"), "preflight-bad-status"),
        (ask("404", OK), "preflight-bad-status"),
        (ask("500"), "preflight-server-error"),
        (ask("501"), "preflight-bad-status"),
        (ask("400"), "preflight-bad-status"),
        (ask("401"), "preflight-needs-login"),
        (ask("403", OK), "preflight-needs-login"),
        (ask("403", "Vary: Origin, Access-Control-Request-Method"), "refused-by-cors-layer"),
        (ask("302", "Location: /login"), "preflight-redirected"),
        (ask("200", "Allow: PUT"), "preflight-without-cors-headers"),
        (ask("200", OK, OK), "multiple-allow-origin"),
        (ask("204", OK), "method-not-allowed"),
        (ask("204", OK, method="GET", headers="x-a"), "header-not-allowed"),
        (call("500"), "hidden-error-status"),
        (call("404"), "hidden-error-status"),
        (call("500", OK + "/"), "origin-mismatch"),
        (call("302", "Location: https://login.example.net/signin"), "login-redirect"),
        (call("302", "Location: https://api.example.com/blog"), "missing-allow-origin"),
        (call("200", OK, asks=COOKIE), "credentials-not-allowed"),
        (call("200", "Access-Control-Allow-Origin: *", asks=COOKIE), "wildcard-with-credentials"),
        (call("200", OK, origin="null"), "origin-mismatch"),
    ],
)
def test_cause(text: str, rule: str) -> None:
    assert rules_of(text, Kind.BROKEN) == [rule]


@pytest.mark.parametrize(
    ("got", "words"),
    [
        (APP + "/", "a slash at the end"),
        ("http://app.example.com", "different origins"),
        (APP + ":8443", "the ports differ"),
        ("https://www.app.example.com", "`www.`"),
        ("https://App.example.com", "upper-case"),
        ("app.example.com", "scheme"),
        ("https://*.example.com", "wildcard inside an origin"),
        ("null", "without an origin"),
        ('"https://app.example.com"', "quotes"),
        (APP + "/shop", "without a path"),
        ("https://other.example.net", "it is another origin"),
    ],
)
def test_mismatch_names_the_difference(got: str, words: str) -> None:
    finding = only(call("200", f"Access-Control-Allow-Origin: {got}"), "origin-mismatch")
    assert words in finding.message


def test_small_letters_are_named() -> None:
    text = ask("204", OK, "Access-Control-Allow-Methods: PATCH", method="patch")
    finding = only(text, "lower-case-method")
    assert "small letters" in finding.title
    assert "must write `PATCH`" in finding.message


def test_hidden_error_names_its_status_first() -> None:
    assert only(call("500"), "hidden-error-status").title.startswith("A server error (500)")
    assert only(call("401"), "hidden-error-status").title.startswith("A refused login (401)")
    assert only(call("413"), "hidden-error-status").title.startswith("An error (413)")


def test_refusal_by_cors_middleware_names_what_it_lacks() -> None:
    text = ask(
        "400",
        OK,
        "Access-Control-Allow-Methods: GET",
        "Vary: Origin, Access-Control-Request-Method",
        method="POST",
    )
    finding = only(text, "refused-by-cors-layer")
    assert "does not list this method" in finding.message
    assert {row.header: row.needed for row in finding.expected} == {
        "status": "204",
        "Access-Control-Allow-Methods": "GET, POST",
    }


def test_mixed_spelling_tells_two_programs() -> None:
    finding = only(call("200", OK, "access-control-allow-origin: *"), "multiple-allow-origin")
    assert "two programs wrote them" in finding.message


def test_login_redirect_is_blamed_on_the_api_that_redirects() -> None:
    finding = only(BY_ID["login-redirect"].example.bad, "login-redirect")
    assert finding.api == API
    assert [e.path_template for e in finding.endpoints] == ["/orders"]


def test_login_redirect_from_the_page_itself() -> None:
    """A gateway in front of page and API: the first hop is same-origin, no CORS request."""
    text = f"""
    > GET {APP}/api/orders
    > Sec-Fetch-Mode: cors
    > Sec-Fetch-Site: same-origin
    < 302
    < Location: https://sso.example.net/oauth/authorize?client_id=1&redirect_uri=2
    > GET https://sso.example.net/oauth/authorize?client_id=1&redirect_uri=2
    > Origin: {APP}
    > Sec-Fetch-Mode: cors
    > Sec-Fetch-Site: cross-site
    < 200
    """
    assert rules_of(text) == ["login-redirect"]


def test_one_cause_is_one_finding() -> None:
    text = "\n".join(
        f"> GET {API}/{path}\n> Origin: {APP}\n> Sec-Fetch-Mode: cors\n< 200" for path in "abc"
    )
    finding = only(text, "missing-allow-origin")
    assert finding.count == 3
    assert len(finding.endpoints) == 3


# False alarms


@pytest.mark.parametrize(
    "text",
    [
        # an anonymous call to a public API, mode unknown
        call("200", "Access-Control-Allow-Origin: *"),
        # the same with Allow-Credentials, as many public APIs send it
        call("200", "Access-Control-Allow-Origin: *", ACAC),
        # an exact, constant origin without Vary
        call("200", OK),
        call("200", OK, "Cache-Control: max-age=60"),
        # one echoed origin with credentials proves nothing
        call("200", OK, ACAC, "Vary: Origin", asks=COOKIE),
        # ETag, which servers add by themselves
        call("200", OK, 'ETag: "1"', "Vary: Origin"),
        # everything exposed
        call("200", OK, "Access-Control-Expose-Headers: *", "X-Total-Count: 1", "Vary: Origin"),
        # a development origin of a server for developers
        call("200", "Access-Control-Allow-Origin: http://localhost:3000", ACAC, "Vary: Origin",
             origin="http://localhost:3000").replace("//api.", "//api-dev."),
        # the browser gave up
        call() + "\n! Client disconnected.",
        call() + "\n! Stream reset by client.",
        # nobody noted why there is no answer
        call(),
        # blocked, but it only reads; blocked, and refused
    ],
)  # fmt: skip
def test_stays_silent(text: str) -> None:
    assert rules_of(text) == []


def test_a_refused_origin_disproves_reflection() -> None:
    echo = "\n".join(
        call("200", f"Access-Control-Allow-Origin: {o}", ACAC, "Vary: Origin", origin=o)
        for o in (APP, "https://partner.example.net")
    )
    assert rules_of(echo) == ["reflected-origin-with-credentials"]
    refused = call("200", "Vary: Origin", origin="https://stranger.example.org")
    assert "reflected-origin-with-credentials" not in rules_of(f"{refused}\n{echo}")


def test_reflection_grades_by_what_travelled() -> None:
    def visit(origin: str, *asks: str) -> str:
        return call(
            "200", f"Access-Control-Allow-Origin: {origin}", ACAC, "Vary: Origin",
            origin=origin, asks=asks,
        )  # fmt: skip

    quiet = "\n".join([visit(APP), visit("https://a.example.net")])
    finding = only(quiet, "reflected-origin-with-credentials")
    assert (finding.severity, finding.confidence) == (Severity.HIGH, Confidence.TENTATIVE)
    loud = "\n".join([quiet, visit("https://b.example.org", "Cookie: a=b")])
    assert only(loud, "reflected-origin-with-credentials").severity is Severity.CRITICAL


def test_two_names_of_this_machine_are_one_party() -> None:
    text = "\n".join(
        call("200", f"Access-Control-Allow-Origin: {o}", ACAC, "Vary: Origin", origin=o)
        for o in ("http://localhost:3000", "http://127.0.0.1:3000", APP)
    ).replace(API, "http://localhost:4000")
    assert rules_of(text, Kind.DANGEROUS) == ["reflected-origin-with-credentials"]
    local = text.replace(APP, "http://localhost:5173")
    assert "reflected-origin-with-credentials" not in rules_of(local)


def test_wildcard_is_suspected_only_where_credentials_are_used_and_offered() -> None:
    star = "Access-Control-Allow-Origin: *"
    maybe = ask("204", star, ACAC, "Access-Control-Allow-Methods: PUT")
    signed_in = f"""
    > GET {API}/me
    > Origin: {APP}
    > Sec-Fetch-Mode: cors
    > Cookie: session=1
    < 200
    < {OK}
    < {ACAC}
    < Vary: Origin
    """
    found = [f for f in audit(f"{signed_in}\n{maybe}").findings if f.kind is Kind.BROKEN]
    assert [(f.rule, f.confidence) for f in found] == [
        ("wildcard-with-credentials", Confidence.TENTATIVE)
    ]
    plain = ask("204", star, "Access-Control-Allow-Methods: PUT")
    assert rules_of(f"{signed_in}\n{plain}", Kind.BROKEN) == []


def test_blocked_but_executed_speaks_of_changes_only() -> None:
    rule = "blocked-but-executed"
    assert rule not in rules_of(call("200"))
    assert rule not in rules_of(call("403", method="POST"))
    assert rule not in rules_of(call("302", "Location: /done", method="POST"))
    assert only(call("201", method="DELETE"), rule).severity is Severity.LOW


def test_a_third_party_without_cors_is_less_grave() -> None:
    ours = only(call("200"), "missing-allow-origin")
    theirs = only(call("200").replace(API, "https://t.example.net"), "missing-allow-origin")
    assert (ours.severity, theirs.severity) == (Severity.HIGH, Severity.MEDIUM)
    assert "ask its owner" in theirs.message


def test_fresh_preflights_that_repeat_are_not_blamed_on_max_age() -> None:
    each = ask("204", OK, "Access-Control-Allow-Methods: PUT", "Access-Control-Max-Age: 7200",
               "Vary: Origin")  # fmt: skip
    each += "\n" + call("200", OK, "Vary: Origin", method="PUT")
    text = "\n".join(f"@ {n * 30}\n{each}" for n in range(5))
    assert rules_of(text) == []
    short = text.replace("Max-Age: 7200", "Max-Age: 5")
    assert rules_of(short) == ["preflight-not-cached"]
    elsewhere = "\n".join(
        f"@ {n * 30}\n{each.replace('/x', f'/x/{n}').replace('Max-Age: 7200', 'Max-Age: 5')}"
        for n in range(5)
    )
    assert rules_of(elsewhere) == [], "each URL has a preflight of its own"


def test_proxy_error_page_is_not_a_cors_problem() -> None:
    text = call("200", OK, "Vary: Origin") + "\n! HTTP/1 protocol error: peer closed connection"
    assert rules_of(text) == ["server-never-answered"]


def test_headers_of_other_standards_are_not_misspelt() -> None:
    for name in ("Allow-Private-Network", "Allow-Local-Network"):
        text = ask("204", OK, "Access-Control-Allow-Methods: PUT", f"Access-Control-{name}: true")
        assert "misspelt-header" not in rules_of(text)


def test_hostile_values_stay_inside_their_marks() -> None:
    evil = "https://`x`.example\x1b[31m"
    finding = only(call("200", f"Access-Control-Allow-Origin: {evil}"), "origin-mismatch")
    assert finding.message.count("`") % 2 == 0
    assert "\x1b" not in finding.message


def test_examples_are_transcripts_of_their_own() -> None:
    for rule in ALL:
        assert isinstance(rule.example, Example)
        assert exchanges(rule.example.bad)
        assert exchanges(rule.example.good)


def test_a_failure_without_a_rule_would_be_noticed() -> None:
    assert all(Failure(step).step in BY_STEP for step in Step)


def test_nothing_is_broken_where_nothing_failed() -> None:
    """Exchanges that passed are not shown to these rules."""
    for rule in ALL:
        for text in (rule.example.bad, rule.example.good):
            apis: dict[str, ApiFacts] = {}
            for seen in judged(text):
                origin = seen.exchange.url.origin
                api = apis.setdefault(origin, ApiFacts(origin, None))
                api.observe(seen)
                if seen.failure is not None or seen.exchange.lost is not None:
                    continue
                for each in BROKEN:
                    if each.check_exchange is not None and seen.node.role in each.roles:
                        assert list(each.check_exchange(seen, api)) == [], each.id
