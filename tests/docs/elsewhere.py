"""Commands of the documents that this room does not run itself: why not, and who runs them.

`test_commands.py` fails for a command that it can neither run nor find here, for a row whose
command no document has any more, and for a row whose test is not there.
"""

from __future__ import annotations

from typing import NamedTuple


class Row(NamedTuple):
    """Who runs a command."""

    why: str
    """Why it is not run as it stands, in a temporary folder."""
    test: str
    """`file.py::function`, from the top of the repository, which runs it or the like of it."""


RECORD = "tests/browser/test_record.py::"
ROADS = "tests/docs/test_roads.py::"
SAMPLES = f"{RECORD}test_tests_attach_to_the_browser_and_close_it"
PARITY = "tests/browser/test_parity.py::test_no_verdict_is_the_wrong_way"
RECIPES = "tests/docs/test_contributing.py::test_a_recipe_works"
EDITS = "needs an edit before it"
COMPLETION = "tests/packaging/test_completion.py::test_a_shell_completes"
SHELL = "belongs to one shell, and is typed in sh here"
WINDOW = "opens a window and ends when that is closed"
LONG = "takes minutes"
ASKS = "asks the network"
SERVES = "ends with Ctrl+C"
STORE = "needs an object store and a cluster"
CLUSTER = "tests/fleet/test_session.py::test_the_command_writes_the_same_bytes"

ELSEWHERE = {
    # The first three of the README: in a clone and an environment of their own.
    "python3 -m venv .venv && .venv/bin/pip install -q .": Row(
        ASKS, f"{ROADS}test_the_first_commands_of_the_readme"),
    ".venv/bin/cors-audit record --open http://localhost:3000": Row(
        WINDOW, f"{ROADS}test_the_first_commands_of_the_readme"),
    "python3 -m venv .venv && .venv/bin/pip install -q . && .venv/bin/cors-audit demo": Row(
        ASKS, f"{ROADS}test_the_first_commands_of_the_readme"),
    'python3 -m venv .venv && .venv/bin/pip install -q ".[dev]" && .venv/bin/python -m pytest':
        Row("is what runs this test", f"{ROADS}test_the_gate_begins_with_these_words"),
    # A browser of its own.
    "cors-audit record --open localhost:3000": Row(
        WINDOW, f"{ROADS}test_the_first_commands_of_the_readme"),
    "cors-audit record --browser firefox": Row(
        WINDOW, f"{RECORD}test_https_and_localhost_go_through_the_proxy"),
    "cors-audit record --third-party-cookies block": Row(
        WINDOW, "tests/unit/test_launch.py::test_third_party_cookies_are_left_alone_unless_asked"),
    "cors-audit record --headless --debug-port 0": Row(
        "waits for a test suite", f"{RECORD}test_tests_attach_to_the_browser_and_close_it"),
    # Your own browser.
    "mitmdump -s addon/cors_audit.py": Row(
        "ends with Ctrl+C", f"{ROADS}test_your_own_browser"),
    "chromium --user-data-dir=/tmp/cors-profile --proxy-server=127.0.0.1:8080 "
    "'--proxy-bypass-list=<-loopback>' http://localhost:3000": Row(
        WINDOW, f"{ROADS}test_your_own_browser"),
    "mitmdump -w session.flow": Row("ends with Ctrl+C", f"{ROADS}test_a_recording_of_mitmdump"),
    # Contributing: each is typed after the edit that the text above it asks for.
    ".ci/run": Row(LONG, f"{ROADS}test_the_gate_begins_with_these_words"),
    "python -m pytest -q tests/test_cases.py -k my-case": Row(EDITS, RECIPES),
    "cp analysis/rules/authorization_under_wildcard.py analysis/rules/my_rule.py": Row(
        EDITS, RECIPES),
    "python -m analysis.catalogue": Row(EDITS, RECIPES),
    "python -m pytest -q tests/unit/test_rules.py tests/unit/test_fixes.py -k my-rule": Row(
        EDITS, RECIPES),
    "cp analysis/fixes/caddy.py analysis/fixes/my_server.py": Row(EDITS, RECIPES),
    "python -m pytest -q tests/unit/test_fixes.py -k my-server": Row(EDITS, RECIPES),
    "cors-audit policy session.flow --for my-server": Row(EDITS, RECIPES),
    "cp reports/to_csv.py reports/to_my_format.py": Row(EDITS, RECIPES),
    "cors-audit report session.flow -o session.my": Row(EDITS, RECIPES),
    "python -m pytest -q tests/unit/test_reports_write.py -k my-format": Row(EDITS, RECIPES),
    # Each in its own shell.
    'eval "$(cors-audit completion bash)"': Row(SHELL, COMPLETION),
    'eval "$(cors-audit completion zsh)"': Row(SHELL, COMPLETION),
    "cors-audit completion fish | source": Row(SHELL, COMPLETION),
    # Recording the samples anew; needs ports 3000, 3001 and others.
    "python -m pip install mitmproxy playwright fastapi uvicorn": Row(
        ASKS, f"{ROADS}test_what_recording_needs_comes_with_the_extra_dev"),
    "python sample_flows/record.py": Row(LONG, SAMPLES),
    "python sample_flows/record.py --only 04 --browser firefox": Row(LONG, SAMPLES),
    "python sample_flows/record.py --screenshots pages/": Row(LONG, SAMPLES),
    # Clusters and object stores.
    "dask scheduler --host 127.0.0.1 --port 8786": Row(SERVES, CLUSTER),
    "dask worker tcp://127.0.0.1:8786 --nworkers auto --nthreads 1": Row(SERVES, CLUSTER),
    "cors-audit report s3://bucket/session/ -o report.html --scheduler tcp://127.0.0.1:8786": Row(
        STORE, CLUSTER),
    "cors-audit report --each s3://bucket/nightly/2026-11-28/ -o s3://bucket/cors/2026-11-28 "
    "--scheduler tls://scheduler:8786 --fail-on broken:medium,dangerous": Row(
        STORE, "tests/fleet/test_urls.py::test_an_object_store"),
    # The truth lab.
    "python -m tests.browser.lab --browser firefox --out firefox --core": Row(LONG, PARITY),
    "python -m tests.browser.lab --browser chromium --out chromium": Row(LONG, PARITY),
    "python -m tests.browser.parity chromium firefox": Row(LONG, PARITY),
    "python -m pytest tests/browser/test_parity.py": Row(LONG, PARITY),
}  # fmt: skip
