"""The addon in mitmproxy's console, in a real terminal."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from tests.unit import flows

from . import hostile, tmux
from .running import WITH_ADDON, load, wait_until

ALLOWED = (("Access-Control-Allow-Origin", "https://app.example"), ("Vary", "Origin"))
TEXT = ("Content-Type", "text/plain")


@pytest.fixture
def console(tmp_path: Path, no_browser: Callable[[str], NoReturn]) -> Iterator[tmux.Console]:
    """A refused call with a body, a refused preflight without one, and a call that is allowed."""
    if not tmux.find():
        no_browser("no tmux on this machine")
    asks = (("Access-Control-Request-Method", "PUT"),)
    capture = flows.save(
        tmp_path / "in.flow",
        flows.call(TEXT, url="https://api.example/cart", body=b"hello"),
        flows.call(url="https://api.example/items", method="OPTIONS", status=204, request=asks),
        flows.call(TEXT, *ALLOWED, url="https://fine.example/a", body=b"hello"),
    )
    with tmux.Console(tmp_path, "-n", "-r", str(capture), *WITH_ADDON) as running:
        running.wait_for("fine.example")
        yield running


def test_a_person_finds_the_verdict(console: tmux.Console) -> None:
    console.press("Enter")
    console.wait_for("Flow Details")
    console.press("Tab", "m")
    menu = console.wait_for("cors verdict")
    (key,) = re.findall(r"(\S)\) cors verdict", menu)
    console.press(key)
    seen = console.wait_for("BLOCKED: the server has acted")
    assert "Chromium says (MissingAllowOriginHeader): Access to fetch at" in seen
    assert "needed    Access-Control-Allow-Origin: https://app.example" in seen
    assert "[missing-allow-origin]" in seen
    assert "Fix: Send Access-Control-Allow-Origin: https://app.example." in seen


def test_a_preflight_without_a_body_explains_itself(console: tmux.Console) -> None:
    console.press("Down", "Enter", "Tab", "Tab")
    seen = console.wait_for("Comment: CORS preflight-without-cors-headers")
    assert "Fix: Send Access-Control-Allow-Origin" in seen
    console.type_command("cors.explain @focus")
    console.wait_for("BLOCKED: the browser never sent the request that this preflight asked for.")


def test_the_commands(console: tmux.Console, tmp_path: Path) -> None:
    console.type_command("cors.findings")
    assert "[missing-allow-origin]" in console.wait_for("Data viewer")
    console.press("q")
    console.type_command("cors.show missing-allow-origin")
    seen = console.wait_for("[1/1]")
    assert "/cart" in seen
    assert "/items" not in seen
    console.type_command("cors.show nothing")
    console.wait_for("'nothing' has marked no flow in this session")
    console.type_command("cors.report other.json")
    console.wait_for("CORS report: other.json")
    assert {f.rule for f in load(tmp_path / "other.json").findings} >= {"missing-allow-origin"}
    console.type_command("cors.report other.txt")
    console.wait_for("no report format '.txt'")
    console.type_command("cors.clear")
    console.wait_for("CORS audit: cleared.")
    console.type_command("cors.findings")
    console.wait_for("No findings so far.")


def test_marks_and_filters(console: tmux.Console) -> None:
    marked = [line for line in console.screen.splitlines() if "\N{LARGE RED CIRCLE}" in line]
    assert ["/cart" in marked[0], "/items" in marked[1], len(marked)] == [True, True, 2]
    console.type_command("set view_filter '~comment CORS'")
    assert "fine.example" not in console.wait_for("[1/2]")


def test_a_flow_is_marked_when_a_later_one_settles_it(
    tmp_path: Path, no_browser: Callable[[str], NoReturn]
) -> None:
    if not tmux.find():
        no_browser("no tmux on this machine")
    capture = flows.save(tmp_path / "in.flow", *flows.settled_later())
    with tmux.Console(tmp_path, "-n", "-r", str(capture), *WITH_ADDON) as running:
        seen = running.wait_for("\N{LARGE RED CIRCLE}")
        (marked,) = [line for line in seen.splitlines() if "\N{LARGE RED CIRCLE}" in line]
        assert " /a " in marked
        running.press("Enter", "Tab", "Tab")
        running.wait_for("Comment: CORS wildcard-with-credentials")


def test_hostile_bytes_do_not_reach_the_terminal(
    tmp_path: Path, no_browser: Callable[[str], NoReturn]
) -> None:
    if not tmux.find():
        no_browser("no tmux on this machine")
    recorded = hostile.recorded(for_console=True)
    capture = flows.save(tmp_path / "in.flow", *recorded)
    options = ("--set", "cors_live=all", "--set", "console_default_contentview=cors verdict")
    words = ("-n", "-r", str(capture), *WITH_ADDON, *options)
    with tmux.Console(tmp_path, *words) as console:
        console.wait_for("/lost")
        for number in range(len(recorded)):
            console.press("Enter")
            console.wait_for("Flow Details")
            if number == 0:  # later ones open where the one before was left
                console.press("Tab", "Tab")
            console.wait_for("Server Connection:")
            console.type_command("cors.explain @focus")
            assert not hostile.unseen(console.wait_for("Data viewer").partition("Data viewer")[2])
            console.press("q", "q", "Down")
        console.press("E")
        assert not hostile.unseen(console.wait_for("Events"))
        console.type_command("cors.findings")
        assert not hostile.unseen(console.wait_for("Data viewer"))
        wait_until(lambda: b"Data viewer" in console.written)
        assert not hostile.raw(console.written)
