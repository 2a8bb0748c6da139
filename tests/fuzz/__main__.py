"""Fuzzing, guided by coverage where atheris is installed (`pip install atheris`).

    python -m tests.fuzz                      every target for ten seconds
    python -m tests.fuzz TARGET [SECONDS]     one, longer
    python -m tests.fuzz TARGET FILE...       what an input does: the corpus's, or a found one
    python -m tests.fuzz TARGET SECONDS --plain     without guidance, about ten times as many

Inputs that break a promise are written to the current folder. When it is mended, put the
smallest into `tests/fuzz/corpus/TARGET`, under a name that says what it is.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from hashlib import sha1
from importlib.util import find_spec
from pathlib import Path
from random import Random

GUIDED = "--guided"
"""How this program calls itself in a process of its own, which libFuzzer takes over."""
LONGEST = {"flows": 30_000, "records": 12_000, "result": 20_000, "page": 20_000}
USUAL = 4_096
"""Bytes of an input."""


def plainly(target: str, seconds: float) -> int:
    """Mutate the seeds for a time; how many inputs broke a promise."""
    from .mutate import mutated
    from .seeds import seeds
    from .targets import TARGETS

    random, begun, count, broken = Random(), time.monotonic(), 0, 0
    # Large ones of the corpus were found once for their size, and would take all of the time.
    every = seeds(target)
    known = [each for each in every if len(each) <= LONGEST.get(target, USUAL) // 2] or every
    kinds: set[str] = set()
    while time.monotonic() - begun < seconds:
        for _ in range(20):
            data = mutated(random.choice(known), random, known)
            count += 1
            try:
                TARGETS[target](data)
            except Exception as error:
                kind = _place(error)
                if kind not in kinds:
                    kinds.add(kind)
                    broken += 1
                    path = Path(f"{target}-{sha1(data).hexdigest()[:10]}")
                    path.write_bytes(data)
                    print(f"{target}: {kind}: {path}", flush=True)
    print(f"{target}: {count} executions, {broken} broken", flush=True)
    return broken


def _place(error: Exception) -> str:
    """What was raised, and where."""
    at = error.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    where = f"{Path(at.tb_frame.f_code.co_filename).name}:{at.tb_lineno}" if at else "?"
    return f"{type(error).__name__} at {where}: {str(error)[:100]!r}"


def guided(target: str, seconds: float) -> int:
    """Run libFuzzer on a target in a process of its own; its exit code."""
    from .seeds import CORPUS, seeds

    with tempfile.TemporaryDirectory() as folder:
        for number, data in enumerate(seeds(target)):
            (Path(folder) / f"seed{number}").write_bytes(data)
        command = [
            sys.executable, "-m", "tests.fuzz", GUIDED, target,
            f"-max_total_time={seconds:.0f}", f"-max_len={LONGEST.get(target, USUAL)}",
            f"-artifact_prefix={target}-", "-print_final_stats=1", "-timeout=20",
            "-rss_limit_mb=3000", "-verbosity=0", folder,
        ]  # fmt: skip
        assert CORPUS.is_dir()
        return subprocess.run(command, check=False).returncode


def _in_libfuzzer(target: str, arguments: list[str]) -> None:
    import atheris

    with atheris.instrument_imports(include=["analysis"]):
        from .targets import TARGETS
    from .mutate import nested
    from .seeds import seeds

    random, known = Random(), seeds(target)

    def mutate(data: bytes, longest: int, seed: int) -> bytes:
        if target in ("flows", "records") and seed % 2:
            random.seed(seed)
            return nested(data, random, known)[:longest]
        return bytes(atheris.Mutate(data, longest))

    atheris.Setup([sys.argv[0], *arguments], TARGETS[target], custom_mutator=mutate)
    atheris.Fuzz()


def main() -> int:
    if sys.argv[1:2] == [GUIDED]:
        _in_libfuzzer(sys.argv[2], sys.argv[3:])
        return 0
    from .targets import TARGETS

    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzz",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("target", nargs="?", choices=sorted(TARGETS))
    parser.add_argument("inputs", nargs="*", metavar="SECONDS|FILE")
    parser.add_argument("--plain", action="store_true", help="without coverage guidance")
    said = parser.parse_args()
    if said.inputs and not said.inputs[0].isdigit():
        for name in said.inputs:
            TARGETS[said.target](Path(name).read_bytes())
            print(f"{name}: fine")
        return 0
    seconds = float(said.inputs[0]) if said.inputs else 10.0
    fuzz = plainly if said.plain or find_spec("atheris") is None else guided
    broken = [fuzz(each, seconds) for each in ([said.target] if said.target else TARGETS)]
    return int(any(broken))


if __name__ == "__main__":
    sys.exit(main())
