"""The mode of a connection, and that of a new one opened beside an idle one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.engine import Auditor
from analysis.result import ExchangeRow
from analysis.sources.transcript import exchanges

FIREFOX = "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0"
SAFARI = (
    "User-Agent: Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/26.0 Safari/605.1.15"
)


def ask(agent: str, version: str) -> str:
    return f"""
    > OPTIONS http://localhost:3001/cart{version}
    > {agent}
    > Origin: http://localhost:3000
    > Sec-Fetch-Mode: cors
    > Access-Control-Request-Method: PUT
    < 204
    < Access-Control-Allow-Origin: *
    < Access-Control-Allow-Methods: PUT
    """


def call(agent: str, version: str) -> str:
    return f"""
    > GET http://localhost:3001/me{version}
    > {agent}
    > Origin: http://localhost:3000
    > Sec-Fetch-Mode: cors
    < 200
    < Access-Control-Allow-Origin: *
    """


def last_call(
    connections: list[str], *, agent: str = "Accept: */*", version: str = ""
) -> ExchangeRow:
    """Preflights on `idle`, calls on any other connection; the row of the last call."""
    texts = [
        ask(agent, version) if name == "idle" else call(agent, version) for name in connections
    ]
    auditor = Auditor()
    every = exchanges("".join(texts), auditor.door)
    for exchange, name in zip(every, connections, strict=True):
        auditor.add(replace(exchange, connection=name))
    rows = [row for row in auditor.result().exchanges if row.role == "cors"]
    return rows[-1]


@pytest.mark.parametrize("agent", ["Accept: */*", FIREFOX])
def test_a_connection_opened_beside_an_idle_anonymous_one_carries_credentials(agent: str) -> None:
    row = last_call(["idle", "new", "idle"], agent=agent)
    assert (row.credentials, row.verdict) == ("include", "blocked")
    assert row.reason == "WildcardOriginNotAllowed"
    assert "beside-idle-anonymous" in row.because


def test_the_whole_connection_has_that_mode() -> None:
    assert last_call(["idle", "new", "idle", "new"]).credentials == "include"


@pytest.mark.parametrize(
    "connections",
    [
        ["new"],
        ["idle", "new"],  # it may be gone by then
        ["new", "idle"],
        ["new", "idle", "new", "idle"],  # opened before there was an idle one
    ],
)
def test_without_an_idle_one_the_mode_stays_open(connections: list[str]) -> None:
    assert last_call(connections).verdict == "indeterminate"


def test_engines_that_do_not_pool_by_mode_stay_open() -> None:
    assert last_call(["idle", "new", "idle"], agent=SAFARI).verdict == "indeterminate"
    http2 = last_call(["idle", "new", "idle"], agent=FIREFOX, version=" HTTP/2")
    assert http2.verdict == "indeterminate"


def test_a_busy_connection_says_nothing() -> None:
    auditor = Auditor()
    agent = "Accept: */*"
    first, new, last = exchanges(ask(agent, "") + call(agent, "") + ask(agent, ""), auditor.door)
    busy = replace(first, ended=(new.started or 0.0) + 0.01)
    for exchange, name in ((busy, "idle"), (new, "new"), (last, "idle")):
        auditor.add(replace(exchange, connection=name))
    (row,) = [row for row in auditor.result().exchanges if row.role == "cors"]
    assert row.verdict == "indeterminate"
