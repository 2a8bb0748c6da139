"""The tables of exchanges, findings and policies as Parquet files, for data frames.

Columns and dtypes are those of `AuditResult.to_frame` (documented in reports/README.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from analysis.result import AuditResult

from . import PARTS
from .tables import Tables

if TYPE_CHECKING:
    import pandas as pd


def render(result: AuditResult) -> Tables:
    """One file for each table."""
    files = tuple(file(result.to_frame(table)) for table in PARTS["parquet"])
    return Tables(files, "\n".join(text for each in files for text in _texts(each)))


def file(frame: pd.DataFrame) -> bytes:
    """A table as the bytes of a file.

    Neither Arrow's threads nor Python's files take part in it: together they can end the whole
    program when it is about to end anyway (apache/arrow#34314).
    """
    schema = pa.Schema.from_pandas(frame, preserve_index=False)
    for place, column in enumerate(schema):
        if pa.types.is_dictionary(column.type):  # of strings, also where there is no value
            text = pa.dictionary(pa.int32(), pa.string(), ordered=column.type.ordered)
            schema = schema.set(place, column.with_type(text))
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pandas(frame, schema, nthreads=1), sink, compression="zstd")
    written: bytes = sink.getvalue().to_pybytes()
    return written


def _texts(data: bytes) -> Iterator[str]:
    """The strings of a file, read back from it."""
    table = pq.read_table(pa.BufferReader(data), use_threads=False)
    for raw in (table.schema.metadata or {}).values():
        yield raw.decode("utf-8")
    for column in table.columns:
        kind = column.type
        values = kind.value_type if pa.types.is_dictionary(kind) else kind
        if pa.types.is_string(values) or pa.types.is_large_string(values):
            yield from (text for text in column.unique().to_pylist() if text is not None)
