"""The folder, or its like in an object store, that a cluster writes to."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from fsspec.core import url_to_fs

from ..sources.remote import is_url
from .cluster import FleetError

UNFINISHED = "UNFINISHED"
"""A file that is there until everything is written; by it workers know that they see the folder
that was meant."""


class Place:
    """Where results and tables go.

    Args:
        address: folder or URL.
    """

    def __init__(self, address: str) -> None:
        self.address = (address if is_url(address) else os.path.abspath(address)).rstrip("/")
        self._system, self._root = url_to_fs(self.address)

    @contextmanager
    def being_filled(self) -> Iterator[Place]:
        """Filled inside, by workers too; it stays marked as unfinished if that fails.

        Raises:
            FleetError: it holds something, or cannot be written to.
        """
        try:
            if self._system.exists(self._root) and self._system.find(self._root):
                raise FleetError(
                    f"{self.address} is there and no empty folder: name a new one, such as one "
                    "with the date in it"
                )
            self.write(UNFINISHED, b"cors-audit has not written everything yet\n")
        except OSError as error:
            raise FleetError(f"cannot write to {self.address}: {error}") from error
        yield self
        self.remove(UNFINISHED)

    def must_be_the_same(self) -> None:
        """On a worker: is this the folder that was meant, and not one of the same name?

        Raises:
            FleetError: it is not.
        """
        self._system.invalidate_cache()
        if not self._system.exists(f"{self._root}/{UNFINISHED}"):
            raise FleetError(
                f"a worker does not see {self.address}: share the folder with the workers, or name "
                "a URL (s3://…)"
            )

    def remove(self, name: str) -> None:
        """Remove one file, if it is there."""
        with suppress(FileNotFoundError):
            self._system.rm_file(f"{self._root}/{name}")

    def write(self, name: str, data: bytes) -> None:
        """Write one file, over one that is there."""
        path = f"{self._root}/{name}"
        self._system.makedirs(path.rpartition("/")[0], exist_ok=True)
        self._system.pipe_file(path, data)
