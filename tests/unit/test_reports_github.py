"""Annotations for GitHub Actions, read as its runner reads the log of a step."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

import pytest

from analysis.finding import Finding, Ignored, Kind
from analysis.result import AuditResult
from reports import story, to_github

from . import example_result as example

COMMANDS = {
    "error", "warning", "notice", "group", "endgroup", "add-mask", "debug", "echo", "set-output",
    "save-state", "set-env", "add-path", "add-matcher", "stop-commands",
}  # fmt: skip


@dataclass
class Command:
    name: str
    properties: dict[str, str]
    message: str


def runner(lines: Iterable[str]) -> list[Command]:
    """What a runner executes: `::name key=value,key=value::message`, and the older `##[name]`."""
    found: list[Command] = []
    stopped: str | None = None
    for line in lines:
        match = re.match(r"\s*::([^ :]+)(?: ([^:]*))?::(.*)$", line)
        old = re.search(r"##\[([^\] ;]+)", line)
        if stopped is not None:
            if match and match[1] == stopped:
                stopped = None
            continue
        if match and match[1] in COMMANDS:
            if match[1] == "stop-commands":
                stopped = match[3]
                continue
            given = [each.partition("=") for each in (match[2] or "").split(",") if each]
            properties = {key: unescape(value, True) for key, _, value in given}
            found.append(Command(match[1], properties, unescape(match[3])))
        elif old and old[1] in COMMANDS:
            found.append(Command(old[1], {}, line))
    assert stopped is None, "commands stay switched off"
    return found


def unescape(text: str, is_property: bool = False) -> str:
    if is_property:
        text = text.replace("%3A", ":").replace("%2C", ",")
    return text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")


def annotations(result: AuditResult, text: str = "") -> list[Command]:
    return runner(to_github.render(result, story.fails, text).split("\n"))


def test_what_fails_is_an_error_the_rest_is_not() -> None:
    result = example.shop()
    found = annotations(result)
    assert len(found) == len(result.findings)
    failing = [finding for finding in result.findings if story.fails(finding)]
    assert [each.message for each in found if each.name == "error"] == [
        each.message for each in found[: len(failing)]
    ]
    for finding, each in zip(failing, found, strict=False):
        assert finding.title in each.properties["title"]
        assert story.route(finding) in each.message
        assert f"cors-audit explain {finding.rule}" in each.message


def test_an_accepted_finding_is_not_annotated() -> None:
    result = example.shop()
    accepted = tuple(replace(each, ignored=Ignored("known", None)) for each in result.findings)
    assert annotations(replace(result, findings=accepted)) == []


def test_a_step_shows_ten_of_a_level_and_the_tenth_tells_the_rest() -> None:
    result = example.many(100)
    found = annotations(result)
    counts = Counter(each.name for each in found)
    assert max(counts.values()) == to_github.MOST
    assert set(counts) <= {"error", "warning", "notice"}
    told = 0
    for level, count in counts.items():
        last = [each for each in found if each.name == level][-1]
        more = re.match(r"(\d+) more finding", last.properties["title"])
        told += count - 1 + int(more[1]) if more else count
    assert told == len(result.findings)


def test_special_characters_arrive() -> None:
    title = "100%, a: b %0A ::error::x"
    message = "first %0A line, ::warning::y 50%"
    finding = replace(example.shop().findings[0], title=title, message=message)
    (found,) = annotations(replace(example.shop(), findings=(finding,)))
    assert found.properties == {"title": f"Broken: {title}"}
    assert message in found.message


@pytest.mark.parametrize("structure", [False, True])
def test_hostile_values_are_no_commands(structure: bool) -> None:
    result = example.hostile(structure=structure)
    for each in annotations(result):
        assert each.name in ("error", "warning", "notice")
        assert set(each.properties) == {"title"}


def test_text_for_people_holds_no_command() -> None:
    text = "a\n::error::one\n  ::add-mask::two\nhost ##[add-mask]three\n::stop-commands::4\n::4::\n"
    assert len(runner(text.split("\n"))) == 3
    assert annotations(replace(example.shop(), findings=()), text) == []


def test_nothing_to_judge_is_an_error() -> None:
    (found,) = annotations(example.empty())
    assert (found.name, found.properties["title"]) == ("error", "Nothing to judge")
    assert "nothing to judge" in found.message


def test_a_recording_that_broke_off_is_a_warning() -> None:
    result = example.shop()
    failed = replace(result.captures[0], complete=False, error="the file ends too early")
    found = annotations(replace(result, captures=(failed,), findings=()))
    assert [(each.name, "too early" in each.message) for each in found] == [("warning", True)]


def test_never_failing_makes_no_error() -> None:
    def never(finding: Finding) -> bool:
        return False

    lines = to_github.render(example.shop(), never).split("\n")
    assert {each.name for each in runner(lines)} <= {"warning", "notice"}
    assert any(finding.kind is Kind.BROKEN for finding in example.shop().findings)
