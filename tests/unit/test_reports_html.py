"""The HTML report: one file, nothing captured is markup, nothing is missing."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

import reports
from analysis.finding import Endpoint
from analysis.result import AuditResult, Shelf
from reports import to_html, view
from reports.escape import visible

from . import example_result as example

RESULTS = example.RESULTS
OUR_HOSTS = ("https://developer.mozilla.org/", "https://fetch.spec.whatwg.org/",
             "https://cwe.mitre.org/")  # fmt: skip
PLAIN_WORD = re.compile(r"[a-z0-9-]+( [a-z0-9-]+)*")


class Page(HTMLParser):
    """Start tags with their attributes, and all text outside style and script."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.blocks: dict[str, list[str]] = {"style": [], "script": [], "json": []}
        self._text: list[str] = []
        self._inside = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append((tag, given))
        if tag in ("style", "script"):
            self._inside = "json" if given.get("type") == "application/json" else tag

    def handle_endtag(self, tag: str) -> None:
        if tag in ("style", "script"):
            self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.blocks[self._inside].append(data)
        else:
            self._text.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self._text).split())


def html(name: str) -> str:
    return reports.render(RESULTS[name](), "html")


@pytest.mark.parametrize("name", RESULTS)
def test_only_our_own_markup(name: str) -> None:
    page = Page(html(name))
    for tag, given in page.tags:
        assert tag not in ("img", "iframe", "object", "embed", "link", "base", "form"), tag
        for attribute, value in given.items():
            assert not attribute.startswith("on"), (tag, given)
            assert attribute not in ("style", "src", "srcset", "action", "formaction"), (tag, given)
            if attribute in ("href", "xlink:href"):
                assert value.startswith(("#", *OUR_HOSTS)), value
            if attribute in ("id", "class") or attribute.startswith("data-"):
                assert PLAIN_WORD.fullmatch(value) or attribute == "data-label", (tag, given)
    assert len(page.blocks["style"]) == len(page.blocks["script"]) == len(page.blocks["json"]) == 1
    assert len([tag for tag, _ in page.tags if tag == "script"]) == 2


@pytest.mark.parametrize("name", RESULTS)
def test_the_policy_allows_exactly_our_blocks(name: str) -> None:
    page = Page(html(name))
    first = next(given for tag, given in page.tags if tag == "meta")
    assert first["http-equiv"] == "Content-Security-Policy"
    policy = dict(part.strip().split(" ", 1) for part in first["content"].split(";"))
    assert policy["default-src"] == "'none'"
    for kind in ("style", "script"):
        digest = hashlib.sha256("".join(page.blocks[kind]).encode()).digest()
        assert policy[f"{kind}-src"] == f"'sha256-{base64.b64encode(digest).decode()}'"


@pytest.mark.parametrize("name", RESULTS)
def test_same_bytes_twice(name: str) -> None:
    assert html(name) == html(name)


@pytest.mark.parametrize("name", RESULTS)
def test_embedded_json_parses(name: str) -> None:
    page = Page(html(name))
    data = json.loads("".join(page.blocks["json"]))
    assert data["format"] == "cors-audit/findings"
    cards = [given for tag, given in page.tags if given.get("class") == "card"]
    assert {card["id"] for card in cards} == set(data["copies"])
    assert sum(len(group["each"]) for group in data["findings"]) >= len(cards)
    assert data["left_out"] == 0


@pytest.mark.parametrize("name", RESULTS)
def test_ids_are_unique_and_links_lead_somewhere(name: str) -> None:
    page = Page(html(name))
    ids = [given["id"] for _, given in page.tags if "id" in given]
    assert len(ids) == len(set(ids))
    for _, given in page.tags:
        target = given.get("href", "")
        if target.startswith("#"):
            assert target[1:] in ids


@pytest.mark.parametrize("name", [name for name in RESULTS if name.startswith("hostile")])
def test_no_raw_character_of_a_stranger(name: str) -> None:
    source = html(name)
    source.encode("utf-8")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\ufeff]", source)
    assert not re.search("[\u2028-\u202e\u2066-\u2069\U000e0000-\U000e0fff]", source)
    assert "<script>alert" not in source
    assert "<img" not in source


def test_hostile_text_is_shown_as_it_is() -> None:
    hostile = example.hostile()
    text = Page(reports.render(hostile, "html")).text
    for finding in hostile.findings:
        notes = [each.note for each in finding.evidence if finding.kind != "broken"]
        for shown in (finding.rule, finding.api, *notes):
            if len(visible(shown)) < 60:
                assert " ".join(visible(shown).split()) in text


def test_everything_is_there_without_script() -> None:
    result = example.shop()
    text = Page(reports.render(result, "html")).text
    for finding in result.findings:
        assert finding.title.replace("`", "") in text
        assert finding.rule in text
        for expected in finding.expected:
            assert expected.needed in text
        for fix in finding.fixes[:1]:
            for line in fix.code.splitlines():
                assert " ".join(line.split()) in text
        for endpoint in finding.endpoints:
            assert f"{endpoint.method} {endpoint.path_template}" in text
    for stack in example.STACKS:
        assert stack in text
    for spot in result.blind_spots:
        assert spot.message in text


def test_size() -> None:
    full = reports.render(example.many(100, 15), "html")
    assert len(full.encode()) < 1_500_000
    assert len(html("shop").encode()) < 300_000


def test_at_most_a_hundred_cards() -> None:
    result = example.many(130, 15)
    page = Page(reports.render(result, "html"))
    cards = [given["id"] for _, given in page.tags if given.get("class") == "card"]
    rows = [given["id"] for tag, given in page.tags if tag == "tr" and "id" in given]
    assert (len(cards), len(rows)) == (100, 1)
    assert "29 more in the JSON." in page.text
    assert {*cards, *rows} <= {f"finding-{finding.key}" for finding in result.findings}


def test_what_one_change_repairs_is_one_card_and_rows() -> None:
    """Thirty endpoints that fail alike are three cards and a list of the others."""
    result = example.one()
    alike = [
        dataclasses.replace(
            result.findings[0], key=f"{n:012x}", endpoints=(Endpoint("PUT", f"/a{n}", 1),)
        )
        for n in range(30)
    ]
    source = reports.render(dataclasses.replace(result, findings=tuple(alike)), "html")
    page = Page(source)
    assert sum(given.get("class") == "card" for _, given in page.tags) == 3
    assert "The same, in other places" in page.text
    for finding in alike[:23]:
        assert f'id="finding-{finding.key}"' in source
        assert f"PUT /a{int(finding.key, 16)}" in page.text
    assert "7 more in the JSON." in page.text


def test_the_worst_danger_is_among_the_first_and_has_a_card() -> None:
    result = example.many(400, 200)
    rows = view.page(result).summary.work
    assert [row.kind for row in rows] == ["broken"] * 4 + ["dangerous"]
    page = Page(reports.render(result, "html"))
    cards = {given["id"] for _, given in page.tags if given.get("class") == "card"}
    assert {row.anchor for row in rows} <= cards
    assert len(cards) == 100


def test_no_fix_text_stands_twice_for_other_servers() -> None:
    source = reports.render(example.many(100, 1), "html")
    assert source.count("# Caddy\n") <= 4, "one copy for each set of other servers"
    assert "shown with another finding" in source


def with_shelf(result: AuditResult) -> AuditResult:
    """The findings of the first one's API cured by configuration, which stands on a shelf."""
    api = result.findings[0].api
    fixes = (
        example.fix("Traefik", "traefik: {}\n", note="First."),
        example.fix("Koa", "koa()\n", note="First."),
    )
    run = dataclasses.replace(fixes[1], executed="Koa 3.3.0 (2026-11)")
    not_run = dataclasses.replace(fixes[0], executed="")
    findings = (dataclasses.replace(each, by_configuration=True) for each in result.findings)
    return dataclasses.replace(
        result, findings=tuple(findings), shelves=(Shelf(api, (not_run, run)),)
    )


RESULTS["with shelf"] = lambda: with_shelf(example.shop())
RESULTS["hostile, with shelf"] = lambda: example.hostile(with_shelf(example.shop()))


def test_every_stack_is_offered_where_none_was_recognised() -> None:
    result = with_shelf(example.shop())
    source = reports.render(result, "html")
    assert source.count("<code>traefik: {}") == 1
    assert 'Traefik <span class="quiet">(not executed here)</span>' in source
    assert 'Koa <span class="quiet">(executed with Koa 3.3.0 (2026-11))</span>' in source
    shelved = [each for each in result.findings if each.api == result.shelves[0].api]
    assert source.count("Another server?") == len(result.findings) - len(shelved)


def test_a_fix_says_whether_it_was_executed() -> None:
    result = example.one()
    first = dataclasses.replace(result.findings[0].fixes[0], executed="Express 5.3.0 (2026-11)")
    finding = dataclasses.replace(result.findings[0], fixes=(first,))
    source = reports.render(dataclasses.replace(result, findings=(finding,)), "html")
    assert 'Fix on the server <span class="quiet">(executed with Express 5.3.0' in source


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("shop", "3 problems broke this app. 2 policies may let other sites read private data."),
        ("one", "1 problem broke this app."),
        ("empty", "Nothing was recorded, so there was nothing to judge."),
        ("healthy", "Nothing broke, and no policy was too open, in 29 API calls to 1 API."),
        (
            "unclear",
            "Nothing broke, and no policy was too open, in 19 of 29 API calls to 1 API; "
            "10 cannot be told.",
        ),
        ("ignoring", "1 problem broke this app."),
    ],
)
def test_verdict(name: str, verdict: str) -> None:
    page = view.page(RESULTS[name]())
    assert " ".join(line.text for line in page.summary.verdict).startswith(verdict)


def test_calls_that_others_may_send_are_no_policies() -> None:
    result = example.shop()
    findings = tuple(
        dataclasses.replace(f, cwe=("CWE-352",)) if f.rule.startswith("reflected") else f
        for f in result.findings
    )
    summary = view.page(dataclasses.replace(result, findings=findings)).summary
    assert [line.text for line in summary.verdict[1:]] == [
        "1 policy may let other sites read private data.",
        "2 calls may be sent by other sites in a user's name.",
    ]
    assert summary.tiles[1].below == "dangerous findings"


def test_never_green_when_something_cannot_be_told() -> None:
    assert {line.tone for line in view.page(example.unclear()).summary.verdict} == {"plain"}
    assert "cannot tell: credentials mode" in html("unclear").lower()


def test_tentative_findings_say_may() -> None:
    page = view.page(example.shop())
    card = page.findings.cards[4]
    assert card.confidence == "tentative"
    assert card.title[0].text.startswith("Maybe: ")


def test_unredacted_reports_say_so() -> None:
    result = dataclasses.replace(example.shop(), redacted=False)
    page = Page(reports.render(result, "html"))
    assert page.text.count("ot redacted") >= 2
    assert ("body", {"class": "unredacted"}) in page.tags


def test_fix_these_first() -> None:
    rows = view.page(example.shop()).summary.work
    assert [row.kind for row in rows] == ["broken"] * 3 + ["dangerous"] * 2
    assert [row.facts for row in rows[:2]] == [
        "22 of 22 calls sent and executed, but unreadable",
        "14 of 60 calls never sent",
    ]


def test_one_change_may_fix_several_findings() -> None:
    result = example.shop()
    twin = dataclasses.replace(result.findings[0], key="0123456789ab")
    both = dataclasses.replace(result, findings=(result.findings[0], twin))
    (row,) = view.page(both).summary.work
    assert row.also == "One change fixes 2 findings."


def test_character_differences_are_marked() -> None:
    result = example.one()
    finding = result.findings[0]
    expected = dataclasses.replace(finding.expected[0], got="https://localhost:3000/")
    changed = dataclasses.replace(finding, expected=(expected,))
    source = reports.render(dataclasses.replace(result, findings=(changed,)), "html")
    assert "<s>http<mark>s</mark>://localhost:3000<mark>/</mark></s>" in source


def test_only_one_text_is_let_through_unescaped() -> None:
    """`|safe` and `Markup` are how markup gets in: the embedded JSON is the one exception."""
    folder = Path(to_html.__file__).parent
    files = [path for path in folder.rglob("*") if path.suffix in (".py", ".j2", ".css", ".js")]
    sources = {path: path.read_text(encoding="utf-8") for path in files}
    assert sum(text.count("Markup(") for text in sources.values()) == 1
    assert not any(re.search(r"\|\s*safe\b|autoescape false", text) for text in sources.values())


def test_the_page_stays_small_whatever_the_findings_hold() -> None:
    """Long fixes and texts cost cards, never the size of the page; the rest is in the JSON."""
    result = example.many(400, 30)
    long = [
        dataclasses.replace(
            finding,
            message="The page was refused. " * 20,
            fixes=tuple(
                dataclasses.replace(fix, code=f"# {number} {fix.code}\n" + "allow = 'x'\n" * 200)
                for fix in finding.fixes
            ),
        )
        for number, finding in enumerate(result.findings)
    ]
    source = reports.render(dataclasses.replace(result, findings=tuple(long)), "html")
    assert len(source) < 1_500_000
    assert source.count('<details class="card"') >= 20
    assert "more in the JSON" in source
