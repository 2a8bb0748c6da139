"""Which of an API's endpoints a page may read and which say nothing, for rules that compare."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from ..session.facts import ApiFacts
from ..session.judge import Judged


@dataclass(slots=True)
class Seen:
    """One origin's successful calls of one path, by method."""

    named: dict[str, Judged] = field(default_factory=dict)
    """Answers that let it read."""
    silent: dict[str, Judged] = field(default_factory=dict)
    """Answers without `Access-Control-Allow-Origin`."""


def by_caller(api: ApiFacts) -> dict[str, dict[str, Seen]]:
    """Per origin and path; methods that answer sometimes so and sometimes otherwise are left out.

    Only successes count: errors and redirects are often made elsewhere.
    """
    found: dict[str, dict[str, Seen]] = defaultdict(lambda: defaultdict(Seen))
    for facts, told, shown in api.table():
        if told.on_preflight or told.origin in ("", "null") or not 200 <= told.status <= 299:
            continue
        seen = found[told.origin][facts.path]
        if told.passes_origin:
            _keep(seen.named, facts.method, shown.example)
        elif told.allow_origin is None and shown.example.blocked:
            _keep(seen.silent, facts.method, shown.example)
    for paths in found.values():
        for seen in paths.values():
            for method in seen.named.keys() & seen.silent.keys():
                del seen.named[method], seen.silent[method]
    return found


def _keep(examples: dict[str, Judged], method: str, example: Judged) -> None:
    known = examples.get(method)
    if known is None or example.order < known.order:
        examples[method] = example
