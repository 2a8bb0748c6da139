"""What is fuzzed: functions of bytes that pass, or raise because a promise was broken.

Each module is one kind of input and says what holds for any of it. `TARGETS` is all of them;
a target's name is that of its folder in `tests/fuzz/corpus`.
"""

from __future__ import annotations

from collections.abc import Callable

from . import declared, flowfiles, hars, journals, patterns, results, sessions, texts

TARGETS: dict[str, Callable[[bytes], None]] = {
    "flows": flowfiles.flows,
    "records": flowfiles.records,
    "har": hars.har,
    "journal": journals.journal,
    "config": declared.config,
    "policy": declared.policy,
    "baseline": declared.baseline,
    "result": results.result,
    "page": results.page,
    "headers": texts.headers,
    "values": texts.values,
    "urls": texts.urls,
    "origins": texts.origins,
    "patterns": patterns.patterns,
    "sessions": sessions.sessions,
}
