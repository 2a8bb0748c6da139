"""Exchanges on their way from one process to another.

What many of them share (header lines, URLs) is sent once in a parcel. Much faster than the
way in which pickle treats frozen dataclasses by itself.
"""

from __future__ import annotations

import copyreg
import pickle
from collections.abc import Callable
from dataclasses import fields
from io import BytesIO
from operator import attrgetter
from typing import Any

from ..exchange import Exchange, Header, Headers, SetCookie, Url


def _as_arguments(kind: type) -> Callable[[Any], tuple[type, tuple[Any, ...]]]:
    """How to send a dataclass: its fields, in the order in which it takes them."""
    values = attrgetter(*[each.name for each in fields(kind)])
    return lambda instance: (kind, values(instance))


_TABLE: dict[type, Callable[[Any], Any]] = {
    **copyreg.dispatch_table,
    **{kind: _as_arguments(kind) for kind in (Exchange, Header, SetCookie, Url)},
    Headers: lambda headers: (Headers, (headers.fields,)),
}


def pack(content: object) -> bytes:
    """Anything that pickle takes, exchanges in it."""
    file = BytesIO()
    pickler = pickle.Pickler(file, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = _TABLE
    pickler.dump(content)
    return file.getvalue()


def unpack(parcel: bytes) -> Any:
    """What `pack` was given. Only for parcels of our own processes."""
    return pickle.loads(parcel)
