"""The tables of options in the READMEs are those of the options."""

from __future__ import annotations

import pytest

from .option_tables import ROOT, TABLES, renewed


@pytest.mark.parametrize("document", TABLES)
def test_the_table_is_fresh(document: str) -> None:
    """Where it is not: `python -m tests.unit.option_tables`."""
    text = (ROOT / document).read_text(encoding="utf-8")
    assert text == renewed(document)
    assert text.count("\n| `") > 8
