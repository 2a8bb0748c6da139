"""The live session: said at once, corrected when later evidence settles it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from analysis.engine import Auditor
from analysis.exchange import Exchange, Headers
from analysis.findings import FindingBook, Group
from analysis.redact import Door
from analysis.session.facts import ApiFacts
from analysis.session.judge import PASSING, Judged, Outcome
from analysis.sources import open_capture, read
from analysis.sources.transcript import exchanges

SAMPLES = sorted((Path(__file__).parents[2] / "sample_flows").glob("*.flow"))

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
    (first,) = auditor.feed([preflight])
    assert first.judged.verdict.outcome is Outcome.INDETERMINATE
    (second,) = auditor.feed([actual])
    assert [seen.exchange.id for seen in second.settled] == [preflight.id]
    assert second.settled[0].verdict.outcome is Outcome.ALLOWED


def test_what_nothing_settles_stays_open() -> None:
    auditor = Auditor()
    for exchange in exchanges(OPEN + UNRELATED, auditor.door):
        assert auditor.feed([exchange])[0].settled == ()
    row, _ = auditor.result().exchanges
    assert row.verdict == "indeterminate"
    assert "credentials mode" in row.assuming[0]


def test_a_flow_is_heard_once() -> None:
    auditor = Auditor()
    (exchange,) = exchanges(UNRELATED, auditor.door)
    (first,) = auditor.feed([exchange])
    assert first.new
    assert auditor.feed([exchange]) == []
    assert auditor.result().totals.flows == 1


def test_what_came_together_is_judged_by_all_of_it() -> None:
    auditor = Auditor()
    preflight, actual = auditor.feed(exchanges(ASKS, auditor.door))
    assert preflight.judged.verdict.outcome is Outcome.ALLOWED
    assert actual.settled == ()


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_together_or_alone_they_are_told_and_come_to_the_same(path: Path) -> None:
    told, results = [], []
    for size in (1, 3, 10_000):
        auditor = Auditor(Door())
        items = read(open_capture(str(path)), auditor.door, "c0")
        recorded = [each for each in items if isinstance(each, Exchange)]
        parts = [recorded[at : at + size] for at in range(0, len(recorded), size)]
        news = [each for part in parts for each in auditor.feed(part)]
        told.append({group for each in news for group in each.new})
        results.append(auditor.result().to_json())
        assert len(news) == len({each.judged.exchange.id for each in news})
    alone, *together = told
    assert all(each <= alone for each in together)  # what was open alone may be settled at once
    assert len(set(results)) == 1


def test_an_error_at_one_leaves_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    auditor, errors = Auditor(), list[Exception]()
    made = exchanges(ASKS + UNRELATED, auditor.door)
    learn = ApiFacts.observe

    def fail(api: ApiFacts, seen: Judged) -> None:
        if seen.exchange.method == "PUT":
            raise RuntimeError("ours")
        learn(api, seen)

    monkeypatch.setattr(ApiFacts, "observe", fail)
    heard = auditor.feed(made, errors.append)
    assert [each.judged.exchange.method for each in heard] == ["OPTIONS", "GET"]
    assert [str(each) for each in errors] == ["ours"]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_what_is_alike_is_told_alike(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules are not asked about calls like earlier ones; asked about all, they tell the same."""
    sparing = list(_told_live(path))
    monkeypatch.setattr(Judged, "likeness", property(lambda _: None))
    assert sparing == list(_told_live(path))


def _told_live(path: Path) -> Iterator[tuple[object, ...]]:
    """What a live session tells of a recording that is heard three times over."""
    door = Door()
    auditor = Auditor(door)
    items = read(open_capture(str(path)), door, "c0")
    recorded = [each for each in items if isinstance(each, Exchange)]
    length = max((each.ended or 0.0 for each in recorded), default=0.0)
    begin = min((each.started or 0.0 for each in recorded), default=0.0)
    for turn in range(3):
        later = turn * (length - begin + 1.0)
        for each in recorded:
            again = replace(
                each,
                id=f"{each.id}-{turn}",
                started=None if each.started is None else each.started + later,
                ended=None if each.ended is None else each.ended + later,
                response=_at_another_time(each.response, turn),
            )
            for news in auditor.feed([again]):
                yield news.new, set(news.again), news.surer, len(news.settled)
                yield tuple(auditor.live_finding(group) for group in news.new)


def _at_another_time(answer: Headers, turn: int) -> Headers:
    """The same answer, as every server gives it another time."""
    if "expires" in answer:
        return answer
    changed = {
        "date": f"Sun, 29 Nov 2026 10:00:{turn:02} GMT",
        "content-length": f"{turn + 10}",
    }
    return Headers(
        tuple(
            each._replace(value=changed.get(each.name.lower(), each.value), size=each.size + turn)
            if each.name.lower() in PASSING and each.value != "0"
            else each
            for each in answer.fields
        )
    )


def test_rules_are_asked_once_about_calls_that_are_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    look = FindingBook.look

    def counted(book: FindingBook, seen: Judged, api: ApiFacts) -> list[Group]:
        asked.append(seen.exchange.id)
        return look(book, seen, api)

    monkeypatch.setattr(FindingBook, "look", counted)
    auditor = Auditor()
    (exchange,) = exchanges(UNRELATED, auditor.door)
    date = [Headers.of(("Date", f"Sun, 29 Nov 2026 10:00:0{second} GMT")) for second in range(4)]
    heard = [
        auditor.feed([replace(exchange, id=name, response=answer)])[0]
        for name, answer in zip("abcd", date, strict=True)
    ]
    assert asked == ["a"]
    assert [news.again for news in heard[1:]] == [heard[0].new] * 3
    (group,) = heard[0].new
    assert auditor.live_finding(group).count == 4
