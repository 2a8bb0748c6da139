"""Does any regular expression of ours take more than its share of time on hostile text?

    python -m tests.benchmarks.expressions [LENGTH]

Every compiled expression of every module is tried on texts made to lead expressions astray, and on
the same of twice the length. Printed are those for which twice the length takes more than three
times as long: these grow with the square, or worse. Ends with 1 if there are any.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import sys
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import addon
import analysis
import reports

UNITS = (
    "a", "A", "0", " ", "\t", "/", ".", ",", ";", ":", "=", "-", "_", "%", "@", '"', "'", "\\", "[",
    "{", "<", "#", "&", "+", "*", "aA", "a0", "a.", "a,", "a=", "a=,", "a-", "a/", "a:", "a ", "://",
    "a://", "b'", '="', "a@", "<!--", "<!---->", "{n}", "%41", "0:", "12:4:type;", "Ab1", ".min",
    "a~", "Chrome/1", "é", "\n", "a\n", "()", "`", "**", "https://a.b/c?d=e#f ",
    "Mozilla/5.0 (", "1.",
)  # fmt: skip
"""What a text repeats; behind it stands one of `ENDS`."""
ENDS = ("", "!", "\0", "a", " ", '"', "://", "}")
SLOW = 0.002
"""Seconds below which a ratio says nothing."""


WAYS = ("match", "fullmatch", "search", "finditer", "findall", "sub", "split")
Expression = re.Pattern[str] | re.Pattern[bytes]


def expressions() -> Iterator[tuple[str, Expression, tuple[str, ...]]]:
    """Every expression that a module of ours holds, by its full name, with the ways in which the
    module uses it (all, where it is used by others)."""
    for package in (addon, analysis, reports):
        prefix = f"{package.__name__}."
        for name in [each.name for each in pkgutil.walk_packages(package.__path__, prefix)]:
            if name.endswith(("__main__", "addon.cors_audit")):  # these are run, not imported
                continue
            module = importlib.import_module(name)
            source = Path(str(module.__file__)).read_text(encoding="utf-8")
            for variable, value in vars(module).items():
                if isinstance(value, re.Pattern):
                    used = tuple(way for way in WAYS if f"{variable}.{way}" in source)
                    yield f"{name}.{variable}", value, used or WAYS


def seconds(pattern: Expression, ways: tuple[str, ...], text: str) -> float:
    """CPU time of using an expression in these ways."""
    subject = text.encode() if isinstance(pattern.pattern, bytes) else text
    begun = time.process_time()
    for way in ways:
        if way == "sub":
            pattern.sub(subject[:0], subject)  # type: ignore[arg-type]
        else:
            found = getattr(pattern, way)(subject)
            if way == "finditer":
                deque(found, 0)
    return time.process_time() - begun


def main() -> None:
    """Try, and print."""
    length = int(sys.argv[1]) if len(sys.argv) > 1 else 3_000
    tried = bad = 0
    for name, pattern, ways in expressions():
        tried += 1
        for unit in UNITS:
            for end in ENDS:
                few = seconds(pattern, ways, unit * (length // len(unit)) + end)
                if few < SLOW / 4:
                    continue
                many = seconds(pattern, ways, unit * (2 * length // len(unit)) + end)
                if many > SLOW and many > 3 * few:
                    bad += 1
                    print(f"{name}: {few * 1e3:.1f} ms, {many * 1e3:.1f} ms on {unit!r}…{end!r}")
                    break
    print(f"{tried} expressions tried on {len(UNITS) * len(ENDS)} texts, {bad} pairs grow too fast")
    sys.exit(int(bad > 0))


if __name__ == "__main__":
    main()
