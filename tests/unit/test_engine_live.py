"""The live session: said at once, corrected when later evidence settles it."""

from __future__ import annotations

from analysis.engine import Auditor
from analysis.session.judge import Outcome
from analysis.sources.transcript import exchanges

OPEN = """
> GET https://api.app.example/me
> Origin: https://app.example
> Sec-Fetch-Mode: cors
> Sec-Fetch-Site: same-site
< 200
< Access-Control-Allow-Origin: *
"""
ASKS = """
> OPTIONS https://api.app.example/cart
> Origin: https://app.example
> Sec-Fetch-Mode: cors
> Sec-Fetch-Site: same-site
> Access-Control-Request-Method: PUT
< 204
< Access-Control-Allow-Origin: *
< Access-Control-Allow-Methods: PUT
> PUT https://api.app.example/cart
> Origin: https://app.example
> Sec-Fetch-Mode: cors
> Sec-Fetch-Site: same-site
< 200
< Access-Control-Allow-Origin: *
"""
UNRELATED = """
> GET https://other.example/x
> Origin: https://app.example
> Sec-Fetch-Mode: cors
> Sec-Fetch-Site: cross-site
< 200
"""


def test_a_followed_preflight_is_settled() -> None:
    auditor = Auditor()
    preflight, actual = exchanges(ASKS, auditor.door)
    first = auditor.feed(preflight)
    assert first.judged is not None
    assert first.judged.verdict.outcome is Outcome.INDETERMINATE
    second = auditor.feed(actual)
    assert [seen.exchange.id for seen in second.settled] == [preflight.id]
    assert second.settled[0].verdict.outcome is Outcome.ALLOWED


def test_what_nothing_settles_stays_open() -> None:
    auditor = Auditor()
    for exchange in exchanges(OPEN + UNRELATED, auditor.door):
        assert auditor.feed(exchange).settled == ()
    row, _ = auditor.result().exchanges
    assert row.verdict == "indeterminate"
    assert "credentials mode" in row.assuming[0]


def test_a_flow_is_heard_once() -> None:
    auditor = Auditor()
    (exchange,) = exchanges(UNRELATED, auditor.door)
    first, again = auditor.feed(exchange), auditor.feed(exchange)
    assert first.new
    assert (again.judged, again.new, again.again) == (None, (), ())
    assert auditor.result().totals.flows == 1
