"""Search finds words, and console messages as people paste them."""

from __future__ import annotations

import pytest

from tests.unit import example_result as example

from .windows import Show


@pytest.mark.parametrize(
    ("pasted", "found"),
    [
        ("POST /v1/charges", ["hidden-server-error"]),
        ("x-csrf-token", None),
        (
            "Access to fetch at 'http://localhost:3001/api/cart/items/4711' from origin "
            "'http://localhost:3000' has been blocked by CORS policy: Response to preflight "
            "request doesn't pass access control check: No 'Access-Control-Allow-Origin' header "
            "is present on the requested resource.",
            ["missing-allow-origin"],
        ),
        (
            "The value of the 'Access-Control-Allow-Origin' header in the response must not be "
            "the wildcard '*' when the request's credentials mode is 'include'.",
            ["wildcard-with-credentials"],
        ),
        (
            "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote "
            "resource at https://pay.shop.example/v1/charges?token=1. (Reason: CORS header "
            "‘Access-Control-Allow-Origin’ missing). Status code: 500.",
            ["missing-allow-origin", "hidden-server-error"],
        ),
        ("nothing of the kind", []),
    ],
)
def test_search(show: Show, pasted: str, found: list[str] | None) -> None:
    window = show(example.shop())
    window.page.fill("#search", pasted)
    shown = window.texts("details.card:not([hidden]) .rule")
    if found is None:
        assert shown
    else:
        assert shown == found
        assert window.page.inner_text("#shown") == f"{len(found)} of 8 shown"
