"""The catalogue: fresh, complete, and found by the messages that people paste."""

from __future__ import annotations

import json
import re
import textwrap
from pathlib import Path

import pytest

from analysis import catalogue
from analysis.fetch import reasons
from analysis.fetch.browsers import CHROMIUM
from analysis.fetch.check import Failure, Step
from analysis.rules import ALL
from analysis.rules.cause import BY_STEP

URL = "https://api.example.com/cart"
APP = "https://app.example.com"


def ids(text: str) -> list[str]:
    return [rule.id for rule in catalogue.explain_message(text)]


def test_readme_is_fresh() -> None:
    assert catalogue.main(["--check"]) == 0, "python -m analysis.catalogue"


@pytest.mark.parametrize("rule", ALL, ids=lambda rule: rule.id)
def test_every_rule_has_a_page(rule) -> None:  # type: ignore[no-untyped-def]
    page = catalogue.explain(rule.id)
    assert page is not None
    flat = " ".join(page.split())
    assert rule.why in flat
    assert rule.fix in flat
    assert f"## {rule.id}\n" in catalogue.markdown()
    assert max(len(line) for line in page.splitlines() if "://" not in line) <= 100


def test_unknown_rules_are_met_halfway() -> None:
    assert catalogue.explain("nonsense") is None
    assert catalogue.explain(" Missing-Allow-Origin ") is not None
    assert catalogue.nearest("missing_alow_origin") == "missing-allow-origin"
    assert catalogue.nearest("zzzz") is None


def test_json_is_the_same_catalogue() -> None:
    rows = json.loads(catalogue.as_json())
    assert [row["id"] for row in rows] == [rule.id for rule in ALL]


def _failure(step: Step, *, on_preflight: bool) -> Failure:
    return Failure(step, on_preflight, got="https://other.example, *", param="X-Api-Key")


@pytest.mark.parametrize("step", list(Step))
def test_whole_messages_are_known(step: Step) -> None:
    failure = _failure(step, on_preflight=False)
    rule = BY_STEP[step]
    assert rule in ids(reasons.chromium_message(failure, URL, APP, None, None))
    assert ids(reasons.firefox_message(failure, URL, 200))
    assert ids(reasons.webkit_message(failure, APP, 200))
    assert ids(reasons.code(failure, CHROMIUM))


@pytest.mark.parametrize("step", list(Step))
def test_messages_are_known_wrapped_cut_and_requoted(step: Step) -> None:
    failure = _failure(step, on_preflight=False)
    whole = reasons.chromium_message(failure, URL, APP, None, None)
    rule = BY_STEP[step]
    assert rule in ids(textwrap.fill(whole, 40))
    assert rule in ids(whole.replace("'", "’"))
    assert rule in ids(whole.upper())
    reason = whole.partition("CORS policy: ")[2]
    assert rule in ids(reason)
    assert rule in ids(f"script.js:12 Uncaught (in promise) {whole} \n net::ERR_FAILED 200 (OK)")
    assert rule in ids(whole[: -len(reason) // 4])


@pytest.mark.parametrize(
    ("message", "rule"),
    [
        ("Response to preflight request doesn't pass access control check: No "
         "'Access-Control-Allow-Origin' header is present on the requested resource.",
         "preflight-without-cors-headers"),
        ("Response to preflight request doesn't pass access control check: It does not have HTTP "
         "ok status.", "preflight-bad-status"),
        ("(Reason: CORS header ‘Access-Control-Allow-Origin’ missing). Status code: 500.",
         "hidden-error-status"),
        ("(Reason: CORS request did not succeed). Status code: (null).", "server-never-answered"),
        ("Preflight response is not successful. Status code: 405", "preflight-bad-status"),
        ("Preflight response is not successful. Status code: 500", "preflight-server-error"),
        ("Preflight response is not successful. Status code: 400", "refused-by-cors-layer"),
        ("Fetch API cannot load https://a.example/. Cannot use wildcard in "
         "Access-Control-Allow-Origin when credentials flag is true.", "wildcard-with-credentials"),
        ("must not be the wildcard '*' when the request's", "wildcard-with-credentials"),
    ],
)  # fmt: skip
def test_the_likeliest_rule_comes_first(message: str, rule: str) -> None:
    assert ids(message)[0] == rule


@pytest.mark.parametrize(
    "text",
    ["", " ", "hello", "TypeError: x is undefined", "404 Not Found", "'", "blocked by CORS policy:",
     "Access-Control-Allow-Origin", "x" * 100_000],
)  # fmt: skip
def test_other_texts_are_not_guessed_at(text: str) -> None:
    assert ids(text) == []


def test_readme_counts_the_rules() -> None:
    root = Path(__file__).resolve().parents[2]
    for name in ("README.md", "CHANGELOG.md"):
        told = re.findall(r"\b(\d+) rules\b", (root / name).read_text(encoding="utf-8"))
        assert told == [str(len(ALL))], name
