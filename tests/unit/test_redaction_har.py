"""Redacted copies of HAR files that nobody should have written."""

from __future__ import annotations

import copy
import io
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import redaction
from analysis.redact import Door
from analysis.sources import CaptureFile
from analysis.sources.stored import Stored

from .test_har import ALLOWED, archive, entry, replace_one_value


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_a_copy_of_anything_is_a_har_file(data: st.DataObject) -> None:
    """Redacted, an entry with one value replaced is an entry still, and the file is JSON."""
    changed = copy.deepcopy(entry(*ALLOWED, _connectionId="7", _webSocketMessages=[]))
    changed |= {"timings": {"send": 0, "wait": 1, "receive": 2}}
    replace_one_value(changed, data)
    into = io.BytesIO()
    capture = CaptureFile("x.har", Stored.of(archive(changed, entry(*ALLOWED))), "har", None)
    tally = redaction.copy(capture, into, Door(), lambda _: None)
    assert tally.copied + sum(tally.left_out.values()) == 2
    log = json.loads(into.getvalue())["log"]
    assert len(log["entries"]) == 2
    assert log["entries"][1]["request"]["url"] == "https://api.example/items"
