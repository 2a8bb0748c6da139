"""The proof: record what is wrong, apply our text as printed, record again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from analysis import audit
from analysis.finding import Finding, Kind
from analysis.policies import text as policy_text
from analysis.result import AuditResult

from ..browser.proxy import LabError
from . import probes, variants
from .gate import API
from .serving import running
from .stack import Stack, pieces
from .world import Outcome, Trial, World

LOUD = (Kind.BROKEN, Kind.DANGEROUS)


@dataclass(frozen=True, slots=True)
class Proof:
    """What was seen, before and after."""

    names: frozenset[str]
    """Stacks recognised in any of the recordings."""
    named: bool
    """The stack was recognised where something was wrong."""
    first: bool
    """Its fix stood first among the finding's, as that of the recognised one."""
    printed: str
    """The text that was applied."""
    before: tuple[Outcome, ...]
    """What the front end got of its calls."""
    trial: Trial
    left: tuple[str, ...]
    """`rule: message` of what is still broken or dangerous, strangers' refused calls apart."""
    beyond: tuple[probes.Probe, ...]
    """Probes around the policy that were let in."""
    shut_out: tuple[probes.Probe, ...]
    """Probes within the policy that were refused."""


def prove(stack: Stack, name: str, world: World, folder: Path) -> Proof:
    """Put one server software through one variant.

    Args:
        folder: a new one, for files of servers and recordings.

    Raises:
        LabError: a server could not be started, or nothing that this variant is for was found.
    """
    wrong, variant = variants.ALL[name], stack.variants[name]
    start = {"backend": variant.backend, "login": wrong.login}
    with running(stack, variant.code, folder / "before", **start) as world.gate.server_port:
        told = world.session(folder / "before.flow", wrong.page, strangers=wrong.dangerous)
    before = audit([str(folder / "before.flow")])
    printed, first = _printed(stack, name, before)
    with running(stack, pieces(printed), folder / "after", **start) as port:
        world.gate.server_port = port
        trial = world.trial(folder / "after.flow", folder / "trespass.flow", wrong.page)
        policy = probes.POLICIES[wrong.page]
        beyond = tuple(probes.let_in(port, policy.beyond))
        shut_out = tuple(each for each in policy.within if each not in probes.let_in(port, [each]))
    after = audit([str(folder / "after.flow")])
    trespass = audit([str(folder / "trespass.flow")])
    left = [*_loud(after), *(f for f in trespass.findings if f.kind is Kind.DANGEROUS)]
    return Proof(
        names=frozenset().union(*map(_recognised, (before, after, trespass))),
        named=stack.advice.name in _recognised(before),
        first=first,
        printed=printed,
        before=tuple(told),
        trial=trial,
        left=tuple(f"{each.rule}: {each.message}" for each in left),
        beyond=beyond,
        shut_out=shut_out,
    )


def _printed(stack: Stack, name: str, result: AuditResult) -> tuple[str, bool]:
    """(our text, does it stand first among the finding's fixes).

    The text is the finding's own; where the software was not recognised, that of the API's
    shelf; for `bare`, and where it was recognised as what it is built on, `policy --for`.
    """
    advice = stack.advice
    loud, wanted = _loud(result), variants.ALL[name].finds
    finding = next((each for each in loud if each.rule in wanted), None)
    if finding is None:
        raise LabError(f"{sorted(wanted)} not found, but {sorted(each.rule for each in loud)}")
    servers = [fix for fix in finding.fixes if fix.where != "client"]
    shelf = [fix for each in result.shelves if each.api == API for fix in each.fixes]
    first = servers[0].stack == advice.name
    code = next((fix.code for fix in (*servers, *shelf) if fix.stack == advice.name), None)
    if name == "bare" or code is None:
        (policy,) = [each for each in result.policies if each.api == API]
        return policy_text.text(policy, advice), first
    return code, first


def _loud(result: AuditResult) -> list[Finding]:
    return [each for each in result.findings if each.kind in LOUD]


def _recognised(result: AuditResult) -> frozenset[str]:
    return frozenset(each.name for policy in result.policies for each in policy.stacks)
