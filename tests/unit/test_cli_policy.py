"""`cors-audit policy` and `cors-audit simulate`, as a user types them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from analysis.cli import main
from analysis.fixes import STACKS

from . import flows
from .test_cli import BROKEN, FIXED, ROOT, SAMPLES, run

ANYBODY = SAMPLES / "08-any-site-can-read.flow"
SLASH = SAMPLES / "11-slash-too-many.flow"
SHOP, API = "http://localhost:3000", "http://localhost:3001"


def typed(*words: str | Path, stdin: str | None = None) -> Result:
    done = CliRunner().invoke(main, [*map(str, words), "--no-config"], input=stdin)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def policy_file(folder: Path, capture: Path, **changes: Any) -> Path:
    """The smallest policy of a capture, with the first rule edited."""
    data = json.loads(typed("policy", capture, "--format", "json").stdout)
    data["apis"][0]["rules"][0].update(changes)
    path = folder / "policy.json"
    path.write_text(json.dumps(data))
    return path


def test_a_user_synthesises_and_replays(tmp_path: Path) -> None:
    """As processes, with a file between them."""
    made = run(tmp_path, "policy", str(ANYBODY), "--format", "json")
    assert made.returncode == 0, made.stderr
    (tmp_path / "policy.json").write_text(made.stdout)
    done = run(tmp_path, "simulate", "policy.json", str(ANYBODY))
    assert done.returncode == 0, done.stderr
    assert "http://127.0.0.1:4000 loses access" in done.stdout
    assert "gone: Any website may be able" in done.stdout
    assert "Nothing legitimate breaks" in done.stdout
    assert done.stderr == ""


def test_the_help_lists_every_stack() -> None:
    text = typed("policy", "--help").stdout
    listed = re.findall(
        r"^  ([a-z0-9-]+) +(\S.*)$", text.partition("Stacks:")[2].partition("Examples:")[0], re.M
    )
    assert listed == [(each.id, each.name) for each in STACKS]


def test_policy_as_headers_tells_evidence() -> None:
    done = typed("policy", SLASH)
    assert done.exit_code == 0
    assert f"Access-Control-Allow-Origin: {SHOP}\n" in done.stdout
    assert f"Origins: {SHOP} (3)." in done.stdout
    assert "To be decided: Are cookies" in done.stdout


@pytest.mark.parametrize("stack", [each.id for each in STACKS])
def test_policy_for_each_stack(stack: str) -> None:
    done = typed("policy", FIXED, "--for", stack)
    assert done.exit_code == 0
    assert SHOP in done.stdout.replace("\\", "")
    assert "7200" in done.stdout


def test_policy_for_the_recognised_stack() -> None:
    assert "require('cors')" in typed("policy", FIXED, "--for", "auto").stdout
    assert "CORSMiddleware" in typed("policy", BROKEN, "--for", "auto").stdout


def test_policy_without_a_recognised_stack_is_plain_headers(tmp_path: Path) -> None:
    path = flows.save(tmp_path / "a.flow", flows.call(("Access-Control-Allow-Origin", "*")))
    done = typed("policy", path, "--for", "auto")
    assert "server software not recognised" in done.stderr
    assert "Access-Control-Allow-Origin: https://app.example\n" in done.stdout


def test_policy_of_one_api() -> None:
    story = SAMPLES / "07-login-redirect.flow"
    both, one = (
        json.loads(typed("policy", story, "--format", "json", *more).stdout)["apis"]
        for more in ((), ("--api", f"{API}/"))
    )
    assert [each["api"] for each in both] == ["http://127.0.0.1:4001", API]
    assert [each["api"] for each in one] == [API]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("policy", FIXED, "--api", "http://localhost:3002"), f"Did you mean {API}?"),
        (("policy", FIXED, "--for", "expres"), "Did you mean express?"),
        (("policy", FIXED, "--for", "spring boot"), "Did you mean spring?"),
        (("policy", FIXED, "--for", "zzz"), "Known: express, fastify"),
        (("policy", FIXED, "--for", "nginx", "--format", "json"), "leave out --format json"),
        (("policy",), "Missing argument"),
        (("simulate", "none.json", FIXED), "none.json: No such file"),
        (("simulate", FIXED, FIXED), "10-fixed.flow: no policy"),
        (("simulate", ROOT / "pyproject.toml", FIXED), "pyproject.toml: no policy: not JSON"),
        (("simulate", "-", "-"), "only one of POLICY and INPUT"),
        (("simulate", FIXED), "Missing argument"),
    ],
)
def test_wrong_use_is_2_and_names_the_nearest(words: tuple[str | Path, ...], said: str) -> None:
    done = typed(*words)
    assert done.exit_code == 2
    assert said in " ".join(done.stderr.split())
    assert done.stdout == ""


def test_a_misspelt_key_is_named_with_file_and_place(tmp_path: Path) -> None:
    path = policy_file(tmp_path, FIXED, credentails=True)
    done = typed("simulate", path, FIXED)
    assert done.exit_code == 2
    said = " ".join(done.stderr.split())
    assert 'policy.json, apis[0].rules[0]: unknown key "credentails"' in said
    assert 'did you mean "credentials"?' in said


@pytest.mark.parametrize("verb", ["policy", "simulate"])
def test_nothing_to_judge_is_3(tmp_path: Path, verb: str) -> None:
    (tmp_path / "empty.flow").write_bytes(b"")
    first = (policy_file(tmp_path, FIXED),) if verb == "simulate" else ()
    done = typed(verb, *first, tmp_path / "empty.flow")
    assert done.exit_code == 3
    assert done.stdout == ""
    assert "nothing to judge" in done.stderr
    assert typed(verb, *first, tmp_path / "none.flow").exit_code == 3


def test_a_policy_of_other_apis_is_nothing_to_judge(tmp_path: Path) -> None:
    text = policy_file(tmp_path, FIXED).read_text().replace(API, "http://localhost:3009")
    done = typed("simulate", "-", FIXED, stdin=text)
    assert done.exit_code == 3
    assert API in done.stderr


def test_what_breaks_is_1_and_says_why(tmp_path: Path) -> None:
    path = policy_file(tmp_path, FIXED, methods=[])
    done = typed("simulate", path, FIXED)
    assert done.exit_code == 1
    assert "would break: 1 call" in done.stdout
    assert f"PUT {API}/cart/quantity from {SHOP}" in done.stdout
    assert "MethodDisallowedByPreflightResponse PUT" in done.stdout
    assert "1 legitimate call would or may break." in done.stdout


def test_what_stays_dangerous_is_1(tmp_path: Path) -> None:
    flow = flows.call(
        ("Access-Control-Allow-Origin", "null"),
        ("Access-Control-Allow-Credentials", "true"),
        origin="null",
    )
    capture = flows.save(tmp_path / "null.flow", flow)
    path = policy_file(tmp_path, capture, origins=["null"], credentials=True)
    done = typed("simulate", path, capture)
    assert done.exit_code == 1
    assert "remains: " in done.stdout
    assert "[null-origin-allowed]" in done.stdout


def test_the_result_for_programs(tmp_path: Path) -> None:
    done = typed("simulate", policy_file(tmp_path, SLASH), SLASH, "--format", "json")
    data = json.loads(done.stdout)
    assert (data["format"], data["format_version"]) == ("cors-audit/simulation", 1)
    assert data["policy"] == "policy.json"
    assert str(tmp_path) not in done.stdout
    assert {row["change"] for row in data["calls"]} <= {"passes", "open"}
    assert {row["reason_was"] for row in data["calls"]} == {
        "AllowOriginMismatch", "PreflightAllowOriginMismatch",
    }  # fmt: skip


def test_declared_intent_decides_what_is_legitimate(tmp_path: Path) -> None:
    (tmp_path / "cors-audit.toml").write_text(
        f'[intent]\n"{API}" = ["{SHOP}", "http://127.0.0.1:4000"]\n'
    )
    done = run(tmp_path, "policy", str(ANYBODY))
    assert "http://127.0.0.1:4000" in done.stdout
    assert "is left out" not in done.stdout


def test_hostile_names_reach_no_terminal(tmp_path: Path) -> None:
    evil = "X-\x1b[31mEvil"
    flow = flows.call(
        method="OPTIONS",
        status=403,
        request=(
            ("Access-Control-Request-Method", "PUT\x1b]0;x\x07"),
            ("Access-Control-Request-Headers", evil.lower()),
        ),
    )
    capture = flows.save(tmp_path / "evil.flow", flow)
    for words in (("policy", capture), ("policy", capture, "--format", "json")):
        assert "\x1b" not in typed(*words).output
    path = policy_file(tmp_path, capture)
    assert "\x1b" not in typed("simulate", path, capture).output


@pytest.mark.parametrize("format_", ["headers", "json"])
def test_no_planted_secret_in_any_output(tmp_path: Path, format_: str) -> None:
    done = typed("policy", SAMPLES, "--format", format_)
    assert "FAKE-SECRET" not in done.output
    if format_ == "json":
        (tmp_path / "p.json").write_text(done.stdout)
        for more in ((), ("--format", "json")):
            assert (
                "FAKE-SECRET" not in typed("simulate", tmp_path / "p.json", SAMPLES, *more).output
            )


def test_colours_are_obeyed_and_ascii_is_enough(tmp_path: Path) -> None:
    path = policy_file(tmp_path, FIXED)
    assert "\x1b[" in typed("simulate", path, FIXED, "--color", "always").stdout
    assert "\x1b[" not in typed("simulate", path, FIXED).stdout
    plain = run(tmp_path, "simulate", str(path), str(FIXED), PYTHONIOENCODING="ascii")
    assert plain.stdout.isascii()


def test_help_names_the_exit_code_and_the_formats() -> None:
    assert re.search(r"^  1 +something legitimate", typed("simulate", "--help").stdout, re.M)
    assert "nginx" in typed("policy", "--help").stdout
