"""The distributions of this tree, built as an installer builds them."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EPOCH = "1767225600"
"""`SOURCE_DATE_EPOCH` of all builds here: the same sources must give the same bytes."""


def build(tree: Path, kind: str, folder: Path) -> Path:
    """Build one distribution of a tree; its file.

    Args:
        kind: `sdist` or `wheel`.
        folder: where it goes; must be empty.

    Raises:
        RuntimeError: it cannot be built; holds what the build said.
    """
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(folder)],
        cwd=tree,
        env={**os.environ, "SOURCE_DATE_EPOCH": EPOCH},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"building the {kind} of {tree} failed: {done.stdout}{done.stderr}")
    (built,) = folder.iterdir()
    return built


def unpack(sdist: Path, folder: Path) -> Path:
    """Unpack a source distribution; the tree that was in it."""
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    (tree,) = folder.iterdir()
    return tree
