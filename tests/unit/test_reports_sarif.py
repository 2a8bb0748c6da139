"""SARIF: valid by the schema of OASIS, and within what code scanning takes."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import reports
from analysis.finding import Kind, Severity
from analysis.result import AuditResult, RuleCard
from reports import to_sarif
from reports.story import Book

from . import example_result as example

SCHEMA = json.loads(
    (Path(__file__).parent / "schemas" / "sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8")
)
RESULTS = example.RESULTS


def run_of(result: AuditResult) -> dict[str, Any]:
    log = json.loads(reports.render(result, "sarif"))
    assert len(log["runs"]) == 1
    run: dict[str, Any] = log["runs"][0]
    return run


@pytest.mark.parametrize("name", RESULTS)
def test_valid_by_the_schema(name: str) -> None:
    checker = jsonschema.Draft4Validator(SCHEMA, format_checker=jsonschema.FormatChecker())
    checker.validate(json.loads(reports.render(RESULTS[name](), "sarif")))


def test_the_schema_refuses_what_is_no_sarif() -> None:
    log = json.loads(reports.render(example.shop(), "sarif"))
    log["runs"][0]["results"][0]["level"] = "awful"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft4Validator(SCHEMA).validate(log)


@pytest.mark.parametrize("name", RESULTS)
def test_every_reference_leads_somewhere(name: str) -> None:
    run = run_of(RESULTS[name]())
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        for place in (*result["locations"], *result["relatedLocations"]):
            artifact = place["physicalLocation"]["artifactLocation"]
            assert run["artifacts"][artifact["index"]]["location"]["uri"] == artifact["uri"]
    taxa = run["taxonomies"][0]["taxa"]
    for rule in rules:
        for relation in rule.get("relationships", ()):
            assert taxa[relation["target"]["index"]]["id"] == relation["target"]["id"]


@pytest.mark.parametrize("name", RESULTS)
def test_what_code_scanning_demands(name: str) -> None:
    """A file and a line for each result, help for each rule, texts of bounded length."""
    run = run_of(RESULTS[name]())
    for result in run["results"]:
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"]
        assert place["region"]["startLine"] == 1
        assert result["message"]["text"]
        assert len(result["locations"]) <= 1000
    for rule in run["tool"]["driver"]["rules"]:
        assert rule["help"]["text"]
        assert len(rule["id"]) <= 300
        assert len(rule["shortDescription"]["text"]) <= 1024
        assert len(rule["fullDescription"]["text"]) <= 1024 + 40
        assert len(rule["properties"]["tags"]) <= 20


def test_the_finding_is_told_whole() -> None:
    result = example.shop()
    run = run_of(result)
    for finding, told in zip(result.findings, run["results"], strict=True):
        assert told["ruleId"] == finding.rule
        assert told["partialFingerprints"]["corsAuditFinding/v1"] == finding.key
        assert told["partialFingerprints"]["primaryLocationLineHash"] == f"{finding.key}:1"
        assert told["occurrenceCount"] == finding.count
        assert told["properties"]["pages"] == list(finding.pages)
        assert told["message"]["text"].startswith(("Maybe: ", finding.title))
        assert [
            each["fullyQualifiedName"] for each in told["locations"][0]["logicalLocations"]
        ] == [f"{each.method} {finding.api}{each.path_template}" for each in finding.endpoints]


def test_the_exchange_stands_beside_it_without_what_was_withheld() -> None:
    result = example.shop()
    run = run_of(result)
    book = Book(result)
    seen = 0
    for finding, told in zip(result.findings, run["results"], strict=True):
        if not (rows := book.examples(finding)):
            assert "webRequest" not in told
            continue
        row = rows[0]
        assert told["webRequest"]["target"] == row.url
        assert told["webResponse"].get("statusCode") == row.status
        for line in (*row.request_headers, *row.response_headers):
            headers = {**told["webRequest"]["headers"], **told["webResponse"].get("headers", {})}
            if line.value is None:
                seen += 1
                assert run["redactionTokens"][0] in headers[line.name]
    assert seen


def test_security_is_a_number_of_dangerous_rules_alone() -> None:
    result = example.shop()
    kinds = {card.id: card.kind for card in result.rules}
    kinds |= {finding.rule: finding.kind for finding in result.findings}
    rules = run_of(result)["tool"]["driver"]["rules"]
    scores = {rule["id"]: rule["properties"].get("security-severity") for rule in rules}
    assert {id for id, score in scores.items() if score} == {
        id for id, kind in kinds.items() if kind == Kind.DANGEROUS
    }
    assert all(0 < float(score) <= 10 for score in scores.values() if score)


@pytest.mark.parametrize(
    ("severity", "least", "below"),
    [
        (Severity.CRITICAL, 9.0, 10.1),
        (Severity.HIGH, 7.0, 9.0),
        (Severity.MEDIUM, 4.0, 7.0),
        (Severity.LOW, 0.1, 4.0),
    ],
)
def test_code_scanning_shows_our_severity(severity: Severity, least: float, below: float) -> None:
    base = example.shop()
    finding = replace(base.findings[0], kind=Kind.DANGEROUS, severity=severity, rule="a-rule")
    card = RuleCard("a-rule", "Title", "dangerous", "low", "0.1")
    run = run_of(replace(base, findings=(finding,), rules=(card,)))
    score = float(run["tool"]["driver"]["rules"][0]["properties"]["security-severity"])
    assert least <= score < below


def test_an_accepted_finding_is_suppressed_with_its_reason() -> None:
    result = example.ignoring()
    for finding, told in zip(result.findings, run_of(result)["results"], strict=True):
        if finding.ignored is None:
            assert "suppressions" not in told
        else:
            assert told["suppressions"][0]["justification"] == finding.ignored.reason
    assert any(finding.ignored for finding in result.findings)


def test_what_was_not_judged_is_a_notification() -> None:
    result = example.shop()
    failed = replace(result.captures[0], complete=False, error="the file ends too early")
    told = run_of(replace(result, captures=(failed,)))["invocations"][0]
    assert told["executionSuccessful"] is False
    texts = [each["message"]["text"] for each in told["toolExecutionNotifications"]]
    assert any("ends too early" in text for text in texts)
    for spot in result.blind_spots:
        assert spot.message in texts


def test_no_text_of_a_message_is_a_link() -> None:
    def texts(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            for name, each in value.items():
                if name == "text":
                    yield each
                else:
                    yield from texts(each)
        elif isinstance(value, list):
            for each in value:
                yield from texts(each)

    found = list(texts(run_of(example.hostile())))
    assert any("\\](" in text for text in found)
    assert not [text for text in found if "](" in text.replace("\\](", "")]


def test_a_very_large_session_stays_within_the_limits() -> None:
    result = example.many(to_sarif.MOST_RESULTS + 20, 15)
    text = reports.render(result, "sarif")
    run = json.loads(text)["runs"][0]
    assert len(run["results"]) == to_sarif.MOST_RESULTS
    assert "20 more findings: in the JSON" in text
    assert len(gzip.compress(text.encode(), 6)) < 10_000_000
