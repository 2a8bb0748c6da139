"""The command line. Wires everything, decides nothing. One file for each group of verbs."""

from __future__ import annotations

import gc

import click

from .helping import Example, Verbs
from .streams import out

VERBS = {
    "record": ("recording", "Browse in a browser of its own; a recording and a report."),
    "report": ("reporting", "Judge recordings and write reports."),
    "check": ("reporting", "Judge recordings in CI: text, and an exit code."),
    "diff": ("diffing", "Say what is new, gone or changed between two recordings."),
    "policy": ("policies", "Write the least policy that a session needed."),
    "simulate": ("policies", "Replay a session under another policy."),
    "redact": ("redacting", "Copy a recording without its secrets, to pass it on."),
    "explain": ("learning", "Explain a rule, or a pasted message of a browser."),
    "rules": ("learning", "List all rules."),
    "demo": ("reporting", "Report on the bundled recordings."),
    "addon": ("learning", "Print the path of the addon, for mitmdump -s."),
    "completion": ("learning", "Print what makes a shell complete our words."),
}
"""Each verb: its module, and what the list says of it, which is how its own help begins."""

EXAMPLES = (
    Example("a report of the bundled recordings", "cors-audit demo"),
    Example("browse, close the window, read the report", "cors-audit record --open localhost:3000"),
    Example("judge a recording that you have", "cors-audit report session.flow --open"),
    Example(
        "what a message in the console means",
        """cors-audit explain "No 'Access-Control-Allow-Origin' header is present\"""",
    ),
    Example("while you browse through mitmproxy", 'mitmdump -s "$(cors-audit addon)"'),
)


def _version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if not wanted or context.resilient_parsing:
        return
    from .versions import lines

    out("".join(f"{line}\n" for line in lines()))
    context.exit()


@click.group(
    cls=Verbs,
    verbs=VERBS,
    examples=EXAMPLES,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version,
    help="Show versions, for bug reports, and exit.",
)  # fmt: skip
def main() -> None:
    """The flight recorder for CORS: what the browser blocked, why, what to change.

    Passive: nothing is sent anywhere, no request is made or changed. 'cors-audit
    COMMAND --help' has the options, examples and exit codes of each command.
    """
    # What is read stays and holds no cycles: to look for some so often takes a tenth of the time.
    gc.set_threshold(100_000)
