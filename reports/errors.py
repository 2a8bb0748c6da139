"""What can go wrong while a report is written.

ReportError           base class
    UnknownFormat     the caller asked for a format that does not exist
    NoText            the caller asked for a format of files as one text
    MissingPackage    the format needs a package that is not installed here
    Incomplete        a file of this package is not there
    SecretFound       the finished text holds a value that must not leave: our fault
"""

from __future__ import annotations

from collections.abc import Iterable


class ReportError(Exception):
    """Base of all errors of this package; its text is a sentence for a person."""


class UnknownFormat(ReportError):
    """No renderer has this name or suffix."""

    def __init__(self, asked: str, known: Iterable[str]) -> None:
        names = ", ".join(known)
        super().__init__(f"no report format {asked!r}; known are {names}")


class NoText(ReportError):
    """This format is several files, so it cannot go to standard output."""

    def __init__(self, asked: str, suffix: str) -> None:
        super().__init__(f"{asked} is several files and no text: use -o NAME{suffix}")


class MissingPackage(ReportError):
    """A format needs a package that is not installed here; the text says how to get it."""

    def __init__(self, asked: str, package: str) -> None:
        remedy = EXTRAS.get(package, f"pip install {package}")
        super().__init__(f"the format {asked} needs {package}, which is not installed: {remedy}")


class Incomplete(ReportError):
    """The installation lacks a file of ours."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"this installation is incomplete, it lacks reports/templates/{name}: "
            "install cors-audit again"
        )


EXTRAS = {"pyarrow": "pip install 'cors-audit[parquet]'"}
"""Packages that an extra of ours brings."""


class SecretFound(ReportError):
    """A withheld value stands in the finished text, so nothing was written."""

    def __init__(self, form: str, line: int) -> None:
        self.form = form
        self.line = line
        super().__init__(
            f"the finished report holds a value that was to be removed ({form}, line {line}); "
            "nothing was written. Please report this as a bug, without the recording"
        )
