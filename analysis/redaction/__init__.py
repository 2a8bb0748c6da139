"""Copies of captures that may be passed on: the secrets gone, the verdicts the same.

`analysis.redact` decides what is withheld, as for every report; here it gets a stand-in. The same
secret has the same one within a capture, and each copy is read in turn, exchange by exchange: what
would tell something else has no copy, and is counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import BinaryIO

from ..redact import Door
from ..sources import CaptureError, CaptureFile
from .stand_ins import StandIns
from .tally import Tally

__all__ = ["Tally", "copy", "secrets"]

_STAND_IN = re.compile(
    r"00000000-0000-4000-8000-\d{12}|removed(?:-\d+)?(?:@example\.invalid)?|\(\d+\)|\{userinfo\}"
)
_BETWEEN = re.compile(r"[A-Za-z_\-.,:;=&?/ ()']*")


def copy(capture: CaptureFile, into: BinaryIO, door: Door, passed: Callable[[int], None]) -> Tally:
    """Write a redacted copy of a capture, in the same format.

    Args:
        door: remembers the secrets, for which the copy is to be searched.
        passed: called now and then with the number of bytes that were read since.

    Raises:
        CaptureError: it needs no copy.
    """
    if capture.kind == "journal":
        raise CaptureError(
            f"{capture.name}: a session journal holds no secrets: pass it on as it is"
        )
    if capture.kind == "har":
        from . import archives

        tally = archives.copy(capture, into, StandIns(door), passed)
    else:
        from . import flows

        tally = flows.copy(capture, into, StandIns(door), passed)
    if capture.fault is not None:
        tally.leave_out("damaged file", capture.fault)
    return tally


def secrets(door: Door) -> frozenset[str]:
    """What must not be in a copy: all that the door withheld, but for what an earlier copy holds
    in its place, since that of a copy is itself."""
    return frozenset(each for each in door.secrets() if not _is_a_stand_in(each))


def _is_a_stand_in(secret: str) -> bool:
    """Are these stand-ins, with nothing but words between them?"""
    between, stand_ins = _STAND_IN.subn("", secret)
    return stand_ins > 0 and _BETWEEN.fullmatch(between) is not None
