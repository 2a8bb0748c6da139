"""Make the reports of the sample recordings, and the pictures of them that the READMEs show.

    python sample_flows/gallery.py [--reports DIR]

Writes the pictures into `gallery/` beside this file; `--reports` keeps the HTML reports, too, one
for each recording and the three in the pictures. Needs cors-audit and playwright in this Python,
and a Chromium or Chrome.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

try:
    from playwright.sync_api import sync_playwright

    from addon.launch import finder
    from addon.launch.processes import LaunchError
    from analysis import audit
except ModuleNotFoundError as missing:
    sys.exit(f"{missing}. Remedy: python -m pip install playwright, and cors-audit itself")

PICTURES = HERE / "gallery"
CALM = """() => {
  for (const card of document.querySelectorAll("details.card")) card.open = false;
}"""
STILL = "header.top { position: static !important }"
"""The bar at the top would lie across a picture of one section."""


@dataclass(frozen=True)
class Picture:
    """One picture: of which report, of what part of it, and how the window is."""

    name: str
    report: str
    part: str = ""
    """Selector; empty is the first screen."""
    width: int = 1440
    height: int = 900
    scheme: str = "light"


GALLERY = (
    Picture("summary", "stories"),
    Picture("finding", "stories", "details.card[open]"),
    Picture("api", "stories", "article.api"),
    Picture("recordings", "nights", "#recordings"),
    Picture("healthy", "10-fixed", scheme="dark"),
    Picture("phone", "stories", width=390, height=844),
)


def inputs() -> Iterator[tuple[str, list[Path]]]:
    """Name of each report and its recordings."""
    recordings = sorted(HERE.glob("*.flow"))
    yield from ((path.stem, [path]) for path in recordings)
    yield "stories", [path for path in recordings if "fixed" not in path.stem]
    nights = ("02", "03", "05", "08", "10")
    chromium = [path for path in recordings if "firefox" not in path.stem]
    yield "nights", [path for path in chromium if path.stem[:2] in nights]


def take(browser: Any, picture: Picture, reports: Path) -> None:
    """Open the report and take one picture of it."""
    window = {"width": picture.width, "height": picture.height}
    context = browser.new_context(viewport=window, color_scheme=picture.scheme, bypass_csp=True)
    page = context.new_page()
    page.goto((reports / f"{picture.report}.html").as_uri())
    target = PICTURES / f"{picture.name}.png"
    if picture.part:
        page.add_style_tag(content=STILL)
        page.locator(picture.part).first.screenshot(path=target)
    else:
        page.evaluate(CALM)
        page.screenshot(path=target)
    context.close()
    print(target.relative_to(HERE))


def refresh(reports: Path) -> None:
    """Make all reports, then all pictures."""
    reports.mkdir(parents=True, exist_ok=True)
    for name, recordings in inputs():
        audit(recordings).save(str(reports / f"{name}.html"))
    PICTURES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        chromium = next(finder.installed("chromium"), None)
        if chromium is None:
            raise LaunchError("no Chromium or Chrome on this machine: install one")
        browser = playwright.chromium.launch(executable_path=chromium.path, args=["--no-sandbox"])
        for picture in GALLERY:
            take(browser, picture, reports)
        browser.close()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--reports", metavar="DIR", type=Path, help="keep the reports here")
    folder = parser.parse_args().reports
    try:
        if folder is not None:
            refresh(folder)
        else:
            with tempfile.TemporaryDirectory() as made:
                refresh(Path(made))
    except LaunchError as problem:
        sys.exit(str(problem))


if __name__ == "__main__":
    main()
