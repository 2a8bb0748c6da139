"""The verbs that explain: explain, rules, addon."""

from __future__ import annotations

import click

from .shared import ROOT
from .streams import out


@click.command()
@click.argument("words", nargs=-1, required=True, metavar="RULE|MESSAGE")
def explain(words: tuple[str, ...]) -> None:
    """A rule's page, or the rules behind a pasted browser message."""
    from .. import catalogue

    text = " ".join(words)
    page = catalogue.explain(text)
    if page is not None:
        out(f"{page}\n")
        return
    rules = catalogue.explain_message(text)
    if not rules:
        near = catalogue.nearest(text)
        hint = f" Did you mean {near}?" if near and len(words) == 1 else ""
        raise click.UsageError(
            f"{text!r} is neither a rule nor a CORS message of a browser.{hint} "
            "`cors-audit rules` lists the rules."
        )
    pages = (catalogue.explain(rule.id) for rule in rules)
    out("\n\n".join(page for page in pages if page) + "\n")


@click.command()
@click.option("--format", "format_", type=click.Choice(["md", "json"]), default="md")
def rules(format_: str) -> None:
    """The catalogue of rules."""
    from .. import catalogue

    out(catalogue.markdown() if format_ == "md" else catalogue.as_json())


@click.command()
def addon() -> None:
    """Print the addon's path: mitmdump -s "$(cors-audit addon)"."""
    out(f"{ROOT / 'addon' / 'cors_audit.py'}\n")
