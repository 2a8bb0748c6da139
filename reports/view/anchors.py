"""Names of places in the page, from keys that may come from anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import blake2b

from analysis.finding import Finding

_SAFE = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


def anchors(findings: Iterable[Finding]) -> dict[str, str]:
    """Key of a finding to the id of its card; stable, since keys are."""
    return {finding.key: anchor(finding.key) for finding in findings}


def anchor(key: str) -> str:
    """`finding-` and the key; a key that is no plain word is hashed first."""
    if not _SAFE.fullmatch(key):
        key = "x" + blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    return f"finding-{key}"
