"""Links lead somewhere, and what looks like a path or a command in a sentence is one."""

from __future__ import annotations

import re
import shlex

import click
import pytest

from analysis.cli import main

from .blocks import ROOT, anchors, code, documents, links

_MODULE = re.compile(r"python3? -m ([\w.]+)")
_SCRIPT = re.compile(r"python3? ([\w./]+\.py)")
_PATH = re.compile(r"[\w.-]+(/[\w.-]+)+(\.py|\.md|\.json|\.toml|\.yml|\.j2|\.js|\.css|\.xsd|\.sh)")
OURS = ("addon", "analysis", "reports", "sample_flows", "tests")


@pytest.mark.parametrize("document", documents())
def test_links_lead_somewhere(document: str) -> None:
    for link in links(document):
        if re.match(r"https?://", link):
            continue
        name, _, anchor = link.partition("#")
        target = (ROOT / document).parent / name if name else ROOT / document
        assert target.exists(), f"{document}: {link}"
        if anchor:
            told = str(target.resolve().relative_to(ROOT))
            assert anchor in anchors(told), f"{document}: {link}; there are {anchors(told)}"


@pytest.mark.parametrize("document", documents())
def test_named_files_and_modules_are_there(document: str) -> None:
    near = (ROOT, (ROOT / document).parent, ROOT / "addon", ROOT / "analysis", ROOT / "tests")
    for text in code(document):
        for module in _MODULE.findall(text):
            if module.partition(".")[0] in OURS:
                path = ROOT.joinpath(*module.split("."))
                there = path.with_suffix(".py").is_file() or (path / "__main__.py").is_file()
                assert there, f"{document}: no module {module}"
        for name in _SCRIPT.findall(text):
            assert (ROOT / name).is_file(), f"{document}: no script {name}"
        if _PATH.fullmatch(text):
            assert any((folder / text).exists() for folder in near), f"{document}: no file {text}"


@pytest.mark.parametrize("document", documents())
def test_commands_in_sentences_have_these_verbs_and_options(document: str) -> None:
    for text in code(document):
        if not text.startswith("cors-audit "):
            continue
        words = shlex.split(re.sub(r"[\[\]…]", " ", text))[1:]
        verb = main.get_command(click.Context(main), words[0])
        if words[0].startswith("-") or words[0].isupper():
            continue  # of the program itself, as `--help`, or a placeholder
        assert verb is not None, f"{document}: no verb {words[0]} in {text!r}"
        known = {name for option in verb.params for name in (*option.opts, *option.secondary_opts)}
        for word in words[1:]:
            if word.startswith("--"):
                name = word.partition("=")[0]
                assert name in known | {"--help"}, f"{document}: no option {name} in {text!r}"
