"""The smallest policy: what it lets in, what it leaves to a person, and the file it goes to."""

from __future__ import annotations

import json
from typing import Any

import pytest

from analysis.fixes import ANY, STACKS
from analysis.fixes.model import Stack
from analysis.policies import file as policy_file
from analysis.policies import text as policy_text
from analysis.policies.file import ApiPolicy, PolicyError, Rule, fits, of_policy, read
from analysis.result import AuditResult, LeastPrivilege, Observed, Policy, PolicyEvidence
from analysis.session.intent import NOTHING_DECLARED, Intent

from .test_rules import API, APP, audit

ADMIN = "https://admin.example.com"
PARTNER = "https://partner.example"
STRANGER = "https://stranger.example"


def ask(
    origin: str = APP, path: str = "/items", method: str = "PUT", names: str = "content-type"
) -> str:
    """A preflight's request lines."""
    return f"""
    > OPTIONS {API}{path}
    > Origin: {origin}
    > Access-Control-Request-Method: {method}
    > Access-Control-Request-Headers: {names}
    > Sec-Fetch-Mode: cors
    """


def call(origin: str = APP, path: str = "/items", method: str = "GET", *more: str) -> str:
    """A call's request lines."""
    lines = "".join(f"\n    > {line}" for line in more)
    return f"""
    > {method} {API}{path}
    > Origin: {origin}
    > Sec-Fetch-Mode: cors{lines}
    """


def echo(origin: str = APP, *more: str, credentials: bool = True) -> str:
    """An answer that names the origin."""
    lines = [f"Access-Control-Allow-Origin: {origin}", "Vary: Origin", *more]
    if credentials:
        lines.append("Access-Control-Allow-Credentials: true")
    return "    < 200\n" + "".join(f"    < {line}\n" for line in lines)


COOKIE = "Cookie: a=b"


def policy_of(text: str, intent: Intent = NOTHING_DECLARED) -> Policy:
    (found,) = audit(text, intent).policies
    return found


def least(text: str, intent: Intent = NOTHING_DECLARED) -> LeastPrivilege:
    return policy_of(text, intent).least_privilege


# What is let in


def test_everything_that_was_needed_with_its_evidence() -> None:
    policy = least(
        ask(names="content-type,x-csrf-token")
        + "    < 204\n    < Access-Control-Allow-Origin: " + APP
        + "\n    < Access-Control-Allow-Credentials: true\n    < Access-Control-Allow-Methods: PUT"
        + "\n    < Access-Control-Allow-Headers: content-type, x-csrf-token\n"
        + call(APP, "/items", "PUT", COOKIE, "Content-Type: application/json", "X-CSRF-Token: t")
        + echo(APP, "Access-Control-Expose-Headers: X-Total-Count, X-Never", "X-Total-Count: 7")
        + call(APP, "/items", "GET", COOKIE)
        + echo()
    )  # fmt: skip
    assert policy.origins == (APP,)
    assert policy.methods == ("PUT",)
    assert policy.headers == ("content-type", "x-csrf-token")
    assert policy.credentials is True
    assert policy.exposed == ("x-total-count",)
    assert policy.vary == ("Origin",)
    assert policy.evidence == PolicyEvidence(
        calls=2,
        origins=(Observed(APP, 2),),
        methods=(Observed("GET", 1), Observed("PUT", 1)),
        headers=(Observed("content-type", 1), Observed("x-csrf-token", 1)),
        exposed=(Observed("x-total-count", 1),),
        include=2,
    )
    assert not policy.left_out
    assert not policy.by_path


def test_a_request_that_was_never_sent_is_a_need() -> None:
    policy = least(ask(method="DELETE", names="authorization") + "    < 405")
    assert (policy.methods, policy.headers) == (("DELETE",), ("authorization",))
    assert policy.evidence.calls == 1


def test_a_preflight_whose_request_is_not_in_the_capture_is_a_need() -> None:
    answer = echo(APP, "Access-Control-Allow-Methods: PUT", "Access-Control-Allow-Headers: x-a")
    assert least(ask(names="x-a") + answer).methods == ("PUT",)


def test_unknown_credentials_are_left_to_a_person() -> None:
    policy = least(call() + echo(credentials=False))
    assert policy.credentials is None
    assert policy.undecided[0].startswith("Are cookies or HTTP authentication needed?")


def test_names_that_a_page_may_want_are_candidates() -> None:
    by_star = echo(APP, "Access-Control-Expose-Headers: *", "X-Request-Id: 1", credentials=False)
    hidden = echo(APP, "Content-Disposition: attachment", credentials=False)
    policy = least(call() + by_star + call(APP, "/invoice") + hidden)
    assert not policy.exposed
    assert {each.value for each in policy.may_expose} <= {"content-disposition", "x-request-id"}
    for each in policy.may_expose:
        assert each.value in " ".join(policy.undecided)


def test_what_no_list_can_hold_is_left_out() -> None:
    policy = least(ask(method="*", names="*") + "    < 403")
    assert (policy.methods, policy.headers) == ((), ())
    assert any("no list can hold" in each for each in policy.undecided)


# What is left out


def reflected(*origins: str) -> str:
    return "".join(call(each, "/me", "GET", COOKIE) + echo(each) for each in origins)


def test_strangers_are_left_out_and_the_own_site_is_not() -> None:
    policy = least(reflected(APP, STRANGER, PARTNER))
    assert policy.origins == (APP,)
    assert [(each.origin, each.kind) for each in policy.left_out] == [
        (PARTNER, "stranger"),
        (STRANGER, "stranger"),
    ]
    assert policy.left_out[0].credentials is True
    assert policy.evidence.origins == (Observed(APP, 1),)
    assert any(STRANGER in each for each in policy.undecided)


def test_where_all_are_strangers_nobody_is_let_in() -> None:
    assert least(reflected(STRANGER, PARTNER)).origins == ()


def test_one_foreign_page_is_no_stranger() -> None:
    assert least(reflected(PARTNER)).origins == (PARTNER,)


def test_null_is_never_let_in() -> None:
    policy = least(call("null") + echo("null") + call() + echo())
    assert policy.origins == (APP,)
    assert [(each.origin, each.kind) for each in policy.left_out] == [("null", "opaque")]
    assert any("Never allow null" in each for each in policy.undecided)


def test_development_origins_are_left_to_a_person() -> None:
    own = "http://localhost:3000"
    policy = least(call(own) + echo(own))
    assert policy.origins == ()
    assert [(each.origin, each.kind) for each in policy.left_out] == [(own, "development")]
    local = f"> GET http://localhost:3001/a\n> Origin: {own}\n> Sec-Fetch-Mode: cors\n"
    assert least(local + echo(own)).origins == (own,)


def test_who_was_refused_where_others_were_let_in_is_left_out() -> None:
    policy = least(call() + echo() + call(PARTNER) + "    < 200" + call(ADMIN) + "    < 200")
    assert policy.origins == (ADMIN, APP)
    assert [(each.origin, each.kind) for each in policy.left_out] == [(PARTNER, "refused")]
    nobody_let_in = call(PARTNER) + "    < 200" + call(STRANGER) + "    < 200"
    assert least(nobody_let_in).origins == (PARTNER, STRANGER)


def test_the_cure_of_a_refusal_holds_the_page_that_was_refused() -> None:
    text = call() + echo() + call(PARTNER) + "    < 200"
    found = next(f for f in audit(text).findings if f.pages == (PARTNER,) and f.kind == "broken")
    assert f"{PARTNER} was blocked: it was refused where others" in " ".join(
        found.fixes[0].code.replace("#", "").split()
    )


def test_an_http_page_is_let_in_only_where_it_needs_no_credentials() -> None:
    http = "http://shop.example.com"
    policy = least(
        call(APP, "/me", "GET", COOKIE) + echo()
        + call(http, "/me") + echo(http)
        + call(http, "/prices") + echo(http, credentials=False)
    )  # fmt: skip
    assert policy.origins == (APP,)
    assert [(each.origin, each.kind) for each in policy.left_out] == [(http, "insecure")]
    assert [(each.paths, each.origins, each.credentials) for each in policy.by_path] == [
        (("/me",), (APP,), True),
        (("/prices",), (http,), None),
    ]


def test_what_the_owner_declared_decides() -> None:
    declared = Intent({API: frozenset({APP, STRANGER})})
    policy = least(reflected(APP, STRANGER, PARTNER), declared)
    assert policy.origins == (APP, STRANGER)
    assert [(each.origin, each.kind) for each in policy.left_out] == [(PARTNER, "undeclared")]


def test_declared_to_be_open_is_open_but_never_with_credentials() -> None:
    everybody = Intent({API: frozenset({"*"})})
    star = "    < 200\n    < Access-Control-Allow-Origin: *"
    policy = policy_of(call() + star, everybody)
    assert policy.least_privilege.origins == ("*",)
    assert policy.least_privilege.vary == ()
    assert "Access-Control-Allow-Origin: *\n" in policy_text.text(policy, ANY)
    assert least(reflected(APP, PARTNER), everybody).origins == (APP, PARTNER)


def test_an_open_api_is_a_question() -> None:
    star = "    < 200\n    < Access-Control-Allow-Origin: *"
    assert any("answers everybody now" in each for each in least(call() + star).undecided)


# By path, where it is tighter


def test_paths_are_kept_apart_only_where_it_is_tighter() -> None:
    same = call(APP, "/a", "GET", COOKIE) + echo() + call(APP, "/b", "GET", COOKIE) + echo()
    assert not least(same).by_path
    tighter = same + call(ADMIN, "/b", "GET", COOKIE) + echo(ADMIN)
    assert [(each.paths, each.origins) for each in least(tighter).by_path] == [
        (("/a",), (APP,)),
        (("/b",), (ADMIN, APP)),
    ]


def test_who_is_left_out_keeps_no_paths_apart() -> None:
    same = call(APP, "/a", "GET", COOKIE) + echo() + call(APP, "/b", "GET", COOKIE) + echo()
    with_opaque = same + call("null", "/b", "GET", COOKIE) + echo("null")
    assert not least(with_opaque).by_path
    tighter = with_opaque + call(ADMIN, "/b", "GET", COOKIE) + echo(ADMIN)
    assert [(each.paths, each.origins, each.evidence.calls) for each in least(tighter).by_path] == [
        (("/a",), (APP,), 1),
        (("/b",), (ADMIN, APP), 2),
    ]


def test_where_the_mode_is_unknown_paths_stay_together() -> None:
    text = call(APP, "/a", "GET", COOKIE) + echo() + call(APP, "/b") + echo()
    assert not least(text).by_path


# The file


TWO_PATHS = (
    call(APP, "/a", "GET", COOKIE) + echo() + call(ADMIN, "/users/7", "GET", COOKIE) + echo(ADMIN)
)


@pytest.mark.parametrize("text", [TWO_PATHS, reflected(APP, STRANGER, PARTNER), ask() + "< 405"])
def test_what_is_written_is_read(text: str) -> None:
    policies = audit(text).policies
    made = policy_file.text(policies)
    assert read(made, "p.json") == tuple(of_policy(each) for each in policies)
    assert made == policy_file.text(policies)


def test_the_file_shows_evidence_and_questions() -> None:
    (api,) = json.loads(policy_file.text(audit(reflected(APP, STRANGER, PARTNER)).policies))["apis"]
    (rule,) = api["rules"]
    assert rule["paths"] == ["*"]
    assert rule["evidence"]["origins"] == {APP: 1}
    assert {each["origin"] for each in api["undecided"]["origins"]} == {STRANGER, PARTNER}
    assert api["undecided"]["questions"]


def a_file(rule: dict[str, Any] | None = None, **api: Any) -> dict[str, Any]:
    made = {"paths": ["*"], "origins": [APP], **(rule or {})}
    return {
        "format": "cors-audit/policy",
        "format_version": 1,
        "apis": [{"api": API, "rules": [made], **api}],
    }


def test_a_rule_needs_paths_and_origins_only() -> None:
    (policy,) = read(json.dumps(a_file()), "p.json")
    assert policy == ApiPolicy(API, (Rule(("*",), (APP,)),))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (a_file({"orgins": [APP]}), 'apis[0].rules[0]: unknown key "orgins": did you mean "orig'),
        (a_file(Rules=[]), 'apis[0]: unknown key "Rules": did you mean "rules"?'),
        (a_file({"xyz": 1}), 'unknown key "xyz": known are paths, origins'),
        (a_file({"origins": APP}), "rules[0].origins: must be a list"),
        (a_file({"origins": ["https://app.example.com/"]}), "leave out the slash at the end"),
        (a_file({"origins": ["app.example.com"]}), "the scheme is missing"),
        (a_file({"origins": ["https://*.example.com"]}), "browsers know no patterns"),
        (a_file({"origins": ["https://App.example.com"]}), "lower case"),
        (a_file({"origins": ["https://app.example.com:443"]}), "the port unless it is usual"),
        (a_file({"origins": ["https://app.example.com/x"]}), "an origin has no path"),
        (a_file({"origins": ["*", APP]}), "stands alone"),
        (a_file({"origins": [7]}), "origins[0]: must be an origin, not 7"),
        (a_file({"methods": ["PUT, GET"]}), "methods[0]"),
        (a_file({"credentials": "true"}), 'must be true, false or null (undecided), not "true"'),
        (a_file({"max_age": True}), "whole number"),
        (a_file({"paths": ["items"]}), 'it begins with "/"'),
        (a_file({"paths": ["*x"]}), "stands alone or at the end"),
        (a_file(api="*"), "is no API"),
        ({**a_file(), "apis": [*a_file()["apis"] * 2]}, "apis[1]: https://api.example.com stands"),
        ({**a_file(), "format_version": 2}, "format_version must be 1, not 2"),
        ({"format": "cors-audit/result"}, '"format" must be "cors-audit/policy"'),
        ([], '"format" must be'),
        ({**a_file(), "api": 1}, 'p.json: unknown key "api": did you mean "apis"?'),
        ({"format": "cors-audit/policy", "format_version": 1}, '"apis" is missing'),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_place(data: object, words: str) -> None:
    with pytest.raises(PolicyError) as error:
        read(json.dumps(data), "p.json")
    assert words in str(error.value)
    assert str(error.value).startswith("p.json")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"format": 1,}', "not JSON"),
        ('{"format": "cors-audit/policy", "format": 1}', '"format" stands twice'),
        ("[" * 100_000, "not JSON"),
        ("", "not JSON"),
    ],
)
def test_text_that_is_no_policy(text: str, words: str) -> None:
    with pytest.raises(PolicyError, match=r"p\.json") as error:
        read(text, "p.json")
    assert words in str(error.value)


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("*", "/anything/at/all", True),
        ("/users/{n}", "/users/{n}", True),
        ("/users/{id}", "/users/me", True),
        ("/users/{id}", "/users/me/posts", False),
        ("/api/*", "/api/a/b", True),
        ("/api/*", "/apis", False),
        ("/api*", "/apis", True),
        ("/a.c", "/abc", False),
        ("/a", "/a/", False),
    ],
)
def test_paths(pattern: str, path: str, expected: bool) -> None:
    assert fits(pattern, path) is expected


def test_the_path_itself_goes_before_patterns() -> None:
    first, second, third = (Rule((p,), (APP,)) for p in ("/users/{id}", "/users/me", "*"))
    policy = ApiPolicy(API, (first, second, third))
    assert policy.rule_for("/users/me") is second
    assert policy.rule_for("/users/7") is first
    assert policy.rule_for("/") is third
    assert ApiPolicy(API, (second,)).rule_for("/") is None


# As text to copy


def test_headers_go_by_path_where_that_is_tighter() -> None:
    text = policy_text.text(policy_of(TWO_PATHS), ANY)
    first, second = text.split("# For ")[1:]
    assert "paths: /a." in first
    assert f"Allow-Origin: {APP}\n" in first
    assert "paths: /users/:n." in second
    assert f"Allow-Origin: {ADMIN}\n" in second
    assert "included (1)" in second


@pytest.mark.parametrize("stack", STACKS, ids=lambda each: each.id)
def test_every_stack_tells_evidence_and_what_is_open(stack: Stack) -> None:
    text = policy_text.text(policy_of(reflected(APP, STRANGER, PARTNER)), stack)
    flat = " ".join(text.replace("#", " ").replace("//", " ").split()).replace("\\", "")
    assert "Seen in 1 call. Origins: https: app.example.com (1)." in flat
    assert "To be decided: https: partner.example is left out" in flat
    assert flat.count("stranger.example") == 1


def test_nobody_to_let_in_makes_no_configuration() -> None:
    text = policy_text.text(policy_of(reflected(STRANGER, PARTNER)), ANY)
    assert "no CORS headers" in text
    assert all(line.startswith("#") for line in text.splitlines())


def test_the_recognised_stack() -> None:
    answer = echo(APP, "X-Powered-By: Express", "Server: nginx/1.26")
    found = policy_text.recognised(policy_of(call(APP, "/a", "GET", COOKIE) + answer))
    assert found is not None
    assert found.id == "express"
    assert policy_text.recognised(policy_of(call() + echo())) is None


def test_an_older_result_still_reads() -> None:
    result = audit(TWO_PATHS)
    data = result.to_dict()
    for policy in data["policies"]:
        for name in ("exposed", "vary", "evidence", "left_out", "may_expose", "by_path"):
            del policy["least_privilege"][name]
    old = AuditResult.from_dict(data)
    assert old.policies[0].least_privilege.origins == (ADMIN, APP)
    assert AuditResult.from_dict(result.to_dict()) == result
