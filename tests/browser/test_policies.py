"""Typical policies, recorded with a real Chromium: what is wrong is found, and nothing else.

Like all browser tests it is skipped without a browser, unless `CORS_AUDIT_REQUIRE_BROWSERS=1`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NoReturn

import pytest

from analysis import audit
from analysis.finding import Finding, Kind, Severity
from analysis.result import AuditResult

from . import chromium, lab
from .policies import POLICIES, api, cases


@pytest.fixture(scope="module")
def result(
    tmp_path_factory: pytest.TempPathFactory, no_browser: Callable[[str], NoReturn]
) -> AuditResult:
    """The audit of one recording with all policies."""
    if not chromium.find():
        no_browser("no chromium on this machine: install Chromium or Chrome")
    folder = tmp_path_factory.mktemp("policies")
    numbered = [replace(case, number=f"{n:04}") for n, case in enumerate(cases(), 1)]
    lab.run("chromium", folder, numbered)
    return audit([str(folder / lab.RECORDING)])


def shown(findings: list[Finding]) -> Iterator[tuple[str, Kind, Severity]]:
    """Every finding, those included that stand under another one."""
    for each in findings:
        yield each.rule, each.kind, each.severity
        yield from ((below.rule, below.kind, below.severity) for below in each.explains)


@pytest.mark.parametrize("mixed", [False, True], ids=["honest", "mixed"])
@pytest.mark.parametrize("name", POLICIES)
def test_policy(result: AuditResult, name: str, mixed: bool) -> None:
    expected = POLICIES[name][1]
    found = list(shown([f for f in result.findings if f.api == api(name, mixed)]))
    rules = {rule for rule, _, _ in found}
    must = expected.mixed if mixed else expected.honest
    assert must <= rules, sorted(rules)
    alarms = {
        each.rule
        for each in result.findings
        if each.api == api(name, mixed)
        and each.kind is Kind.DANGEROUS
        and each.severity.rank <= Severity.MEDIUM.rank
    }
    tolerated = expected.tolerated if mixed else frozenset()
    assert alarms <= must | tolerated
    if not mixed:
        assert {rule for rule, kind, _ in found if kind is Kind.BROKEN} <= must
