"""Render a saved result again: `python -m reports result.json --to html`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from analysis.result import AuditResult

from . import RENDERERS, ReportError, render, save, write


def main(arguments: list[str] | None = None) -> int:
    """Read the JSON, write the report; 0 when done, 2 when not."""
    parser = argparse.ArgumentParser(prog="python -m reports", description=__doc__)
    parser.add_argument("result", help="JSON result of an audit; '-' is standard input")
    parser.add_argument("--to", choices=sorted(RENDERERS), default="html", help="format")
    parser.add_argument("-o", "--output", help="file to write; default: standard output")
    given = parser.parse_args(arguments)
    try:
        text = sys.stdin.read() if given.result == "-" else _read(given.result)
        result = AuditResult.from_dict(json.loads(text))
        if given.output in (None, "-"):
            write.write_text(render(result, given.to), "-")
        else:
            save(result, given.output)
    except (ReportError, ValueError, OSError) as error:
        sys.stderr.write(f"reports: {error}\n")
        return 2
    return 0


def _read(path: str) -> str:
    return Path(path).read_text(encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
