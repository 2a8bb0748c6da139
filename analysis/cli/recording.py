"""The verb that records: record."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from .completing import browsers, files, gates
from .endings import FINDINGS, INTERRUPTED, NOTHING, WRONG_USE, Failure, cannot_write
from .helping import Example, Verb
from .settings import accept, read_baseline, with_baseline, with_config
from .shared import (
    audit,
    exit_code,
    open_report,
    print_summary,
    read_gate,
    require_place,
    save,
    with_color,
)
from .streams import note, tell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from addon.launch.finder import Browser
    from addon.launch.session import Plan

    from ..config import Config

DEFAULT_CAPTURE = "session.flow"
SCHEMES = ("http", "https", "file")
LOCAL = ("localhost", "127.0.0.1", "[::1]")
LONGEST = 4000
"""Characters of one piece of text; mitmdump's own messages may quote what it met."""
DEFAULT_COOKIES = {
    "Chromium": "as this Chromium has it (upstream allows them, Debian's blocks them)",
    "Google Chrome": "allowed by default",
    "Microsoft Edge": "allowed by default",
    "Brave": "blocked by default",
    "Firefox": "kept apart for each site by default",
}
NOTHING_RECORDED = (
    "nothing was recorded, so there is no recording and no report. Open the application in the "
    "window that record opens, or name it with --open URL."
)


@click.command(
    cls=Verb,
    examples=[
        Example("an application of yours", "cors-audit record --open http://localhost:3000"),
        Example(
            "as Firefox sees it, to files of your choice",
            "cors-audit record --browser firefox -o shop.flow --report shop.html",
        ),
        Example(
            "for automated tests, which attach to the printed address",
            "cors-audit record --headless --debug-port 0 --timeout 600",
        ),
        Example(
            "a server whose certificate is home-made",
            "cors-audit record --open https://localhost:8443 --set ssl_insecure=true",
        ),
    ],
    exits={
        FINDINGS: "--fail-on was given, and met",
        WRONG_USE: "wrong use; or it could not be recorded, or not to the end",
        NOTHING: "nothing to judge",
        INTERRUPTED: "interrupted before the recording, or while it was judged",
    },
)
@click.option("--open", "url", metavar="URL", help="Page to open first, such as localhost:3000.")
@click.option(
    "-o", "--output", metavar="FILE", shell_complete=files,
    help=f"Where the recording goes. Default: {DEFAULT_CAPTURE}, never over an existing file.",
)  # fmt: skip
@click.option(
    "--report", "outputs", multiple=True, metavar="FILE", shell_complete=files,
    help="Where the report goes; the suffix decides the format. May repeat. "
    "Default: cors-report.html, never over an existing file.",
)  # fmt: skip
@click.option(
    "--open-report/--no-open-report", "show", default=None,
    help="Open the report at the end. Default: on a terminal only.",
)  # fmt: skip
@click.option(
    "--browser", "wanted", metavar="NAME|PATH", shell_complete=browsers,
    help="chromium, chrome, edge, brave, firefox, or a program. Default: the first that is there.",
)  # fmt: skip
@click.option(
    "--third-party-cookies", "cookies", type=click.Choice(["allow", "block"]),
    help="Default: as the browser does by itself (browsers differ).",
)  # fmt: skip
@click.option("--headless", is_flag=True, help="No window: for automated tests.")
@click.option(
    "--debug-port", type=click.IntRange(0, 65535), metavar="PORT",
    help="Let tests attach to the browser: its remote debugging on loopback, 0 for a free port. "
    "The address is printed.",
)  # fmt: skip
@click.option(
    "--port", type=click.IntRange(1, 65535), metavar="PORT", help="Of the proxy. Default: free."
)
@click.option(
    "--timeout", type=click.FloatRange(0, min_open=True), metavar="SECONDS",
    help="End the recording after this time.",
)  # fmt: skip
@click.option(
    "--scope", metavar="FILTER",
    help="Record only flows that match this mitmproxy filter, such as '~d localhost'.",
)  # fmt: skip
@click.option(
    "--session", "journal", metavar="FILE", shell_complete=files, type=click.Path(path_type=Path),
    help="Also write a redacted journal that survives a crash.",
)  # fmt: skip
@click.option(
    "--set", "settings", multiple=True, metavar="NAME=VALUE",
    help="Set an option of mitmproxy or of the addon, as for mitmdump. May repeat.",
)  # fmt: skip
@click.option(
    "--browser-arg", "arguments", multiple=True, metavar="ARG",
    help="Hand this to the browser, too. May repeat.",
)  # fmt: skip
@click.option(
    "--fail-on", metavar="KIND|SEVERITY,...", shell_complete=gates,
    help="Exit with 1 on such findings, as for report.",
)  # fmt: skip
@with_color
@with_baseline
@with_config
def record(
    url: str | None,
    output: str | None,
    outputs: tuple[str, ...],
    show: bool | None,
    wanted: str | None,
    cookies: str | None,
    headless: bool,
    debug_port: int | None,
    port: int | None,
    timeout: float | None,
    scope: str | None,
    journal: Path | None,
    settings: tuple[str, ...],
    arguments: tuple[str, ...],
    fail_on: str | None,
    color: str,
    baseline: str | None,
    config: Config,
) -> None:
    """Browse in a browser of its own; a recording and a report.

    Starts a proxy on this machine and an empty browser that trusts only this proxy, localhost
    included. Nothing is installed, your own browser profile and ~/.mitmproxy are not touched.

    Closing the window ends it, and so does Ctrl+C: then the recording and its report are there.
    """
    from addon.launch import proxy, session

    gate = read_gate(fail_on) if fail_on else []
    known = read_baseline(baseline, config)
    _check(outputs, settings)
    page = "about:blank" if url is None else address(url)
    browser = _find(wanted, headless)
    with _Capture(output) as capture:
        plan = session.Plan(
            browser=browser,
            url=page,
            capture=capture.part,
            headless=headless,
            third_party_cookies=None if cookies is None else cookies == "allow",
            port=port,
            debug_port=debug_port,
            timeout=timeout,
            browser_arguments=arguments,
            proxy_settings=tuple(proxy.settings(scope, journal, settings)),
        )
        complete = _run(plan, journal)
    if capture.file is None:
        tell(NOTHING_RECORDED)
        sys.exit(NOTHING)
    tell(f"wrote {capture.file}: it holds cookies and tokens, only you can read it")
    result = audit([str(capture.file)], redact=True, intent=config.intent)
    result = accept(result, config, known)
    written = save(result, outputs, None)
    print_summary(result, color)
    open_report(written[0], show)
    sys.exit(exit_code(result, gate) if complete else WRONG_USE)


def _check(outputs: tuple[str, ...], settings: tuple[str, ...]) -> None:
    """Find now what would otherwise come out after an hour of browsing."""
    import reports
    from addon.launch import proxy

    for target in outputs:
        try:
            reports.need(reports.format_of(target))
        except reports.ReportError as error:
            raise click.UsageError(f"--report {target}: {error}") from error
        for path in reports.targets(target):
            require_place(path, "--report")
    for each in settings:
        name = each.partition("=")[0]
        if name in proxy.OURS:
            raise click.UsageError(f"--set {name}: record sets this itself; see its own options")


def address(given: str) -> str:
    """What a person typed after --open as a URL; a host of this machine is spoken to by http."""
    text = given.strip()
    if not text.partition(":")[2].startswith("//"):
        host = text.partition("/")[0].rpartition(":")[0] or text.partition("/")[0]
        local = host in LOCAL or host.endswith(".localhost")
        text = f"{'http' if local else 'https'}://{text}"
    parts = urlsplit(text)
    if parts.scheme not in SCHEMES or not (parts.hostname or parts.scheme == "file"):
        raise click.UsageError(f"--open {given}: give a URL such as http://localhost:3000")
    return text


def _find(wanted: str | None, headless: bool) -> Browser:
    from addon.launch import finder
    from addon.launch.processes import LaunchError

    try:
        browser = finder.choose(wanted)
    except LaunchError as error:
        raise Failure(str(error)) from error
    shown = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if sys.platform == "linux" and not headless and not shown:
        raise Failure(
            "there is no display for a window (DISPLAY and WAYLAND_DISPLAY are not set). Use "
            "--headless and drive the browser through --debug-port, or put xvfb-run before the "
            "command."
        )
    return browser


def _run(plan: Plan, journal: Path | None) -> bool:
    """Record; false when the recording is not complete."""
    from addon.launch import session
    from addon.launch.processes import LaunchError

    for line in introduction(plan):
        _say(line)
    try:
        ending = session.record(plan, _say)
    except LaunchError as error:
        raise Failure(f"{error}{_rescued(journal)}") from error
    except KeyboardInterrupt:
        tell("interrupted before the recording had begun")
        sys.exit(INTERRUPTED)
    _say(f"Ended: {ending.because}{'' if ending.complete else _rescued(journal)}")
    return ending.complete


def _rescued(journal: Path | None) -> str:
    """Where to look for what a recording that failed has lost."""
    if journal is None or not journal.exists():
        return ""
    return f"\nThe journal holds all that was heard: cors-audit report {journal}"


def introduction(plan: Plan) -> Iterator[str]:
    """What a person should know before it starts."""
    from addon.launch import chromium

    name = plan.browser.name
    what = "without a window" if plan.headless else "window opens"
    yield f"A new, empty {name} {what}, apart from your own profile and removed afterwards."
    yield (
        "Everything that it loads is recorded, localhost included: addresses, headers, cookies, "
        "bodies. Log in with test accounts. The report will hold no secrets, the recording does."
    )
    yield (
        "Besides the usual certificates it trusts this recording's proxy, whose key is made now "
        "and removed afterwards. Nothing is installed."
    )
    if plan.browser.family == "chromium" and chromium.sandbox():
        yield "You are root, so it runs without its sandbox: open only pages that you trust."
    cookies = plan.third_party_cookies
    if cookies is None:
        default = DEFAULT_COOKIES.get(name, "as its maker has it")
        yield f"Third-party cookies: {default}; --third-party-cookies allow|block decides."
    else:
        yield f"Third-party cookies: {'allowed' if cookies else 'blocked'}."
    if plan.headless:
        yield "It ends when the browser does, or with Ctrl+C."
    else:
        close = "Quit the browser (Cmd+Q)" if sys.platform == "darwin" else "Close the window"
        yield f"{close} or press Ctrl+C to end it."


def _say(text: str) -> None:
    """One piece of text on standard error, if that is still there."""
    from reports.escape import visible_lines

    note(f"{visible_lines(text, LONGEST)}\n")


class _Capture:
    """The recording's file, for its owner only; use as a context manager.

    It grows beside its final place, as `….part`, and stays there when we are killed.
    """

    def __init__(self, wanted: str | None) -> None:
        from reports import write

        self.file: Path | None = None
        """After the block: where the recording lies; None when nothing was recorded."""
        self._explicit = wanted is not None
        self._wanted = Path(wanted or DEFAULT_CAPTURE)
        if self._explicit and self._wanted.exists() and not self._wanted.is_file():
            raise click.UsageError(f"-o {wanted}: this is a folder or a device, give a file")
        self.part = write.unique(self._wanted.with_name(f"{self._wanted.name}.part")).absolute()

    def __enter__(self) -> _Capture:
        try:
            self._wanted.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self.part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except OSError as error:
            raise cannot_write(self._wanted, error) from error
        return self

    def __exit__(self, *_: object) -> None:
        from reports import write

        if not self.part.stat().st_size:
            self.part.unlink()
            return
        self.file = self._wanted if self._explicit else write.unique(self._wanted)
        os.replace(self.part, self.file)
