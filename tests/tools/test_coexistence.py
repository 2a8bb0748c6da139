"""The addon beside mitmproxy's own modes and options, and beside other people's scripts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .running import PAGE, WITH_ADDON, Mitmdump, ask, free_port, origin_server, wait_until

OPENED = "Access-Control-Allow-Origin"


@pytest.fixture(scope="module")
def server() -> Iterator[int]:
    with origin_server() as port:
        yield port


def loud(tool: Mitmdump) -> set[str]:
    """Rules that blame the API."""
    return {f.rule for f in tool.report.findings if f.kind in ("broken", "dangerous", "fragile")}


def test_reverse_mode_with_the_browsers_own_host(tmp_path: Path, server: int) -> None:
    mode = ("--mode", f"reverse:http://127.0.0.1:{server}", "--set", "keep_host_header=true")
    with Mitmdump(tmp_path, *mode, *WITH_ADDON) as tool:
        assert ask(tool.port, "/closed", host=f"127.0.0.1:{tool.port}").status == 200
    row = tool.row("/closed")
    assert row.api == f"http://127.0.0.1:{tool.port}"
    assert (row.verdict, row.reason) == ("blocked", "MissingAllowOriginHeader")
    assert loud(tool) == {"missing-allow-origin"}


def test_reverse_mode_without_it_says_what_to_do(tmp_path: Path, server: int) -> None:
    with Mitmdump(tmp_path, "--mode", f"reverse:http://127.0.0.1:{server}", *WITH_ADDON) as tool:
        wait_until(lambda: "Start it with --set keep_host_header=true." in tool.output)
    assert "two origins" in tool.output


def test_two_modes_at_once(tmp_path: Path, server: int) -> None:
    """A page through the one and its API through the other: each flow is judged once."""
    near, far = free_port(), free_port()
    modes = (
        "--mode", f"reverse:http://127.0.0.1:{server}@127.0.0.1:{near}",
        "--mode", f"socks5@127.0.0.1:{far}", "--set", "keep_host_header=true",
    )  # fmt: skip
    with Mitmdump(tmp_path, "--mode", "regular", *modes, *WITH_ADDON) as tool:
        ask(tool.port, f"http://127.0.0.1:{server}/closed/regular")
        ask(near, "/closed/reverse", host=f"localhost:{near}")
        ask(far, f"http://127.0.0.1:{server}/closed/socks", socks=True)
    apis = {row.path_template: row.api for row in tool.report.exchanges}
    assert apis == {
        "/closed/regular": f"http://127.0.0.1:{server}",
        "/closed/reverse": f"http://localhost:{near}",
        "/closed/socks": f"http://127.0.0.1:{server}",
    }
    assert tool.report.totals.flows == 3


def test_upstream_and_socks_modes(tmp_path: Path, server: int) -> None:
    url = f"http://127.0.0.1:{server}"
    with (
        Mitmdump(tmp_path / "far") as far,
        Mitmdump(
            tmp_path / "up", "--mode", f"upstream:http://127.0.0.1:{far.port}", *WITH_ADDON
        ) as up,
        Mitmdump(tmp_path / "socks", "--mode", "socks5", *WITH_ADDON) as socks,
    ):
        ask(up.port, f"{url}/closed")
        ask(up.port, f"{url}/open")
        ask(socks.port, f"{url}/closed", socks=True)
        ask(socks.port, f"{url}/open", socks=True)
    for tool in (up, socks):
        assert {row.path_template: row.verdict for row in tool.report.exchanges} == {
            "/closed": "blocked", "/open": "allowed",
        }  # fmt: skip
        assert loud(tool) == {"missing-allow-origin"}
        assert "held against" not in tool.output


def test_bodies_that_are_streamed_are_not_missed(tmp_path: Path, server: int) -> None:
    url = f"http://127.0.0.1:{server}/closed"
    with Mitmdump(tmp_path, "--set", "stream_large_bodies=1", *WITH_ADDON) as tool:
        assert ask(tool.port, url).body == b'{"from": "the server"}'
    assert tool.row("/closed").verdict == "blocked"


@pytest.fixture(scope="module")
def rewritten(server: int, tmp_path_factory: pytest.TempPathFactory) -> Mitmdump:
    """One session in which every kind of option has its hand in an answer of its own."""
    folder = tmp_path_factory.mktemp("options")
    local = folder / "local.json"
    local.write_text("{}")
    options = (
        ("--modify-headers", f"|~u /closed/modified & ~s|{OPENED}|{PAGE}"),
        ("--modify-headers", f"|~u /open/stripped & ~s|{OPENED}|"),
        ("--modify-headers", "|~u /open/asked & ~q|Origin|http://other.example"),
        ("--map-local", f"|/mapped/local|{local}"),
        ("--map-remote", "|/open/near|/closed/far"),
        ("--set", "block_list=/~u .blocked$/403"),
    )
    words = [word for option in options for word in option]
    with Mitmdump(folder, *words, *WITH_ADDON) as tool:
        for path in ("/open", "/closed/modified", "/open/stripped", "/open/asked",
                     "/mapped/local", "/open/near", "/blocked"):  # fmt: skip
            ask(tool.port, f"http://127.0.0.1:{server}{path}")
    return tool


@pytest.mark.parametrize(
    ("path", "verdict", "how"),
    [
        ("/open", "allowed", None),
        ("/closed/modified", "allowed", "rewritten"),
        ("/open/stripped", "blocked", "rewritten"),
        ("/mapped/local", "blocked", "made"),
        ("/closed/far", "blocked", "rewritten"),
        ("/blocked", "blocked", "made"),
    ],
)
def test_what_options_do_to_an_answer_is_seen(
    rewritten: Mitmdump, path: str, verdict: str, how: str | None
) -> None:
    """The verdict is the browser's, about what it was given; the API is not blamed for it."""
    row = rewritten.row(path)
    assert row.verdict == verdict
    pointed = {
        e.note for f in rewritten.report.findings for e in f.evidence if e.flow_id == row.flow_id
    }
    if how is not None:
        assert pointed <= {f"{how} in the proxy"}
        assert f"was {how} in the proxy" in rewritten.output
    assert loud(rewritten) == set()


def test_altered_answers_are_named_in_the_report_and_leave_the_policy_alone(
    rewritten: Mitmdump,
) -> None:
    (policy,) = rewritten.report.policies
    assert [seen.value for seen in policy.allows.allow_origins] == [PAGE]
    notes = [f for f in rewritten.report.findings if f.rule == "answer-altered-by-proxy"]
    assert notes


REWRITER = f"""
def response(flow):
    flow.response.headers["{OPENED}"] = "*"
"""


@pytest.mark.parametrize("first", [True, False], ids=["before us", "after us"])
@pytest.mark.parametrize("hook", ["response", "responseheaders"])
def test_a_script_that_rewrites_is_seen(
    tmp_path: Path, server: int, first: bool, hook: str
) -> None:
    script = tmp_path / "rewriter.py"
    script.write_text(REWRITER.replace("def response(", f"def {hook}("))
    scripts = [("-s", str(script)), WITH_ADDON]
    words = [word for each in (scripts if first else reversed(scripts)) for word in each]
    with Mitmdump(tmp_path, *words) as tool:
        assert ask(tool.port, f"http://127.0.0.1:{server}/closed").headers[OPENED.lower()] == "*"
    assert tool.row("/closed").verdict == "allowed"
    assert loud(tool) == set()
    assert "was rewritten in the proxy" in tool.output


def test_replays(tmp_path: Path, server: int) -> None:
    """Recorded answers for new requests, and recorded requests for a living server."""
    recorded = tmp_path / "recorded.flow"
    url = f"http://127.0.0.1:{server}/closed"
    with Mitmdump(tmp_path / "record", "-w", str(recorded)) as tool:
        ask(tool.port, url)
    with Mitmdump(tmp_path / "server", "--server-replay", str(recorded), *WITH_ADDON) as replayed:
        ask(replayed.port, url)
    assert replayed.row("/closed").verdict == "blocked"
    words = ("--client-replay", str(recorded), "--set", "keepserving=true", *WITH_ADDON)
    with Mitmdump(tmp_path / "client", *words) as sent:
        wait_until(lambda: "[missing-allow-origin]" in sent.output)
    assert sent.report.totals.flows == 1
    assert sent.row("/closed").verdict == "blocked"


def test_block_global(tmp_path: Path, server: int) -> None:
    with Mitmdump(tmp_path, "--set", "block_global=true", *WITH_ADDON) as tool:
        ask(tool.port, f"http://127.0.0.1:{server}/closed")
    assert tool.row("/closed").verdict == "blocked"
    assert loud(tool) == {"missing-allow-origin"}
