"""Rules about who is trusted: how grave it is, and the false alarms that must not come."""

from __future__ import annotations

from pathlib import Path

import pytest
from publicsuffixlist import PSLFILE, PublicSuffixList, encode_idn

from analysis.fetch import site
from analysis.fetch.site import registrable_domain, shared_suffix
from analysis.finding import Confidence, Finding, Kind, Severity
from analysis.rules.lookalike import bases_of, likeness
from analysis.session.intent import Intent

from .test_rules import API, APP, audit, only, rules_of

EVIL = "https://prizes.example.net"
OTHER = "https://shop.example.org"
COOKIE = "Cookie: session=1"
HOME = "Set-Cookie: session=FAKE; Secure; HttpOnly; SameSite=Lax"
AWAY = "Set-Cookie: session=FAKE; Secure; HttpOnly; SameSite=None"
ACAC = "Access-Control-Allow-Credentials: true"


def call(
    origin: str,
    *answer: str,
    asks: tuple[str, ...] = (),
    method: str = "GET",
    path: str = "/x",
    api: str = API,
    mode: str = "cors",
) -> str:
    """One request and its answer, `200` unless the answer begins with a status."""
    lines = answer if answer and answer[0].isdigit() else ("200", *answer)
    head = [f"> {method} {api}{path}", f"> Origin: {origin}", f"> Sec-Fetch-Mode: {mode}"]
    return "\n".join([*head, *(f"> {a}" for a in asks), *(f"< {a}" for a in lines)]) + "\n"


def echo(
    origin: str,
    *more: str,
    credentials: bool = True,
    asks: tuple[str, ...] = (),
    method: str = "GET",
    path: str = "/x",
    api: str = API,
) -> str:
    """A call that is answered by the origin's own name."""
    allow = [f"Access-Control-Allow-Origin: {origin}", "Vary: Origin"]
    if credentials:
        allow.append(ACAC)
    return call(origin, "200", *allow, *more, asks=asks, method=method, path=path, api=api)


def star(origin: str, *more: str, asks: tuple[str, ...] = (), api: str = API) -> str:
    """A call that is answered with `*`."""
    return call(origin, "200", "Access-Control-Allow-Origin: *", *more, asks=asks, api=api)


def refuse(origin: str, path: str = "/x", api: str = API) -> str:
    """A call whose answer names nobody."""
    return call(origin, "200", "Vary: Origin", path=path, api=api)


def socket(origin: str, status: int = 101, *asks: str) -> str:
    """A WebSocket handshake."""
    asks = asks or (COOKIE,)
    ask = ("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", *asks)
    return call(origin, str(status), asks=ask, mode="websocket")


def found(text: str, rule: str, declared: dict[str, set[str]] | None = None) -> Finding | None:
    """The finding, also where it is folded under another one's."""
    intent = Intent({api: frozenset(origins) for api, origins in (declared or {}).items()})
    return next((f for f in audit(text, intent).findings if f.rule == rule), None)


def explained(text: str, rule: str) -> set[str]:
    """Rules whose findings stand under this one's."""
    return {each.rule for each in only(text, rule).explains}


def dangerous(text: str) -> list[str]:
    return rules_of(text, Kind.DANGEROUS)


# Whose cookies travel


@pytest.mark.parametrize(
    ("more", "asks", "severity"),
    [
        ((), (), Severity.HIGH),
        ((AWAY,), (), Severity.HIGH),
        ((HOME,), (), Severity.MEDIUM),
        ((HOME, AWAY), (), Severity.HIGH),
        ((), (COOKIE,), Severity.CRITICAL),
        ((HOME,), (COOKIE,), Severity.CRITICAL),
        (("Set-Cookie: theme=; Max-Age=0; SameSite=Lax",), (), Severity.HIGH),
        (("Set-Cookie: session=FAKE",), (), Severity.HIGH),
    ],
)
def test_same_site_grades_reflection(
    more: tuple[str, ...], asks: tuple[str, ...], severity: Severity
) -> None:
    text = echo(APP, *more) + echo(EVIL, asks=asks)
    assert only(text, "reflected-origin-with-credentials").severity is severity


def test_cookies_of_a_link_from_elsewhere_prove_nothing() -> None:
    """`Lax` cookies go along when another site's link is followed, as after every login."""
    followed = f"""
    > GET {API}/welcome
    > Sec-Fetch-Mode: navigate
    > Sec-Fetch-Site: cross-site
    > {COOKIE}
    < 200
    """
    text = followed + echo(APP, HOME) + echo(EVIL)
    assert only(text, "reflected-origin-with-credentials").severity is Severity.MEDIUM


def test_cookies_of_the_own_site_prove_nothing() -> None:
    text = echo(APP, HOME, asks=(COOKIE,)) + echo(EVIL)
    assert only(text, "reflected-origin-with-credentials").severity is Severity.MEDIUM


@pytest.mark.parametrize(
    ("answer", "asks", "severity"),
    [
        ((ACAC,), (), Severity.HIGH),
        ((ACAC, HOME), (), Severity.MEDIUM),
        ((ACAC,), ("Sec-Fetch-Site: cross-site", COOKIE), Severity.CRITICAL),
        ((), (), Severity.LOW),
    ],
)
def test_null_is_graded(answer: tuple[str, ...], asks: tuple[str, ...], severity: Severity) -> None:
    text = call("null", "200", "Access-Control-Allow-Origin: null", *answer, asks=asks)
    assert only(text, "null-origin-allowed").severity is severity


def test_http_page_is_graded() -> None:
    page = "http://app.example.com"
    assert only(echo(page), "insecure-origin-allowed").severity is Severity.MEDIUM
    assert only(echo(page, HOME), "insecure-origin-allowed").severity is Severity.LOW


def test_reflection_explains_the_rest() -> None:
    text = (
        echo(APP)
        + echo(EVIL, asks=(COOKIE,))
        + echo("http://app.example.com")
        + echo("https://codepen.io")
        + echo("https://app.example.com.prizes.example.net")
        + echo("http://localhost:3000")
        + call("null", "200", "Access-Control-Allow-Origin: null", ACAC)
        + "".join(echo(f"https://{name}.example.com") for name in ("a", "b", "c"))
    )
    assert dangerous(text) == ["reflected-origin-with-credentials"]
    assert explained(text, "reflected-origin-with-credentials") >= {
        "development-origin-allowed",
        "insecure-origin-allowed",
        "lookalike-origin-allowed",
        "many-subdomains-allowed",
        "null-origin-allowed",
        "shared-hosting-origin-allowed",
    }


def test_declared_trust_is_silent() -> None:
    text = call("null", "200", "Access-Control-Allow-Origin: null", ACAC)
    assert found(text, "null-origin-allowed", {API: {"null"}}) is None
    http = "http://app.example.com"
    assert found(echo(http), "insecure-origin-allowed", {API: {http}}) is None


# reflected-origin


def test_reflection_without_credentials_is_low() -> None:
    text = echo(APP, credentials=False) + echo(EVIL, credentials=False)
    assert dangerous(text) == []
    finding = only(text, "reflected-origin")
    assert (finding.severity, finding.confidence) == (Severity.LOW, Confidence.TENTATIVE)
    public = echo(APP, "Cache-Control: public, max-age=9", credentials=False)
    text = public + public.replace(APP, EVIL)
    assert only(text, "reflected-origin").severity is Severity.INFO


def test_null_without_credentials_is_part_of_reflection() -> None:
    null = call("null", "200", "Access-Control-Allow-Origin: null")
    text = echo(APP, credentials=False) + echo(EVIL, credentials=False) + null
    assert rules_of(text) == ["reflected-origin"]
    assert dangerous(echo(APP, credentials=False) + null) == ["null-origin-allowed"]


@pytest.mark.parametrize(
    "text",
    [
        # a list: somebody is refused
        echo(APP, credentials=False) + echo(EVIL, credentials=False) + refuse(OTHER),
        # with credentials: another rule's
        echo(APP) + echo(EVIL) + echo(APP, credentials=False) + echo(EVIL, credentials=False),
        # one site, and development beside it
        echo(APP, credentials=False) + echo("http://localhost:3000", credentials=False),
        # `*` is no echo
        star(APP) + star(EVIL),
    ],
)
def test_reflection_without_credentials_stays_silent(text: str) -> None:
    assert "reflected-origin" not in rules_of(text)


# lookalike-origin-allowed


@pytest.mark.parametrize(
    "host",
    [
        "app.example.com.evil.net",
        "example.com.evil.net",
        "www.app.example.com.evil.net",
        "app.example.com-evil.net",
        "app.example.com_.evil.net",
        "app.example.com`.evil.net",
        "app.example.com{.evil.net",
        "evilexample.com",
        "not-example.com",
        "x.evilexample.com",
        "appxexample.com",
        "api.example.com.evil.co.uk",
    ],
)
def test_lookalikes_are_caught(host: str) -> None:
    text = echo(APP) + echo(f"https://{host}") + refuse(OTHER)
    finding = only(text, "lookalike-origin-allowed")
    assert (finding.severity, finding.confidence) == (Severity.HIGH, Confidence.FIRM)
    assert "reflected-origin-with-credentials" not in rules_of(text)
    alone = echo(APP) + echo(f"https://{host}")
    assert dangerous(alone) == ["lookalike-origin-allowed"], "the better cause of the two"


@pytest.mark.parametrize(
    "host",
    [
        "admin.example.com",
        "myapp.example.com",
        "app-example.com.example.com",
        "example.com.au",
        "example.net",
        "example.co",
        "app.example.org",
        "www.example.company",
        "sample.com",
        "app.test",
        "example.com.s3.amazonaws.com",
        "app.example.com.netlify.app",
        "192.0.2.7",
    ],
)
def test_near_misses_are_no_lookalikes(host: str) -> None:
    text = echo(APP) + echo(f"https://{host}") + echo(f"{APP}:8443") + refuse(OTHER)
    assert "lookalike-origin-allowed" not in rules_of(text)


def test_names_of_tests_are_told_apart() -> None:
    api = "http://api.test"
    for host in ("app.test", "admin.app.test", "api.test:8080", "partner.test"):
        text = echo("http://app.test", api=api) + echo(f"http://{host}", api=api)
        assert "lookalike-origin-allowed" not in rules_of(text + refuse(OTHER, api=api))
    for host in ("app.test.evil.test", "evilapp.test", "evil-app.test", "evilapi.test"):
        text = echo("http://app.test", api=api) + echo(f"http://{host}", api=api)
        text += refuse("http://evil.test", api=api)
        assert only(text, "lookalike-origin-allowed").severity is Severity.HIGH, host


def test_sister_brands_are_doubtful() -> None:
    """`bookshop.example` and `shop.example` may both be meant."""
    text = echo("https://shop.example.org") + echo("https://bookexample.org") + refuse(EVIL)
    finding = only(text, "lookalike-origin-allowed")
    assert (finding.severity, finding.confidence) == (Severity.LOW, Confidence.TENTATIVE)
    assert "sister brand" in finding.message


def test_lookalikes_are_graded() -> None:
    like = "https://app.example.com.evil.net"
    rule = "lookalike-origin-allowed"
    assert only(echo(APP, HOME) + echo(like), rule).severity is Severity.MEDIUM
    plain = echo(APP, credentials=False) + echo(like, credentials=False)
    assert only(plain, rule).severity is Severity.MEDIUM
    everybody = plain + echo(EVIL, credentials=False)
    assert rule not in rules_of(everybody), "it lets in everybody, who may read what is public"
    assert rule not in rules_of(echo(APP) + refuse(like))


def test_lookalikes_do_not_depend_on_order() -> None:
    texts = [echo(APP), echo("https://evilexample.com"), refuse(OTHER)]
    one = found("".join(texts), "lookalike-origin-allowed")
    two = found("".join(reversed(texts)), "lookalike-origin-allowed")
    assert one is not None
    assert two is not None
    assert (one.severity, one.message, one.pages) == (two.severity, two.message, two.pages)


def test_long_names_are_not_searched() -> None:
    bases = bases_of([f"{n}.example.com" for n in "abc"])
    assert likeness("a" * 100_000, bases, "x") is None
    assert likeness("-".join("a" * 126), bases, "x") is None


# many-subdomains-allowed


def subdomains(*names: str) -> str:
    return "".join(echo(f"https://{name}.example.com") for name in names)


def test_subdomains_are_counted() -> None:
    finding = only(subdomains("a", "b", "c", "d"), "many-subdomains-allowed")
    assert "4 different hosts" in finding.message
    assert finding.kind is Kind.NOTE
    assert finding.confidence is Confidence.TENTATIVE
    below = "".join(echo(f"http://{n}.app.test", api="http://api.test") for n in "abc")
    assert only(below, "many-subdomains-allowed").severity is Severity.LOW


@pytest.mark.parametrize(
    "text",
    [
        subdomains("a", "b"),
        subdomains("a", "b", "c") + refuse("https://old.example.com"),
        # other ports and schemes of two hosts
        subdomains("a", "b") + echo("https://a.example.com:8443") + echo("http://b.example.com"),
        # without credentials
        subdomains("a", "b", "c").replace(f"< {ACAC}\n", ""),
        # names of different owners
        "".join(echo(f"https://{n}.netlify.app") for n in ("ab-one", "cd-two", "ef-three")),
        "".join(echo(f"http://192.168.0.{n}") for n in (1, 2, 3)),
    ],
)
def test_few_subdomains_are_nothing(text: str) -> None:
    assert "many-subdomains-allowed" not in rules_of(text)


# any-port-allowed


def test_ports() -> None:
    text = echo(APP) + echo(f"{APP}:8443") + echo(f"{APP}:9000")
    finding = only(text, "any-port-allowed")
    assert (finding.severity, finding.kind) == (Severity.LOW, Kind.NOTE)
    plain = text.replace(f"< {ACAC}\n", "")
    assert only(plain, "any-port-allowed").severity is Severity.INFO


@pytest.mark.parametrize(
    "text",
    [
        echo(APP) + echo(f"{APP}:8443"),
        echo(APP) + echo(f"{APP}:8443") + echo(f"{APP}:9000") + refuse(f"{APP}:9001"),
        echo(APP) + echo(f"{APP}:8443") + echo("http://app.example.com:9000"),
        "".join(echo(f"http://localhost:{port}") for port in (3000, 4000, 5000)),
    ],
)
def test_few_ports_are_nothing(text: str) -> None:
    assert "any-port-allowed" not in rules_of(text)


# shared-hosting-origin-allowed


def test_the_list_is_read_as_its_library_reads_it() -> None:
    whole, first = PublicSuffixList(), PublicSuffixList(only_icann=True)
    for line in Path(PSLFILE).read_text(encoding="utf-8").splitlines():
        rule = line.partition(" ")[0].lstrip("!").replace("*", "any")
        if not rule or rule.startswith("//"):
            continue
        for name in {rule, encode_idn(rule)}:
            host = f"a.b.{name}"
            assert registrable_domain(host) == (whole.privatesuffix(host) or host)
            suffix = whole.publicsuffix(host)
            shared = shared_suffix(host)
            assert shared is None or (shared == suffix != first.publicsuffix(host)), host


def test_the_rules_of_one_domain_are_all_that_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hosts of a few top-level domains are told by the part of the list that is about these."""
    whole = PublicSuffixList()
    tops: dict[str, set[str]] = {}
    for line in Path(PSLFILE).read_text(encoding="utf-8").splitlines():
        rule = line.partition(" ")[0].lstrip("!").replace("*", "any")
        if rule and rule.isascii() and not rule.startswith("//"):
            tops.setdefault(rule.rpartition(".")[2], set()).add(rule)
    most = sorted(tops, key=lambda top: -len(tops[top]))
    for first in range(0, 60, 10):  # com, jp, no, ck … with their wildcards and exceptions
        monkeypatch.setattr(site, "_lists", {})
        for top in [*most[first : first + 10], "ck", "local"]:
            for rule in tops.get(top, {"host.local"}):
                for host in (f"a.b.{rule}", f"B.{rule}", rule):
                    registrable_domain.cache_clear()
                    assert registrable_domain(host) == (whole.privatesuffix(host) or host)
        assert ("", False) not in site._lists


def test_shared_suffixes() -> None:
    assert shared_suffix("me.github.io") == "github.io"
    assert shared_suffix("a.b.pages.dev") == "pages.dev"
    assert shared_suffix("bucket.s3.amazonaws.com") == "s3.amazonaws.com"
    for host in ("example.com", "example.co.uk", "example.uk.com", "app.test", "localhost"):
        assert shared_suffix(host) is None, host


@pytest.mark.parametrize(
    ("origins", "more", "credentials", "severity"),
    [
        (("https://ab-one.netlify.app", "https://cd-two.netlify.app"), (), True, Severity.HIGH),
        (("https://ab-one.netlify.app", "https://cd-two.netlify.app"), (HOME,), True,
         Severity.MEDIUM),
        (("https://shop-one.vercel.app", "https://shop-git-two.vercel.app"), (), True,
         Severity.LOW),
        (("https://codepen.io",), (), True, Severity.HIGH),
        (("https://fiddle.jshell.net",), (), False, Severity.LOW),
        (("https://storage.googleapis.com",), (), True, Severity.HIGH),
        (("https://me.github.io",), (), True, Severity.LOW),
    ],
)  # fmt: skip
def test_shared_hosting_is_graded(
    origins: tuple[str, ...], more: tuple[str, ...], credentials: bool, severity: Severity
) -> None:
    text = echo(APP, *more) + refuse(OTHER)
    text += "".join(echo(origin, credentials=credentials) for origin in origins)
    assert only(text, "shared-hosting-origin-allowed").severity is severity


@pytest.mark.parametrize(
    "text",
    [
        # the front end itself
        echo("https://example-shop.netlify.app", asks=(COOKIE,)),
        # one exact name beside others, without credentials
        echo(APP, credentials=False) + echo("https://me.github.io", credentials=False)
        + refuse(OTHER),
        # a registry that sells names, no hoster
        echo(APP) + echo("https://one.uk.com") + echo("https://two.uk.com") + refuse(OTHER),
        # the API lives there, too
        echo("https://me.github.io", api="https://api.me.github.io")
        + echo("https://x.me.github.io", api="https://api.me.github.io"),
        # refused
        echo(APP) + refuse("https://codepen.io"),
    ],
)  # fmt: skip
def test_shared_hosting_stays_silent(text: str) -> None:
    assert "shared-hosting-origin-allowed" not in rules_of(text)


# third-party-origin-allowed


def test_third_parties() -> None:
    text = echo(APP) + echo(EVIL, asks=(COOKIE,)) + refuse(OTHER)
    finding = only(text, "third-party-origin-allowed")
    assert (finding.kind, finding.severity) == (Kind.NOTE, Severity.LOW)
    assert finding.pages == (EVIL,)
    two = echo(EVIL, asks=(COOKIE,)) + echo(OTHER, asks=(COOKIE,))
    two += refuse("https://www.example.edu")
    assert only(two, "third-party-origin-allowed").severity is Severity.INFO


@pytest.mark.parametrize(
    "text",
    [
        # siblings, and this machine
        echo(APP, asks=(COOKIE,)) + echo("https://admin.example.com", asks=(COOKIE,)),
        echo(APP) + echo("http://localhost:3000", asks=(COOKIE,)),
        # no cookies, or no credentials
        echo(APP) + echo(EVIL) + refuse(OTHER),
        echo(APP) + echo(EVIL, asks=(COOKIE,), credentials=False) + refuse(OTHER),
        # the API's own front end, at another domain
        echo("https://example.org", asks=(COOKIE,)),
        # names for tests say nothing about owners
        echo("http://app.test", asks=(COOKIE,), api="http://api.test")
        + echo("http://admin.test", asks=(COOKIE,), api="http://api.test")
        + refuse("http://evil.test", api="http://api.test"),
        # everybody
        echo(APP) + echo(EVIL, asks=(COOKIE,)),
    ],
)
def test_no_third_parties(text: str) -> None:
    assert "third-party-origin-allowed" not in rules_of(text)


# development-origin-allowed


@pytest.mark.parametrize(
    ("origin", "more", "credentials", "severity"),
    [
        ("http://localhost:3000", (), True, Severity.MEDIUM),
        ("http://localhost:3000", (HOME,), True, Severity.LOW),
        ("http://localhost:3000", (), False, Severity.LOW),
        ("http://127.0.0.1:8080", (), True, Severity.MEDIUM),
        ("http://192.168.1.7:3000", (), True, Severity.MEDIUM),
        ("https://mac.local", (), True, Severity.MEDIUM),
        ("https://app.test", (), True, Severity.MEDIUM),
        ("capacitor://localhost", (), True, Severity.LOW),
        ("ionic://localhost", (), True, Severity.LOW),
        ("file://", (), True, Severity.MEDIUM),
    ],
)
def test_development_origins_are_graded(
    origin: str, more: tuple[str, ...], credentials: bool, severity: Severity
) -> None:
    text = echo(origin, *more, credentials=credentials)
    finding = only(text, "development-origin-allowed")
    assert (finding.severity, finding.confidence) == (severity, Confidence.TENTATIVE)


@pytest.mark.parametrize(
    "api",
    [
        "http://localhost:4000",
        "http://192.168.1.8",
        "https://api.test",
        "https://api.local",
        "https://api.corp.internal",
        "https://dev-api.example.com",
        "https://api.staging2.example.com",
        "https://api.qa.example.com",
    ],
)
def test_servers_for_developers_let_developers_in(api: str) -> None:
    assert dangerous(echo("http://127.0.0.1:3000", api=api)) == []


@pytest.mark.parametrize(
    "text",
    [
        refuse("http://localhost:3000"),
        star("http://localhost:3000"),
        echo("http://intranet", api="http://api.example.com"),
        echo("chrome-extension://abcdefghijklmnop"),
    ],
)
def test_no_development_origins(text: str) -> None:
    assert "development-origin-allowed" not in rules_of(text)


def test_words_inside_names_are_no_environments() -> None:
    for api in ("https://api.latest.example.com", "https://devices.example.com"):
        assert dangerous(echo("http://localhost:3000", api=api)) == ["development-origin-allowed"]


# wildcard-on-private-data


@pytest.mark.parametrize(
    ("more", "asks", "severity"),
    [
        (("Cache-Control: private",), (), Severity.LOW),
        (("Cache-Control: max-age=0, private, must-revalidate",), (), Severity.LOW),
        (("Cache-Control: private",), ("Authorization: Bearer FAKE-SECRET",), Severity.INFO),
        (("Set-Cookie: id=FAKE",), (), Severity.INFO),
    ],
)
def test_wildcard_on_private_data_is_graded(
    more: tuple[str, ...], asks: tuple[str, ...], severity: Severity
) -> None:
    finding = only(star(APP, *more, asks=asks), "wildcard-on-private-data")
    assert (finding.kind, finding.severity) == (Kind.NOTE, severity)


@pytest.mark.parametrize(
    "text",
    [
        star(APP),
        star(APP, "Cache-Control: no-store"),
        star(APP, 'Cache-Control: max-age=9, x="private-label"'),
        # `*` breaks calls here, which is the news
        star(APP, "Cache-Control: private", asks=(COOKIE,)),
        star(APP, "Set-Cookie: id=FAKE") + star(APP, asks=(COOKIE,)),
        echo(APP, "Cache-Control: private"),
        call(APP, "401", "Access-Control-Allow-Origin: *", "Cache-Control: private"),
    ],
)
def test_wildcard_without_a_person_is_nothing(text: str) -> None:
    assert "wildcard-on-private-data" not in rules_of(text)


# wildcard-on-private-network


@pytest.mark.parametrize(
    "api",
    ["http://127.0.0.1:9000", "http://localhost:9000", "http://10.0.0.7", "http://printer",
     "http://nas.local", "http://[fd00::1]"],
)  # fmt: skip
def test_open_servers_inside(api: str) -> None:
    finding = only(star(EVIL, api=api), "wildcard-on-private-network")
    assert (finding.severity, finding.kind) == (Severity.MEDIUM, Kind.DANGEROUS)
    repeated = echo(EVIL, credentials=False, api=api) + echo(OTHER, credentials=False, api=api)
    assert dangerous(repeated) == ["wildcard-on-private-network"]
    assert "reflected-origin" in explained(repeated, "wildcard-on-private-network")


@pytest.mark.parametrize(
    "text",
    [
        # both ends inside
        star("http://localhost:3000", api="http://127.0.0.1:9000"),
        star("http://10.0.0.8", api="http://10.0.0.7"),
        star("http://app.test:8000", api="http://localhost:9000"),
        # one page by name, or a list
        echo(EVIL, api="http://127.0.0.1:9000"),
        echo(EVIL, credentials=False, api="http://10.0.0.7")
        + echo(OTHER, credentials=False, api="http://10.0.0.7")
        + refuse("https://www.example.edu", api="http://10.0.0.7"),
        # a public name, whatever it resolves to
        star(EVIL, api="https://intranet.example.com"),
        # nobody may read
        refuse(EVIL, api="http://10.0.0.7"),
    ],
)
def test_no_open_servers_inside(text: str) -> None:
    assert "wildcard-on-private-network" not in rules_of(text)


# wildcard-for-public-content


def test_public_content_is_one_note() -> None:
    text = star(APP, "Cache-Control: public") + star(EVIL, asks=("Sec-Fetch-Dest: script",))
    finding = only(text, "wildcard-for-public-content")
    assert (finding.severity, finding.count) == (Severity.INFO, 2)


@pytest.mark.parametrize(
    "text",
    [
        star(APP),
        star(APP, "Cache-Control: public", asks=("Authorization: Bearer FAKE-SECRET",)),
        # `*` breaks calls here
        star(APP, "Cache-Control: public") + star(APP, asks=(COOKIE,)),
        echo(APP, "Cache-Control: public", credentials=False),
        call(APP, "404", "Access-Control-Allow-Origin: *", "Cache-Control: public"),
    ],
)
def test_other_wildcards_are_not_listed(text: str) -> None:
    assert "wildcard-for-public-content" not in rules_of(text)


def test_public_content_goes_under_what_is_worse() -> None:
    text = star(APP, "Cache-Control: public") + star(APP, "Cache-Control: private")
    assert rules_of(text) == ["wildcard-on-private-data"]


# fixed-origin-for-everybody


def fixed(origin: str, value: str = APP) -> str:
    return call(origin, "200", f"Access-Control-Allow-Origin: {value}")


def test_a_constant_is_told() -> None:
    finding = only(fixed(APP) + fixed(EVIL), "fixed-origin-for-everybody")
    assert (finding.kind, finding.severity) == (Kind.NOTE, Severity.INFO)
    assert finding.pages == (EVIL,)
    assert dangerous(fixed(APP) + fixed(EVIL)) == []


@pytest.mark.parametrize(
    "text",
    [
        fixed(APP) + fixed(APP),
        fixed(APP) + refuse(EVIL),
        fixed(APP) + fixed(EVIL) + echo(OTHER),
        fixed(APP, "*") + fixed(EVIL, "*"),
        fixed(APP, APP + "/") + fixed(EVIL, APP + "/"),
    ],
)
def test_no_constant(text: str) -> None:
    assert "fixed-origin-for-everybody" not in rules_of(text)


# allowed-origin-never-seen


def own(value: str, page: str = API) -> str:
    """A request of the API's own page, whose answer names an origin all the same."""
    return (
        f"> GET {API}/x\n> Sec-Fetch-Mode: cors\n> Sec-Fetch-Site: same-origin\n"
        f"> Referer: {page}/\n< 200\n< Access-Control-Allow-Origin: {value}\n"
    )


def test_unused_trust_is_told() -> None:
    finding = only(own(EVIL), "allowed-origin-never-seen")
    assert (finding.kind, finding.severity) == (Kind.NOTE, Severity.INFO)
    assert "1 other origin did" in only(own(EVIL) + echo(APP), "allowed-origin-never-seen").message


@pytest.mark.parametrize(
    "text",
    [
        own(EVIL) + echo(EVIL),
        echo(EVIL) + own(EVIL),
        own("*"),
        own("null"),
        own(API),
        own(APP),
        own("not an origin"),
        # the refusal is the news
        own(EVIL) + fixed(APP, EVIL),
    ],
)
def test_no_unused_trust(text: str) -> None:
    assert "allowed-origin-never-seen" not in rules_of(text)


# policy-depends-on-cookie


def test_wildcard_until_a_cookie_comes() -> None:
    rule = "policy-depends-on-cookie"
    text = star(APP) + echo(APP, asks=(COOKIE,))
    assert only(text, rule).severity is Severity.MEDIUM
    assert only(star(APP, HOME) + echo(APP, asks=(COOKIE,)), rule).severity is Severity.LOW
    other = star(EVIL) + echo(EVIL, asks=(COOKIE,))
    assert only(other, rule).severity is Severity.HIGH
    both = text + other
    assert dangerous(both) == ["reflected-origin-with-credentials"]
    assert rule in explained(both, "reflected-origin-with-credentials")


@pytest.mark.parametrize(
    "text",
    [
        # another endpoint, another origin
        star(APP) + echo(APP, asks=(COOKIE,), path="/me"),
        star(EVIL) + echo(APP, asks=(COOKIE,)),
        # a list that is asked where a cookie comes
        star(APP) + echo(APP, asks=(COOKIE,)) + refuse(EVIL),
        star(APP) + echo(APP, asks=(COOKIE,)) + star(EVIL, asks=(COOKIE,)),
        # without credentials nothing is given away
        star(APP) + echo(APP, asks=(COOKIE,), credentials=False),
        # an echo without a cookie
        star(APP) + echo(APP),
    ],
)
def test_policy_does_not_depend_on_cookie(text: str) -> None:
    assert "policy-depends-on-cookie" not in rules_of(text)


# undeclared-origin-allowed


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        (echo(EVIL), Severity.HIGH),
        (echo(EVIL, HOME), Severity.MEDIUM),
        (echo(EVIL, credentials=False), Severity.MEDIUM),
        (star(APP), Severity.MEDIUM),
        (call("null", "200", "Access-Control-Allow-Origin: null", ACAC), Severity.HIGH),
        (echo("https://campaign.example.com"), Severity.HIGH),
        (echo("http://localhost:3000"), Severity.HIGH),
    ],
)
def test_what_was_not_declared(text: str, severity: Severity) -> None:
    finding = found(text, "undeclared-origin-allowed", {API: {APP}})
    assert finding is not None
    assert (finding.severity, finding.confidence) == (severity, Confidence.CERTAIN)
    loud = [f.rule for f in audit(text, Intent({API: frozenset({APP})})).findings]
    assert loud == ["undeclared-origin-allowed"]


@pytest.mark.parametrize(
    ("text", "declared"),
    [
        (echo(APP), {API: {APP}}),
        (echo(EVIL), {API: {"*"}}),
        (star(EVIL), {API: {"*"}}),
        (echo(EVIL), {}),
        (echo(EVIL), {"https://other.example.com": {APP}}),
        (refuse(EVIL), {API: {APP}}),
        (fixed(EVIL), {API: {APP}}),
        (call("null", "200", "Access-Control-Allow-Origin: null"), {API: {"null"}}),
    ],
)
def test_what_was_declared(text: str, declared: dict[str, set[str]]) -> None:
    assert found(text, "undeclared-origin-allowed", declared) is None


def test_undeclared_is_cured_by_the_declared_list() -> None:
    finding = found(echo(EVIL), "undeclared-origin-allowed", {API: {APP}})
    assert finding is not None
    for fix in finding.fixes:
        if fix.where != "client":
            code = [line for line in fix.code.splitlines() if not line.startswith(("#", "//"))]
            assert "app.example.com" in "\n".join(code).replace("\\", "")
            assert "prizes" not in "\n".join(code)


# websocket-from-other-site


def test_sockets_of_strangers() -> None:
    text = socket(APP) + socket(EVIL)
    finding = only(text, "websocket-from-other-site")
    assert (finding.severity, finding.confidence) == (Severity.MEDIUM, Confidence.TENTATIVE)
    assert finding.pages == (EVIL,)


@pytest.mark.parametrize(
    "text",
    [
        socket(APP),
        socket(EVIL),
        socket(APP) + socket("https://admin.example.com"),
        socket(APP) + socket(EVIL) + socket(OTHER, 403),
        socket(APP) + socket(EVIL, 403),
        socket(APP) + socket(EVIL, 101, "Sec-WebSocket-Key: x"),
        (socket("http://localhost:3000") + socket("http://localhost:5000")).replace(
            API, "http://localhost:4000"
        ),
    ],
)
def test_sockets_stay_silent(text: str) -> None:
    assert "websocket-from-other-site" not in rules_of(text)


# forgeable-request

FORM = ("Content-Type: application/x-www-form-urlencoded", COOKIE)


def form(origin: str, *answer: str, mode: str = "no-cors", path: str = "/pay") -> str:
    """What a hostile page's form, or its `fetch` without CORS, sends."""
    asks = (*FORM, "Sec-Fetch-Site: cross-site")
    return call(origin, *answer, asks=asks, method="POST", mode=mode, path=path)


def paid(origin: str = APP, path: str = "/pay") -> str:
    """The front end's own call of the same endpoint."""
    return echo(origin, asks=FORM, method="POST", path=path)


@pytest.mark.parametrize("mode", ["no-cors", "navigate"])
def test_forged_requests(mode: str) -> None:
    finding = only(paid() + form(EVIL, mode=mode), "forgeable-request")
    assert (finding.severity, finding.confidence) == (Severity.MEDIUM, Confidence.TENTATIVE)
    assert finding.pages == (EVIL,)


def test_forged_requests_where_everybody_is_let_in() -> None:
    text = paid() + paid(EVIL)
    assert dangerous(text) == ["forgeable-request", "reflected-origin-with-credentials"]


@pytest.mark.parametrize(
    "text",
    [
        # refused, or nothing done
        paid() + form(EVIL, "403"),
        paid() + form(EVIL, "302", "Location: /login"),
        # no front end's endpoint: a collector
        form(EVIL) + form(OTHER),
        paid(path="/orders") + form(EVIL),
        # a login, which is called from elsewhere by design
        paid(path="/sso/acs") + form(EVIL, mode="navigate", path="/sso/acs"),
        # a listed partner
        paid() + paid(EVIL) + refuse(OTHER),
        # a sibling
        paid() + form("https://admin.example.com").replace("cross-site", "same-site"),
        # no cookie
        paid() + form(EVIL).replace(f"> {COOKIE}\n", ""),
        # asked first: no form can send it
        paid() + form(EVIL, mode="cors").replace("x-www-form-urlencoded", "json"),
        # the other rule speaks
        paid() + form(EVIL, "200", mode="cors"),
    ],
)
def test_not_forged(text: str) -> None:
    assert "forgeable-request" not in rules_of(text)


# A correct application


@pytest.mark.parametrize(
    ("app", "admin", "evil", "api"),
    [
        (APP, "https://admin.example.com", EVIL, API),
        ("http://app.test", "http://admin.test", "http://evil.test", "http://api.test"),
        ("http://app.test:8001", "http://app.test:8002", "http://evil.test", "http://api.test"),
        ("http://localhost:3000", "http://localhost:5173", "http://127.0.0.1:9", "http://localhost:4000"),
    ],
)  # fmt: skip
def test_a_correct_list_gives_nothing(app: str, admin: str, evil: str, api: str) -> None:
    text = "".join(
        echo(origin, more, asks=(COOKIE,), api=api)
        for origin in (app, admin)
        for more in (AWAY, "Cache-Control: private")
    )
    text += refuse(evil, api=api)
    told = audit(text).findings
    assert [f.rule for f in told if evil not in f.pages] == []
    assert [f.rule for f in told if f.kind is Kind.DANGEROUS] == []
