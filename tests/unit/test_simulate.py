"""A session under another policy: the server that follows it, what changes, and that the
smallest policy breaks nothing and leaves nothing dangerous."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.engine import Auditor
from analysis.exchange import Headers
from analysis.offline import hear
from analysis.policies import file as policy_file
from analysis.policies.file import ApiPolicy, Rule
from analysis.policies.server import preflight_headers, real_headers
from analysis.policies.simulate import CallRow, Change, Simulation, simulate
from analysis.redact import Door
from analysis.session.intent import NOTHING_DECLARED, Intent
from analysis.sources.transcript import exchanges

from .test_engine_properties import exchanges as any_exchange
from .test_policy import ADMIN, COOKIE, PARTNER, STRANGER, ask, call, echo, reflected
from .test_rules import API, APP

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = sorted((ROOT / "sample_flows").glob("*.flow"))
FULL = Rule(
    ("*",), (APP,), ("PUT", "DELETE"), ("content-type", "x-a"), True, ("x-total-count",), 600
)


def heard(text: str, intent: Intent = NOTHING_DECLARED) -> Auditor:
    auditor = Auditor(intent=intent)
    for exchange in exchanges(text, auditor.door):
        auditor.add(exchange)
    return auditor


def under(text: str, *rules: Rule, intent: Intent = NOTHING_DECLARED) -> Simulation:
    return simulate(heard(text, intent), [ApiPolicy(API, rules)], "p.json")


def the_call(done: Simulation) -> CallRow:
    (row,) = done.calls
    return row


def least_of(auditor: Auditor) -> tuple[ApiPolicy, ...]:
    """The smallest policies, written and read again."""
    return policy_file.read(policy_file.text(auditor.result().policies), "p.json")


# The server


def plain(headers: Headers) -> list[tuple[str, str | None]]:
    return [(each.name, each.value) for each in headers.fields]


@pytest.mark.parametrize(
    ("rule", "origin", "expected"),
    [
        (
            FULL,
            APP,
            [
                ("Access-Control-Allow-Origin", APP),
                ("Access-Control-Allow-Credentials", "true"),
                ("Access-Control-Allow-Methods", "PUT, DELETE"),
                ("Access-Control-Allow-Headers", "content-type, x-a"),
                ("Access-Control-Max-Age", "600"),
                ("Vary", "Origin"),
            ],
        ),
        (FULL, ADMIN, [("Vary", "Origin")]),
        (FULL, "null", [("Vary", "Origin")]),
        (Rule(("*",), ("*",), vary=()), ADMIN, [("Access-Control-Allow-Origin", "*")]),
        (Rule(("*",), ("null",), vary=()), "null", [("Access-Control-Allow-Origin", "null")]),
        (Rule(("*",), (APP,), credentials=None, vary=()), APP,
         [("Access-Control-Allow-Origin", APP)]),
    ],
)  # fmt: skip
def test_what_the_server_answers_to_a_preflight(
    rule: Rule, origin: str, expected: list[tuple[str, str]]
) -> None:
    assert plain(preflight_headers(rule, origin)) == expected


@pytest.mark.parametrize(
    ("rule", "origin", "expected"),
    [
        (
            FULL,
            APP,
            [
                ("Content-Type", "text/plain"),
                ("Access-Control-Allow-Origin", APP),
                ("Access-Control-Allow-Credentials", "true"),
                ("Access-Control-Expose-Headers", "x-total-count"),
                ("Vary", "Accept-Encoding, Origin"),
            ],
        ),
        (FULL, None, [("Content-Type", "text/plain"), ("Vary", "Accept-Encoding, Origin")]),
        (None, APP, [("Content-Type", "text/plain"), ("Vary", "origin, Accept-Encoding")]),
    ],
)
def test_what_the_server_adds_to_other_answers(
    rule: Rule | None, origin: str | None, expected: list[tuple[str, str]]
) -> None:
    recorded = Headers.of(
        ("Content-Type", "text/plain"),
        ("access-control-allow-origin", "https://old.example"),
        ("Vary", "origin, Accept-Encoding"),
    )
    assert plain(real_headers(recorded, rule, origin)) == expected


# What changes


@pytest.mark.parametrize(
    ("text", "rule", "change", "reason"),
    [
        (call() + echo(), FULL, Change.STAYS_ALLOWED, None),
        (call() + echo(), Rule(("*",), (ADMIN,)), Change.BREAKS, "MissingAllowOriginHeader"),
        (call() + echo(), Rule(("/other",), (APP,)), Change.BREAKS, "MissingAllowOriginHeader"),
        (call() + "< 200", FULL, Change.PASSES, None),
        (call() + "< 500", FULL, Change.PASSES, None),
        (call() + "< 200", Rule(("*",), (ADMIN,)), Change.STAYS_BLOCKED,
         "MissingAllowOriginHeader"),
        (call() + "< 200", Rule(("*",), (APP,)), Change.OPEN, "InvalidAllowCredentials"),
        (call(APP, "/items", "GET", COOKIE) + echo(), Rule(("*",), ("*",), credentials=True),
         Change.BREAKS, "WildcardOriginNotAllowed"),
        (call(APP, "/items", "GET", COOKIE) + echo(), Rule(("*",), (APP,)), Change.BREAKS,
         "InvalidAllowCredentials"),
        (call() + "< 200\n< Access-Control-Allow-Origin: " + APP, Rule(("*",), (ADMIN,)),
         Change.MAY_BREAK, "MissingAllowOriginHeader"),
        (ask() + "< 401", FULL, Change.WOULD_BE_SENT, None),
        (ask(method="PATCH") + "< 401", FULL, Change.STAYS_BLOCKED,
         "MethodDisallowedByPreflightResponse"),
        (ask(names="x-b") + "< 401", FULL, Change.STAYS_BLOCKED,
         "HeaderDisallowedByPreflightResponse"),
        (ask() + "< 302\n< Location: /login", FULL, Change.WOULD_BE_SENT, None),
        (call("null") + "< 200", Rule(("*",), ("null",), credentials=True), Change.PASSES, None),
    ],
)  # fmt: skip
def test_a_call_under_a_policy(text: str, rule: Rule, change: Change, reason: str | None) -> None:
    row = the_call(under(text, rule))
    assert row.change is change
    assert row.reason_now == reason
    assert row.count == 1


ALLOWED_PUT = (
    ask()
    + echo(APP, "Access-Control-Allow-Methods: PUT", "Access-Control-Allow-Headers: content-type",
           "Access-Control-Max-Age: 600")
    + call(APP, "/items", "PUT", COOKIE, "Content-Type: application/json")
    + echo()
)  # fmt: skip


def test_a_request_is_not_sent_where_its_preflight_is_refused() -> None:
    done = under(ALLOWED_PUT, Rule(("*",), (APP,), credentials=True, headers=("content-type",)))
    row = the_call(done)
    assert row.change is Change.BREAKS
    assert row.reason_now == "MethodDisallowedByPreflightResponse"
    assert row.reason_now_param == "PUT"
    assert row.examples == ("transcript#2",)
    assert "not sent" in row.note


def test_a_request_that_went_by_the_cache_needs_the_permission_all_the_same() -> None:
    text = ALLOWED_PUT + "@ 20\n" + call(
        APP, "/items", "PUT", COOKIE, "Content-Type: application/json"
    ) + echo()  # fmt: skip
    done = under(text, Rule(("*",), (APP,), ("PUT",), credentials=True))
    assert {(row.change, row.reason_now) for row in done.calls} == {
        (Change.BREAKS, "HeaderDisallowedByPreflightResponse")
    }
    assert done.totals.breaks == 2


def test_the_mode_of_the_recording_stays_known() -> None:
    """That the request followed shows its mode only under the policy of the recording."""
    text = ask() + (
        f"< 204\n< Access-Control-Allow-Origin: {APP}\n< Access-Control-Allow-Methods: PUT\n"
        "< Access-Control-Allow-Headers: content-type\n"
    ) + call(APP, "/items", "PUT", "Content-Type: application/json") + (
        f"< 200\n< Access-Control-Allow-Origin: {APP}"
    )  # fmt: skip
    assert the_call(under(text, Rule(("*",), (APP,), ("PUT",), ("content-type",)))).change is (
        Change.STAYS_ALLOWED
    )
    credentialed = text.replace("Sec-Fetch-Mode: cors\n    > Content", f"{COOKIE}\n    > Content")
    assert the_call(under(credentialed, FULL)).change in (Change.STAYS_ALLOWED, Change.PASSES)


def test_what_follows_a_blocked_redirect_is_not_sent() -> None:
    text = (
        call(APP, "/old")
        + f"< 302\n< Location: {API}/new\n< Access-Control-Allow-Origin: {APP}\n"
        + "< Access-Control-Allow-Credentials: true\n"
        + call(APP, "/new")
        + echo()
    )
    done = under(text, Rule(("/new",), (APP,), credentials=True))
    assert {(row.path_template, row.change) for row in done.calls} == {
        ("/old", Change.BREAKS),
        ("/new", Change.BREAKS),
    }
    assert under(text, FULL).is_fine


def test_a_stored_answer_has_the_headers_of_the_policy_too() -> None:
    tagged = echo(APP, 'ETag: "1"')
    text = call() + tagged + call(APP, "/items", "GET", 'If-None-Match: "1"') + "< 304"
    assert {row.change for row in under(text, FULL).calls} == {Change.STAYS_ALLOWED}
    assert {row.change for row in under(text, Rule(("*",), (ADMIN,))).calls} == {Change.BREAKS}


def test_who_gains_and_who_loses() -> None:
    text = call() + echo() + call(ADMIN) + "< 200"
    done = under(text, Rule(("*",), (ADMIN,), credentials=True))
    assert [(each.origin, each.change) for each in done.origins] == [
        (ADMIN, "gains"),
        (APP, "loses"),
    ]
    assert done.totals.breaks == 1
    assert not done.is_fine


def test_taking_a_stranger_away_breaks_nothing_legitimate() -> None:
    done = under(reflected(APP, STRANGER, PARTNER), FULL)
    assert (done.totals.breaks, done.totals.breaks_undecided) == (0, 2)
    assert [(each.rule, each.state) for each in done.dangerous if each.by_policy] == [
        ("reflected-origin-with-credentials", "gone")
    ]
    assert done.is_fine


def test_a_list_is_not_taken_for_a_server_that_repeats() -> None:
    """Whom it names is the owner's decision, and shown; that it names anybody is not so."""
    every = Rule(("*",), (APP, STRANGER, PARTNER), credentials=True)
    done = under(reflected(APP, STRANGER, PARTNER), every)
    assert "reflected-origin-with-credentials" not in {
        each.rule for each in done.dangerous if each.state != "gone"
    }
    assert {each.standing for each in done.origins if each.origin != APP} == {"undecided"}


@pytest.mark.parametrize(
    ("text", "origins", "rule"),
    [
        (call("null", "/me", "GET", COOKIE) + echo("null"), ("null",), "null-origin-allowed"),
        (
            call("http://www.example.com", "/me", "GET", COOKIE) + echo("http://www.example.com"),
            ("http://www.example.com",),
            "insecure-origin-allowed",
        ),
    ],
)
def test_what_stays_dangerous(text: str, origins: tuple[str, ...], rule: str) -> None:
    done = under(text, Rule(("*",), origins, credentials=True))
    assert [(each.rule, each.state, each.by_policy) for each in done.dangerous] == [
        (rule, "remains", True)
    ]
    assert not done.is_fine


def test_forged_requests_are_no_matter_of_a_policy() -> None:
    text = call(STRANGER, "/buy", "POST", "Content-Type: text/plain") + "< 200" + call() + echo()
    done = under(text, FULL)
    assert all(not each.by_policy for each in done.dangerous)
    assert done.totals.dangerous == 0


def test_headers_that_script_cannot_read_any_more() -> None:
    text = call(APP, "/items", "GET", COOKIE) + echo(
        APP, "Access-Control-Expose-Headers: X-Total-Count, ETag", "X-Total-Count: 7", 'ETag: "1"'
    )
    (row,) = under(text, FULL).hidden
    assert (row.name, row.path_template, row.count) == ("etag", "/items", 1)


def test_apis_on_one_side_only_are_named() -> None:
    text = call() + echo() + f"> GET https://other.example/\n> Origin: {APP}\n" + (
        "> Sec-Fetch-Mode: cors\n< 200"
    )  # fmt: skip
    policies = [ApiPolicy(API, (FULL,)), ApiPolicy("https://none.example", (FULL,))]
    done = simulate(heard(text), policies, "p.json")
    assert done.as_recorded == ("https://other.example",)
    assert done.not_called == ("https://none.example",)
    assert {row.api for row in done.calls} == {API}


def test_what_the_server_never_answered_stays_so() -> None:
    assert not under(call() + "! connection refused", FULL).calls


def test_the_json_is_the_same_for_the_same_input() -> None:
    first, second = (under(reflected(APP, STRANGER, PARTNER), FULL).to_json() for _ in range(2))
    assert first == second
    data = json.loads(first)
    assert (data["format"], data["format_version"]) == ("cors-audit/simulation", 1)


# The smallest policy breaks nothing, and leaves nothing dangerous


CANNOT_BE_CURED = "which no policy cures"


def assert_it_fits(auditor: Auditor, legitimate: tuple[str, ...]) -> Simulation:
    """Simulate the smallest policy; calls of these origins must pass."""
    policies = least_of(auditor)
    done = simulate(auditor, policies, "p.json")
    assert done.totals.breaks == 0
    assert [each for each in done.dangerous if each.by_policy and each.state != "gone"] == []
    assert done.is_fine
    for row in done.calls:
        if row.origin not in legitimate:
            continue
        assert row.change not in (Change.BREAKS, Change.MAY_BREAK), row
        assert row.standing == "legitimate"
        if row.change is Change.STAYS_BLOCKED:
            assert CANNOT_BE_CURED in row.note, row
        if row.change is Change.OPEN:
            (policy,) = (each for each in policies if each.api == row.api)
            rule = policy.rule_for(row.path_template)
            assert rule is not None
            assert rule.credentials is None, row
            assert row.note.startswith("credentials mode"), row
    return done


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_the_smallest_policy_of_a_sample(path: Path) -> None:
    legitimate = ["http://localhost:3000"]
    if path.stem == "12-works-by-luck":
        legitimate.append("http://127.0.0.1:4000")  # the second front end of that story
    assert_it_fits(hear([str(path)]), tuple(legitimate))


ORIGINS = st.sampled_from(
    [APP, ADMIN, PARTNER, STRANGER, "null", "http://www.example.com", "http://localhost:3000"]
)
ANSWERS = st.lists(
    st.sampled_from(
        [
            "Access-Control-Allow-Origin: {origin}",
            "Access-Control-Allow-Origin: {origin}",
            "Access-Control-Allow-Origin: *",
            f"Access-Control-Allow-Origin: {APP}",
            "Access-Control-Allow-Origin: null",
            "Access-Control-Allow-Credentials: true",
            "Access-Control-Allow-Credentials: true",
            "Access-Control-Allow-Methods: PUT, DELETE",
            "Access-Control-Allow-Methods: *",
            "Access-Control-Allow-Headers: content-type, x-a",
            "Access-Control-Allow-Headers: *",
            "Access-Control-Expose-Headers: X-Total-Count",
            "Access-Control-Max-Age: 600",
            "X-Total-Count: 7",
            "Cache-Control: public",
            "Vary: Origin",
            'ETag: "1"',
        ]
    ),
    max_size=8,
)


@st.composite
def sessions(draw: st.DrawFn) -> str:
    """What pages of several sites do with one API, as a transcript."""
    lines: list[str] = []
    for _ in range(draw(st.integers(1, 8))):
        origin = draw(ORIGINS)
        path = draw(st.sampled_from(["/me", "/items", "/users/7"]))
        method = draw(st.sampled_from(["GET", "GET", "POST", "PUT", "DELETE", "patch"]))
        names = draw(st.sampled_from(["", "content-type", "content-type,x-a"]))
        if names or method not in ("GET", "POST"):
            lines.append(ask(origin, path, method, names or "x-a"))
            lines += _answer(draw, origin, st.sampled_from([200, 204, 302, 401, 405, None]))
            if draw(st.booleans()):
                continue
        more = [f"{name}: 1" for name in names.split(",") if name]
        if draw(st.booleans()):
            more.append(COOKIE)
        if draw(st.booleans()):
            more.append('If-None-Match: "1"')
        lines.append(call(origin, path, method, *more))
        lines += _answer(draw, origin, st.sampled_from([200, 201, 302, 304, 403, 500, None]))
    return "\n".join(lines)


def _answer(draw: st.DrawFn, origin: str, statuses: st.SearchStrategy[int | None]) -> list[str]:
    status = draw(statuses)
    if status is None:
        return ["! connection lost"]
    fields = [f"< {each.format(origin=origin)}" for each in draw(ANSWERS)]
    if status == 302:
        fields.append(
            f"< Location: {draw(st.sampled_from([f'{API}/me', 'https://me:pw@b.test/']))}"
        )
    return [f"< {status}", *fields]


@given(sessions())
@settings(max_examples=200, deadline=None)
def test_the_smallest_policy_of_a_session(text: str) -> None:
    assert_it_fits(heard(text), (APP, ADMIN))


@given(sessions(), st.sets(st.sampled_from([APP, ADMIN, PARTNER, STRANGER]), min_size=1))
@settings(max_examples=100, deadline=None)
def test_the_smallest_policy_where_intent_is_declared(text: str, declared: set[str]) -> None:
    intent = Intent({API: frozenset(declared)})
    assert_it_fits(heard(text, intent), tuple(declared))


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_any_session_can_be_simulated(data: st.DataObject) -> None:
    auditor = Auditor(Door(b"p"))
    for exchange in data.draw(st.lists(any_exchange(auditor.door), max_size=8)):
        auditor.add(exchange)
    done = simulate(auditor, least_of(auditor), "p.json")
    assert done.totals.breaks == 0
    assert sum(row.count for row in done.calls) == done.totals.calls
