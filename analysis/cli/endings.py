"""How a verb ends: the exit codes, and what could not be done though it was asked for rightly."""

from __future__ import annotations

import errno

import click

FINE, FINDINGS, WRONG_USE, NOTHING, INTERRUPTED = 0, 1, 2, 3, 130
"""2 is also for what we could not do."""
EXITS = {
    NOTHING: "nothing to judge: no readable recording, or no cross-origin call in it",
    INTERRUPTED: "interrupted",
}
"""What the exit codes of every verb that judges say; for `--help`."""
_NO_ROOM = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}


class Failure(click.ClickException):
    """The text says what could not be done, why, and the remedy."""

    exit_code = WRONG_USE


def cannot_write(place: object, error: OSError, option: str = "-o") -> Failure:
    """The failure of whatever was to be written to `place`.

    Args:
        option: names another place.
    """
    room = "make room there, or " if error.errno in _NO_ROOM else ""
    remedy = f"{room}choose another place with {option}"
    reason = error.strerror or error
    return Failure(f"cannot write {place}: {reason}. {remedy[0].upper()}{remedy[1:]}.")
