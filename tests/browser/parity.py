"""The scoreboard: what the engine says against what real browsers did.

python -m tests.browser.parity DIR…      recordings of the lab
python -m tests.browser.parity           runs the core cases in all browsers first
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path

from . import lab
from .scoring import Score, evidence, score_folder

KINDS = (
    "wrong way",
    "false alarm",
    "undecided",
    "reason",
    "assumed reason",
    "pair",
    "credentials",
    "message",
    "withheld",
)
FATAL = KINDS[:2]


def board(score: Score) -> str:
    """The counts of one browser."""
    counts = score.counts
    judged = counts["judged by the browser"]

    def share(what: str) -> str:
        return f"{counts[f'{what} right']}/{counts[f'{what} compared']}"

    lines = [
        f"{score.browser} {score.version}: {score.cases} cases",
        f"  CORS exchanges the browser judged  {judged}",
        f"  decided by the engine              {counts['wrong way compared']}",
        f"  right                              {share('wrong way')}",
        f"  wrong way                          {len(score.of_kind('wrong way', True))}",
        f"  undecided                          {len(score.of_kind('undecided', True))}",
        f"  not judged by the browser          {counts['browser undecided']}",
        f"  never on the wire                  {counts['not on the wire']}",
        f"  no complete answer                 {counts['answers lost']}",
        f"  false alarms on controls           {len(score.of_kind('false alarm', True))}"
        f" of {counts['false alarm compared']}"
        f" ({counts['controls called allowed']} called allowed,"
        f" {counts['controls called indeterminate']} indeterminate)",
        f"  reasons right                      {share('reason')}",
        f"  reasons told with an assumption    {share('assumed reason')}",
        f"  messages right                     {share('message')}",
        f"  pairs right                        {share('pair')}",
        f"  credentials right                  {share('credentials')}"
        f" ({counts['credentials unknown']} unknown)",
        f"  loads withheld without CORS right  {share('withheld')}",
        f"  with a written reason              {sum(bool(d.known) for d in score.disagreements)}",
    ]
    return "\n".join(lines)


def disagreements(score: Score, folder: Path, kinds: tuple[str, ...], limit: int) -> str:
    """Each difference with its evidence."""
    flows = evidence(folder)
    lines = []
    for kind in kinds:
        found = score.of_kind(kind)
        if not found:
            continue
        areas = Counter(d.truth["name"].partition("/")[0] for d in found)
        lines.append(f"--- {kind}: {len(found)}  {dict(areas)}")
        for item in found[:limit]:
            truth = item.truth
            lines.append(
                f"{truth['name']} (case {truth['case']}, step {truth['step']}, {truth['role']},"
                f" {truth['credentials_mode']}): expected {item.expected!r}, got {item.got!r}"
            )
            if item.engine:
                because, assuming = item.engine["because"], item.engine["assuming"]
                lines.append(f"  because {because}, assuming {assuming}")
            lines += [f"  {line}" for line in flows.get(truth["flow_id"], ())]
        if len(found) > limit:
            lines.append(f"... and {len(found) - limit} more")
    return "\n".join(lines)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.browser.parity", description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path, metavar="DIR")
    parser.add_argument("--kind", action="append", choices=KINDS, help="show only these")
    parser.add_argument("--limit", type=int, default=10, help="examples per kind")
    parser.add_argument("--quiet", action="store_true", help="the counts only")
    options = parser.parse_args()
    folders = options.folders
    if not folders:
        scratch = Path(tempfile.mkdtemp(prefix="cors-lab-"))
        folders = [scratch / name for name in sorted(lab.BROWSERS)]
        for folder in folders:
            lab.run(folder.name, folder, lab.choose(core=True), progress=True)
    fatal = 0
    for folder in folders:
        score = score_folder(folder)
        print(board(score))
        if not options.quiet:
            kinds = tuple(options.kind or KINDS)
            print(disagreements(score, folder, kinds, options.limit))
        fatal += sum(len(score.of_kind(kind)) for kind in FATAL)
    sys.exit(1 if fatal else 0)


if __name__ == "__main__":
    main()
