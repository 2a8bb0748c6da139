"""Every stack's code says what was needed, nothing captured breaks out, and it cures."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from ruamel.yaml import YAML

from analysis import fixes
from analysis.engine import MOST_SHELVES, Auditor
from analysis.finding import Finding, Fix
from analysis.fixes import ANY, STACKS, configuration, dev_server, recognise, stack
from analysis.fixes.executed import EXECUTED
from analysis.fixes.model import PLACEHOLDER, Stack
from analysis.fixes.plain_answer import CODE
from analysis.result import AuditResult, LeastPrivilege
from analysis.rules import ALL
from analysis.rules.model import Rule
from analysis.session.intent import NOTHING_DECLARED, Intent
from analysis.session.policy import least_privilege
from analysis.sources.transcript import exchanges

from .test_rules import API, APP, ask, call, judged

POLICY = LeastPrivilege(
    origins=("https://app.example.com", "http://localhost:3000"),
    methods=("PATCH", "PUT"),
    headers=("authorization", "x-csrf-token"),
    credentials=True,
    max_age=7200,
    undecided=("http://localhost:3000 is a development origin: keep it out of production.",),
)
USED = ("GET", "PATCH", "PUT")
PYTHON = ("fastapi", "flask", "django", "aiohttp", "tornado")
IN_BACKEND = ("any", "gcp-gateway")
"""Plain headers, which need no listing of GET."""
FORBIDDEN = re.compile(
    r"no-cors|disable-web-security|cors-anywhere|allorigins|corsproxy|"
    r"origin: true|ALLOW_ALL|OriginPatterns|Origin: \*|Origin \*|origins?[=:] ?\[?['\"]\*",
    re.I,
)

TAKEN_AWAY = re.compile(
    r"_hide_header|unset |del-header|-Access-Control|remove|delete\(|: \"\"$|: false,$"
)
COMMENTS = ("#", "//", "<!--")
PLACE = re.compile(r"^(?:#|//) \d+\. (.*):\n", re.M)
"""Above each piece of code that belongs in several places."""


def each_stack(*, without: tuple[str, ...] = ()) -> pytest.MarkDecorator:
    chosen = [each for each in STACKS if each.id not in without]
    return pytest.mark.parametrize("each", chosen, ids=lambda each: each.id)


def findings(text: str, declared: Intent = NOTHING_DECLARED) -> list[Finding]:
    auditor = Auditor(intent=declared)
    for exchange in exchanges(text, auditor.door):
        auditor.add(exchange)
    return list(auditor.result().findings)


def fixes_of(text: str, rule: str, declared: Intent = NOTHING_DECLARED) -> tuple[Fix, ...]:
    (found,) = [f for f in findings(text, declared) if f.rule == rule]
    return found.fixes


# What the code says


@each_stack()
def test_code_holds_exactly_what_was_needed(each: Stack) -> None:
    code = configuration(each, POLICY, USED, ("X-Total-Count",))
    plain = code.replace("\\", "")
    for text in (*POLICY.origins, "PUT", "PATCH", *POLICY.headers, "X-Total-Count", "7200"):
        assert text in plain
    assert re.search(r"credential", plain, re.I)
    assert "DELETE" not in code
    assert "development origin: keep it out" in " ".join(code.replace("#", "").split())
    assert code.endswith("\n")


@each_stack(without=IN_BACKEND)
def test_methods_that_need_no_listing_are_listed_where_servers_want_them(each: Stack) -> None:
    assert "GET" in configuration(each, POLICY, USED)


@each_stack()
def test_credentials_stay_out_unless_they_were_seen(each: Stack) -> None:
    for known in (False, None):
        policy = LeastPrivilege(POLICY.origins, (), (), known, 7200, ())
        code = configuration(each, policy, ("GET",))
        # Taking the application's header away does not give it.
        given = [line for line in code.splitlines() if not TAKEN_AWAY.search(line)]
        assert not re.search(r"credential", "\n".join(given), re.I)


@each_stack()
def test_nothing_dangerous_is_advised(each: Stack) -> None:
    for rule in ALL:
        make = each.instead.get(rule.id)
        assert make is None or not FORBIDDEN.search(make(fixes.Wanted.of(POLICY, USED)))
    assert not FORBIDDEN.search(configuration(each, POLICY, USED))
    empty = LeastPrivilege((), (), (), None, 7200, ())
    assert not FORBIDDEN.search(configuration(each, empty))
    assert PLACEHOLDER.partition("//")[2] in configuration(each, empty).replace("\\", "")


@each_stack()
def test_stack_is_documented(each: Stack) -> None:
    assert each.where in ("server", "proxy")
    assert each.source.startswith("https://")
    assert each.place.endswith(".")
    assert each.traps.endswith(".")
    known = {rule.id for rule in ALL}
    assert set(each.special) | set(each.instead) <= known
    assert stack(each.id) is stack(each.name) is each


@pytest.mark.parametrize("name", PYTHON)
def test_python_is_python(name: str) -> None:
    each = stack(name)
    assert each is not None
    code = "".join(pieces(configuration(each, POLICY, USED, ("X-Total-Count",)))[:1])
    tree = ast.parse(code)
    texts = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)}
    assert set(POLICY.origins) <= texts


def pieces(code: str) -> list[str]:
    """Code by the places that it names itself; all of it where it names none."""
    return PLACE.split(code)[2::2] or [code]


@pytest.mark.parametrize("name", ["aws-http", "lambda-url", "s3", "cloudfront", "gcs"])
def test_json_is_json(name: str) -> None:
    each = stack(name)
    assert each is not None
    document, command = pieces(configuration(each, POLICY, USED, ("X-Total-Count",)))
    assert set(POLICY.origins) <= set(strings(json.loads(document)))
    assert "file" in command


@pytest.mark.parametrize("name", ["traefik", "envoy", "aws-rest", "gcp-gateway"])
def test_yaml_is_yaml(name: str) -> None:
    each = stack(name)
    assert each is not None
    code = configuration(each, POLICY, USED, ("X-Total-Count",))
    documents = pieces(code)[:1] if name == "gcp-gateway" else pieces(code)
    told = " ".join(text for each in documents for text in strings(YAML(typ="safe").load(each)))
    assert name == "gcp-gateway" or all(origin in told for origin in POLICY.origins)


def strings(value: object) -> list[str]:
    """Every text in a document."""
    if isinstance(value, dict):
        return [text for each in value.values() for text in strings(each)]
    if isinstance(value, list):
        return [text for each in value for text in strings(each)]
    return [str(value)]


def test_xml_is_xml() -> None:
    each = stack("apim")
    assert each is not None
    policy = replace(POLICY, undecided=("https://a--b.example is left out.",))
    code = configuration(each, policy, USED, ("X-Total-Count",))
    root = ElementTree.fromstring(f"<inbound>{code}</inbound>")
    assert [each.text for each in root.iter("origin")] == list(POLICY.origins)
    assert [each.text for each in root.iter("method")] == list(USED)


NOTHING_ASKED = LeastPrivilege((POLICY.origins[0],), (), (), False, 7200, ())


@pytest.mark.parametrize("name", ["koa", "hono", "rs-cors", "cloudfront", "apim"])
def test_an_empty_list_of_headers_is_not_left_to_a_default(name: str) -> None:
    each = stack(name)
    assert each is not None
    assert re.search(r"\baccept\b", configuration(each, NOTHING_ASKED, ("GET",)))


@each_stack()
def test_brackets_are_balanced(each: Stack) -> None:
    code = configuration(each, POLICY, USED, ("X-Total-Count",))
    bare = re.sub(r"(^|\s)(#|//) .*$", "", code, flags=re.M)
    for left, right in ("()", "[]", "{}"):
        assert bare.count(left) == bare.count(right)


# Hostile captures

EVIL = (
    "https://x'];evil();//",
    'https://x"];evil();//',
    "https://x\nevil()",
    "https://$(evil)",
    "https://${evil}",
    "https://`evil`",
    "https://x\\u0022evil",
    "https://evil;}{",
    "https://(evil|.*)",
    "https://evil\x00",
    "https://evil/path",
    "https://e\u202evil",
)


@each_stack()
def test_hostile_text_never_gets_into_code(each: Stack) -> None:
    policy = LeastPrivilege(
        origins=(*EVIL, APP),
        methods=("PUT", "E'VIL", "EVIL\n", "E`VIL`"),
        headers=("x-ok", "e'vil", "evil\r\nx: y", "e${vil}"),
        credentials=True,
        max_age=7200,
        undecided=tuple(f"{origin} is a development origin." for origin in EVIL),
    )
    code = configuration(each, policy, ("GET", "E'VIL"), ("x`evil`", "evil\n"))
    body = "\n".join(line for line in code.splitlines() if not line.lstrip().startswith(COMMENTS))
    assert "vil" not in body
    assert "app" in body
    assert "left out" in code
    remarks = [line for line in code.splitlines() if "vil" in line]
    assert all(line.startswith(COMMENTS) for line in remarks)
    bare = [line.removeprefix("<!--").removesuffix("-->") for line in remarks]
    assert not any(set(line) & set('`"\\${}<>\x00') for line in bare)


def test_hostile_text_in_a_session() -> None:
    evil = "https://x'];evil();//.example"
    for text in (call("200", origin=evil), ask("204", f"Access-Control-Allow-Origin: {APP}")):
        for finding in findings(text):
            for fix in finding.fixes:
                assert "evil()" not in fix.code


# Which fixes a finding gets


@pytest.mark.parametrize("rule", ALL, ids=lambda rule: rule.id)
def test_every_finding_has_fixes(rule: Rule) -> None:
    made = fixes_of(rule.example.bad, rule.id, rule.example.declared)
    names = [fix.stack for fix in made]
    assert ANY.name in names
    assert len(set(names)) == len(names)
    assert all(fix.code.strip() and fix.note.endswith(".") for fix in made)
    assert all(len(fix.note) <= 700 for fix in made), max(made, key=lambda fix: len(fix.note))
    assert all(bool(fix.because) == fix.detected for fix in made)
    assert not any(FORBIDDEN.search(fix.code) for fix in made)
    assert names.count(ANY.name) == 1
    assert all(fix.detected for fix in made if fix.where != "client" and fix.stack != ANY.name)


def test_rules_without_a_server_fix_say_what_to_answer() -> None:
    assert set(CODE) == {rule.id for rule in ALL if not rule.server_fix}


def _with_plain_headers(text: str, fix: Fix) -> str:
    """The transcript, answered as the fix for any server says."""
    asked, real = fix.code.split("# On the real answer")
    sections = {
        True: re.findall(r"^[A-Z][\w-]+: .*$", asked, re.M),
        False: re.findall(r"^[A-Z][\w-]+: .*$", real, re.M),
    }
    lines: list[str] = []
    preflight = False
    for raw in text.splitlines():
        line = raw.strip()
        if re.match(r"> [A-Z]+ https?://", line):
            preflight = line.startswith("> OPTIONS")
        if re.match(r"< (Access-Control-|Vary)", line):
            continue
        if re.fullmatch(r"< \d{3}", line):
            lines.append("< 204" if preflight else line)
            lines += [f"< {header}" for header in sections[preflight]]
        else:
            lines.append(line)
    return "\n".join(lines)


@pytest.mark.parametrize(
    "rule",
    [
        rule
        for rule in ALL
        if rule.server_fix
        and rule.id not in ("null-origin-allowed", "insecure-origin-allowed", "missing-vary-origin",
                            "reflected-origin-with-credentials", "reflected-origin",
                            "any-port-allowed", "development-origin-allowed",
                            "lookalike-origin-allowed", "many-subdomains-allowed",
                            "shared-hosting-origin-allowed", "third-party-origin-allowed",
                            "undeclared-origin-allowed", "wildcard-on-private-network",
                            "origin-not-listed")
    ],
    ids=lambda rule: rule.id,
)  # fmt: skip
def test_the_plain_headers_cure(rule: Rule) -> None:
    (fix,) = [f for f in fixes_of(rule.example.bad, rule.id) if f.stack == ANY.name]
    assert findings(_with_plain_headers(rule.example.bad, fix)) == []


def test_reflection_is_not_cured_by_listing_the_strangers() -> None:
    rule = next(r for r in ALL if r.id == "reflected-origin-with-credentials")
    for fix in fixes_of(rule.example.bad, rule.id):
        allowed = "\n".join(line for line in fix.code.splitlines() if not line.startswith(COMMENTS))
        assert "prizes" not in allowed
        assert "prizes" in fix.code


def test_insecure_origins_become_https() -> None:
    rule = next(r for r in ALL if r.id == "insecure-origin-allowed")
    for fix in fixes_of(rule.example.bad, rule.id):
        assert "http://app" not in fix.code
        assert "https://app" in fix.code.replace("\\", "")


def test_null_is_never_allowed() -> None:
    rule = next(r for r in ALL if r.id == "null-origin-allowed")
    for fix in fixes_of(rule.example.bad, rule.id):
        code = [line for line in fix.code.splitlines() if not line.startswith(COMMENTS)]
        assert not re.search(r"Origin.*null|[\"']null[\"']", "\n".join(code))


def test_capitals_are_mended_in_the_page() -> None:
    text = ask(
        "204",
        f"Access-Control-Allow-Origin: {APP}",
        "Access-Control-Allow-Methods: PATCH",
        method="patch",
    )
    first = fixes_of(text, "lower-case-method")[0]
    assert (first.stack, first.where) == ("in the page", "client")
    assert "method: 'PATCH'" in first.code


def test_the_final_url_is_called() -> None:
    rule = next(r for r in ALL if r.id == "preflight-redirected")
    first = fixes_of(rule.example.bad, rule.id)[0]
    assert "fetch('https://api.example.com/cart/'" in first.code


def test_no_advice_to_call_a_login_page() -> None:
    made = fixes_of(ask("302", "Location: https://login.example.net/login"), "preflight-redirected")
    assert [fix.stack for fix in made] == [ANY.name]


def test_headers_of_servers_leave_the_request() -> None:
    ok = f"Access-Control-Allow-Origin: {APP}"
    text = ask("204", ok, method="GET", headers="access-control-allow-origin")
    first = fixes_of(text, "response-header-sent-by-page")[0]
    assert first.stack == "in the page"
    assert "headers.delete('access-control-allow-origin')" in first.code


# Which comes first


def test_recognised_stacks_come_first() -> None:
    from analysis.rules.model import Hit
    from analysis.session.facts import ApiFacts

    (seen,) = judged(call("200", "X-Powered-By: Express", "Server: nginx"))
    api = ApiFacts(API)
    api.observe(seen)
    for known in recognise(seen):
        api.stacks[known.name] = (known.because, known.sure.value, known.hop)
    by_id = {rule.id: rule for rule in ALL}
    hit = Hit(seen, "m.", ())

    def order(rule: str) -> list[tuple[str, bool]]:
        made = fixes.for_finding(by_id[rule], hit, api, least_privilege(api))
        return [(fix.stack, fix.detected) for fix in made[:3]]

    assert order("missing-allow-origin") == [
        ("Express (cors)", True), ("nginx", True), ("any server", False)
    ]  # fmt: skip
    assert order("multiple-allow-origin")[:2] == [("nginx", True), ("Express (cors)", True)]


# The shelf


def result_of(text: str) -> AuditResult:
    auditor = Auditor()
    for exchange in exchanges(text, auditor.door):
        auditor.add(exchange)
    return auditor.result()


def test_who_was_not_recognised_finds_every_stack_on_the_shelf() -> None:
    (shelf,) = result_of(call("200")).shelves
    assert shelf.api == API
    assert [fix.stack for fix in shelf.fixes] == [each.name for each in STACKS if each is not ANY]
    assert all(APP in fix.code.replace("\\", "") for fix in shelf.fixes)
    assert all("https://" in fix.note and len(fix.note) <= 700 for fix in shelf.fixes)


def test_a_shelf_lets_blocked_pages_of_this_machine_in() -> None:
    page = "http://localhost:3000"
    (shelf,) = result_of(call("200", origin=page)).shelves
    assert all(page in fix.code.replace("\\", "") for fix in shelf.fixes)


def test_a_recognised_application_needs_no_shelf() -> None:
    assert result_of(call("200", "X-Powered-By: Express")).shelves == ()
    (shelf,) = result_of(call("200", "Server: nginx")).shelves
    assert "nginx" not in [fix.stack for fix in shelf.fixes]


def test_only_the_worst_apis_have_a_shelf() -> None:
    texts = [call("200").replace(API, f"https://api{n}.example.com") for n in range(5)]
    assert len(result_of("\n".join(texts)).shelves) == MOST_SHELVES


def test_executed_is_said_where_there_is_something_to_execute() -> None:
    result = result_of(call("200"))
    (finding,) = result.findings
    assert {fix.executed for fix in finding.fixes} == {None}
    assert all(
        fix.executed == EXECUTED.get(by_name.id, "")
        for fix in result.shelves[0].fixes
        if (by_name := stack(fix.stack)) is not None
    )


def test_what_is_said_to_be_executed_is_what_the_proof_runs() -> None:
    from tests.stacks import catalogue

    run = {each.fix for each in catalogue.ALL.values()}
    assert set(EXECUTED) <= run <= {each.id for each in STACKS}


# Two servers of one machine


def test_a_dev_server_can_pass_calls_on() -> None:
    local = call("200", origin="http://localhost:3000").replace(API, "http://localhost:3001")
    (finding,) = result_of(local).findings
    (fix,) = [fix for fix in finding.fixes if fix.stack == dev_server.NAME]
    assert fix.where == "client"
    assert "target: 'http://localhost:3001'" in fix.code
    assert "Production needs its own answer" in fix.note
    for text in (call("200"), call("200", origin="http://localhost:3000")):
        assert dev_server.NAME not in [f.stack for x in result_of(text).findings for f in x.fixes]
