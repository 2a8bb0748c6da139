"""Secrets planted wherever browsers and servers put them are in none of the outputs.

`CORS_AUDIT_SECRETS=10000 pytest tests/unit/test_planted_secrets.py -k chance` tries more of those
that are made by chance.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from mitmproxy.io import FlowReader

from addon import mishaps
from analysis.cli import main
from analysis.fixes import STACKS
from analysis.redact import Door
from analysis.sources import CaptureFile, read
from analysis.sources.stored import Stored
from analysis.words import generated, is_word
from reports import PARTS

from . import flows
from .plants import BY_NAME, PLACES, PLANTS, Plant, found, random_plants
from .test_addon import mitmdump

FIXED = Path(__file__).resolve().parents[2] / "sample_flows" / "10-fixed.flow"
SECRETS = {plant.kind: plant.secret for plant in PLANTS}
OF_A_CALL = 1
"""Values removed from a call without a plant: its user agent."""
BY_CHANCE = int(os.environ.get("CORS_AUDIT_SECRETS", "200"))
LOOKS_LIKE_A_WORD = 0.001
"""Share of secrets made by chance that may look like a word, where words are kept."""


def save(folder: Path, plants: tuple[Plant, ...]) -> Path:
    """One session with all of them."""
    return flows.save(folder / "in.flow", *[each.flow(n) for n, each in enumerate(plants)])


def cli(*words: object) -> str:
    """What a command says, on both streams. It must not fail for a fault of ours."""
    done = CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)
    assert done.exit_code in (0, 1), f"{words}: {done.output}"
    return done.output


def offline(
    folder: Path, capture: Path, stacks: tuple[str, ...] = tuple(each.id for each in STACKS)
) -> dict[str, str]:
    """Every output of every command, by name."""
    files = [folder / f"r.{suffix}" for suffix in ("html", "json", "md", "sarif", "xml", "csv")]
    tables = [folder / f"r.{table}.parquet" for table in PARTS["parquet"]]
    outputs = [*files, folder / "r.parquet"]
    said = {"report": cli("report", capture, *[f"-o{path}" for path in outputs])}
    said |= {path.name: path.read_text() for path in files}
    said |= {path.name: pd.read_parquet(path).to_csv() for path in tables}
    said["check"] = cli("check", capture)
    said["annotations"] = cli("check", capture, "--format", "github")
    said["stdout"] = cli("report", capture, "-o", "-", "--format", "md")
    said["policy"] = cli("policy", capture)
    for stack in ("auto", *stacks):
        said[f"policy for {stack}"] = cli("policy", capture, "--for", stack)
    said["policy.json"] = cli("policy", capture, "--format", "json")
    (folder / "p.json").write_text(said["policy.json"])
    for form in ("text", "json"):
        said[f"simulate {form}"] = cli("simulate", folder / "p.json", capture, "--format", form)
    for form in ("text", "json", "md"):
        for old, new in ((FIXED, capture), (capture, FIXED), (files[0], capture)):
            said[f"diff {form} {old.name} {new.name}"] = cli("diff", old, new, "--format", form)
    for number, place in enumerate((-100, -3_000, 5_000)):  # cut, and broken inside
        data = capture.read_bytes()
        broken = folder / f"broken{number}.flow"
        broken.write_bytes(data[:place] + (b"?" * 9 + data[place + 9 :] if place > 0 else b""))
        said[f"broken {place}"] = cli("report", broken, "-o", "-", "--format", "json")
    copy = folder / "copy.flow"
    said["redact"] = cli("redact", capture, "-o", copy)
    said["copy.flow"] = copy.read_text("latin-1")
    said["files"] = "\n".join(str(path) for path in folder.iterdir())
    return said


def live(folder: Path, capture: Path) -> dict[str, str]:
    """What the addon writes and says in a real mitmdump."""
    done = mitmdump(
        folder, "--set", "cors_report=live.json", "--set", "cors_session=j.jsonl",
        "--set", "cors_live=all", "--set", "cors_min_severity=info", "-w", "marked.flow",
        "--set", "termlog_verbosity=debug",
        capture=capture, seconds=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    with (folder / "marked.flow").open("rb") as file:
        marks = [f"{each.marked} {each.comment}" for each in FlowReader(file).stream()]
    marks = [each for each in marks if "CORS" in each]  # the others were there before
    assert marks
    return {
        "log": done.stdout,
        "errors": done.stderr,
        "live report": (folder / "live.json").read_text(),
        "journal": (folder / "j.jsonl").read_text(),
        "marks": "\n".join(marks),
        "report of the journal": cli("report", folder / "j.jsonl", "-o", "-", "--format", "json"),
    }


def leaks(outputs: dict[str, str], secrets: dict[str, str]) -> dict[str, list[str]]:
    """By output what stands in it."""
    hits = {name: found(text, secrets) for name, text in outputs.items()}
    return {name: hit for name, hit in hits.items() if hit}


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The session with every kind of secret."""
    return save(tmp_path_factory.mktemp("planted"), PLANTS)


def test_there_are_plants_for_every_kind(planted: Path) -> None:
    """The search finds each of them in the recording, so it would find it in an output."""
    assert len({plant.kind for plant in PLANTS}) == len(PLANTS) >= 40
    assert len(BY_NAME) == len(PLACES)
    recording = planted.read_bytes().decode("latin-1")
    assert found(recording, SECRETS) == list(SECRETS)


def test_no_command_shows_a_planted_secret(planted: Path) -> None:
    assert leaks(offline(planted.parent, planted), SECRETS) == {}


def test_the_addon_shows_no_planted_secret_and_counts_as_the_command_line(
    planted: Path, tmp_path: Path
) -> None:
    outputs = live(tmp_path, planted)
    assert leaks(outputs, SECRETS) == {}
    expected = sum(plant.place.removed + OF_A_CALL for plant in PLANTS)
    recorded = cli("report", planted, "-o", "-", "--format", "json")
    for text in (outputs["live report"], outputs["report of the journal"], recorded):
        assert json.loads(text)["totals"]["redacted_values"] == expected


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.kind)
def test_each_value_is_counted_once(plant: Plant) -> None:
    assert is_word(plant.place.name), "or it would be counted, too"
    door = Door()
    for _ in range(2):  # the second time comes from what the door remembers
        before = door.withheld
        data = flows.dump(plant.flow(0))
        (exchange,) = read(CaptureFile("in.flow", Stored.of(data), "flow", None), door, "c0")
        assert exchange.removed == door.withheld - before == plant.place.removed + OF_A_CALL


def test_without_redaction_they_are_shown_and_the_report_is_branded(
    planted: Path, tmp_path: Path
) -> None:
    page, data = tmp_path / "r.html", tmp_path / "r.json"
    cli("report", planted, "--no-redact", "-o", page, "-o", data)
    assert "Not redacted" in page.read_text()
    result = json.loads(data.read_text())
    assert result["redacted"] is False
    assert result["totals"]["redacted_values"] == 0
    shown = found(data.read_text(), SECRETS)
    assert len(shown) >= 40
    assert "bodies" not in shown


def test_a_door_that_stood_open_brands_for_good() -> None:
    door = Door()
    line = (b"X-Api-Key", b"0123456789abcdef0123")
    door.redact = False
    assert door.headers([line]).get("x-api-key") == "0123456789abcdef0123"
    door.redact = True
    assert door.headers([line]).get("x-api-key") is None
    assert not door.redacted


def test_a_journal_is_always_redacted(tmp_path: Path) -> None:
    words = ("--set", "cors_session=j.jsonl", "--set", "cors_redact=false")
    done = mitmdump(tmp_path, *words)
    assert done.returncode == 1
    assert "a journal is always redacted" in done.stdout
    assert not (tmp_path / "j.jsonl").exists()


def test_unreadable_urls_and_errors_of_ours_quote_nothing() -> None:
    door = Door()
    for url in ("https://me:pass%40word-123@:x/", "https://a:S3CR3T-port/", "https://[S3CR3T]/"):
        with pytest.raises(ValueError, match=r"host") as caught:
            door.url(url)
        assert "123" not in str(caught.value)
        assert "S3CR3T" not in str(caught.value)
        assert "S3CR3T" not in mishaps.trace(caught.value)
    assert mishaps.trace(caught.value).startswith("ValueError at redact.py:")


def test_secrets_made_by_chance_are_shown_nowhere(tmp_path: Path) -> None:
    """Where words are kept, one in thousands looks like a word: those are counted."""
    plants = tuple(random_plants(BY_CHANCE, seed=20261124))
    like_words = {
        plant.kind
        for plant in plants
        if plant.place.by_looks and (is_word(plant.secret) or not generated(plant.secret))
    }
    assert len(like_words) <= LOOKS_LIKE_A_WORD * len(plants) + 1
    capture = save(tmp_path, plants)
    outputs = offline(tmp_path, capture, ("nginx", "express")) | live(tmp_path, capture)
    secrets = {plant.kind: plant.secret for plant in plants if plant.kind not in like_words}
    print(f"{len(secrets)} secrets, {len(like_words)} like words, {len(outputs)} outputs")
    assert leaks(outputs, secrets) == {}
    wanted = sum(plant.place.removed + OF_A_CALL for plant in plants)
    for name in ("r.json", "live report"):
        removed = json.loads(outputs[name])["totals"]["redacted_values"]
        assert wanted - len(like_words) <= removed <= wanted


@pytest.mark.parametrize(
    "path",
    [
        "/api/v2/users/{n}/orders", "/oauth/token", "/oauth2/authorize", "/graphql", "/", "/login",
        "/.well-known/openid-configuration", "/.well-known/jwks.json", "/static/main.{hash}.js",
        "/_next/static/chunks/webpack.js", "/api/getUserById", "/v1.1/checkout_sessions",
        "/jquery-3.6.0.min.js", "/wp-json/wp/v2/posts", "/socket.io/", "/i18n/de-DE/messages.json",
        "/kundenkonto/bestellungen", "/szczegoly-zamowienia", "/products/blue-shoes",
        "/api/k8s/pods", "/XMLHttpRequest", "/resetPassword/confirm", "/isAuthenticated",
        "/favicon.ico",
    ],
)  # fmt: skip
def test_paths_of_apis_stay_readable(path: str) -> None:
    asked = path.replace("{n}", "42").replace("{hash}", "3f2a1b")
    assert Door().url("https://api.example" + asked).path == path


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Origin", "https://app.example:8443"),
        ("Access-Control-Allow-Origin", "https://app.example/"),
        ("Access-Control-Allow-Origin", "https://tenant-3f2a1b9c4d5e6f70.example"),
        ("Access-Control-Allow-Methods", "GET, PATCH, PROPFIND, M-SEARCH"),
        ("Access-Control-Allow-Headers", "authorization,x-b3-traceid,x-amz-content-sha256"),
        ("Access-Control-Expose-Headers", "X-Amzn-RequestId, X-AspNetMvc-Version, ETag"),
        ("Access-Control-Request-Headers", "x-shopify-storefront-access-token,x-datadog-trace-id"),
        ("Access-Control-Max-Age", "9" * 40),
        ("Cache-Control", "public, max-age=31536000, stale-while-revalidate=604800"),
        ("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("Content-Type", 'text/html; charset="utf-8"'),
        ("Date", "Tue, 24 Nov 2026 10:00:00 GMT"),
        ("Server", "Apache/2.4.57 (Ubuntu) OpenSSL/3.0.2 PHP/8.1.2-1ubuntu2.14"),
        ("Server", "openresty/1.19.9.1"),
        ("Via", "1.1 varnish-v4, 1.1 vegur"),
        ("Sec-CH-UA", '"Chromium";v="156", "Not.A/Brand";v="24"'),
        ("Accept", "text/html,application/xhtml+xml,application/signed-exchange;v=b3;q=0.7"),
        ("Vary", "Origin, Access-Control-Request-Headers"),
    ],
)
def test_values_that_judgement_needs_stay_as_they_are(name: str, value: str) -> None:
    assert Door().headers([(name.encode(), value.encode())]).get(name.lower()) == value


@pytest.mark.parametrize(
    "line",
    [
        ("Strict-Transport-Security", "max-age=31536000"),
        ("X-Served-At", "Tue, 24 Nov 2026 10:00:00 GMT"),
        ("X-Forwarded-Host", "app.example"),
        ("X-Original-Type", "application/json; charset=utf-8"),
        ("X-Real-IP", "192.168.100.200"),
        ("X-Matched-Path", "/account/settings"),
        ("X-Redirect", "https://app.example/auth/callback"),
        ("X-Policy", "default-src 'self' https://cdn.example/assets/; img-src *"),
        ("X-Answer", "Access-Control-Allow-Origin: https://app.example"),
        ("X-Answer", "Access-Control-Allow-Origin: *"),
        ("X-Groups", '{"group": "default", "max_age": 10886400}'),
        ("Alt-Svc", 'h3=":443"; ma=86400'),
    ],
)
def test_what_stands_everywhere_does_not_stop_the_report(line: tuple[str, str]) -> None:
    """A value of a withheld header that a kept one says too is no secret."""
    door = Door()
    door.headers([(b"Origin", b"https://app.example"), (line[0].encode(), line[1].encode())])
    assert door.withheld == 1
    assert door.secrets() == frozenset()


@pytest.mark.parametrize(
    "value",
    [
        "hunter2", "/reset/hunter2", "https://app.example/hunter2", "hunter*dragon", "one!two",
        "https://me:word@app.example/", "/orders?key=word", "0123456789/012345678", "w0rd one two",
        "https://app.example/callback?code=word", "/users/4711/orders", "pass'word",
    ],
)  # fmt: skip
def test_what_is_not_only_words_is_searched_for(value: str) -> None:
    door = Door()
    door.headers([(b"Origin", b"https://app.example"), (b"X-Secret", value.encode())])
    assert value in door.secrets()


def test_a_report_that_says_the_words_of_a_withheld_value(tmp_path: Path) -> None:
    """Where a login shall lead to, and where the session then was, is the same text."""
    made = [
        flows.call(
            ("Access-Control-Allow-Origin", "*"),
            url="https://api.example/login?next=/account/settings&uri="
            "https%3A%2F%2Fapp.example%2Fauth%2Fcallback&answer=Access-Control-Allow-Origin%3A%20*",
        ),
        flows.call(url="https://api.example/account/settings"),
        flows.call(url="https://api.example/auth/callback", origin="https://app.example"),
    ]
    outputs = offline(tmp_path, flows.save(tmp_path / "in.flow", *made), ("nginx",))
    assert "/account/settings" in outputs["r.html"]
    assert "Access-Control-Allow-Origin: *" in outputs["r.html"]


@pytest.mark.parametrize("text", ["a", ":", "a:", "@", "a=", "b'", 'b"', "a://", "1a", "a.b-", " "])
def test_long_values_take_no_longer_than_they_are_long(text: str) -> None:
    """A pattern that looks back and forth would not come to an end here."""
    value = (text * 200_000).encode()
    door = Door()
    for ending in (b"", b" @", b"'", b"://x"):
        for name in (b"Server", b"Authorization", b"Referer", b"Location", b"WWW-Authenticate"):
            assert door.headers([(name, value + ending)]).size(name.decode().lower())
        door.text((value + ending).decode())


def test_tokens_in_names_and_lists_stay_apart() -> None:
    """What is removed from a list of header names is still one name, equal to itself alone."""
    one, other = "x-0123456789abcdef0123", "x-fedcba98765432100123"
    headers = Door().headers(
        [(one.encode(), b"1"), (b"Access-Control-Allow-Headers", f"{one}, {other}, x-a".encode())]
    )
    first, second, third = (headers.get("access-control-allow-headers") or "").split(", ")
    assert (first, third) == (headers.fields[0].name, "x-a")
    assert first != second
    assert first.startswith("removed-")


def test_what_credentials_say_is_searched_for() -> None:
    door = Door()
    door.headers(
        [
            (b"Authorization", b"Basic YWxpY2U6czNjcjN0LXBhc3N3MHJk"),
            (b"Cookie", b'a="quot3d-s3cr3t"'),
            (b"X-Next", b"p3rc%2525ent"),
            (b"Proxy-Authorization", b'Digest username="m", response="0123456789abcdef"'),
        ]
    )
    assert {"s3cr3t-passw0rd", "quot3d-s3cr3t", "p3rc%ent", "0123456789abcdef"} <= {
        each.strip('"') for each in door.secrets()
    }
