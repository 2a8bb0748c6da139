"""Run the cases in a real browser through mitmdump; keep the recording and the browser's word.

python -m tests.browser.lab --browser chromium --out DIR [--core] [--only GLOB]
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path
from typing import Protocol, Self

from addon.launch.processes import LaunchError

from .case import NON_BROWSER, Case
from .cases import all_cases
from .chromium import Chromium
from .clients import run_client
from .firefox import Firefox
from .joining import Joiner, read_flows
from .origin_server import OriginServer
from .pages import page_url
from .proxy import Proxy
from .truth import Observation, Outcome, Record
from .webkit import WebKit

RECORDING, TRUTH = "session.flow", "truth.json"


class Browser(Protocol):
    """What the lab needs of a driver."""

    name: str
    version: str

    def __enter__(self) -> Self: ...
    def __exit__(self, *_: object) -> None: ...
    def run(self, case: Case, url: str) -> list[Outcome]: ...
    def observations(self) -> list[Observation]: ...


BROWSERS: dict[str, Callable[[Proxy, Path], Browser]] = {
    "chromium": Chromium,
    "firefox": Firefox,
    "webkit": WebKit,
}


def choose(core: bool = False, only: str = "*") -> list[Case]:
    """The cases to run."""
    return [case for case in all_cases() if fnmatch(case.name, only) and (case.core or not core)]


def run(browser_name: str, out: Path, cases: list[Case], progress: bool = False) -> list[Record]:
    """Run cases in one browser; writes the two files and returns what stands in the second."""
    out.mkdir(parents=True, exist_ok=True)
    outcomes: dict[str, list[Outcome]] = {}
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        OriginServer() as origin,
    ):
        places = origin.registry.places
        origin.registry.cases |= {case.number: case for case in cases}
        # The browser leaves first, so that every exchange has ended when the proxy does.
        with (
            Proxy(out / RECORDING, Path(folder), places.ports) as proxy,
            BROWSERS[browser_name](proxy, Path(folder)) as browser,
        ):
            for index, case in enumerate(cases):
                if progress and index % 20 == 0:
                    print(f"{index}/{len(cases)} {case.name}", file=sys.stderr)
                outcomes[case.number] = run_case(browser, case, origin, proxy)
            time.sleep(0.5)
            observations = browser.observations()
        joiner = Joiner(browser_name, browser.version, places, origin.registry.cases, outcomes)
        records = joiner.records(observations, read_flows(out / RECORDING))
    text = json.dumps([dataclasses.asdict(record) for record in records], indent=1)
    (out / TRUTH).write_text(text + "\n")
    return records


def run_case(browser: Browser, case: Case, origin: OriginServer, proxy: Proxy) -> list[Outcome]:
    """One case: in the browser, or by a client that is none."""
    places = origin.registry.places
    if any(step.kind == NON_BROWSER for step in case.steps):
        return [
            run_client(
                proxy.port,
                step,
                places.url(step.target, case.scheme, case.number, case.step_name(index)),
            )
            for index, step in enumerate(case.steps)
        ]
    try:
        return browser.run(case, page_url(case, places))
    except LaunchError as error:
        print(f"{case.name}: {error}", file=sys.stderr)
        return []


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.browser.lab", description=__doc__)
    parser.add_argument("--browser", choices=sorted(BROWSERS), required=True)
    parser.add_argument("--out", type=Path, required=True, help="folder for the two files")
    parser.add_argument("--core", action="store_true", help="the representative quick part only")
    parser.add_argument("--only", default="*", metavar="GLOB", help="cases by name: 'redirects/*'")
    options = parser.parse_args()
    cases = choose(options.core, options.only)
    begun = time.monotonic()
    try:
        records = run(options.browser, options.out, cases, progress=True)
    except LaunchError as error:
        sys.exit(f"lab: {error}")
    counts = Counter(str(record.blocked) for record in records if record.kind == "cors")
    print(
        f"{len(cases)} cases, {len(records)} exchanges in {time.monotonic() - begun:.0f} s; "
        f"CORS: {counts['True']} blocked, {counts['False']} allowed, {counts['None']} unknown"
    )


if __name__ == "__main__":
    main()
