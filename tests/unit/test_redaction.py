"""Redacted copies tell the same as their originals, and hold none of their secrets."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from mitmproxy.addons.savehar import SaveHar
from mitmproxy.http import Headers, HTTPFlow
from mitmproxy.io import FlowReader
from mitmproxy.test import tflow
from mitmproxy.websocket import WebSocketData, WebSocketMessage
from referencing import Registry
from referencing.jsonschema import DRAFT6
from wsproto.frame_protocol import Opcode

from analysis import audit
from analysis.redact import Door
from analysis.redaction import Tally, copy, secrets
from analysis.result import AuditResult
from analysis.sources import open_capture
from analysis.sources.transcript import wires
from analysis.words import generated, is_word
from reports import leaks

from . import flows
from .plants import PLANTS, Plant, found, random_plants
from .rewired import save_flows, save_har

ROOT = Path(__file__).parents[2]
SAMPLES = sorted((ROOT / "sample_flows").glob("*.flow"))
CASES = sorted((ROOT / "tests" / "cases").glob("*.txt"))


def redacted(path: Path) -> tuple[Path, Tally, Door]:
    """The copy of a capture beside it."""
    door, into = Door(os.urandom(16)), path.with_name(f"copy-{path.name}")
    with into.open("wb") as file:
        tally = copy(open_capture(str(path)), file, door, lambda _: None)
    return into, tally, door


def told(result: AuditResult) -> dict[str, Any]:
    """A result without what may differ: what the captures are called, how much was removed, and
    who the clients are (which of them are the same may not). A value that is withheld may be
    longer where its shape tells something, such as a URL, a user name or the number of cookies."""
    plain = result.to_dict()
    del plain["captures"], plain["totals"]["redacted_values"]
    clients: dict[str, int] = {}
    for row in plain["exchanges"]:
        row["client"] = clients.setdefault(row["client"], len(clients))
        for header in [*row["request_headers"], *row["response_headers"]]:
            shown = header["value"] or "{userinfo}"
            if "{userinfo}" in shown or header["name"].lower() in ("referer", "location"):
                header["size"] = None
    return plain


def assert_same(path: Path) -> Tally:
    """The copy of a capture comes to the same result; what was left out does not count."""
    into, tally, door = redacted(path)
    leaks.search_file(into, secrets(door))
    assert not tally.left_out
    assert told(audit([into])) == told(audit([path]))
    return tally


def read(path: Path) -> list[HTTPFlow]:
    """What mitmproxy makes of a file."""
    with path.open("rb") as file:
        return [flow for flow in FlowReader(file).stream() if isinstance(flow, HTTPFlow)]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_samples(path: Path, tmp_path: Path) -> None:
    flow, har = tmp_path / path.name, tmp_path / f"{path.stem}.har"
    flow.write_bytes(path.read_bytes())
    har.write_text(json.dumps(SaveHar().make_har(read(path))))
    assert assert_same(flow).copied == assert_same(har).copied == len(read(path))


@pytest.mark.parametrize("creator", ["mitmproxy", "WebInspector"])
def test_cases_as_har(creator: str, tmp_path: Path) -> None:
    """All of them in one file each: what is told apart there stays apart."""
    for path in CASES:
        told_of = wires(path.read_text(encoding="utf-8"))
        assert_same(save_har(tmp_path / f"{path.stem}.har", told_of, creator))


def test_cases_as_flows(tmp_path: Path) -> None:
    for path in CASES:
        told_of = wires(path.read_text(encoding="utf-8"))
        assert_same(save_flows(tmp_path / f"{path.stem}.flow", told_of))


CALL = """> GET https://api.example/items?page=2
> Origin: https://app.example
> Sec-Fetch-Mode: cors
> Cookie: sid=q7Hs9Zt2Lm4Xw8Rb
< 200
< Set-Cookie: sid=q7Hs9Zt2Lm4Xw8Rb; Secure
< Access-Control-Allow-Origin: https://app.example"""
TOKEN = "q7Hs9Zt2Lm4Xw8Rb"
NAMES = (
    "Accept", "Authorization", "Access-Control-Request-Headers", "Access-Control-Request-Method",
    "Cookie", "Content-Type", "If-None-Match", "Range", "Referer", "User-Agent", "X-Key",
    f"X-{TOKEN}", "Upgrade", "sec-ch-ua", "Sec-Fetch-Site",
)  # fmt: skip
ANSWERS = (
    "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Vary", "Location",
    "Access-Control-Allow-Headers", "Access-Control-Expose-Headers", "Access-Control-Max-Age",
    "Set-Cookie", "WWW-Authenticate", "Link", "ETag", "Server", "Content-Location", "Via",
)  # fmt: skip
VALUES = (
    "", "*", "true", "null", "x", "GET", "https://app.example", f"https://app.example/{TOKEN}",
    "https://u:p@app.example", "/items", "/items/42?page=3#top", "../up/7", "?q=1&&=&z",
    "//cdn.example/9",
    "mailto:someone@example.com", "javascript:void(0)", "items/new", "http://[::1/odd",
    "Basic dTpw",
    'Basic realm="x", Digest nonce="abc"', TOKEN, f"{TOKEN}, x-asked", f"a={TOKEN}; b=2; c; =d; ;",
    "sid=1; Path=/users/42; SameSite=Lax; Secure; HttpOnly; Domain=example.com; Max-Age=9",
    "sid=; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "600", "a" * 130, f"text/{TOKEN * 9}",
    "curl/8.5.0", "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0",
    "Mozilla/5.0 (X11; rv:153.0) Gecko/20100101 Firefox/153.0", "Mozilla/5.0 (odd)", TOKEN * 3,
    "caf\xe9 {n} {token} …".encode().decode("latin-1"), "b'GET /secret HTTP/1.1'", " padded ",
    "https://app.example/a/../42/{n}?x=1&" + TOKEN, "/main.3f2a1b9c.js", "2026-11-24",
    "a@b.example",
)  # fmt: skip
PATHS = (
    "/", "/items", "/users/42", "/users/43", "/users/42/", f"/{TOKEN}", f"/{TOKEN}a", "//x",
    "/.", "/../b",
    "/3f2a1b9c-1111-4222-8333-123456789abc", "/2026-11-24", "/2026-11-25", "/a@b.example",
    "/m%40b.example",
    "/main.3f2a1b9c.js", "/main.3f2a1b9d.js", "/a b", "/%7Bn%7D", "/{n}", "/(1)", "/(2)", "/1",
)  # fmt: skip
QUERIES = (
    "",
    "?",
    "?page=1",
    "?page=2",
    "?page",
    f"?{TOKEN}",
    f"?{TOKEN}=1",
    "?a=&b=1&&",
    "?x=1?y=2",
)


def any_flow(dice: random.Random, number: int) -> HTTPFlow:
    """A flow as nobody should make it."""

    def some(names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
        return tuple((dice.choice(names), dice.choice(VALUES)) for _ in range(dice.randrange(5)))

    made = flows.call(
        *some(ANSWERS),
        url="https://api.example/",
        origin=dice.choice(("https://app.example", "null", "http://localhost:3000")),
        method=dice.choice(("GET", "PUT", "OPTIONS", TOKEN.upper())),
        status=dice.choice((200, 200, 204, 302, 307, 401, 500)),
        request=some(NAMES),
        started=1_700_000_000.0 + number,
    )
    made.request.path = dice.choice(PATHS) + dice.choice(QUERIES)
    made.client_conn.peername = (f"10.0.0.{dice.randrange(3)}", 50_000)
    made.client_conn.id = f"connection {dice.randrange(9)}"
    return made


@pytest.mark.parametrize(("suffix", "seed"), [("flow", 0), ("flow", 1), ("har", 2)])
def test_odd_traffic(suffix: str, seed: int, tmp_path: Path) -> None:
    """Whatever has a copy is told of as before; hardly anything has none."""
    dice = random.Random(seed)
    session = [any_flow(dice, number) for number in range(150)]
    path = tmp_path / f"in.{suffix}"
    if suffix == "flow":
        flows.save(path, *session)
    else:
        path.write_text(json.dumps(SaveHar().make_har(session)))
    into, tally, _ = redacted(path)
    lost = sum(tally.left_out.values())
    assert lost <= 3, tally
    assert tally.copied + lost == len(session)
    assert not found(into.read_text("latin-1"), {"token": TOKEN})
    if suffix == "flow":
        kept = {flow.id for flow in read(into)}
        flows.save(path, *[flow for flow in session if flow.id in kept])
    assert told(audit([into])) == told(audit([path]))


@pytest.mark.parametrize("suffix", ["flow", "har"])
def test_planted_secrets_are_gone(suffix: str, tmp_path: Path) -> None:
    by_chance = [*random_plants(100, seed=7)]
    plants = [*PLANTS, *by_chance]
    session = [plant.flow(number) for number, plant in enumerate(plants)]
    path = tmp_path / f"in.{suffix}"
    if suffix == "flow":
        flows.save(path, *session)
    else:
        path.write_text(json.dumps(SaveHar().make_har(session)))
    tally = assert_same(path)
    assert tally.copied == len(plants)
    text = redacted(path)[0].read_text("latin-1")
    like_words = {
        plant.kind for plant in by_chance if plant.place.by_looks and is_like_a_word(plant)
    }
    assert len(like_words) <= 1
    planted = {plant.kind: plant.secret for plant in plants if plant.kind not in like_words}
    assert found(text, planted) == []


def is_like_a_word(plant: Plant) -> bool:
    """Nobody could tell it from a word, so it stays where words stay."""
    return is_word(plant.secret) or not generated(plant.secret)


def test_what_is_beside_the_headers_is_gone(tmp_path: Path) -> None:
    """Bodies, trailers, certificates, websocket messages, comments, metadata, addresses."""
    made = flows.call(("Access-Control-Allow-Origin", "*"), body=TOKEN.encode())
    made.websocket = WebSocketData([WebSocketMessage(Opcode.TEXT, True, TOKEN.encode())])
    made.request.trailers = Headers([(b"x-sum", TOKEN.encode())])
    made.client_conn.peername = made.client_conn.sockname = ("203.0.113.77", 50_000)
    made.server_conn.peername = ("203.0.113.78", 443)
    made.client_conn.sni = made.server_conn.sni = TOKEN
    made.comment = made.marked = TOKEN
    made.metadata["note"] = TOKEN
    assert made.response is not None
    made.response.reason = TOKEN
    path = flows.save(tmp_path / "in.flow", made)
    assert_same(path)
    text = redacted(path)[0].read_text("latin-1")
    assert found(text, {"token": TOKEN, "client": "203.0.113.77", "server": "203.0.113.78"}) == []


@pytest.mark.parametrize("suffix", ["flow", "har"])
def test_a_copy_of_a_copy_tells_the_same(suffix: str, tmp_path: Path) -> None:
    dice = random.Random(9)
    session = [any_flow(dice, number) for number in range(60)]
    path = tmp_path / f"in.{suffix}"
    if suffix == "flow":
        flows.save(path, *session)
    else:
        path.write_text(json.dumps(SaveHar().make_har(session)))
    once = redacted(path)[0]
    twice, tally, door = redacted(once)
    leaks.search_file(twice, secrets(door))
    assert not tally.left_out
    assert told(audit([twice])) == told(audit([once]))


def test_the_same_secret_has_the_same_stand_in(tmp_path: Path) -> None:
    made = [
        flows.call(url=f"https://api.example/users/{number}", request=(("Cookie", f"a={cookie}"),))
        for number, cookie in ((42, "x"), (42, "x"), (43, "y"))
    ]
    told_of = read(redacted(flows.save(tmp_path / "in.flow", *made))[0])
    assert [flow.request.path for flow in told_of] == ["/users/1", "/users/1", "/users/2"]
    cookies = [flow.request.headers["Cookie"] for flow in told_of]
    assert cookies[0] == cookies[1] != cookies[2]


def test_what_has_no_copy_is_named(tmp_path: Path) -> None:
    whole = flows.dump(flows.call())
    path = tmp_path / "in.flow"
    path.write_bytes(whole[:200] + whole + flows.dump(tflow.ttcpflow()) + whole[:-40])
    _, tally, _ = redacted(path)
    assert tally.copied == 1
    assert sorted(what for what, _ in tally.left_out) == [
        "damaged record",
        "damaged record",
        "tcp flow",
    ]


def test_entries_without_a_copy_leave_their_number(tmp_path: Path) -> None:
    (good,) = json.loads(save_har(tmp_path / "x.har", wires(CALL)).read_text())["log"]["entries"]
    worker = json.loads(json.dumps(good))
    worker["response"]["_fetchedViaServiceWorker"] = True
    data = {"request": {"method": "GET", "url": f"data:,{TOKEN}"}, "response": {}}
    lost = json.loads(json.dumps(good)) | {"_error": "net::ERR_FAILED"}
    lost["response"] = {"status": 0, "_error": f"net::ERR_FAILED {TOKEN}"}
    path = tmp_path / "in.har"
    entries = [TOKEN, worker, data, lost, good]
    log = {"creator": {"name": "WebInspector"}, "entries": entries, "pages": [{"title": TOKEN}]}
    path.write_text(json.dumps({"log": log}))
    into, tally, _ = redacted(path)
    assert tally.copied == 2
    assert found(into.read_text(), {"token": TOKEN}) == []
    before, after = audit([path]), audit([into])
    assert [row.flow_id for row in before.exchanges] == ["c0#4"]
    assert told(after)["exchanges"] == told(before)["exchanges"]
    whats = {
        "answer of a service worker",
        "call without an answer",
        "entry that is no HTTP request",
    }
    assert {each.what for each in after.skipped} == whats
    assert {each.what for each in before.skipped} == whats | {"entry that cannot be understood"}


def valid(har: Path) -> None:
    """Fail unless it is what HAR 1.2 demands, by a schema that its consumers use."""
    parts = json.loads((Path(__file__).parent / "schemas" / "har-schema-2.0.0.json").read_text())
    registry: Registry[Any] = Registry().with_resources(
        (part["$id"], DRAFT6.create_resource(part)) for part in parts.values()
    )
    jsonschema.Draft6Validator({"$ref": "har.json#"}, registry=registry).validate(
        json.loads(har.read_text())
    )


def test_a_copy_is_a_har_file_for_others(tmp_path: Path) -> None:
    path = save_har(tmp_path / "in.har", wires(CALL), "Firefox")
    into = redacted(path)[0]
    valid(into)
    assert read(into)[0].request.pretty_url == "https://api.example/items?page=removed-1"
    log = json.loads(path.read_text())["log"]
    log["entries"] += [None, {"request": {"url": "data:,x"}, "response": {}}]
    path.write_text(json.dumps({"log": log}))
    valid(redacted(path)[0])


def test_a_host_of_another_name_is_a_value_like_others(tmp_path: Path) -> None:
    path = save_har(tmp_path / "in.har", wires(CALL + f"\n> Host: {TOKEN}"))
    assert_same(path)
    assert found(redacted(path)[0].read_text(), {"token": TOKEN}) == []
