"""What holds for everything that a source reads, whatever it was made of."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from math import isfinite
from typing import NoReturn
from zlib import crc32

from analysis.engine import Auditor
from analysis.exchange import Exchange
from analysis.redact import Door
from analysis.result import AuditResult
from analysis.sources.base import Irrelevant, Problem
from analysis.sources.parcel import pack, unpack
from reports import render

SHOWN = 50
"""Rendering takes a hundred times as long as judging."""
FORMATS = ("html", "sarif", "junit", "md", "csv")


def sound(items: Iterable[object]) -> list[Exchange]:
    """Check what a source yielded, one by one; the exchanges among it."""
    found = list(items)
    for each in found:
        assert isinstance(each, Exchange | Irrelevant | Problem), type(each)
        if isinstance(each, Problem):
            assert each.what
            assert isinstance(each.reason, str)
            continue
        for time in (each.started, each.ended):
            assert time is None or (type(time) in (int, float) and isfinite(time)), time
    assert unpack(pack(None, found))[1] == found  # type: ignore[arg-type]
    return [each for each in found if isinstance(each, Exchange)]


def judged(exchanges: Iterable[Exchange], door: Door) -> AuditResult:
    """Judge them live and offline: one result, strict JSON that reads back as itself. One result
    in `SHOWN` is rendered, too."""
    live, offline = Auditor(door), Auditor(door)
    for exchange in exchanges:
        live.feed([exchange])
        offline.add(exchange)
    result = offline.result()
    text = result.to_json()
    assert text == live.result().to_json()
    assert AuditResult.from_dict(json.loads(text, parse_constant=_refuse)) == result
    # What stands in a report by chance, and looks like a value withheld, is another question.
    shown = replace(result, secrets=frozenset())
    for each in FORMATS if crc32(text.encode()) % SHOWN == 0 else ():
        render(shown, each)
    return result


def _refuse(word: str) -> NoReturn:
    raise AssertionError(f"{word} is no JSON")
