"""What a project writes itself: configuration, policies, baselines. One named error, or a value."""

from __future__ import annotations

from contextlib import suppress

from analysis.config import ConfigError, load
from analysis.ignores import baseline_of
from analysis.policies.file import PolicyError
from analysis.policies.file import read as read_policy

from .files import named, written


def config(data: bytes) -> None:
    """`cors-audit.toml`."""
    try:
        read = load(written("cors-audit.toml", data))
    except ConfigError as error:
        named(error, "cors-audit.toml")
        return
    for ignore in read.ignores:
        assert ignore.rule
        assert ignore.reason.strip()


def policy(data: bytes) -> None:
    """A policy file."""
    try:
        apis = read_policy(data.decode("utf-8", "replace"), "policy.json")
    except PolicyError as error:
        named(error, "policy.json")
        return
    for api in apis:
        for path in ("/", "/users/7", "/{n}", "*"):
            found = api.rule_for(path)
            assert found is None or found in api.rules


def baseline(data: bytes) -> None:
    """A baseline."""
    with suppress(ValueError):
        read = baseline_of(data.decode("utf-8", "replace"), "baseline.json")
        assert len({each.key for each in read.accepted}) == len(read.accepted)
