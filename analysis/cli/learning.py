"""The verbs that explain: explain, rules, addon, completion."""

from __future__ import annotations

import click

from . import completing
from .helping import Example, Verb
from .shared import ROOT
from .streams import out


@click.command(
    cls=Verb,
    examples=[
        Example("a rule", "cors-audit explain missing-allow-origin"),
        Example(
            "what the console says: quote it, or paste all of it",
            """cors-audit explain "No 'Access-Control-Allow-Origin' header is present\"""",
        ),
    ],
)
@click.argument(
    "words", nargs=-1, required=True, metavar="RULE|MESSAGE", shell_complete=completing.rules
)
def explain(words: tuple[str, ...]) -> None:
    """Explain a rule, or a pasted message of a browser.

    Of a message, all the rules that can be behind it. 'cors-audit rules' lists the rules.
    """
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


@click.command(
    cls=Verb,
    examples=[
        Example("to read", "cors-audit rules"),
        Example("for programs", "cors-audit rules --format json > rules.json"),
    ],
)
@click.option(
    "--format", "format_", type=click.Choice(["md", "json"]), default="md", show_default=True,
    help="Markdown for people, JSON for programs.",
)  # fmt: skip
def rules(format_: str) -> None:
    """List all rules.

    Each with what it says, how severe it is, and when it is wrong.
    """
    from .. import catalogue

    out(catalogue.markdown() if format_ == "md" else catalogue.as_json())


@click.command(
    cls=Verb,
    examples=[
        Example("judge while you browse", 'mitmdump -s "$(cors-audit addon)"'),
        Example(
            "with mitmproxy's own window, and a journal",
            'mitmweb -s "$(cors-audit addon)" --set cors_session=session.jsonl',
        ),
    ],
)
def addon() -> None:
    """Print the path of the addon, for mitmdump -s.

    Any mitmproxy 11 or 12 can load it, also one of another Python.
    """
    out(f"{ROOT / 'addon' / 'cors_audit.py'}\n")


@click.command(
    cls=Verb,
    examples=[
        Example("bash: a line for ~/.bashrc", 'eval "$(cors-audit completion bash)"'),
        Example("zsh: a line for ~/.zshrc", 'eval "$(cors-audit completion zsh)"'),
        Example("fish: a line for config.fish", "cors-audit completion fish | source"),
    ],
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print what makes a shell complete our words.

    Commands, options, files, rules, server software and browsers, when you press Tab. zsh
    needs 'autoload -Uz compinit && compinit' before it.
    """
    from click.shell_completion import get_completion_class

    from . import main

    made = get_completion_class(shell)
    assert made is not None
    out(f"{made(main, {}, 'cors-audit', '_CORS_AUDIT_COMPLETE').source()}\n")
