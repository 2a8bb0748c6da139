"""What the addon says: live lines, comments, explanations."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mitmproxy import exceptions, http
from mitmproxy.proxy.mode_specs import ProxyMode
from mitmproxy.test import taddons

from addon import eventlog, explain, marks, telling
from addon.recorder import CorsAudit
from analysis.finding import Kind
from analysis.redact import Door
from analysis.relevance import is_relevant, may_matter
from analysis.sources.flow import exchange_of

from . import flows

ALLOWED = (("Access-Control-Allow-Origin", "https://app.example"), ("Vary", "Origin"))


@pytest.fixture
def addon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CorsAudit]:
    monkeypatch.chdir(tmp_path)
    made = CorsAudit()
    with taddons.context(made) as tctx:
        # What this sends to addons as events must not outlive the context's loop.
        tctx.master._legacy_log_events.uninstall()
        tctx.configure(made, cors_report="report.json")
        yield made
        made.done()
        tctx.master.event_loop.close()


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.name == "cors_audit"]


def heard(addon: CorsAudit, *each: http.HTTPFlow) -> None:
    for flow in each:
        addon._last.response(flow)


def test_a_line_keeps_its_cause_however_long_the_rest_is(
    addon: CorsAudit, caplog: pytest.LogCaptureFixture
) -> None:
    long = "/".join(["word"] * 60)
    heard(
        addon,
        flows.call(
            url=f"https://{'a' * 60}.{'b' * 60}.example/{long}",
            origin=f"https://{'c' * 60}.{'d' * 60}.example",
        ),
    )
    (said,) = lines(caplog)
    assert said.startswith("x broken     ccc")
    assert said.endswith("may read its answers  [missing-allow-origin]")
    assert "..." in said
    assert len(said) < 260
    assert said.isascii()


@pytest.mark.parametrize(
    ("live", "said"),
    [
        ("off", []),
        ("first", [1, 10, 100, 1000]),
        ("all", None),
    ],
)
def test_repeats(
    addon: CorsAudit, caplog: pytest.LogCaptureFixture, live: str, said: list[int] | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    addon._options["cors_live"] = live
    monkeypatch.setattr(eventlog, "BURST", 10_000)
    caplog.set_level(logging.INFO)
    at = []
    for number in range(1, 1002):
        before = len(caplog.records)
        heard(addon, flows.call(started=1_700_000_000.0 + number))
        at += [number] * (len(caplog.records) - before)
    assert at == (list(range(1, 1002)) if said is None else said)
    if live == "first":
        assert "again: 1000 calls so far" in lines(caplog)[-1]


def test_many_new_findings_at_once_are_counted(
    addon: CorsAudit, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(telling.time, "monotonic", lambda: now)
    heard(addon, *(flows.call(origin=f"https://page{n}.example") for n in range(54)))
    assert len(lines(caplog)) == eventlog.BURST
    now += 20
    heard(addon, flows.call(origin="https://late.example"))
    assert lines(caplog)[-2] == "34 more, see the report"


def test_the_lowest_severity_of_the_lines(
    addon: CorsAudit, caplog: pytest.LogCaptureFixture
) -> None:
    addon._options["cors_min_severity"] = "critical"
    heard(addon, flows.call())
    assert lines(caplog) == []


def test_comments_name_the_worst_and_every_rule(addon: CorsAudit) -> None:
    flow = flows.call(method="POST", request=(("Content-Type", "text/plain"),))
    heard(addon, flow)
    first, fix = flow.comment.split("\n")
    assert first.startswith("CORS ")
    assert "missing-allow-origin" in first
    assert fix == "Fix: Send Access-Control-Allow-Origin: https://app.example."
    assert flow.marked == marks.MARKS[Kind.BROKEN]
    assert "missing-allow-origin" in flow.metadata[marks.METADATA]


def test_nothing_is_marked_where_nobody_wants_it(addon: CorsAudit) -> None:
    addon._options["cors_mark"] = False
    flow = flows.call()
    heard(addon, flow)
    assert (flow.marked, flow.comment, flow.metadata) == ("", "", {})
    with pytest.raises(exceptions.CommandError, match="has marked no flow"):
        addon.show("missing-allow-origin")


def test_an_explanation_says_all(addon: CorsAudit) -> None:
    flow = flows.call(("Access-Control-Allow-Origin", "https://other.example"))
    heard(addon, flow)
    said = " ".join(" ".join(addon.explain(flow)).split())
    for part in (
        "BLOCKED: the server has acted, but the browser kept the answer from the page.",
        "Chromium says (AllowOriginMismatch): Access to fetch at",
        "call GET https://api.example/items (cors, page https://app.example)",
        "asked Origin: https://app.example",
        "answered 200 Access-Control-Allow-Origin: https://other.example",
        "needed Access-Control-Allow-Origin: https://app.example",
        "[origin-mismatch]",
        "Fix: ",
    ):
        assert part in said
    assert all(len(line) <= explain.WIDTH for line in addon.explain(flow))


def test_explanations_are_bounded_and_say_so(
    addon: CorsAudit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explain, "KEPT", 3)
    every = [flows.call(*ALLOWED, started=1_700_000_000.0 + n) for n in range(5)]
    heard(addon, *every)
    assert "nothing to do with this flow" in " ".join(addon.explain(every[0]))
    assert addon.explain(every[4])[0] == "ALLOWED: the page could read the answer."
    plain = flows.call()
    plain.request.headers = http.Headers([(b"Host", b"api.example")])
    heard(addon, plain)
    assert "nothing to do with this flow" in " ".join(addon.explain(plain))


@pytest.mark.parametrize(
    "mode",
    ["regular", "transparent", "socks5", "reverse:http://api.example:80", "upstream:http://x:8080",
     "local:chrome", "wireguard"],
)  # fmt: skip
def test_any_mode_is_judged_alike(addon: CorsAudit, mode: str) -> None:
    flow = flows.call()
    flow.client_conn.proxy_mode = ProxyMode.parse(mode)
    heard(addon, flow)
    assert addon.explain(flow)[0].startswith("BLOCKED")


def test_the_commands(addon: CorsAudit, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    assert addon.findings() == ["No findings so far."]
    heard(addon, flows.call())
    assert addon.findings()[0].endswith("[missing-allow-origin]")
    addon.report("here.md")
    assert (tmp_path / "here.md").read_text()
    with pytest.raises(exceptions.CommandError, match=r"no report format '\.doc'"):
        addon.report("here.doc")
    with pytest.raises(exceptions.CommandError, match="mitmdump has no list"):
        addon.show("missing-allow-origin")
    addon.clear()
    assert addon.findings() == ["No findings so far."]
    addon.done()
    addon.done()
    assert sum("CORS audit: 0 requests" in line for line in lines(caplog)) == 1


NAMES = ("Origin", "Cookie", "Sec-Fetch-Mode", "Sec-Fetch-Site", "ORIGIN", "X-Other")
ANSWERS = ("ETag", "Last-Modified", "Location", "Set-Cookie", "Access-Control-Allow-Origin",
           "Cross-Origin-Resource-Policy", "Content-Type", "x-other")  # fmt: skip
VALUES = st.sampled_from(
    ["", " ", "a=1", "cors", "no-cors", "navigate", "cross-site", "same-site", "same-origin",
     "none", " cors ", "https://x.example", "/next"]
)  # fmt: skip


@given(
    request=st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=3),
    answer=st.lists(st.tuples(st.sampled_from(ANSWERS), VALUES), max_size=3),
    status=st.sampled_from([200, 302, 304]),
)
def test_what_matters_is_never_passed_over(
    request: list[tuple[str, str]], answer: list[tuple[str, str]], status: int
) -> None:
    flow = flows.call(*answer, status=status)
    fields: list[tuple[bytes, bytes]] = [(n.encode(), v.encode()) for n, v in request]
    flow.request.headers = http.Headers([(b"Host", b"api.example"), *fields])
    assert flow.response is not None
    told: Any = exchange_of(flow, Door(), "c0")
    if is_relevant(told):
        assert may_matter(flow.request.headers.fields, flow.response.headers.fields)


def test_a_danger_is_told_again_when_it_is_surer(
    addon: CorsAudit, caplog: pytest.LogCaptureFixture
) -> None:
    rule = "[reflected-origin-with-credentials]"
    for number in range(6):
        origin = f"https://site{number}.example{number}.com"
        answer = (
            ("Access-Control-Allow-Origin", origin),
            ("Access-Control-Allow-Credentials", "true"),
            ("Vary", "Origin"),
        )
        heard(addon, flows.call(*answer, url="https://api.example/me", origin=origin))
    said = [each for each in lines(caplog) if rule in each]
    assert [each.endswith("now firm") for each in said] == [False, True]
