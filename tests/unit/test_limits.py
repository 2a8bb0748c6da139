"""Every bound that the documentation states is the one in the code, and is reached here."""

from __future__ import annotations

import gzip
import importlib
import re
import tracemalloc
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from analysis.engine import Auditor
from analysis.exchange import Exchange
from analysis.redact import Door
from analysis.result import AuditResult
from analysis.session.links import Link, Linker, Node
from analysis.sources.base import CaptureError, Irrelevant, Problem
from analysis.sources.flowfile import exchanges
from analysis.sources.opening import open_capture
from analysis.sources.stored import Stored
from analysis.sources.transcript import exchanges as transcript

from . import flows
from .test_growth import beginnings

README = Path(__file__).resolve().parents[2] / "analysis" / "README.md"
_ROW = re.compile(r"^\| ([\d ]+?)(?: bytes)? \| `([a-z_.]+)\.([A-Z_]+)` \|", re.M)
STATED = {
    f"{module}.{name}": int(number.replace(" ", ""))
    for number, module, name in _ROW.findall(README.read_text(encoding="utf-8"))
}

CALL = """
> GET https://api.example/items
> Origin: https://app.example
> Sec-Fetch-Mode: cors
> Sec-Fetch-Site: cross-site
< 200
< Access-Control-Allow-Origin: https://app.example
"""
ASK = """
> OPTIONS https://api.example/items
> Origin: https://app.example
> Sec-Fetch-Mode: cors
> Sec-Fetch-Site: cross-site
> Access-Control-Request-Method: PUT
< 204
< Access-Control-Allow-Origin: https://app.example
< Access-Control-Allow-Methods: PUT
< Access-Control-Max-Age: 600
"""
PUT = CALL.replace("GET", "PUT")


def read(*texts: str, agents: bool = False) -> list[Exchange]:
    """Exchanges of a transcript, each text numbered where `{n}` stands."""
    made = transcript("".join(text.replace("{n}", str(n)) for n, text in enumerate(texts)), Door())
    return [replace(e, client=f"client{n}") for n, e in enumerate(made)] if agents else made


def judge(made: Iterable[Exchange]) -> AuditResult:
    auditor = Auditor()
    for each in made:
        auditor.add(each)
    return auditor.result()


def skipped(made: Iterable[Exchange]) -> dict[str, int]:
    return {each.what: each.count for each in judge(made).skipped}


def linked(made: Iterable[Exchange]) -> list[Node]:
    auditor, linker = Auditor(), Linker()
    return [linker.add(each, auditor._clients.of(each)) for each in made]


def head() -> None:
    sound, large = flows.call(), flows.call(("X-Any", "x" * 3_000))
    long = flows.call(url="https://api.example/" + "x" * 3_000)
    made = list(exchanges(Stored.of(flows.dump(sound, large, long)), Door(), "c0"))
    assert isinstance(made[0], Exchange)
    for each in made[1:]:
        assert isinstance(each, Problem)
        assert each.what == "message with very large headers"
        assert "2,000 bytes" in each.reason


def bomb(tmp: Path) -> None:
    path = tmp / "bomb.flow.gz"
    path.write_bytes(gzip.compress(flows.dump(flows.call()) + bytes(2**20)))
    with pytest.raises(CaptureError, match="gunzip"):
        open_capture(str(path))


def in_vain() -> None:
    lost, found = exchanges(Stored.of(beginnings(500)), Door(), "c0")
    assert isinstance(lost, Problem)
    assert not isinstance(found, Problem | Irrelevant)


def rows() -> None:
    assert skipped(read(*[CALL] * 5)) == {"rows of exchanges": 3}


def servers() -> None:
    text = CALL.replace("api.", "api{n}.")
    assert skipped(read(*[text] * 5))["exchanges with further servers"] == 3


def found() -> None:
    refused = CALL.replace("//api.", "//api{n}.").replace("app.example\n", "app.example\n", 1)
    refused = refused.replace("< Access-Control-Allow-Origin: https://app.example\n", "")
    result = judge(read(*[refused] * 5))
    assert len(result.findings) <= 2
    assert {each.what for each in result.skipped} == {"further findings"}


def examples() -> None:
    refused = CALL.replace("< Access-Control-Allow-Origin: https://app.example\n", "")
    finding = next(f for f in judge(read(*[refused] * 5)).findings if f.kind.value == "broken")
    assert finding.count == 5
    assert len({each.flow_id for each in finding.evidence}) == 2


def endpoints() -> None:
    texts = [CALL.replace("items", word) for word in ("users", "orders", "carts", "bills")]
    assert skipped(read(*texts))["endpoints"] >= 2


def answers() -> None:
    assert skipped(read(*[CALL.replace("//app.", "//app{n}.")] * 5))["answers"] == 3


def names() -> None:
    assert skipped(read(*[CALL.replace("//app.", "//app{n}.")] * 5))["names"] >= 3


def lists() -> None:
    text = ASK.replace("Method: PUT", "Method: PUT\n> Access-Control-Request-Headers: x-{n}")
    text = text.replace("Methods: PUT", "Methods: PUT\n< Access-Control-Allow-Headers: x-{n}")
    left_out = skipped(read(*[text] * 5))
    assert left_out["preflight questions"] == left_out["preflight answers"] == 3


def told() -> None:
    result = judge(read(*[CALL + "< Access-Control-Max-Age: {n}\n"] * 5))
    assert result.policies[0].endpoints[0].answers_left_out == 3


def callers() -> None:
    result = judge(read(*[CALL.replace("//app.", "//app{n}.")] * 5))
    assert any("3 call(s)" in each for each in result.policies[0].least_privilege.undecided)


def urls() -> None:
    assert skipped(read(*[CALL.replace("items", "items?{n}")] * 5))[
        "URLs with and without Origin"
    ] == 3  # fmt: skip


def hidden() -> None:
    auditor = Auditor()
    for number in range(6):
        text = CALL.replace("\n<", f"\n> X-Key: k9Xq2vTz{number}Lm\n<", 1)
        for each in transcript(text, auditor.door):
            auditor.add(replace(each, id=str(number)))
    assert auditor.door.secrets() == {f"k9Xq2vTz{number}Lm" for number in (0, 1, 4, 5)}
    assert "kinds of withheld values" in {each.what for each in auditor.result().skipped}


def long_values() -> None:
    door = Door()
    transcript(CALL.replace("\n<", "\n> X-Key: k9Xq2vTz1Lm\n<", 1), door)
    assert door.secrets() == {"k9Xq2vTz"}


def nodes() -> None:
    texts = [ASK.replace("items", "items?{n}")] * 5
    made = read(*texts, *[text.replace("{n}", str(n)) for n, text in
                          enumerate([PUT.replace("items", "items?{n}")] * 5)])  # fmt: skip
    assert [node.link for node in linked(made)[5:]] == [Link.BEFORE] * 3 + [Link.CACHE] * 2


def per_url() -> None:
    made = linked(read(*[ASK] * 5, *[PUT] * 5))
    assert [node.link is Link.OWN for node in made[5:]].count(True) == 2


def hops() -> None:
    text = CALL.replace("GET https://api.example/items", "GET https://api.example/hop?{n}")
    hop = text.replace("< 200", "< 302")
    made = linked(
        read(*[hop.replace("{n}", str(n)) + f"< Location: /hop?{n + 1}\n" for n in range(5)])
    )
    assert [node.hops for node in made] == [0, 1, 2, 0, 1]


def stored() -> None:
    texts = [CALL.replace("items", f"items?{n}") + '< ETag: "1"\n' for n in range(5)]
    again = [CALL.replace("items", f"items?{n}").replace("< 200", "< 304") for n in range(5)]
    made = linked(read(*texts, *again))
    assert [node.stored is not None for node in made[5:]] == [False] * 3 + [True] * 2


def clients() -> None:
    auditor = Auditor()
    made = read(*[CALL] * 5, agents=True)
    first = [auditor._clients.of(each) for each in made]
    again = [auditor._clients.of(each) for each in reversed(made)]
    assert [one is other for one, other in zip(first, reversed(again), strict=True)] == (
        [False] * 3 + [True] * 2
    )


def pools() -> None:
    made = [
        replace(each, connection=f"k{number}", cookies=1)
        for number, each in enumerate(read(*[CALL] * 5))
    ]
    client = Auditor()._clients.of(made[0])
    for each in made:
        client.observe(each)
    assert [client.pool(each) for each in made] == [None] * 3 + [True] * 2


def places() -> None:
    texts = [CALL.replace("items", f"{word}/me") for word in ("a", "b", "c", "d")]
    made = [replace(each, cookies=1) for each in read(*texts, *texts, *texts)]
    client = Auditor()._clients.of(made[0])
    for each in made:
        client.observe(each)
    held = [client.cookies.held(replace(each, started=0.75)) for each in made[:4]]
    assert held == [True, True, False, False]


def pending() -> None:
    """An open verdict is corrected for the clients at hand, and for all in the result."""
    opened = ASK.replace("< Access-Control-Allow-Origin: https://app.example",
                         "< Access-Control-Allow-Origin: *")  # fmt: skip
    answer = PUT.replace("< Access-Control-Allow-Origin: https://app.example",
                         "< Access-Control-Allow-Origin: *")  # fmt: skip
    texts = [text.replace("cross-site", "same-site").replace("app.example", "x.api.example")
             for text in (opened, answer)]  # fmt: skip
    asked, followed = read(texts[0]), read(texts[1])
    auditor = Auditor()
    made = [replace(asked[0], id=f"a{n}", client=f"client{n}") for n in range(5)]
    after = [replace(followed[0], id=f"b{n}", client=f"client{n}", started=0.06, ended=0.09)
             for n in range(5)]  # fmt: skip
    for each in made:
        auditor.feed([each])
    assert [len(auditor.feed([each])[0].settled) for each in reversed(after)] == [1, 1, 0, 0, 0]
    assert {row.verdict for row in auditor.result().exchanges} == {"allowed"}


REACHED: dict[str, tuple[int, Callable[..., None]]] = {
    "sources.wire.LARGEST_HEAD": (2_000, head),
    "sources.opening.BOMB_SIZE": (2**16, bomb),
    "sources.flowfile.IN_VAIN": (500, in_vain),
    "engine.MAX_ROWS": (2, rows),
    "engine.MAX_APIS": (2, servers),
    "engine.MAX_PENDING": (2, pending),
    "findings.MAX_FINDINGS": (2, found),
    "findings.MAX_EVIDENCE": (2, examples),
    "session.facts.MAX_ENDPOINTS": (2, endpoints),
    "session.facts.MAX_ANSWERS": (2, answers),
    "session.facts.MAX_NAMES": (2, names),
    "session.facts.MAX_LISTS": (2, lists),
    "session.facts.MAX_TOLD": (2, told),
    "session.facts.MAX_CALLERS": (2, callers),
    "session.facts.MAX_URLS": (2, urls),
    "session.facts.MAX_URLS_OF_ALL": (2, urls),
    "hidden.FIRST": (2, hidden),
    "hidden.LATEST": (2, hidden),
    "hidden.LONGEST": (8, long_values),
    "session.links.KEPT_NODES": (2, nodes),
    "session.links.KEPT_URLS": (2, stored),
    "session.links.MAX_HOPS": (2, hops),
    "session.recent.PER_URL": (2, per_url),
    "session.clients.KEPT_CLIENTS": (2, clients),
    "session.clients.KEPT_POOLS": (2, pools),
    "session.cookies.MAX_PLACES": (2, places),
}
"""For every bound a smaller one, and what reaches it."""


def test_the_bounds_are_those_that_are_stated() -> None:
    actual = {}
    for name in STATED:
        module, _, constant = name.rpartition(".")
        actual[name] = getattr(importlib.import_module(f"analysis.{module}"), constant)
    assert actual == STATED
    assert REACHED.keys() == STATED.keys()


@pytest.mark.parametrize("name", sorted(REACHED))
def test_a_bound_is_reached(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    number, reach = REACHED[name]
    module, _, constant = name.rpartition(".")
    monkeypatch.setattr(importlib.import_module(f"analysis.{module}"), constant, number)
    if module == "hidden":  # the latest come when there is no room among the first
        monkeypatch.setattr("analysis.hidden.FIRST", number)
        monkeypatch.setattr("analysis.hidden.LATEST", number)
    if name == "session.facts.MAX_URLS_OF_ALL":  # taken over as a default when classes are made
        from analysis.session.facts import Room

        monkeypatch.setattr(Room, "__init__", lambda self: setattr(self, "urls", number))
    reach(tmp_path) if reach is bomb else reach()


@pytest.mark.parametrize("header", ["Access-Control-Expose-Headers", "Vary", "X-Key"])
def test_long_values_are_not_remembered(header: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables have room for so many values: were they long, they would fill the memory."""
    monkeypatch.setattr("analysis.kept.AS_THEY_ARE", 0)
    monkeypatch.setattr("analysis.kept.BLOCK", 4)
    auditor, size, number = Auditor(), 100_000, 100
    text = CALL.replace("\n< 200", f"\n< 200\n< {header}: {'q7Xk2' * (size // 5)}{{n}}")
    tracemalloc.start()
    for turn in range(number):
        (each,) = transcript(text.replace("{n}", str(turn)), auditor.door)
        auditor.feed([replace(each, id=str(turn))])
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < number * size / 4
