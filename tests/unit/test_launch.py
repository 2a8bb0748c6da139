"""What a recording starts: found on three systems, with the right words."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest

from addon.launch import chromium, finder, firefox, proxy
from addon.launch.finder import KINDS, Browser, Machine
from addon.launch.processes import LaunchError
from analysis.cli.recording import address


def machine(platform: str, *there: str, **environment: str) -> Machine:
    """A machine with these programs: names on the PATH, or whole paths."""
    on_path = {Path(name).name: name for name in there} | {name: name for name in there}
    return Machine(
        platform=platform,
        environment=environment,
        which=lambda name: on_path.get(name) if platform == "linux" else None,
        is_file=there.__contains__,
    )


LINUX = [f"/usr/bin/{program}" for kind in KINDS for program in kind.programs]
MAC = [f"/Applications/{kind.mac}" for kind in KINDS]
WINDOWS = [rf"C:\Program Files\{kind.windows}" for kind in KINDS]


@pytest.mark.parametrize("path", LINUX)
def test_found_on_the_path_of_linux(path: str) -> None:
    (found,) = finder.installed(machine=machine("linux", path))
    assert found.path == path
    assert (found.family == "firefox") is ("firefox" in path)


@pytest.mark.parametrize("path", MAC)
def test_found_on_macos(path: str) -> None:
    (found,) = finder.installed(machine=machine("darwin", path))
    assert found.path == path


def test_found_among_the_applications_of_one_person() -> None:
    path = "/Users/ada/Applications/Brave Browser.app/Contents/MacOS/Brave Browser"
    assert finder.choose("brave", machine("darwin", path, HOME="/Users/ada")).path == path


@pytest.mark.parametrize("path", WINDOWS)
def test_found_on_windows(path: str) -> None:
    there = machine("win32", path, PROGRAMFILES=r"C:\Program Files")
    (found,) = finder.installed(machine=there)
    assert found.path == path


def test_found_where_chrome_installs_itself_for_one_person() -> None:
    path = r"C:\Users\ada\AppData\Local\Google\Chrome\Application\chrome.exe"
    there = machine("win32", path, LOCALAPPDATA=r"C:\Users\ada\AppData\Local")
    assert finder.choose(None, there) == Browser("Google Chrome", "chromium", path)


def test_found_as_a_snap() -> None:
    assert finder.choose(None, machine("linux", "/snap/bin/chromium")).name == "Chromium"


def test_chromium_comes_before_firefox() -> None:
    there = machine("linux", "/usr/bin/firefox", "/usr/bin/microsoft-edge")
    assert [browser.name for browser in finder.installed(machine=there)] == [
        "Microsoft Edge", "Firefox",
    ]  # fmt: skip
    assert finder.choose(None, there).name == "Microsoft Edge"
    assert finder.choose("Firefox", there).family == "firefox"


def test_a_program_may_be_named() -> None:
    there = machine("linux", "/opt/librewolf", "/opt/vivaldi", "/usr/bin/google-chrome-stable")
    assert finder.choose("/opt/librewolf", there).family == "firefox"
    assert finder.choose("/opt/vivaldi", there) == Browser("vivaldi", "chromium", "/opt/vivaldi")
    assert finder.choose("google-chrome-stable", there).name == "Google Chrome"


def test_what_is_missing_is_said_with_what_is_there() -> None:
    there = machine("linux", "/usr/bin/firefox")
    with pytest.raises(LaunchError, match=r"Brave was not found.*Installed: Firefox"):
        finder.choose("brave", there)
    with pytest.raises(LaunchError, match=r"no program 'opera'.*Installed: Firefox"):
        finder.choose("opera", there)


def test_snaps_get_a_folder_that_they_can_see(tmp_path: Path) -> None:
    def folder(path: str) -> Path | None:
        return finder.private_folder(Browser("x", "firefox", path), Path("/home/ada"))

    script = tmp_path / "chromium-browser"
    script.write_text('#!/bin/sh\nexec /snap/bin/chromium "$@"\n')
    assert folder("/snap/bin/firefox") == Path("/home/ada/snap/firefox/common")
    assert folder(str(script)) == Path("/home/ada/snap/chromium/common")
    assert folder("/usr/bin/env") is None


def test_third_party_cookies_are_left_alone_unless_asked(tmp_path: Path) -> None:
    for name, wish, chromiums, firefoxes in (
        ("default", None, None, {}),
        ("allow", True, 0, {"network.cookie.cookieBehavior": 0}),
        ("block", False, 1, {"network.cookie.cookieBehavior": 1}),
    ):
        profile = tmp_path / name
        chromium.write_preferences(profile, wish)
        written = json.loads((profile / "Default" / "Preferences").read_text())
        assert written.get("profile", {}).get("cookie_controls_mode") == chromiums
        assert firefox.cookies(wish) == firefoxes


def test_what_a_person_sets_comes_last_and_file_names_are_taken_literally() -> None:
    assert proxy.settings(more=("flow_detail=3",))[-1] == "--set=flow_detail=3"
    words = proxy.command(Path("conf"), 1, Path("100%.flow"))
    assert "--save-stream-file=100%%.flow" in words


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("localhost:3000", "http://localhost:3000"),
        ("localhost", "http://localhost"),
        ("127.0.0.1:8080/shop?x=1", "http://127.0.0.1:8080/shop?x=1"),
        ("[::1]:3000", "http://[::1]:3000"),
        ("app.localhost:3000", "http://app.localhost:3000"),
        ("shop.example", "https://shop.example"),
        ("shop.example:8443/a:b", "https://shop.example:8443/a:b"),
        ("http://shop.example/x", "http://shop.example/x"),
        (" https://shop.example ", "https://shop.example"),
        ("file:///home/ada/index.html", "file:///home/ada/index.html"),
    ],
)
def test_addresses_as_people_type_them(given: str, url: str) -> None:
    assert address(given) == url


@pytest.mark.parametrize(
    "given", ["", "javascript://x/%0aalert(1)", "chrome://settings", "http://"]
)
def test_no_address(given: str) -> None:
    with pytest.raises(click.UsageError, match="http://localhost:3000"):
        address(given)
