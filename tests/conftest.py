"""What all tests share: leaving out what this machine has no browser for, or insisting on it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import NoReturn

import pytest

# A shell that started us in the background has us ignore Ctrl+C, and so would what we start.
signal.signal(signal.SIGINT, signal.default_int_handler)

# What the tests start and read from files must write at once, wherever they run.
os.environ["PYTHONUNBUFFERED"] = "1"

REQUIRE = "CORS_AUDIT_REQUIRE_BROWSERS"


@pytest.fixture(scope="session")
def no_browser() -> Callable[[str], NoReturn]:
    """Call it with the reason: the test is left out, or fails where browsers are required."""

    def leave_out(reason: str) -> NoReturn:
        if os.environ.get(REQUIRE) == "1":
            pytest.fail(f"{reason}, and {REQUIRE}=1")
        pytest.skip(reason)

    return leave_out
