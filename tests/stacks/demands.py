"""What a proof must show."""

from __future__ import annotations

from collections.abc import Iterator

from . import variants
from .proof import Proof
from .stack import Stack
from .world import BLOCKED

WORKS = {
    "application": ([204, 200, 200, 200, 404], [["tea"], {"number": 1}, {"gone": 2}]),
    "reader": ([200, 404], [["tea"]]),
}
"""Front end to the statuses of its calls but `/boom`, the last, and the bodies that it reads."""


def faults(stack: Stack, name: str, proof: Proof) -> Iterator[str]:
    """What is not as it should be, one sentence each."""
    wrong, variant, trial = variants.ALL[name], stack.variants[name], proof.trial
    if (BLOCKED in proof.before) is wrong.dangerous:
        yield f"the front end got, before: {proof.before}"
    yield from _works(wrong.page, variant.boom, proof)
    yield from (f"left: {each}" for each in proof.left)
    if any(each != BLOCKED for each in trial.strangers):
        yield f"other sites got {trial.strangers}"
    if any(each != BLOCKED for each in trial.undeclared):
        yield f"calls that were not declared got {trial.undeclared}"
    tolerated = set(stack.tolerates)
    yield from (
        f"let in: {each}" for each in proof.beyond if not tolerated & {each.origin, each.headers}
    )
    yield from (f"shut out: {each}" for each in proof.shut_out)
    yield from _recognised(stack, proof)


def _works(page: str, boom: int, proof: Proof) -> Iterator[str]:
    told = proof.trial.told
    statuses, bodies = WORKS[page]
    if [each[0] for each in told] != [*statuses, boom]:
        yield f"the front end got {told}"
    elif [each[1] for each in told if each[0] == 200] != bodies:
        yield f"the front end read {told}"
    for was, now in zip(proof.before, told, strict=True):
        if was != BLOCKED and was[2] is not None and was[2] != now[2]:
            yield f"X-Total could be read before: {was}, {now}"


def _recognised(stack: Stack, proof: Proof) -> Iterator[str]:
    if wrong := proof.names - {stack.advice.name, *stack.seen_as}:
        yield f"recognised as {sorted(wrong)}"
    if proof.named and not proof.first:
        yield "recognised, and its fix does not stand first"
