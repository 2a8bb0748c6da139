"""The configuration: where it is found, what it says, what is wrong with it."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from analysis.config import NO_CONFIG, ConfigError, find, load
from analysis.result import AuditResult

from .test_cli import BROKEN, ROOT, SAMPLES, run

ANY_SITE = SAMPLES / "08-any-site-can-read.flow"


def config(folder: Path, text: str, name: str = "cors-audit.toml") -> Path:
    """Write a configuration."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def readme() -> str:
    """The example that the README gives."""
    found = re.search(r"```toml\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert found
    return found[1]


def test_the_nearest_one_upwards_counts(tmp_path: Path) -> None:
    config(tmp_path, 'fail-on = "broken"')
    config(tmp_path / "a", '[tool.cors-audit]\nfail-on = "slow"', "pyproject.toml")
    config(tmp_path / "a" / "b", "[tool.other]\nx = 1", "pyproject.toml")
    below = tmp_path / "a" / "b" / "c"
    below.mkdir()
    assert find(below).fail_on == "slow"
    assert find(tmp_path).fail_on == "broken"


def test_in_one_folder_the_own_file_wins(tmp_path: Path) -> None:
    config(tmp_path, '[tool.cors-audit]\nfail-on = "slow"', "pyproject.toml")
    own = config(tmp_path, 'fail-on = "broken"')
    assert find(tmp_path).path == own.resolve()


def test_without_a_configuration_nothing_is_decided() -> None:
    assert NO_CONFIG.ignores == ()
    assert NO_CONFIG.intent.of("https://api.example") is None


def test_the_example_of_the_readme(tmp_path: Path) -> None:
    found = load(config(tmp_path, readme()))
    assert found.fail_on
    assert found.baseline == tmp_path / "cors-baseline.json"
    assert found.intent.of("https://cdn.shop.example") == {"*"}
    assert found.intent.of("https://api.shop.example") == {
        "https://shop.example", "https://admin.shop.example",
    }  # fmt: skip
    first, second = found.ignores
    assert (first.rule, first.path, first.until) == (
        "missing-allow-origin", "/legacy/*", date(2027, 3, 31),
    )  # fmt: skip
    assert second.reason
    assert second.until is None


def test_the_example_of_the_readme_runs(tmp_path: Path) -> None:
    config(tmp_path, readme())
    assert (
        run(tmp_path, "check", str(BROKEN), "--write-baseline", "cors-baseline.json").returncode
        == 0
    )
    done = run(tmp_path, "check", str(BROKEN))
    assert done.returncode == 0, done.stderr
    assert "1 finding ignored" in done.stdout


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('fail_on = "broken"', 'fail_on: unknown key, the nearest is "fail-on"'),
        ("ignroe = []", 'ignroe: unknown key, the nearest is "ignore"'),
        ("fail-on = true", "fail-on: must be a text, not true or false"),
        ('baseline = ["a"]', "baseline: must be a text, not a list"),
        ('baseline = " "', "baseline: must not be empty"),
        ("intent = 3", "intent: must be a table of API origins, not a number"),
        ('ignore = "x"', "ignore: must be a list of tables, [[ignore]], not a text"),
        ("ignore = [1]", "ignore[1]: must be a table, not a number"),
        ('[[ignore]]\nrule = "origin-mismatch"', "ignore[1].reason: missing"),
        ('[[ignore]]\nreason = "x"', "ignore[1].rule: missing"),
        (
            '[[ignore]]\nrule = "orign-mismatch"\nreason = "x"',
            'ignore[1].rule: unknown rule "orign-mismatch", the nearest is "origin-mismatch"',
        ),
        (
            '[[ignore]]\nrule = "origin-mismatch"\nreason = "x"\npaht = "/"',
            'ignore[1].paht: unknown key, the nearest is "path"',
        ),
        (
            '[[ignore]]\nrule = "origin-mismatch"\nreason = "x"\nuntil = 3',
            "ignore[1].until: must be a date, YYYY-MM-DD, not a number",
        ),
        (
            '[[ignore]]\nrule = "origin-mismatch"\nreason = "x"\nuntil = "2026-02-30"',
            'ignore[1].until: "2026-02-30" is no day',
        ),
        (
            '[[ignore]]\nrule = "origin-mismatch"\nreason = "x"\nuntil = 2026-02-03T10:00:00Z',
            "ignore[1].until: must be a date, YYYY-MM-DD, not a date with a time",
        ),
        (
            '[intent]\n"https://API.example/" = []',
            'intent."https://API.example/": "https://API.example/" is no origin: write '
            '"https://api.example"',
        ),
        (
            '[intent]\n"https://api.example" = ["https://app.example:443"]',
            '"https://app.example:443" is no origin: write "https://app.example"',
        ),
        (
            '[intent]\n"https://api.example" = ["https://bücher.example"]',
            'write "https://xn--bcher-kva.example"',
        ),
        ('[intent]\n"api.example" = []', "write scheme and host as a browser does"),
        (
            '[intent]\n"https://api.example" = ["https://*.example"]',
            '"https://*.example" is a pattern: name each origin, or "*" alone for everybody',
        ),
        ('[intent]\n"*" = []', '"*" is a pattern: name each origin'),
        ('[intent]\n"https://api.example" = "*"', 'must be a list of origins, ["*"]'),
        ('[intent]\n"https://api.example" = [1]', "must be a list of origins, not a number"),
        ("fail-on = ", "not TOML: "),
    ],
)
def test_what_is_wrong_is_named_with_its_file_and_key(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(config(tmp_path, text))
    assert "cors-audit.toml: " in str(caught.value)
    assert said in str(caught.value)


def test_a_pyproject_that_says_nothing_of_us_is_nothing_of_ours(tmp_path: Path) -> None:
    path = config(tmp_path, "no TOML\n", "pyproject.toml")
    assert find(path.parent) == NO_CONFIG
    config(tmp_path, "cors-audit, but no TOML\n", "pyproject.toml")
    with pytest.raises(ConfigError, match=r"pyproject\.toml: not TOML"):
        find(path.parent)


def test_in_pyproject_the_whole_key_is_named(tmp_path: Path) -> None:
    path = config(tmp_path, "[tool.cors-audit]\nfail-on = 1", "pyproject.toml")
    with pytest.raises(ConfigError, match=r"pyproject\.toml: tool\.cors-audit\.fail-on: must be"):
        load(path)
    with pytest.raises(ConfigError, match=r"no table \[tool\.cors-audit\]"):
        load(config(tmp_path, "[tool.other]", "pyproject.toml"))
    with pytest.raises(ConfigError, match=r"tool\.cors-audit must be a table, not a number"):
        find(config(tmp_path, "[tool]\ncors-audit = 1", "pyproject.toml").parent)


@pytest.mark.parametrize("verb", ["report", "check"])
def test_a_mistake_is_wrong_use(tmp_path: Path, verb: str) -> None:
    config(tmp_path, "ignroe = []")
    done = run(tmp_path, verb, str(BROKEN))
    assert done.returncode == 2
    assert 'cors-audit.toml: ignroe: unknown key, the nearest is "ignore"' in done.stderr
    assert "Traceback" not in done.stderr
    assert run(tmp_path, verb, str(BROKEN), "--no-config").returncode == (verb == "check")
    assert run(tmp_path, verb, str(BROKEN), "--config", "none.toml").returncode == 2
    both = run(tmp_path, verb, str(BROKEN), "--config", "x.toml", "--no-config")
    assert "exclude each other" in both.stderr


@pytest.mark.parametrize(
    ("configured", "words", "code"),
    [
        ("slow", (), 0),
        ("broken", (), 1),
        ("slow", ("--fail-on", "broken"), 1),
        ("broken", ("--fail-on", "never"), 0),
        ("never", (), 0),
        ("terrible", (), 2),
    ],
)
def test_the_gate_of_check(
    tmp_path: Path, configured: str, words: tuple[str, ...], code: int
) -> None:
    config(tmp_path, f'fail-on = "{configured}"')
    done = run(tmp_path, "check", str(BROKEN), *words)
    assert done.returncode == code, done.stderr
    if code == 2:
        assert "fail-on in cors-audit.toml" in done.stderr
    # A report fails on nothing unless asked on its own command line.
    assert run(tmp_path, "report", str(BROKEN), "-o", "r.md", "--no-config").returncode == 0


def found(folder: Path, *words: str) -> AuditResult:
    """The result of a report under the configuration of a folder."""
    import json

    done = run(folder, "report", str(ANY_SITE), "-o", "r.json", *words)
    assert done.returncode == 0, done.stderr
    return AuditResult.from_dict(json.loads((folder / "r.json").read_text()))


def test_intent_silences_what_is_meant_and_raises_what_is_not(tmp_path: Path) -> None:
    api, page, stranger = "http://localhost:3001", "http://localhost:3000", "http://127.0.0.1:4000"
    rule = "reflected-origin-with-credentials"
    (before,) = (each for each in found(tmp_path).findings if each.rule == rule)
    assert before.confidence == "tentative"
    config(tmp_path, f'[intent]\n"{api}" = ["{page}"]')
    (raised,) = (each for each in found(tmp_path).findings if each.rule == rule)
    assert raised.confidence == "firm"
    assert raised.confidence_why.startswith(stranger)
    config(tmp_path, f'[intent]\n"{api}" = ["{page}", "{stranger}"]')
    assert rule not in {each.rule for each in found(tmp_path).findings}
    config(tmp_path, f'[intent]\n"{api}" = ["*"]')
    assert rule not in {each.rule for each in found(tmp_path).findings}
    assert rule in {each.rule for each in found(tmp_path, "--no-config").findings}
