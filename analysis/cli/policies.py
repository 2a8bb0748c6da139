"""The verbs about policies: policy, simulate."""

from __future__ import annotations

import sys
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .completing import files, stacks
from .endings import EXITS, FINDINGS, FINE, INTERRUPTED, NOTHING
from .helping import Example, Verb
from .settings import with_config
from .shared import (
    audit,
    exit_code,
    has_something,
    heard,
    print_searched,
    terminal,
    was_interrupted,
    with_inputs,
)
from .streams import tell

if TYPE_CHECKING:
    from ..config import Config
    from ..fixes.model import Stack
    from ..policies.file import ApiPolicy
    from ..policies.simulate import Simulation
    from ..result import Policy

AUTO = "auto"


class ListsStacks(Verb):
    """A verb whose help also lists every server software that it can write for."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Read from the stacks themselves, which only this help has to load."""
        from ..fixes import STACKS

        with formatter.section("Stacks"):
            formatter.write_dl([(each.id, each.name) for each in STACKS])
        super().format_epilog(ctx, formatter)


@click.command(
    cls=ListsStacks,
    examples=[
        Example("for the server that was recognised", "cors-audit policy session.flow --for auto"),
        Example(
            "of one API, for nginx",
            "cors-audit policy session.flow --api http://localhost:3001 --for nginx",
        ),
        Example(
            "to edit by hand, for 'cors-audit simulate'",
            "cors-audit policy session.flow --format json > policy.json",
        ),
    ],
    exits=EXITS,
)
@with_inputs
@click.option(
    "--api", "apis", multiple=True, metavar="ORIGIN",
    help="Only this API, for example https://api.example.com. May repeat.",
)  # fmt: skip
@click.option(
    "--for", "stack", metavar="STACK", shell_complete=stacks,
    help="Configuration for a server software, listed below; 'auto' for the one that was "
    "recognised.",
)  # fmt: skip
@click.option(
    "--format", "format_", type=click.Choice(["headers", "json"]), default="headers",
    show_default=True, help="json: a file to edit by hand, for 'cors-audit simulate'.",
)  # fmt: skip
@with_config
def policy(
    inputs: tuple[str, ...],
    no_redact: bool,
    color: str,
    apis: tuple[str, ...],
    stack: str | None,
    format_: str,
    config: Config,
) -> None:
    """Write the least policy that a session needed.

    The least that lets every legitimate call pass. For each API: origins, methods, headers,
    credentials, with how often each was needed. What a person must decide is marked, not guessed.
    """
    from ..policies import file as policy_file

    if stack is not None and format_ == "json":
        raise click.UsageError("--for writes configuration: leave out --format json")
    chosen = _stack(stack) if stack is not None and stack != AUTO else None
    result = audit(inputs, redact=not no_redact, intent=config.intent)
    if not has_something(result):
        sys.exit(_nothing(exit_code(result, [])))

    def text(policies: list[Policy]) -> str:
        if format_ == "json":
            return policy_file.text(policies)
        return "\n".join(_text(each, chosen, auto=stack == AUTO) for each in policies)

    print_searched(text, _chosen(result.policies, apis), result.secrets)
    sys.exit(exit_code(result, []))


@click.command(
    cls=Verb,
    examples=[
        Example("what would a policy break?", "cors-audit simulate policy.json session.flow"),
        Example(
            "does the policy of one session suit another?",
            "cors-audit policy before.flow --format json | cors-audit simulate - after.flow",
        ),
    ],
    exits=EXITS | {FINDINGS: "something legitimate would break, or a danger would remain"},
)
@click.argument("policy_", metavar="POLICY", shell_complete=files)
@with_inputs
@click.option(
    "--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True,
    help="Text for people, JSON for programs.",
)  # fmt: skip
@with_config
def simulate(
    policy_: str,
    inputs: tuple[str, ...],
    no_redact: bool,
    color: str,
    format_: str,
    config: Config,
) -> None:
    """Replay a session under another policy.

    What would pass, be sent, break, or stay dangerous. POLICY is a file as 'cors-audit policy
    --format json' writes it; '-' is standard input. Nothing is sent anywhere.
    """
    from ..policies.simulate import simulate as replay
    from .simulated import render

    name, policies = _read_policies(policy_, inputs)
    auditor, result = heard(inputs, redact=not no_redact, intent=config.intent)
    if not has_something(result):
        sys.exit(_nothing(exit_code(result, [])))
    called = [each.api for each in result.policies]
    if not {each.api for each in policies} & set(called):
        tell(f"{name} speaks of no API of this session, which are {', '.join(called)}")
        sys.exit(INTERRUPTED if was_interrupted(result) else NOTHING)
    done = replay(auditor, policies, name)

    def text(shown: Simulation) -> str:
        return shown.to_json() if format_ == "json" else render(shown, **terminal(color))

    print_searched(text, done, result.secrets)
    if was_interrupted(result):
        sys.exit(INTERRUPTED)
    sys.exit(FINE if done.is_fine else FINDINGS)


def _nothing(code: int) -> int:
    tell("nothing to judge: no cross-origin call by a page was recorded")
    return code


def _text(policy: Policy, stack: Stack | None, *, auto: bool) -> str:
    from ..fixes import ANY
    from ..policies import text as policy_text

    if auto:
        stack = policy_text.recognised(policy)
        if stack is None:
            tell(f"{policy.api}: server software not recognised, so plain headers")
    return policy_text.text(policy, stack or ANY)


def _stack(name: str) -> Stack:
    from ..fixes import STACKS, stack

    found = stack(name)
    if found is not None:
        return found
    names = {spelling.lower(): each.id for each in STACKS for spelling in (each.id, each.name)}
    near = get_close_matches(name.lower(), names, 1, 0.5)
    hint = f" Did you mean {names[near[0]]}?" if near else ""
    known = ", ".join([each.id for each in STACKS] + [AUTO])
    raise _refusal(f"{name!r} is no known stack.{hint} Known: {known}.", "--for")


def _chosen(policies: tuple[Policy, ...], apis: tuple[str, ...]) -> list[Policy]:
    known = {each.api: each for each in policies}
    if not apis:
        return list(policies)
    chosen = {}
    for name in apis:
        origin = name.rstrip("/").lower()
        if origin not in known:
            near = get_close_matches(origin, known, 1, 0.5)
            hint = f" Did you mean {near[0]}?" if near else ""
            called = ", ".join(known)
            raise _refusal(f"{name!r} was not called here.{hint} Called: {called}.", "--api")
        chosen[origin] = known[origin]
    return list(chosen.values())


def _refusal(message: str, option: str) -> click.BadParameter:
    from reports.escape import visible

    return click.BadParameter(visible(message), param_hint=option)


def _read_policies(path: str, inputs: tuple[str, ...]) -> tuple[str, tuple[ApiPolicy, ...]]:
    from reports.escape import visible

    from ..policies.file import PolicyError, read

    if path == "-" and "-" in inputs:
        raise click.UsageError("only one of POLICY and INPUT can be standard input")
    name = "standard input" if path == "-" else Path(path).name
    try:
        raw = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
        return name, read(raw.decode("utf-8"), name)
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{name}: no policy: it is not UTF-8 text") from error
    except OSError as error:
        raise click.UsageError(f"{visible(path)}: {error.strerror or error}") from error
    except PolicyError as error:
        raise click.UsageError(visible(str(error), wire=False)) from error
