"""What `cors-audit diff` is given: a JSON result or a page of ours. One named error, or a side."""

from __future__ import annotations

import json

import click

from analysis.cli.sides import read_side
from analysis.config import NO_CONFIG
from analysis.diff import compare
from analysis.ignores import keys_of
from analysis.result import Tool
from reports.diff_to_markdown import render as to_markdown
from reports.diff_to_terminal import render as to_terminal

from .files import named, written


def result(data: bytes) -> None:
    """A JSON result, compared with itself."""
    _side("result.json", data)


def page(data: bytes) -> None:
    """The findings in an HTML report; `data` is what stands in its script element."""
    before = b'<!doctype html><script type="application/json" id="data">'
    _side("report.html", before + data + b"</script>")


def _side(name: str, data: bytes) -> None:
    path = str(written(name, data))
    try:
        session, _ = read_side(path, NO_CONFIG)
    except click.UsageError as error:
        named(error, name)
        return
    told = compare(Tool("cors-audit", "fuzz"), session, session, lambda *_: True)
    keys = [key for each in session.findings for key in keys_of(each)]
    assert not told.worse or len(set(keys)) < len(keys)
    json.loads(told.to_json())
    to_markdown(told)
    to_terminal(told)
