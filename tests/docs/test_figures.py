"""Figures that the README gives in a sentence are those of the tables that it links to."""

from __future__ import annotations

import re

from .blocks import read


def _row(document: str, title: str) -> list[int]:
    """The numbers in the row of a table."""
    (row,) = (line for line in read(document).splitlines() if line.startswith(f"| {title} |"))
    return [int(number) for number in re.findall(r"\d+", row.removeprefix(f"| {title} |"))]


def _told(pattern: str) -> tuple[int, ...]:
    """The numbers in the README's sentence."""
    found = re.search(pattern, " ".join(read("README.md").split()))
    assert found is not None, pattern
    return tuple(int(number) for number in found.groups())


def test_verdicts() -> None:
    lab = "tests/browser/README.md"
    judged = sum(_row(lab, "requests the browser judged, on the wire and answered"))
    open_ = sum(_row(lab, "undecided, the unknown named"))
    right, decided = sum(_row(lab, "right")), sum(_row(lab, "decided by us"))
    assert _told(r"of (\d+) requests of Chromium, Firefox and WebKit (\d+) stay undecided") == (
        judged, open_,
    )  # fmt: skip
    assert judged == decided + open_
    assert decided - right == 1
    assert "of the others one verdict is wrong" in " ".join(read("README.md").split())


def test_server_softwares() -> None:
    rows = [line for line in read("tests/stacks/README.md").splitlines() if line.startswith("| ")]
    executed = sum(bool(re.search(r"\| \d{4}-\d\d-\d\d \|$", row)) for row in rows)
    written = sum("written by its [documentation]" in row for row in rows)
    assert _told(r"For (\d+) server softwares .* For (\d+) more") == (executed, written)
