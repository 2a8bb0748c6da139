"""Help texts, versions, and what a shell completes: right, whole, and cheap to get."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from analysis import __version__
from analysis.cli import EXAMPLES, VERBS, main
from analysis.cli.helping import Example, Verb
from analysis.cli.versions import lines

from .test_cli import BROKEN, FIXED, ROOT, run

CONTEXT = click.Context(main, info_name="cors-audit")
COMMANDS: dict[str, click.Command] = {
    name: command for name in VERBS if (command := main.get_command(CONTEXT, name))
}
SHOWN = [(), *((name,) for name in VERBS)]


def typed(*words: str, **more: Any) -> Result:
    """`cors-audit WORDS` in this process."""
    return CliRunner().invoke(main, words, prog_name="cors-audit", **more)


def shown(words: tuple[str, ...]) -> str:
    """A help text on a terminal of 80 columns."""
    done = typed(*words, "--help", env={"COLUMNS": "80"})
    assert done.exit_code == 0, done.output
    return done.output


def examples() -> list[tuple[str, str]]:
    """Every command in a help text, with the verb whose help shows it."""
    found = [("", each) for each in EXAMPLES]
    for name, command in COMMANDS.items():
        assert isinstance(command, Verb)
        found += [(name, each) for each in command.examples]
    return [(name, each.command) for name, each in found]


def ours(command: str) -> list[list[str]]:
    """The words after `cors-audit` of each call in a line for a shell."""
    inner = re.findall(r"\$\((cors-audit [^)]*)\)", command)
    parts = inner or re.split(r" \| ", command)
    words = [shlex.split(part.partition(" > ")[0]) for part in parts]
    return [each[1:] for each in words if each[0] == "cors-audit"]


@pytest.mark.parametrize("words", SHOWN, ids=lambda words: " ".join(words) or "cors-audit")
def test_a_help_fits_the_screen_of_every_terminal(words: tuple[str, ...]) -> None:
    text = shown(words)
    assert text.isascii()
    assert [line for line in text.splitlines() if len(line) > 80] == []
    assert not re.search(r"\w-$", text, re.MULTILINE), "a name is torn apart at its hyphen"


@pytest.mark.parametrize("name", VERBS)
def test_a_help_is_whole(name: str) -> None:
    command, text = COMMANDS[name], shown((name,))
    assert isinstance(command, Verb)
    assert command.get_short_help_str(1000) == VERBS[name][1], "the list says the same"
    assert command.examples
    assert text.index("\nExamples:\n") < text.index("\nExit codes:\n")
    for each in command.examples:
        assert f"\n  # {each.what}\n  {each.command}\n" in text
    for option in command.params:
        assert isinstance(option, click.Argument) or option.help, option.name  # type: ignore[attr-defined]


def test_the_list_names_every_verb_on_one_line() -> None:
    text = shown(())
    for name, (_, line) in VERBS.items():
        assert re.search(rf"^  {name} +{re.escape(line)}$", text, re.MULTILINE), name


@pytest.mark.parametrize(("verb", "command"), examples(), ids=lambda value: value or "cors-audit")
def test_an_example_is_accepted(verb: str, command: str) -> None:
    calls = ours(command)
    assert calls, "it calls cors-audit"
    assert not verb or verb in [call[0] for call in calls]
    for name, *words in calls:
        COMMANDS[name].make_context(name, words, parent=CONTEXT)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every file that an example names."""
    made = tmp_path_factory.mktemp("examples")
    for name, source in (("session", BROKEN), ("before", BROKEN), ("after", FIXED)):
        shutil.copy(source, made / f"{name}.flow")
    for name in ("old", "new", "nightly"):
        (made / name).mkdir()
        shutil.copy(BROKEN, made / name)
    written = [
        ("report", "before.flow", "-o", "main.json"),
        ("report", "after.flow", "-o", "branch.json"),
        ("check", "session.flow", "--write-baseline", "cors-baseline.json"),
    ]
    for words in written:
        assert run(made, *words).returncode == 0
    policy = run(made, "policy", "session.flow", "--format", "json").stdout
    (made / "policy.json").write_text(policy, encoding="utf-8")
    return made


@pytest.mark.parametrize(
    "command",
    [command for verb, command in examples() if verb and ours(command)[0][0] != "record"],
)
def test_an_example_works(
    command: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shutil.copytree(folder, tmp_path / "here"))
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    before = None
    for words in ours(command):
        done = typed(*words, input=before)
        assert done.exit_code in (0, 1), done.output
        assert done.stdout or words[0] in ("record", "redact")
        before = done.stdout
    assert bool(opened) is ("--open" in command)


def test_help_loads_click_and_what_makes_help() -> None:
    """Nothing that an installation adds, and of ours what is written here."""
    code = (
        "import sys\n"
        "before = set(sys.modules)\n"
        "from analysis.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted(set(sys.modules) - before), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = [
        name
        for name in json.loads(done.stderr.replace("'", '"'))
        if name.partition(".")[0] not in sys.stdlib_module_names | {"click"}
    ]
    ours = ("endings", "guarded", "helping", "streams")
    assert loaded == ["analysis", "analysis.cli", *(f"analysis.cli.{name}" for name in ours)]


def test_versions_for_bug_reports(tmp_path: Path) -> None:
    done = run(tmp_path, "--version")
    first, *rest = done.stdout.splitlines()
    assert first == f"cors-audit {__version__}"
    names = [line.partition(":")[0] for line in rest]
    assert names == ["mitmproxy", "Python", "system", "browsers", "encoding", "libraries"]
    values = dict(line.split(maxsplit=1) for line in rest)
    assert re.fullmatch(r"1[12]\.\d+\.\d+", values["mitmproxy:"])
    assert values["Python:"].startswith("{}.{}.{}, ".format(*sys.version_info[:3]))
    assert re.search(r"\bclick \d.*\bjinja2 \d.*\bpandas \d", values["libraries:"])
    assert str(Path.home()) not in done.stdout


def test_versions_say_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib import metadata

    def nothing(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", nothing)
    monkeypatch.setenv("PATH", os.devnull)
    made = dict(line.split(":", 1) for line in list(lines())[1:])
    assert made["mitmproxy"].strip() == "not installed"
    assert "pyarrow not installed" in made["libraries"]


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("cors-audit re", {"record", "redact", "report"}),
        ("cors-audit report --form", {"--format"}),
        ("cors-audit explain hidden-error", {"hidden-error-status"}),
        ("cors-audit policy x.flow --for ng", {"nginx"}),
        ("cors-audit check --fail-on dan", {"dangerous"}),
        ("cors-audit check --fail-on broken,hi", {"broken,high"}),
        ("cors-audit check --fail-on n", {"note", "never"}),
        ("cors-audit record --browser fi", {"firefox"}),
        ("cors-audit completion ", {"bash", "zsh", "fish"}),
        ("cors-audit report nightly/", {"nightly/"}),
        ("cors-audit report x.flow -o r", {"r"}),
        ("cors-audit simulate pol", {"pol"}),
    ],
)
def test_what_a_shell_completes(line: str, offered: set[str], tmp_path: Path) -> None:
    words = line.split(" ")
    done = run(
        tmp_path,
        _CORS_AUDIT_COMPLETE="bash_complete",
        COMP_WORDS=" ".join(words),
        COMP_CWORD=str(len(words) - 1),
    )
    said = [text.partition(",")[::2] for text in done.stdout.splitlines()]
    assert {value for _, value in said} == offered, done.stderr
    files = {"nightly/", "r", "pol"}
    assert {kind for kind, _ in said} == {"file" if offered <= files else "plain"}


STRICT = {"PYTHONWARNDEFAULTENCODING": "1", "PYTHONWARNINGS": "error::EncodingWarning"}
"""A file that is opened without an encoding, which differs from system to system, is an error."""
WINDOWS = {"PYTHONIOENCODING": "cp1252"}
POSIX = {
    "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "",
}  # fmt: skip


@pytest.mark.parametrize(
    ("environment", "words", "code"),
    [
        (POSIX, ("rules",), 0),
        (POSIX, ("explain", "‘no such rule’ …"), 2),
        (POSIX, ("check", "séance ☂/session.flow", "--config", "größe.toml"), 1),
        (WINDOWS, ("check", "séance ☂/none.flow"), 3),
        (WINDOWS, ("report", "séance ☂", "-o", "séance ☂/rapport é.html"), 0),
        (POSIX, ("policy", "séance ☂", "--for", "express"), 0),
        (WINDOWS, ("diff", "séance ☂", "séance ☂/session.flow", "--format", "md"), 0),
    ],
    ids=["rules", "explain", "check", "none", "report", "policy", "diff"],
)
def test_any_encoding_will_do(
    tmp_path: Path, environment: dict[str, str], words: tuple[str, ...], code: int
) -> None:
    """Names of files with any character in them, shown or read; nothing ends in a traceback."""
    (tmp_path / "séance ☂").mkdir()
    shutil.copy(BROKEN, tmp_path / "séance ☂" / "session.flow")
    (tmp_path / "größe.toml").write_text('fail-on = "broken" # ‘…’\n', encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "analysis", *words],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), **STRICT, **environment},
        capture_output=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert b"Traceback" not in done.stderr
    assert b"Error" not in done.stderr or code == 2


def test_an_example_is_a_line() -> None:
    assert all("\n" not in part for each in EXAMPLES for part in Example(*each))
