"""Re-record the sample recordings: real pages, a real browser, real servers, a real mitmdump.

    python sample_flows/record.py [--only NAME] [--browser chromium|firefox]

Writes the `.flow` files and `expected.json` beside this file. Ports 3000, 3001, 3002, 4000 and 4001
must be free. Needs mitmproxy, playwright, fastapi and uvicorn in this Python, plus node, npm, a
Chromium or Chrome, and Firefox.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import get_args

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))  # run as a script, the packages of the clone are not found

try:
    from recording.chromium import Chromium
    from recording.firefox import Firefox
    from recording.outcomes import check_recording, distinct_entries, update_expected
    from recording.programs import Programs, RecordingError, find_program
    from recording.stories import API, LOGIN_HOST, SECOND_SITE, SHOP, STORIES, Browser, Story

    from addon.launch import proxy
    from addon.launch.processes import LaunchError, free_port
except ModuleNotFoundError as missing:
    sys.exit(f"{missing}. Remedy: python -m pip install mitmproxy playwright fastapi uvicorn")

APP = HERE / "app"
API_PORT, UPSTREAM_PORT = 3001, 3002


def install_express() -> str:
    """Path of node, with the packages of the Express API in place."""
    remedy = "Install Node.js 20 or later, which brings npm."
    node, npm = find_program(("node",), remedy), find_program(("npm",), remedy)
    if not (APP / "express" / "node_modules").exists():
        command = [npm, "install", "--no-package-lock", "--no-audit", "--no-fund", "--silent"]
        if subprocess.run(command, cwd=APP / "express", check=False).returncode:
            raise RecordingError("npm install failed. Is the network reachable?")
    return node


def start_servers(programs: Programs, story: Story) -> None:
    """The front end, the API, and what else the story needs."""
    port = UPSTREAM_PORT if story.behind_proxy else API_PORT
    if story.stack == "express":
        api = [install_express(), str(APP / "express" / "server.js"), story.setup, str(port)]
    else:
        api = [sys.executable, str(APP / "fastapi_api.py"), story.setup, str(port)]
    programs.start(api, port=port)
    if story.behind_proxy:
        proxy = [install_express(), str(APP / "reverse_proxy.js"), str(API_PORT), str(port)]
        programs.start(proxy, port=API_PORT)
    names = {SHOP: "Sample shop", SECOND_SITE: story.second_site}
    fronts = {visit.page: (names[visit.page], visit.buttons) for visit in story.visits}
    if story.login_host:
        fronts[LOGIN_HOST] = ("Log in", ())
    for page, (name, buttons) in fronts.items():
        host, _, front_port = page.removeprefix("http://").partition(":")
        settings = {
            "shop": name,
            "note": story.title,
            "api": API,
            "actions": list(dict.fromkeys(buttons)),
            "cookies": story.cookies,
            "stale_cookie": story.stale_cookie,
        }
        front = [sys.executable, str(APP / "front.py"), host, front_port, json.dumps(settings)]
        programs.start(front, host=host, port=int(front_port))


def mitmdump_command(port: int, recording: Path, confdir: Path) -> list[str]:
    """Record what passes between loopback hosts, and nothing that the browser does for itself."""
    only_loopback = r"save_stream_filter=~d ^(localhost|127\.0\.0\.1)$"
    return [*proxy.command(confdir, port, recording), "--set", only_loopback]


def act_out(story: Story, browser: Chromium | Firefox, screenshots: Path | None) -> None:
    """Do in the browser what the person of the story does."""
    for visit in story.visits:
        browser.open(visit.page + "/")
        for button in visit.buttons:
            browser.press(button)
        if screenshots and isinstance(browser, Chromium):
            port = visit.page.rpartition(":")[2]
            browser.screenshot(screenshots / f"{story.name}-{port}.png")


def record(story: Story, browser_name: Browser, screenshots: Path | None) -> dict[str, object]:
    """Make one recording and return its part of `expected.json`."""
    target = HERE / story.file_name(browser_name)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        recording, port = folder / "recording.flow", free_port()
        confdir = folder / "mitmproxy"
        with Programs(folder / "programs.log") as programs:
            start_servers(programs, story)
            command = mitmdump_command(port, recording, confdir)
            with proxy.Proxy(command, port, folder / "mitmdump.log"):
                driver = Chromium if browser_name == "chromium" else Firefox
                browser = driver(port, proxy.authority(confdir), folder)
                try:
                    act_out(story, browser, screenshots)
                    version = browser.version
                finally:
                    browser.close()
        entries = distinct_entries(browser.calls(recording))
        check_recording(recording, entries)
        target.write_bytes(recording.read_bytes())
    print(f"{target.name}: {target.stat().st_size} bytes, {len(entries)} telling exchanges")
    return {"title": story.title, "browser": version, "exchanges": entries}


def main() -> None:
    """Record what was asked for, one story after the other."""
    parser = argparse.ArgumentParser(description="Re-record the sample recordings.")
    parser.add_argument("--only", metavar="NAME", help="stories whose name begins so, such as 04")
    parser.add_argument("--browser", choices=get_args(Browser), help="only this browser's")
    parser.add_argument(
        "--screenshots", type=Path, metavar="FOLDER", help="keep pictures of the pages"
    )
    arguments = parser.parse_args()
    chosen = [story for story in STORIES if story.name.startswith(arguments.only or "")]
    if not chosen:
        parser.error(f"no story {arguments.only}; there are: {', '.join(s.name for s in STORIES)}")
    if arguments.screenshots:
        arguments.screenshots.mkdir(parents=True, exist_ok=True)
    for story in chosen:
        for browser in story.browsers:
            if arguments.browser in (None, browser):
                part = record(story, browser, arguments.screenshots)
                update_expected(HERE / "expected.json", {story.file_name(browser): part})


if __name__ == "__main__":
    try:
        main()
    except LaunchError as error:
        sys.exit(f"record.py: {error}")
