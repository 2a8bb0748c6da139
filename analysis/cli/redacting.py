"""The verb that makes a capture fit to be passed on: redact."""

from __future__ import annotations

import contextlib
import os
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .completing import files
from .endings import FINE, INTERRUPTED, NOTHING, WRONG_USE, cannot_write
from .helping import Example, Verb
from .streams import note, tell

if TYPE_CHECKING:
    from ..redaction import Tally
    from ..sources import CaptureFile

PRIVATE = 0o600
ARCHIVES = (".har", ".zhar")
RECORDINGS = (".flow", ".flows", ".mitm")
PACKINGS = {".gz": 16 + zlib.MAX_WBITS, ".zhar": zlib.MAX_WBITS}
"""By suffix, the `wbits` of zlib: with gzip's header, which then tells no time, or its own."""
STAYS = (
    "host names, ports, words in paths, names of parameters and headers, and times stay: look at "
    "them before you pass a copy on"
)


@dataclass(frozen=True)
class _Job:
    """One capture, and where its copy goes."""

    source: str
    target: Path
    named: bool
    """Is the target's name the user's own choice?"""


@click.command(
    cls=Verb,
    examples=[
        Example("a recording", "cors-audit redact session.flow -o share.flow"),
        Example("a folder of them, HAR files too", "cors-audit redact nightly/ -o shared/"),
        Example("compressed", "cors-audit redact session.flow -o share.flow.gz"),
    ],
    exits={
        WRONG_USE: "wrong use, or a copy that would hold a secret: it is not written",
        NOTHING: "nothing to copy: no readable recording",
        INTERRUPTED: "interrupted",
    },
)
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...", shell_complete=files)
@click.option(
    "-o", "--output", required=True, metavar="OUT", shell_complete=files,
    help="Where the copy goes; of several recordings, the folder for the copies. '.gz' at the end "
    "compresses.",
)  # fmt: skip
def redact(inputs: tuple[str, ...], output: str) -> None:
    """Copy a recording without its secrets, to pass it on.

    INPUT is a recording of mitmproxy, a HAR file, a folder of them, or '-' for standard input.
    The copy is of the same format, and has the same findings. It has no bodies; cookies, tokens,
    passwords, user agents, addresses, and whatever else a report would not show, become numbered
    stand-ins, the same for the same.
    """
    jobs = _jobs(inputs, output)
    with _progress(jobs) as begun:
        done = {_redact(job, begun(job)) for job in jobs}
    if FINE in done:
        tell(STAYS)
    sys.exit(next((code for code in (WRONG_USE, FINE) if code in done), NOTHING))


def _jobs(inputs: Sequence[str], output: str) -> list[_Job]:
    """What goes where.

    Raises:
        click.UsageError: two copies, or a copy and an original, would be one file.
    """
    from ..sources import CaptureError, find

    if output == "-":
        raise click.UsageError("a copy goes to a file: -o FILE")
    sources = []
    for each in find(inputs):
        if isinstance(each, CaptureError):
            tell(str(each))
        else:
            sources.append(each)
    target = Path(output)
    several = len(sources) > 1 or target.is_dir() or output.endswith(("/", os.sep))
    if not several and not any(Path(each).is_dir() for each in inputs):
        jobs = [_Job(each, target, named=True) for each in sources]
    else:
        if "-" in sources:
            raise click.UsageError("standard input needs a file of its own: -o FILE")
        if target.exists() and not target.is_dir():
            raise click.UsageError(f"-o {output}: several captures need a folder, this is a file")
        jobs = [_Job(each, target / _name(each), named=False) for each in sources]
    _refuse_collisions(jobs)
    return jobs


def _refuse_collisions(jobs: Sequence[_Job]) -> None:
    originals = {_identity(Path(job.source)) for job in jobs} - {None}
    taken: dict[Path, str] = {}
    for job in jobs:
        if job.target in taken:
            raise click.UsageError(
                f"{taken[job.target]} and {job.source} would both become {job.target}: redact them "
                "into different folders"
            )
        taken[job.target] = job.source
        if _identity(job.target) in originals:
            raise click.UsageError(f"{job.target} is a capture to be read: choose another -o")


def _identity(path: Path) -> tuple[int, int] | None:
    """Equal for two names of one file; None: there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _name(source: str) -> str:
    """Of the copy in a folder. Archives of several files are unpacked."""
    return Path(source).name.removesuffix(".zip")


def _redact(job: _Job, passed: Callable[[int], None]) -> int:
    """Make one copy, and say what came of it; the exit code, were it the only one.

    Raises:
        click.UsageError: this is no name for it.
        Failure: it cannot be written.
    """
    from ..sources import CaptureError, open_capture
    from ..sources.base import Unreadable

    try:
        capture = open_capture(job.source)
        if job.named:
            _fits(capture, job.target)
        job.target.parent.mkdir(parents=True, exist_ok=True)
        tally = _write(capture, job.target, passed)
    except Unreadable as error:
        tell(f"{capture.name}: not copied: {error}")
        return NOTHING
    except CaptureError as error:
        tell(str(error))
        return NOTHING
    except OSError as error:
        raise cannot_write(job.target, error) from error
    if tally is None:
        return WRONG_USE
    for (what, why), count in sorted(tally.left_out.items()):
        tell(f"{capture.name}: left out: {what}: {count} ({why})")
    if not tally.copied:
        tell(f"{capture.name}: nothing in it could be copied")
        return NOTHING
    note(f"wrote {job.target}\n")
    tell(f"{capture.name}: exchanges copied: {tally.copied}, values removed: {tally.removed}")
    return FINE


def _fits(capture: CaptureFile, target: Path) -> None:
    """Is the name of the copy one for its format?"""
    others = RECORDINGS if capture.kind == "har" else ARCHIVES
    if target.name.lower().removesuffix(".gz").endswith(others):
        format_ = "HAR file" if capture.kind == "har" else "flow file"
        raise click.UsageError(f"{capture.name} is a {format_}, and so is its copy: not {target}")


def _write(capture: CaptureFile, target: Path, passed: Callable[[int], None]) -> Tally | None:
    """Write the copy beside its place, search it, and only then put it there; None: it holds a
    value that was to be removed."""
    from reports import SecretFound, leaks

    from ..redact import Door
    from ..redaction import copy, secrets

    door = Door(os.urandom(16))
    with _beside(target) as plain, _beside(target) as packed:
        with open(plain, "wb") as file:
            tally = copy(capture, file, door, passed)
        if not tally.copied:
            return tally
        try:
            leaks.search_file(plain, secrets(door))
        except SecretFound as error:
            tell(
                f"{capture.name}: not copied, since the copy would hold a value that was to be "
                f"removed ({error.form}): pass on a report of it instead, and please tell us"
            )
            return None
        os.replace(_packed(plain, packed, target.name.lower()), target)
    return tally


@contextlib.contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A new file beside this one that its owner alone may read, gone in the end."""
    path = target.with_name(f".{target.name}.{os.getpid()}-{os.urandom(4).hex()}.part")
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE))
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def _packed(plain: Path, packed: Path, name: str) -> Path:
    """The file to be put in place: compressed where its name says so."""
    window = next((bits for suffix, bits in PACKINGS.items() if name.endswith(suffix)), None)
    if window is None:
        return plain
    packing = zlib.compressobj(wbits=window)
    with open(plain, "rb") as file, open(packed, "wb") as into:
        while block := file.read(2**20):
            into.write(packing.compress(block))
        into.write(packing.flush())
    return packed


@contextlib.contextmanager
def _progress(jobs: Sequence[_Job]) -> Iterator[Callable[[_Job], Callable[[int], None]]]:
    """Something to be told, of each job, how many bytes were read since it was told last."""
    from ..offline import Progress
    from ..sources import name_of, size_of
    from . import progress

    state = Progress(size_of([job.source for job in jobs]))
    with progress.shown() as show:

        def passed(size: int) -> None:
            state.read += size
            if show is not None:
                show(state)

        def begun(job: _Job) -> Callable[[int], None]:
            state.name = name_of(job.source)
            return passed

        yield begun
