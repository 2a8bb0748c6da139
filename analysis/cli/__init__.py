"""The command line. Wires everything, decides nothing. One file for each group of verbs."""

from __future__ import annotations

import gc

import click

from .. import __version__
from .diffing import diff
from .learning import addon, explain, rules
from .policies import policy, simulate
from .recording import record
from .reporting import check, demo, report
from .streams import out
from .verbs import Verbs

EPILOG = """\b
Examples:
  cors-audit demo                              a report of the bundled recordings
  cors-audit record --open localhost:3000      browse, close the window, read the report
  cors-audit report session.flow --open        judge a recording that you have
  cors-audit explain "blocked by CORS policy: No 'Access-Control-Allow-Origin' header"
"""


def _version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if not wanted or context.resilient_parsing:
        return
    import platform
    from importlib import metadata

    try:
        mitmproxy = metadata.version("mitmproxy")
    except metadata.PackageNotFoundError:
        mitmproxy = "not installed"
    out(
        f"cors-audit {__version__} (mitmproxy {mitmproxy}, Python {platform.python_version()}, "
        f"{platform.system()})\n"
    )
    context.exit()


@click.group(cls=Verbs, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version,
    help="Show versions (bug reports need them) and exit.",
)  # fmt: skip
def main() -> None:
    """The flight recorder for CORS: what the browser blocked, why, and what to change.

    Passive: nothing is sent anywhere, no request is made or changed.
    """
    # What is read stays and holds no cycles: to look for some so often takes a tenth of the time.
    gc.set_threshold(100_000)


for verb in (record, report, check, diff, policy, simulate, demo, explain, rules, addon):
    main.add_command(verb)
