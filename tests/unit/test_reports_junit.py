"""JUnit XML: valid by the schema that Jenkins and pytest use, and read by a parser of others."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import junitparser
import pytest
import xmlschema

import reports
from analysis.cli.shared import DEFAULT_GATE, meets, read_gate
from analysis.finding import Ignored, Kind, Severity
from analysis.result import AuditResult
from reports import story

from . import example_result as example

SCHEMA = xmlschema.XMLSchema(str(Path(__file__).parent / "schemas" / "junit-10.xsd"))
RESULTS = example.RESULTS


def suites_of(result: AuditResult) -> junitparser.JUnitXml:
    text = reports.render(result, "junit")
    return junitparser.JUnitXml.fromroot(ElementTree.fromstring(text.encode()))


def cases_of(result: AuditResult) -> list[junitparser.TestCase]:
    return [case for suite in suites_of(result) for case in suite]


def outcomes(result: AuditResult, kind: type) -> dict[str, str]:
    """Case: message, of those that came out so."""
    return {
        f"{case.classname} {case.name}": str(each.message)
        for case in cases_of(result)
        for each in case.result
        if isinstance(each, kind)
    }


@pytest.mark.parametrize("name", RESULTS)
def test_valid_by_the_schema(name: str) -> None:
    SCHEMA.validate(io.StringIO(reports.render(RESULTS[name](), "junit")))


def test_the_schema_refuses_what_is_no_junit() -> None:
    text = reports.render(example.shop(), "junit").replace("classname=", "class=")
    with pytest.raises(xmlschema.XMLSchemaValidationError):
        SCHEMA.validate(io.StringIO(text))


@pytest.mark.parametrize("name", RESULTS)
def test_the_counts_are_those_of_a_parser(name: str) -> None:
    told = suites_of(RESULTS[name]())
    counted = suites_of(RESULTS[name]())
    for suite in counted:
        suite.update_statistics()
    counted.update_statistics()
    for ours, theirs in zip([told, *told], [counted, *counted], strict=True):
        assert (ours.tests, ours.failures, ours.errors) == (
            theirs.tests, theirs.failures, theirs.errors,
        )  # fmt: skip
    for ours, theirs in zip(told, counted, strict=True):
        assert ours.skipped == theirs.skipped


@pytest.mark.parametrize("name", RESULTS)
def test_a_case_has_one_outcome(name: str) -> None:
    for case in cases_of(RESULTS[name]()):
        assert len(case.result) <= 1


def test_every_suite_is_an_api_and_every_call_is_in_a_case() -> None:
    result = example.shop()
    suites = suites_of(result)
    assert {suite.name for suite in suites} == {
        *(row.api for row in result.exchanges), *(each.api for each in result.findings),
        "recordings",
    }  # fmt: skip
    cases = {(case.classname, case.name) for suite in suites for case in suite}
    for row in result.exchanges:
        if row.role == "cors":
            assert (row.api, f"{row.method} {row.path_template} from {row.page}") in cases


def test_what_check_fails_on_is_a_failure_and_nothing_else() -> None:
    result = example.shop()
    text = "\n".join(outcomes(result, junitparser.Failure).values())
    told = {
        case.result[0].type
        for case in cases_of(result)
        if case.result and isinstance(case.result[0], junitparser.Failure)
    }
    failing = {finding.rule for finding in result.findings if story.fails(finding)}
    assert told <= failing
    assert told
    for finding in result.findings:
        if finding.kind in (Kind.SLOW, Kind.FRAGILE, Kind.NOTE):
            assert finding.title not in text


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("severity", Severity)
def test_failing_is_what_it_is_for_check(kind: Kind, severity: Severity) -> None:
    finding = replace(example.shop().findings[0], kind=kind, severity=severity)
    assert story.fails(finding) == meets(read_gate(DEFAULT_GATE), kind, severity)
    assert not story.fails(replace(finding, ignored=Ignored("known", None)))


@pytest.mark.parametrize("index", range(8))
def test_no_finding_is_lost(index: int) -> None:
    result = example.shop()
    finding = result.findings[index]
    text = reports.render(result, "junit")
    assert f"[{finding.rule}]" in text


def test_what_cannot_be_told_is_skipped_not_passed() -> None:
    result = example.unclear()
    skipped = outcomes(result, junitparser.Skipped)
    for row in result.exchanges:
        if row.verdict == "indeterminate":
            name = f"{row.api} {row.method} {row.path_template} from {row.page}"
            assert "cannot tell" in skipped[name]
    assert any(row.verdict == "indeterminate" for row in result.exchanges)


def test_an_accepted_failure_is_skipped_with_the_reason() -> None:
    base = example.shop()
    accepted = tuple(
        replace(each, ignored=Ignored("known since May", None)) for each in base.findings
    )
    result = replace(base, findings=accepted)
    assert not outcomes(result, junitparser.Failure)
    assert "accepted: known since May" in outcomes(result, junitparser.Skipped).values()


def test_a_blocked_call_without_a_finding_is_a_failure() -> None:
    result = replace(example.shop(), findings=())
    failures = outcomes(result, junitparser.Failure)
    assert failures
    assert all(text.startswith("blocked by the browser: ") for text in failures.values())


def test_nothing_to_judge_is_an_error_and_not_green() -> None:
    assert outcomes(example.empty(), junitparser.Error) == {
        "recordings something to judge": "nothing to judge"
    }
    assert not outcomes(example.healthy(), junitparser.Error)


def test_a_recording_that_could_not_be_read_is_an_error() -> None:
    result = example.shop()
    failed = replace(result.captures[0], complete=False, error="the file ends too early")
    errors = outcomes(replace(result, captures=(failed,)), junitparser.Error)
    assert errors == {f"recordings {failed.name}": "the file ends too early"}


def test_a_preflight_belongs_to_its_call() -> None:
    """Only five exchanges of a finding have headers; the others' preflights go home too."""
    names = [case.name for case in cases_of(example.shop())]
    assert not [name for name in names if name.startswith("OPTIONS")]
    assert not [name for name in names if "its call not recorded" in name]


def test_characters_that_xml_cannot_write() -> None:
    base = example.shop()
    bad = "".join(map(chr, range(32))) + "\x7f\x85\ufffe\uffff\ud800\udfff ]]> & <b> \"'"
    finding = replace(base.findings[0], title=bad, message=bad, rule=bad)
    result = replace(base, findings=(finding,))
    ElementTree.fromstring(reports.render(result, "junit").encode())
    SCHEMA.validate(io.StringIO(reports.render(result, "junit")))
