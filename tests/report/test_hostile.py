"""Hostile text in every captured field stays text, in both browsers.

The whole road is real: flows, mitmproxy's writer, `analysis.audit`, `reports.save`, a browser.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import reports
from analysis import audit
from analysis.result import AuditResult
from reports import view, words
from reports.escape import clip, visible
from reports.view.links import HOSTS
from tests.unit import example_result as example
from tests.unit import flows

from . import recordings
from .corpus import STRINGS, wire
from .windows import ChromiumWindow, Window

AT_LEAST = {field: len(STRINGS) for field in recordings.FIELDS} | {
    "preflight": 90,  # others ask for what is no method: no preflight
    "origin": 13,  # others are no origin that a browser could send
    "host": 85,  # others are no host, or the host of another call
    "error": len(STRINGS) - 6,  # mitmproxy's messages are text, not bytes
}
"""Calls that must get a card of their own, for each field."""

EVERYTHING = """
document.querySelectorAll("details").forEach((each) => { each.open = true; });
document.querySelector("[data-copy=issue]").click();
document.querySelectorAll(".filters input").forEach((each) => { each.click(); each.click(); });
document.getElementById("expand").click();
const search = document.getElementById("search");
search.value = arguments[0];
search.dispatchEvent(new Event("input"));
search.value = "";
search.dispatchEvent(new Event("input"));
"""
KINDS = """
const kinds = new Set();
for (const each of document.querySelectorAll("*")) {
  kinds.add(each.localName.toLowerCase());
  for (const one of each.attributes) {
    kinds.add(`${each.localName} ${one.name}`.toLowerCase());
  }
}
return [...kinds].sort();
"""
LINKS = "return [...document.querySelectorAll('[href]')].map((each) => each.getAttribute('href'))"
UNSEEN = r"""
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/u, found = [];
const look = (text, place) => {
  if (unseen.test(text.replace(/[\n\t]/g, ""))) found.push([place, JSON.stringify(text)]);
};
look(document.title, "title");
const walker = document.createTreeWalker(document, NodeFilter.SHOW_ALL);
for (let node = walker.nextNode(); node; node = walker.nextNode()) {
  if (node.nodeType === Node.ELEMENT_NODE) {
    for (const one of node.attributes) look(one.value, `${node.localName} ${one.name}`);
  } else {
    look(node.data ?? "", node.parentNode?.localName);
  }
}
return found;
"""
RAW = """
return [...document.querySelectorAll("details.card details.raw > .two")].map((two) =>
  [...two.querySelectorAll(".code")].map((each) => [
    each.querySelector(".head span").textContent,
    each.querySelector("pre").textContent.split("\\n").filter((line) => line !== ""),
  ]));
"""
TEXTS = "return [...document.querySelectorAll(arguments[0])].map((each) => each.textContent)"
DATA = "return JSON.parse(document.getElementById('data').textContent)"


@dataclass(frozen=True)
class Report:
    """A page that was written, and what it was made of."""

    path: Path
    recording: recordings.Recording
    result: AuditResult


Reports = Callable[[str], list[Report]]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Reports:
    """The reports with every string in one field, nothing redacted; made once."""

    @cache
    def make(field: str) -> list[Report]:
        folder = tmp_path_factory.mktemp(field)
        made = []
        recorded, refused = recordings.record(folder, field)
        for number, recording in enumerate(recorded):
            result = audit([recording.path], redact=False)
            unread = sum(each.count for each in result.skipped)
            assert result.totals.flows + unread == len(recording.calls), "no call got lost"
            path = folder / f"{number}.html"
            reports.save(result, path)
            made.append(Report(path, recording, result))
        assert refused == (6 if field == "error" else 0)
        return made

    return make


@pytest.fixture(scope="module")
def known_kinds(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Elements and attributes of pages that hold nothing but plain words."""
    path = tmp_path_factory.mktemp("plain") / "plain.flow"
    calls = [
        make(number, f"plain{number}") for number, make in enumerate(recordings.FIELDS.values())
    ]
    slash = ("Access-Control-Allow-Origin", "https://app.example/")
    calls.append(flows.call(slash, url="https://slash.example/"))
    plain = audit([flows.save(path, *calls)], redact=False)
    kinds = _Kinds()
    for result in (plain, example.shop(), example.ignoring(), example.unclear()):
        kinds.feed(reports.render(result, "html"))
        kinds.reset()
    return kinds.found | {"tbody", "html class"}  # a parser adds one, our script the other


class _Kinds(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found |= {tag, *(f"{tag} {name}" for name, _ in attrs)}


def _check_harmless(window: Window, known: set[str]) -> None:
    """Use all of the page, and see that nothing came of it but text."""
    assert set(window.run(KINDS)) - known == set()
    for href in window.run(LINKS):
        assert href.startswith("#") or href.split("/")[2] in {*HOSTS, "cwe.mitre.org"}, href
    assert window.run("return document.scripts.length") == 2
    assert window.run(UNSEEN) == []
    window.run(EVERYTHING, "<script>alert(1)</script>")
    assert window.heard() == []


@pytest.mark.parametrize("field", recordings.FIELDS)
def test_text_shown_is_text_given(
    window: Window, written: Reports, known_kinds: set[str], field: str
) -> None:
    shown = 0
    for report in written(field):
        window.open(report.path)
        _check_title(window, report.recording.path.name)
        model = view.page(report.result)
        examples = _examples(report.result, [card.anchor for card in model.findings.cards])
        raws = window.run(RAW)
        for raw, example_of in zip(raws, examples, strict=True):
            assert raw == _expected(report, example_of)
        shown += len(set(examples))
        _check_texts(window, model)
        _check_data(window, report.result)
        _check_harmless(window, known_kinds)
    assert shown >= AT_LEAST[field]


@pytest.mark.parametrize("field", sorted(recordings.FIELDS.keys() - {"headers", "host"}))
def test_redacted_reports(
    window: Window, tmp_path: Path, known_kinds: set[str], field: str
) -> None:
    """Not where one part of a string is withheld and another string, a spelling of it, is kept:
    in header lists, and in hosts, whose path is withheld while `Host` stays."""
    recorded, _ = recordings.record(tmp_path, field)
    plain = [each.path.rename(tmp_path / f"{n}.flow") for n, each in enumerate(recorded)]
    reports.save(audit(plain), tmp_path / "report.html")
    window.open(tmp_path / "report.html")
    _check_harmless(window, known_kinds)


def _check_title(window: Window, name: str) -> None:
    title = f"CORS audit: {visible(name, 60, wire=False)}"
    assert window.run("return document.title") == " ".join(title.split())


def _examples(result: AuditResult, anchors: list[str]) -> list[str]:
    """For each card the flow whose exchange it shows."""
    primary = {
        f"finding-{finding.key}": next(
            each.flow_id for each in finding.evidence if each.role == "primary"
        )
        for finding in result.findings
    }
    return [primary[anchor] for anchor in anchors]


def _expected(report: Report, flow_id: str) -> list[list[Any]]:
    """What the raw exchange must say, from the flow that was recorded."""
    call = report.recording.calls[flow_id]
    row = next(each for each in report.result.exchanges if each.flow_id == flow_id)
    method = clip(call.request.data.method.decode("latin-1"), 40)
    status = f"status {call.response.status_code}" if call.response else "no response"
    answered = call.response.headers.fields if call.response else ()
    return [
        [f"{method} {clip(row.url, 300)}", _lines(call.request.headers.fields)],
        [status, _lines(answered) or ["(no headers)"]],
    ]


def _lines(fields: tuple[tuple[bytes, bytes], ...]) -> list[str]:
    return [
        f"{clip(name.decode('latin-1'), 100)}: {_value(value.decode('latin-1'))}"
        for name, value in fields
    ]


def _value(value: str) -> str:
    return clip(value.strip("\t\n\r ")) or "(empty)"


def _check_texts(window: Window, model: view.Page) -> None:
    """Headings, tables and evidence say what the page's model says."""
    cards = model.findings.cards
    for selector, texts in (
        (".card > summary h3", [words.plain(card.title) for card in cards]),
        (".card > summary .rule", [card.rule for card in cards]),
        (".console", [f"Chromium: {card.chromium}" for card in cards if card.chromium]),
        (".steps .note", [step.note for card in cards for step in card.steps]),
        (".api h3 > .mono", [api.origin for api in model.apis.items]),
        ("#matrix tbody th", [row.page for row in model.matrix.rows]),
        ("#about tbody th", [each.name for each in model.about.inputs]),
    ):
        assert window.run(TEXTS, selector) == texts, selector


def _check_data(window: Window, result: AuditResult) -> None:
    """The block for programs holds every finding."""
    data = window.run(DATA)
    listed = [
        (each[0], group["title"], group["api"])
        for group in data["findings"]
        for each in group["each"]
    ]
    assert data["left_out"] == 0
    assert sorted(listed) == sorted(
        (finding.key, clip(finding.title), clip(finding.api)) for finding in result.findings
    )


def test_paths_arrive_whole(written: Reports) -> None:
    """What no part of a URL ends at stands in the URL as it was sent."""
    plain = [text for text in STRINGS if not re.search(r"[?#\x00-\x20]", text)]
    assert len(plain) >= 40
    urls = [visible(row.url) for report in written("path") for row in report.result.exchanges]
    for text in plain:
        path = visible(wire(text).decode("latin-1"))
        assert any(url.endswith(f"/p/{path}") for url in urls), text


@pytest.mark.parametrize("field", recordings.FIELDS)
def test_copied_texts(chromium: Any, written: Reports, field: str) -> None:
    """What the buttons copy can be pasted anywhere: nothing in it cannot be seen."""
    opened = ChromiumWindow(chromium)
    for report in written(field):
        opened.open(report.path)
        opened.run(
            "window.copied = [];"
            "navigator.clipboard.writeText = (text) => { copied.push(text); return new Promise("
            "() => {}); };"
            "document.querySelectorAll('[data-copy]').forEach((each) => each.click())"
        )
        copied = opened.run("return copied")
        assert len(copied) == opened.run(
            "return document.querySelectorAll('[data-copy]').length"
        ) - opened.run("return document.querySelectorAll('[data-copy=first]').length") + len(
            [work for work in view.page(report.result).summary.work if work.link == "Copy the code"]
        )
        for text in copied:
            assert all(char in "\n\t" or visible(char, wire=False) == char for char in text), text
    opened.close()


def test_names_of_files(window: Window, tmp_path: Path, known_kinds: set[str]) -> None:
    names = list(dict.fromkeys(map(recordings.file_name, STRINGS)))
    assert len(names) == len(STRINGS)
    for part in (names[:70], names[70:]):
        folder = tmp_path / str(len(part))
        folder.mkdir()
        for number, name in enumerate(part):
            call = flows.call(url=f"https://api-{number}.example/", started=1.7e9 + number)
            flows.save(folder / name, call)
        result = audit([folder / name for name in part])
        assert [capture.name for capture in result.captures] == part
        reports.save(result, tmp_path / "report.html")
        window.open(tmp_path / "report.html")
        _check_harmless(window, known_kinds)
        assert window.run(TEXTS, "#about tbody th") == [
            visible(name, 100, wire=False) for name in part
        ]


@pytest.mark.parametrize("structure", [False, True])
def test_every_field_of_the_result(
    window: Window, tmp_path: Path, known_kinds: set[str], structure: bool
) -> None:
    """A result that came from somewhere else may hold anything anywhere."""
    result = example.hostile(structure=structure)
    reports.save(result, tmp_path / "report.html")
    window.open(tmp_path / "report.html")
    _check_texts(window, view.page(result))
    rules = [visible(finding.rule) for finding in result.findings]
    short = [rule for rule in rules if len(rule) < 60]
    assert short
    assert set(short) <= set(window.run(TEXTS, ".card > summary .rule"))
    _check_harmless(window, known_kinds)
    assert window.run("return document.documentElement.scrollWidth <= innerWidth")
