"""Answers in which the recording proxy had a hand are told apart from the server's own."""

from __future__ import annotations

from pathlib import Path

import pytest
from mitmproxy import http

from analysis import audit
from analysis.redact import Door
from analysis.sources.flow import exchange_of

from . import flows

ALLOWED = ("Access-Control-Allow-Origin", "https://app.example"), ("Vary", "Origin")


def edited() -> http.HTTPFlow:
    flow = flows.call(*ALLOWED)
    assert flow.response is not None
    flow.backup()
    flow.response.headers["Access-Control-Allow-Origin"] = "*"
    return flow


def replayed() -> http.HTTPFlow:
    flow = flows.call(*ALLOWED)
    flow.is_replay = "response"
    return flow


def mapped() -> http.HTTPFlow:
    flow = flows.call(*ALLOWED)
    flow.server_conn.timestamp_start = None
    return flow


def broken() -> http.HTTPFlow:
    return flows.call(status=None)


@pytest.mark.parametrize(
    ("flow", "said"),
    [
        (flows.call(*ALLOWED), None),
        (edited(), "edited in the proxy"),
        (replayed(), "replayed by the proxy"),
        (mapped(), "answered by the proxy"),
        (broken(), None),
    ],
)
def test_the_hand_of_the_proxy_is_seen(flow: http.HTTPFlow, said: str | None) -> None:
    assert exchange_of(flow, Door(), "c0").altered == said


def rules_of(path: Path, *recorded: http.HTTPFlow) -> set[str]:
    flows.save(path, *recorded)
    return {finding.rule for finding in audit([str(path)]).findings}


def test_a_mix_is_told_and_a_converted_capture_is_not(tmp_path: Path) -> None:
    rule = "answer-altered-by-proxy"
    assert rule in rules_of(tmp_path / "mix.flow", flows.call(*ALLOWED), mapped())
    assert rule not in rules_of(tmp_path / "all.flow", mapped(), mapped())
