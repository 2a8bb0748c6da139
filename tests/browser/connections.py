"""Measure whether connections separate credentialed from anonymous requests.

    python -m tests.browser.connections DIR…

Browsers keep a pool of connections for each; if they never mix, the connection of a request
tells the credentials mode that the headers hide.
"""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from .case import CORS, INCLUDE, NON_BROWSER, NOT_INCLUDE
from .joining import read_flows
from .lab import RECORDING, TRUTH


def connection_counts(folder: Path) -> Counter[str]:
    """How often connections mix modes, and where requests go in relation to preflights."""
    truth: list[dict[str, Any]] = json.loads((folder / TRUTH).read_text())
    records = {r["flow_id"]: r for r in truth if r["flow_id"] and r["kind"] != NON_BROWSER}
    flow_of = {flow.id: flow for flow in read_flows(folder / RECORDING)}
    modes: dict[str, set[str]] = defaultdict(set)
    with_preflight = {
        flow_of[f].client_conn.id for f, r in records.items() if r["role"] == "preflight"
    }
    counts: Counter[str] = Counter()
    for flow_id, record in records.items():
        connection = flow_of[flow_id].client_conn.id
        mode = record["credentials_mode"]
        if record["role"] == "preflight" or mode not in (INCLUDE, NOT_INCLUDE):
            continue
        if record["kind"] == CORS:
            modes[connection].add(mode)
            if connection in with_preflight:
                counts[f"{mode} on a connection with a preflight"] += 1
            else:
                counts[f"{mode} on a connection without one"] += 1
    partners = {r["preflight_of"]: f for f, r in records.items() if r["preflight_of"]}
    for actual, preflight in partners.items():
        same = flow_of[actual].client_conn.id == flow_of[preflight].client_conn.id
        mode = records[actual]["credentials_mode"]
        counts[f"{mode} on {'the same' if same else 'another'} connection as its preflight"] += 1
    counts["connections with CORS requests"] = len(modes)
    counts["connections with both modes"] = sum(len(found) > 1 for found in modes.values())
    return counts


def main() -> None:
    """Print the counts of each folder."""
    for name in sys.argv[1:]:
        print(name)
        for what, count in sorted(connection_counts(Path(name)).items()):
            print(f"  {count:5}  {what}")


if __name__ == "__main__":
    main()
