"""One session on every road, and the same result to the byte at the end of each.

    python -m tests.benchmarks.equivalence [SESSIONS]     1 000, when nothing is said

The sessions are made by a grammar (`tests.fuzz.sessions`); the bundled recordings go before.
Each is written as a flow file and read offline; heard live by the addon, which keeps a journal;
read from that journal; cut in two, handed over in the wrong order and read as one; exported to
HAR by mitmproxy. At the end all files are read at once, by one process and by several.

What may differ is stated in `FILES` and `HAR`; all else is compared as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

from mitmproxy import http
from mitmproxy.addons.savehar import SaveHar
from mitmproxy.io import FlowReader, FlowWriter
from mitmproxy.test import taddons

from addon.recorder import CorsAudit
from analysis import audit
from analysis.result import AuditResult, ExchangeRow
from analysis.sources import reading
from tests.fuzz.sessions import session

FILES = ("captures", "series", "exchanges[].capture", "skipped[].capture")
"""Fields that say which file something came from. `captures` of a live session and of a journal
have no digest, and the kind of what they are."""
HAR = (
    "a HAR file has no ids of flows and connections, no addresses, and milliseconds; calls without "
    "an answer have no error text, and mitmproxy writes methods in capitals. So a verdict is the "
    "same, or open, or rests on less: in 5 of 6 000 on other credentials, or on a client that was "
    "not told from another one."
)
SAMPLES = sorted((Path(__file__).resolve().parents[2] / "sample_flows").glob("*.flow"))


class Difference(AssertionError):
    """Two roads came to two results; the text says which field differs."""


def recorded(path: Path) -> list[http.HTTPFlow]:
    """The HTTP flows of a recording."""
    with path.open("rb") as file:
        return [each for each in FlowReader(file).stream() if isinstance(each, http.HTTPFlow)]


def save(path: Path, flows: Iterable[http.HTTPFlow]) -> Path:
    """Write a flow file."""
    with path.open("wb") as file:
        writer = FlowWriter(file)
        for each in flows:
            writer.add(each)
    return path


def said(result: AuditResult) -> dict[str, Any]:
    """Everything but `FILES`."""
    plain = result.to_dict()
    del plain["captures"], plain["series"]
    for row in (*plain["exchanges"], *plain["skipped"]):
        row["capture"] = ""
    return plain


def heard(flows: Iterable[http.HTTPFlow], journal: Path) -> AuditResult:
    """What the addon comes to, which is shown each flow as mitmproxy does; it keeps a journal."""
    with taddons.context() as context:
        addon = CorsAudit()
        context.master.addons.add(addon)
        context.configure(
            addon, cors_live="all", cors_report="", cors_mark=False, cors_session=str(journal)
        )
        for each in flows:
            addon._last.response(each) if each.response is not None else addon._last.error(each)
        result = addon._result()
        addon.done()
    return result


def same(ours: AuditResult, theirs: AuditResult, road: str) -> None:
    """Raise `Difference` if two results differ in more than `FILES`."""
    one, other = said(ours), said(theirs)
    if json.dumps(one) != json.dumps(other):
        raise Difference(f"{road}: {next(_differences(one, other, ''))}")


def _differences(one: Any, other: Any, place: str) -> Iterator[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in dict.fromkeys((*one, *other)):
            yield from _differences(one.get(key), other.get(key), f"{place}.{key}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, pair in enumerate(zip(one, other, strict=True)):
            yield from _differences(*pair, f"{place}[{number}]")
    elif one != other:
        yield f"{place}: {str(one)[:300]} / {str(other)[:300]}"


def every_road(flows: list[http.HTTPFlow], folder: Path, random: Random) -> Counter[str]:
    """Take a session on every road.

    Returns:
        Verdicts of its HAR file: how many are the `same`, blocked for another `reason`, `open`, or
        `missing` because the method is another one.

    Raises:
        Difference: one came to another result.
    """
    whole = audit([save(folder / "whole.flow", flows)])
    journal = folder / "session.jsonl"
    journal.unlink(missing_ok=True)
    same(whole, heard(flows, journal), "live")
    same(whole, audit([journal]), "journal")
    cut = random.randint(0, len(flows))
    parts = [save(folder / "b.flow", flows[:cut]), save(folder / "a.flow", flows[cut:])]
    kept = [part for part in parts if part.stat().st_size]
    same(whole, audit(sorted(kept)), "split")
    har = folder / "session.har"
    har.write_text(json.dumps(SaveHar().make_har(flows)), encoding="utf-8")
    return _by_har(whole, audit([har]))


Call = tuple[str, str, str | None, int | None]


def _call(row: ExchangeRow) -> Call:
    return row.method, row.url, row.origin, row.status


def _by_har(whole: AuditResult, har: AuditResult) -> Counter[str]:
    """Compare the verdicts of what was answered, call by call."""
    told: Counter[str] = Counter()
    theirs: defaultdict[Call, list[ExchangeRow]] = defaultdict(list)
    for row in har.exchanges:
        theirs[_call(row)].append(row)
    for row in whole.exchanges:
        if row.status is None:
            continue
        known = theirs[_call(row)].pop(0) if theirs[_call(row)] else None
        if known is None:
            told["missing"] += 1
        elif (known.verdict, known.reason) == (row.verdict, row.reason):
            told["same"] += 1
        elif known.verdict == row.verdict:
            told["reason"] += 1
        elif "indeterminate" in (known.verdict, row.verdict):
            told["open"] += 1
        else:
            told["different"] += 1
    return told


def in_several_processes(files: list[Path], workers: int = 2) -> None:
    """Read files at once, in this process and in others.

    Raises:
        Difference: that came to another result.
    """
    alone = audit(files)
    with patch.object(reading, "WORTH_IT", 0), patch.object(reading, "PIECE", 20_000):
        together = audit(files, workers=workers)
    if alone.to_json() != together.to_json():
        raise Difference("several processes")


async def compare(sessions: int) -> int:
    """Compare, and print what came out; how many sessions differed."""
    told: Counter[str] = Counter()
    flows = different = 0
    with tempfile.TemporaryDirectory() as name:
        folder, files = Path(name), []
        every: list[tuple[str, list[http.HTTPFlow]]] = [(p.stem, recorded(p)) for p in SAMPLES]
        every += [(f"session {seed}", session(Random(seed))) for seed in range(sessions)]
        for number, (what, made) in enumerate(every):
            flows += len(made)
            files.append(save(folder / f"all{number}.flow", made))
            try:
                told += every_road(made, folder, Random(number))
            except Difference as found:
                different += 1
                print(f"{what}: {found}", flush=True)
        in_several_processes(files)
    print(
        f"{len(every)} sessions, {flows} flows: {different} differ between offline, live, journal "
        f"and split; one process and two agree. HAR: {dict(told)}"
    )
    return different


if __name__ == "__main__":
    sys.exit(int(asyncio.run(compare(int(sys.argv[1]) if sys.argv[1:] else 1_000)) > 0))
