"""Would the command line accept these words? Asked of click, without running anything."""

from __future__ import annotations

import shlex

import click

from analysis.cli import main


def refusal(command: str) -> str:
    """What click says against `cors-audit …`; empty if it takes it. Files need not be there."""
    words = shlex.split(command)
    assert words[0].endswith("cors-audit"), command
    try:
        with main.make_context("cors-audit", words[1:2], resilient_parsing=False) as context:
            verb = main.get_command(context, words[1])
            if verb is None:
                return f"no verb {words[1]}"
            verb.make_context(words[1], words[2:], parent=context)
    except click.ClickException as error:
        return error.format_message()
    return ""
