"""The door: what passes, what does not, and what is remembered for the search at the end."""

from __future__ import annotations

import pytest

from analysis.redact import Door

SECRET = "FAKE-s3cr3t-0123456789"


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/api/users/42", "/api/users/{n}"),
        ("/v1/orders", "/v1/orders"),
        ("/items/3f2504e0-4f89-11d3-9a0c-0305e82c3301", "/items/{uuid}"),
        ("/reports/2026-11-24", "/reports/{date}"),
        ("/u/me@example.org", "/u/{email}"),
        ("/invite/Zm9vYmFyYmF6cXV4Zm9v123", "/invite/{token}"),
        ("/hooks/T024BE7LD", "/hooks/{id}"),
        ("/a1b2c3", "/{id}"),
        ("/", "/"),
        ("/shop/blue-shoes", "/shop/blue-shoes"),
        ("/static/app.js", "/static/app.js"),
        ("/" + "a" * 33, "/{token}"),
    ],
)
def test_paths_keep_only_words(path: str, shown: str) -> None:
    assert Door().url("https://api.example" + path).path == shown


def test_equal_urls_have_equal_keys_and_others_not() -> None:
    door = Door(b"k")
    one = door.url("https://api.example/users/1?token=a")
    assert one.key == Door(b"k").url("https://api.example/users/1?token=a#part").key
    assert one.key != door.url("https://api.example/users/2?token=a").key
    assert one.key != door.url("https://api.example/users/1?token=b").key
    assert one.text == "https://api.example/users/{n}?token=…"


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://API.example:443/x", "https://api.example"),
        ("http://localhost:3000/", "http://localhost:3000"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
    ],
)
def test_origins_are_serialised(url: str, origin: str) -> None:
    assert Door().url(url).origin == origin


@pytest.mark.parametrize("text", ["", "/path", "https://", "http://a:99999/", "nonsense"])
def test_what_is_no_url_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the message is urllib's in one case
        Door().url(text)


def test_header_values_outside_the_list_are_withheld_and_remembered() -> None:
    door = Door()
    headers = door.headers(
        [
            (b"Origin", b"https://app.example"),
            (b"Authorization", b"Bearer " + SECRET.encode()),
            (b"Cookie", b"sid=" + SECRET.encode() + b"2; theme=dark"),
            (b"X-Api-Key", SECRET.encode() + b"3"),
            (b"Set-Cookie", b"sid=" + SECRET.encode() + b"4; HttpOnly"),
        ]
    )
    assert headers.get("origin") == "https://app.example"
    for name in ("authorization", "cookie", "x-api-key", "set-cookie"):
        assert name in headers
        assert headers.get(name) is None
    assert {SECRET, SECRET + "2", SECRET + "3", SECRET + "4"} <= door.secrets()
    assert "dark" not in door.secrets()
    assert door.withheld == 5  # each cookie counts


def test_sizes_survive_withholding() -> None:
    headers = Door().headers([(b"X-Long", b"1234567"), (b"x-long", b"89")])
    assert headers.size("x-long") == 11


def test_redirect_targets_are_redacted_but_comparable() -> None:
    door = Door()
    target, scheme = door.location("https://a.example/x", f"/cb/{SECRET}?code={SECRET}")
    assert target is not None
    assert scheme is None
    assert SECRET not in target.text
    assert target.key == door.url(f"https://a.example/cb/{SECRET}?code={SECRET}").key


@pytest.mark.parametrize(
    ("value", "scheme"), [("data:text/html,x", "data"), ("ftp://a/", "ftp"), ("http://[", "")]
)
def test_targets_that_browsers_do_not_follow(value: str, scheme: str) -> None:
    assert Door().location("https://a.example/", value) == (None, scheme)


def test_set_cookie_attributes() -> None:
    cookie = Door().set_cookie("sid=x; Path=/; Secure; SameSite=None; Max-Age=0")
    assert (cookie.same_site, cookie.secure, cookie.path, cookie.deletes) == (
        "none", True, "/", True,
    )  # fmt: skip


def test_without_redaction_everything_is_kept() -> None:
    door = Door(redact=False)
    headers = door.headers([(b"X-Api-Key", SECRET.encode())])
    assert headers.get("x-api-key") == SECRET
    assert door.url("https://a.example/users/42").path == "/users/42"
    assert door.withheld == 0


def test_an_origin_of_the_session_is_no_secret() -> None:
    door = Door()
    door.url("https://app.example/cb?host=app.example&next=https%3A%2F%2Fa&t=" + SECRET)
    assert door.secrets() >= {SECRET}
    assert "app.example" not in door.secrets()


def test_a_path_that_is_shown_is_no_secret() -> None:
    """Servers repeat it in headers that are withheld, such as `X-Matched-Path`."""
    door = Door()
    door.headers(
        [
            (b"X-Matched-Path", b"/api/v1/items"),
            (b"Content-Location", b"https://api.example/api/v1/items"),
            (b"X-Original", f"/api/{SECRET}/items".encode()),
            (b"X-Callback", f"https://api.example/{SECRET}".encode()),
        ]
    )
    assert door.secrets() == {f"/api/{SECRET}/items", f"https://api.example/{SECRET}"}


def test_the_time_of_a_request_is_no_secret() -> None:
    """Results show it: a request that carries its time could not be reported."""
    door = Door()
    door.url("https://api.example/items?t=1795519694&phone=4915212345678&ms=1795519694250")
    assert door.secrets() == {"4915212345678", "1795519694250"}
