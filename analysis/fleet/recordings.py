"""Many recordings, each a session of its own: read, judged and written on a cluster.

A task is a batch of recordings. It writes the result of each, and one part of every table: a
folder of parts is one table to whatever reads Parquet. Nothing comes back here but a line for
each recording, so it makes no difference how many there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from operator import itemgetter
from typing import Any

import pandas as pd
from dask.distributed import Client, Future, KilledWorker, as_completed

from reports import to_parquet

from .. import __version__
from ..batch.frames import ROWS, of_rows
from ..ignores import apply
from ..offline import audit
from ..plain import plain
from ..result import AuditResult
from .batch import Batch, Order, Recording, batches
from .cluster import RETRIES, ahead_of, like_us, lost, reachable
from .outcome import Outcome, outcome_of
from .outcome import table as table_of
from .place import Place

Done = Callable[[Sequence[Outcome]], None]


def judge_each(
    client: Client, recordings: Sequence[Recording], order: Order, done: Done
) -> list[Outcome]:
    """Judge every recording as a session of its own, and write results and tables.

    Args:
        done: told what became of a batch, when it is done.

    Returns:
        What became of each recording, in their order.

    Raises:
        FleetError: `order.out` cannot be used, or the cluster is gone.
    """
    told: dict[str, Outcome] = {}
    with Place(order.out).being_filled() as place, reachable():
        for outcomes in _all_judged(client, batches(recordings), order, place):
            told |= {each.recording: each for each in outcomes}
            done(outcomes)
        in_order = [told[each.name] for each in recordings]
        place.write("recordings.parquet", to_parquet.file(table_of(in_order)))
    return in_order


def _all_judged(
    client: Client, waiting: Iterator[Batch], order: Order, place: Place
) -> Iterator[Sequence[Outcome]]:
    """What became of the batches, in the order in which they end.

    Dask gives up a task when several workers have died over it, or beside it. Then one of the
    recordings of the batch may have done it, or one of another: each is tried again, alone.
    """
    under_way: dict[Future[list[Outcome]], Batch] = {}
    suspects: list[Batch] = []
    ending = as_completed(loop=client.loop)

    def begin(batch: Batch) -> Future[list[Outcome]]:
        return client.submit(judge_batch, __version__, order, batch, pure=False, retries=RETRIES)

    def refill(number: int) -> None:
        for batch in islice(waiting, number):
            future = begin(batch)
            under_way[future] = batch
            ending.add(future)

    refill(ahead_of(client))
    for future in ending:
        batch = under_way.pop(future)
        try:
            yield future.result()
        except KilledWorker:
            for table in ROWS:
                place.remove(batch.part_of(table))
            suspects += batch.alone()
        refill(1)
    for batch in suspects:
        try:
            yield begin(batch).result()
        except KilledWorker as error:
            yield [Outcome(batch.recordings[0].name, None, lost(error))]


def judge_batch(version: str, order: Order, batch: Batch) -> list[Outcome]:
    """On a worker: judge recordings; write the result of each, and their part of the tables."""
    like_us(version)
    place = Place(order.out)
    place.must_be_the_same()
    outcomes: list[Outcome] = []
    rows: dict[str, list[dict[str, Any]]] = {table: [] for table in ROWS}
    for each in batch.recordings:
        outcome, result = _judge(each, order, place)
        outcomes.append(outcome)
        if result is None:
            continue
        for table, of_all in rows.items():
            of_all.extend({"recording": each.name, **row} for row in plain(getattr(result, table)))
    for table, of_all in rows.items():
        place.write(batch.part_of(table), to_parquet.file(_tagged(of_all, table)))
    return outcomes


def _judge(each: Recording, order: Order, place: Place) -> tuple[Outcome, AuditResult | None]:
    """The outcome, and the result if there is one."""
    from reports import SecretFound, leaks

    config = order.config
    judged = audit([each.path], redact=order.redact, intent=config.intent)
    if not judged.captures:
        why = "; ".join(skipped.reason for skipped in judged.skipped)
        return Outcome(each.name, None, why), None
    result = apply(judged, config.ignores, config.name, order.baseline, order.today)
    try:
        result, text = leaks.searched(_with_text, result, result.secrets, itemgetter(1))
    except SecretFound as error:
        return Outcome(each.name, None, str(error), leaked=True), None
    where = f"results/{each.name}.json"
    place.write(where, text.encode("ascii"))
    return outcome_of(each.name, where, result), result


def _with_text(result: AuditResult) -> tuple[AuditResult, str]:
    return result, result.to_json()


def _tagged(rows: list[dict[str, Any]], table: str) -> pd.DataFrame:
    """A table of several recordings, each row with the name of its own."""
    made = of_rows(rows, table)
    made.insert(0, "recording", pd.Series([row["recording"] for row in rows], dtype="string"))
    return made
