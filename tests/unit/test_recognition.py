"""Which software answered: right or unknown, on answers of real servers. Never wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from analysis.finding import Finding
from analysis.fixes import STACKS, recognise
from analysis.fixes.hops import HOPS
from analysis.result import HOPS as ORDER
from analysis.session.judge import Judged

from .test_fixes import result_of
from .test_rules import API, APP, call, judged

ANSWERS = sorted(Path(__file__).with_name("answers").glob("*.txt"))
"""`# what answered = the names that are right`, then answers: method, version, status, headers."""
UNKNOWN = "-"


@dataclass(frozen=True, slots=True)
class Section:
    """Answers of one server."""

    title: str
    names: frozenset[str]
    answers: tuple[str, ...]

    def __str__(self) -> str:
        return self.title


def sections() -> Iterator[Section]:
    for path in ANSWERS:
        for part in re.split(r"^# ", path.read_text(encoding="utf-8"), flags=re.M)[1:]:
            head, _, body = part.partition("\n")
            title, _, names = head.rpartition(" = ")
            right = frozenset(names.split(", ")) - {UNKNOWN}
            yield Section(title, right, tuple(filter(None, body.strip().split("\n\n"))))


def seen(answer: str) -> Judged:
    """One answer, heard through the door as any other."""
    head, *headers = answer.splitlines()
    method, version, status = head.split()
    http2 = " HTTP/2" if version.startswith("HTTP/2") else ""
    asked = ["> Access-Control-Request-Method: PUT"] if method == "OPTIONS" else []
    lines = [
        f"> {method} {API}/items{http2}",
        f"> Origin: {APP}",
        "> Sec-Fetch-Mode: cors",
        *asked,
        f"< {status}",
        *(f"< {header}" for header in headers),
    ]
    (found,) = judged("\n".join(lines))
    return found


@pytest.mark.parametrize("section", list(sections()), ids=str)
def test_right_or_unknown(section: Section) -> None:
    known = [{each.name for each in recognise(seen(answer))} for answer in section.answers]
    assert all(names <= section.names for names in known)
    assert set().union(*known) == section.names


def test_everything_that_can_be_told_is_told() -> None:
    told = set().union(*(section.names for section in sections()))
    silent = {"NestJS", "Node (http)", "Traefik", "any server"}
    by_host = {"AWS Lambda URL", "Azure App Service", "Azure API Management",
               "Google API Gateway", "Cloudflare Workers"}  # fmt: skip
    assert {each.name for each in (*STACKS, *HOPS)} - told == silent | by_host


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("abc.lambda-url.eu-central-1.on.aws", "AWS Lambda URL"),
        ("shop.azurewebsites.net", "Azure App Service"),
        ("shop.azure-api.net", "Azure API Management"),
        ("shop-1a2b.ew.gateway.dev", "Google API Gateway"),
        ("shop.someone.workers.dev", "Cloudflare Workers"),
        ("storage.googleapis.com", "Google Cloud Storage"),
    ],
)
def test_hosts_that_only_their_provider_gives_out(host: str, name: str) -> None:
    (found,) = judged(call("200").replace("api.example.com", host))
    assert [each.name for each in recognise(found)] == [name]
    (other,) = judged(call("200").replace("api.example.com", f"{host}.example.net"))
    assert list(recognise(other)) == []


def test_the_proxys_own_error_page_recognises_nobody() -> None:
    text = call("200", "X-Powered-By: Express") + "\n! HTTP/1 protocol error: peer closed"
    (found,) = judged(text)
    assert list(recognise(found)) == []


def test_a_platform_and_its_application_are_both_known() -> None:
    text = call("200", "X-Powered-By: Express")
    (found,) = judged(text.replace("api.example.com", "shop.azurewebsites.net"))
    known = {each.name: each.hop for each in recognise(found)}
    assert known == {"Azure App Service": "platform", "Express (cors)": "application"}


def test_hops_are_listed_from_the_browser_on() -> None:
    headers = ("CF-Ray: 8f1d", "Server: nginx/1.22.1", "X-Powered-By: Express")
    (policy,) = result_of(call("200", *headers)).policies
    assert [each.name for each in policy.stacks] == ["Cloudflare", "nginx", "Express (cors)"]
    assert [each.hop for each in policy.stacks] == ["CDN", "proxy", "application"]
    assert {each.hop for each in HOPS} | {each.layer for each in STACKS} <= set(ORDER)


# Which of two hops added what

TWICE = (
    f"Access-Control-Allow-Origin: {APP}",
    "X-Powered-By: Express",
    "Access-Control-Allow-Origin: https://proxy.example",
)


def _doubled(*headers: str) -> Finding:
    (found,) = [
        each
        for each in result_of(call("200", *headers)).findings
        if each.rule == "multiple-allow-origin"
    ]
    return found


@pytest.mark.parametrize(
    ("server", "said"),
    [
        ("nginx/1.22.1", "nginx writes its own headers so that its value is the second one here."),
        ("Caddy", "Caddy writes its own headers so that its value is the first one here."),
        ("Apache/2.4.71", ""),
    ],
)
def test_the_order_of_two_values_tells_whose_is_which(server: str, said: str) -> None:
    fix = _doubled(f"Server: {server}", *TWICE).fixes[0]
    assert fix.where == "proxy"
    assert said in fix.note
    assert ("value is the" in fix.note) == bool(said)


def test_a_page_without_the_applications_headers_is_the_proxys_own() -> None:
    good = call(
        "200", "Server: nginx", "X-Powered-By: Express", f"Access-Control-Allow-Origin: {APP}"
    )
    bad = call("502", "Server: nginx", "Content-Type: text/html")
    (finding,) = [
        each for each in result_of(f"{good}\n{bad}").findings if each.rule == "gateway-error"
    ]
    assert "This page is likely nginx's own: Express (cors) never answered" in finding.fixes[0].note
