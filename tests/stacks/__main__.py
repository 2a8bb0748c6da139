"""Put server softwares to the proof and print the table: `python -m tests.stacks [STACK …]`.

Without names all of them, which takes a quarter of an hour; with names only their rows. With
`--write` in place of names all of them, and the table is kept in the README and for reports.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from addon.launch.processes import LaunchError

from . import catalogue, table
from .demands import faults
from .gate import Gate
from .proof import prove
from .stack import Missing, Stack
from .world import World


def main(names: list[str]) -> int:
    """Exit code 1 when something was at fault."""
    keep = names == ["--write"]
    if keep:
        names = []
    if unknown := set(names) - set(catalogue.ALL):
        print(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(catalogue.ALL)}")
        return 2
    chosen = [catalogue.ALL[name] for name in names or catalogue.ALL]
    at_fault = False
    done = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with Gate(folder) as gate, World(gate, folder) as world:
            for stack in chosen:
                row, bad = _row(stack, world, folder)
                at_fault |= bad
                done += [row] if row else []
    print("\n".join(map(str, done) if names else table.rows(done)))
    if keep:
        table.write(done)
    return int(at_fault)


def _row(stack: Stack, world: World, folder: Path) -> tuple[table.Row | None, bool]:
    """(row, was anything at fault); what is at fault goes to standard error."""
    try:
        version = stack.version()
    except Missing as error:
        print(f"{stack.id}: {error}", file=sys.stderr)
        return None, True
    row = table.Row(stack, version, f"{datetime.now(UTC):%Y-%m-%d}")
    bad = False
    for name in stack.variants:
        try:
            proof = prove(stack, name, world, folder / stack.id / name)
        except LaunchError as error:
            found, known = [str(error)], False
        else:
            found = list(faults(stack, name, proof))
            known = stack.advice.name in proof.names
        for fault in found:
            print(f"{stack.id} {name}: {fault}", file=sys.stderr)
        row.add(name, good=not found, recognised=known)
        bad |= bool(found)
    return row, bad


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
