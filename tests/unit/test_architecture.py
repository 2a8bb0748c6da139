"""Who may import whom. This table is the documentation; change it knowingly."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("addon", "analysis", "reports")

# Longest matching prefix wins. `ours`: prefixes of our modules it may import; `theirs`:
# third-party packages. Imports inside functions count too.
ALLOWED: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "analysis": (("analysis.offline",), ()),
    "analysis.__main__": (("analysis.cli",), ()),
    "analysis.exchange": ((), ()),
    "analysis.frozen": ((), ()),
    "analysis.tables": ((), ()),
    "analysis.finding": ((), ()),
    "analysis.hidden": ((), ()),
    "analysis.redact": (
        ("analysis.exchange", "analysis.fetch", "analysis.hidden", "analysis.masking",
         "analysis.words"),
        (),
    ),
    "analysis.masking": (("analysis.plain",), ()),
    "analysis.trace": ((), ()),
    "analysis.words": ((), ()),
    "analysis.relevance": (("analysis.exchange",), ()),
    "analysis.fetch": (("analysis.exchange", "analysis.fetch"), ("publicsuffixlist",)),
    "analysis.session": (
        ("analysis.exchange", "analysis.fetch", "analysis.session", "analysis.result"),
        (),
    ),
    "analysis.plain": ((), ()),
    "analysis.result": (
        ("analysis.finding", "analysis.hidden", "analysis.plain", "analysis.series",
         "analysis.batch", "reports"),
        ("pandas",),
    ),
    "analysis.rules": (
        ("analysis.exchange", "analysis.finding", "analysis.fetch", "analysis.session",
         "analysis.rules"),
        (),
    ),
    "analysis.fixes": (
        (
            "analysis.exchange",
            "analysis.finding",
            "analysis.fetch",
            "analysis.session",
            "analysis.result",
            "analysis.rules",
            "analysis.fixes",
        ),
        (),
    ),
    "analysis.catalogue": (("analysis.rules", "analysis.fetch", "analysis.finding"), ()),
    "analysis.findings": (
        ("analysis.exchange", "analysis.finding", "analysis.fetch", "analysis.session",
         "analysis.result", "analysis.rules", "analysis.fixes"),
        (),
    ),
    "analysis.rows": (
        ("analysis.exchange", "analysis.fetch", "analysis.session", "analysis.rules",
         "analysis.result"),
        (),
    ),
    "analysis.schema": (("analysis.result",), ()),
    "analysis.policies.file": (
        ("analysis.fetch", "analysis.plain", "analysis.result"), (),
    ),
    "analysis.policies.server": (
        ("analysis.exchange", "analysis.fetch", "analysis.policies.file", "analysis.session"), (),
    ),
    "analysis.policies.text": (
        ("analysis.finding", "analysis.fixes", "analysis.result", "analysis.rules"), (),
    ),
    "analysis.policies.replay": (
        ("analysis.exchange", "analysis.fetch", "analysis.policies.file",
         "analysis.policies.server", "analysis.rules", "analysis.session"),
        (),
    ),
    "analysis.policies.simulate": (
        ("analysis.engine", "analysis.exchange", "analysis.fetch", "analysis.finding",
         "analysis.plain", "analysis.policies.file", "analysis.policies.replay", "analysis.result",
         "analysis.rules", "analysis.session"),
        (),
    ),
    "analysis.record": (("analysis.exchange", "analysis.fetch.origin"), ()),
    "analysis.kept": (("analysis.exchange", "analysis.packing", "analysis.relevance"), ()),
    "analysis.packing": (("analysis.exchange",), ()),
    "analysis.ids": ((), ()),
    "analysis.blindness": (
        ("analysis.fetch.classify", "analysis.result", "analysis.sources.exporters"), (),
    ),
    "analysis.engine": (("analysis",), ()),
    "analysis.ignores": (("analysis.finding", "analysis.result"), ()),
    "analysis.config": (
        ("analysis.fetch.origin", "analysis.ignores", "analysis.rules", "analysis.session.intent"),
        (),
    ),
    "analysis.diff": (("analysis.fetch.origin", "analysis.finding", "analysis.plain",
                       "analysis.result"), ()),
    "analysis.offline": (
        ("analysis.batch.trends", "analysis.engine", "analysis.exchange", "analysis.redact",
         "analysis.result", "analysis.session.intent", "analysis.sources"),
        (),
    ),
    "analysis.sources": (
        ("analysis.exchange", "analysis.fetch", "analysis.record", "analysis.redact",
         "analysis.relevance", "analysis.sources", "analysis.words"),
        (),
    ),
    "analysis.sources.flow": (
        ("analysis.exchange", "analysis.fetch", "analysis.redact", "analysis.sources"),
        ("mitmproxy",),
    ),
    "analysis.sources.remote": (("analysis.sources",), ("fsspec",)),
    "analysis.sources.migrated": (("analysis.sources",), ("mitmproxy",)),
    "analysis.redaction": (
        ("analysis.exchange", "analysis.redact", "analysis.redaction", "analysis.sources"), (),
    ),
    "analysis.redaction.flows": (("analysis.redaction", "analysis.sources"), ("mitmproxy",)),
    "analysis.series": ((), ()),
    "analysis.batch": (
        ("analysis.fetch.classify", "analysis.finding", "analysis.plain", "analysis.result",
         "analysis.session.judge"),
        ("pandas",),
    ),
    "analysis.batch.trends": (
        ("analysis.engine", "analysis.fetch", "analysis.finding", "analysis.findings",
         "analysis.result", "analysis.series", "analysis.session"),
        ("pandas",),
    ),
    "analysis.fleet": (("analysis", "reports"), ("dask", "fsspec", "pandas")),
    "analysis.cli": (("analysis", "reports"), ("click",)),
    "analysis.cli.clusters": (("analysis",), ("click", "dask")),
    "analysis.cli.completing": (("addon.launch.finder", "analysis"), ("click",)),
    "analysis.cli.versions": (("addon.launch", "analysis"), ()),
    "analysis.cli.recording": (("addon.launch", "analysis", "reports"), ("click",)),
    "reports": (
        ("analysis.diff", "analysis.hidden", "analysis.plain", "analysis.result",
         "analysis.series", "analysis.finding", "analysis.masking", "reports"),
        (),
    ),
    "reports.to_html": (
        ("analysis.result", "analysis.finding", "reports"), ("jinja2", "markupsafe"),
    ),
    "reports.to_parquet": (("analysis.result", "reports"), ("pandas", "pyarrow")),
    "addon": (("analysis", "reports", "addon"), ("mitmproxy",)),
    "addon.launch": (("addon.launch",), ()),
    "addon.launch.certificates": ((), ("cryptography",)),
    "addon.launch.mitmdump": ((), ("mitmproxy",)),
}  # fmt: skip


OF_ALL = ("analysis.frozen", "analysis.tables")
"""As good as a part of Python."""


def _modules() -> list[tuple[str, Path]]:
    found = []
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            found.append((name.removesuffix(".__init__"), path))
    return found


def _imports(name: str, path: Path) -> set[str]:
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    seen: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            seen.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*parts, base]).rstrip(".")
            seen.add(base)
            seen.update(f"{base}.{alias.name}" for alias in node.names)
    return seen


def _is_module(name: str) -> bool:
    path = ROOT.joinpath(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()


@pytest.mark.parametrize(("name", "path"), _modules(), ids=lambda value: str(value))
def test_imports_run_one_way(name: str, path: Path) -> None:
    row = max((p for p in ALLOWED if name == p or name.startswith(p + ".")), key=len)
    ours, theirs = ALLOWED[row]
    for imported in _imports(name, path):
        top = imported.partition(".")[0]
        if top in sys.stdlib_module_names or top == "__future__":
            continue
        if top in PACKAGES:
            if not _is_module(imported) or imported in PACKAGES:
                continue  # a name inside a module that is looked at itself, or `__version__`
            assert imported.startswith((*ours, *OF_ALL)), f"{name} imports {imported}"
        else:
            assert top in theirs, f"{name} imports {imported}"


BLOCKED = (
    "pandas", "numpy", "click", "tomllib", "sqlite3", "zoneinfo", "publicsuffix2",
    "publicsuffixlist", "html.parser", "http.cookies", "xml.etree", "rich",
)  # fmt: skip


def _python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_engine_imports_nothing_heavy() -> None:
    heavy = "mitmproxy", "jinja2", "pandas", "click"
    done = _python(
        f"import sys, analysis.engine; print([m for m in {heavy!r} if m in sys.modules])"
    )
    assert done.stdout.strip() == "[]", done.stderr


def test_help_imports_nothing_heavy() -> None:
    heavy = "mitmproxy", "jinja2", "pandas"
    done = _python(
        "import sys\nfrom click.testing import CliRunner\nfrom analysis.cli import main\n"
        "for words in (['--help'], ['record', '--help'], ['explain', 'missing-allow-origin'],\n"
        "              ['rules']):\n"
        "    out = CliRunner().invoke(main, words)\n"
        "    assert out.exit_code == 0, out.output\n"
        f"print([m for m in {heavy!r} if m in sys.modules])"
    )
    assert done.stdout.strip() == "[]", done.stderr


UNSAFE = ("pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "copyreg", "yaml")
RUNS_TEXT = ("eval", "exec", "compile", "__import__", "system", "popen", "getoutput")


@pytest.mark.parametrize(("name", "path"), _modules(), ids=lambda value: str(value))
def test_nothing_that_is_read_is_run(name: str, path: Path) -> None:
    """No pickle or the like, no text that becomes code, no shell."""
    tops = {each.partition(".")[0] for each in _imports(name, path)}
    assert not tops & set(UNSAFE)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            called = node.func
            words = ast.unparse(called)
            if isinstance(called, ast.Name) or words.startswith(
                ("builtins.", "os.", "subprocess.")
            ):
                assert words.rpartition(".")[2] not in RUNS_TEXT, f"{name}: {words}"
            assert not words.endswith((".to_pickle", ".read_pickle")), f"{name}: {words}"
            assert "shell" not in {each.arg for each in node.keywords}, f"{name}: {words}"


def test_no_addon_file_shadows_a_module() -> None:
    """mitmproxy leaves the script's folder first on the module path."""
    names = {path.stem for path in (ROOT / "addon").iterdir()} - {"__init__"}
    assert not names & set(sys.stdlib_module_names)
