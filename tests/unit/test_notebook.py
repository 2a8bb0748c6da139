"""The example notebook, executed; and what a result shows in one."""

from __future__ import annotations

import dataclasses
import os
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from analysis.masking import stand_in
from analysis.result import AuditResult
from reports import to_notebook

from . import example_result as example
from .test_cli import ROOT, SAMPLES

NOTEBOOK = SAMPLES / "notebook.ipynb"
MIME = ("text/html", "text/plain")


@pytest.fixture(scope="module")
def shown() -> list[str]:
    """What each cell shows, as the richest text that it has."""
    notebook = nbformat.read(NOTEBOOK, 4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert (cell.outputs, cell.execution_count) == ([], None), "keep it without outputs"
    before = os.environ.get("PYTHONPATH")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(ROOT), before])))
        client = NotebookClient(notebook, resources={"metadata": {"path": SAMPLES}}, timeout=120)
        client.execute()
    return [
        text
        for cell in notebook.cells
        if cell.cell_type == "code"
        for text in [_text(cell.outputs)]
    ]


def _text(outputs: list[Any]) -> str:
    texts = []
    for each in outputs:
        assert each.output_type != "stream" or each.name == "stdout", each.text
        data = each.get("data", {"text/plain": each.get("text", "")})
        texts.append(next(data[mime] for mime in MIME if mime in data))
    return "\n".join(texts)


@pytest.mark.parametrize(
    "expected",
    [
        r"problems? broke this app",
        r"reflected-origin-with-credentials",
        r"(?s)<th>api</th>.*<td>1</td>",
        r"<td>WildcardOriginNotAllowed</td>",
        r"(?s)enough.*<td>http://localhost:3000</td>.*<td>http://127\.0\.0\.1:4000</td>",
        r"severity +category",
        r"(?s)chromium.*firefox.*01-no-cors-headers",
        r"(?s)05-hidden-500\.flow.*12-works-by-luck\.flow",
        r"(?s)<td>appeared</td>.*<td>gone</td>",
        r"session\.html session\.json",
    ],
)
def test_the_notebook_shows_it(shown: list[str], expected: str) -> None:
    assert any(re.search(expected, text) for text in shown)


def test_every_cell_that_ends_in_a_value_shows_it(shown: list[str]) -> None:
    assert [number for number, text in enumerate(shown) if not text] == [0], "but the imports"
    assert str(Path.home()) not in "\n".join(shown)


def test_the_notebook_leaves_nothing_behind(shown: list[str]) -> None:
    assert shown
    assert not [path for path in SAMPLES.iterdir() if path.suffix in (".html", ".parquet")]


@pytest.mark.parametrize(
    "result", [example.shop(), example.empty(), example.healthy(), example.many(30, 3)]
)
def test_a_result_shows_itself(result: AuditResult) -> None:
    line = repr(result)
    assert line.startswith(f"<AuditResult: flows {result.totals.flows}, ")
    assert len(line) < 120
    html = result._repr_html_()
    assert html.count("<tr>") == (bool(result.findings) + min(len(result.findings), 20))
    assert ("more finding" in html) is (len(result.findings) > 20)


def test_captured_text_stays_text() -> None:
    html = example.hostile()._repr_html_()
    tags = set(re.findall(r"<(/?[a-z]+)", html))
    assert tags <= {f"{end}{tag}" for end in ("", "/") for tag in
                    ("p", "strong", "table", "thead", "tbody", "tr", "th", "td")}  # fmt: skip
    assert not re.search(r"<[a-z]+ ", html), "no attributes"


def test_no_secret_is_shown() -> None:
    shop = example.shop()
    secret = shop.findings[0].title
    shown = to_notebook.render(dataclasses.replace(shop, secrets=frozenset({secret})))
    assert secret not in shown
    assert stand_in(secret) in shown
    assert secret.split()[0] in to_notebook.render(shop)
