"""The stories: which API, in which set-up, seen from which pages, and which buttons are pressed."""

from dataclasses import dataclass
from typing import Literal

SHOP = "http://localhost:3000"
API = "http://localhost:3001"
SECOND_SITE = "http://127.0.0.1:4000"
LOGIN_HOST = "http://127.0.0.1:4001"
STALE_COOKIE = "sid=FAKE-SECRET-session-of-yesterday"

Browser = Literal["chromium", "firefox"]


@dataclass(frozen=True)
class Visit:
    """A page is opened and its buttons are pressed, in this order, as a person would."""

    page: str
    buttons: tuple[str, ...]


@dataclass(frozen=True)
class Story:
    """One recording."""

    name: str
    """File name of the recording without its ending."""
    title: str
    setup: str
    """Key of SETUPS in `app/express/server.js` or `app/fastapi_api.py`."""
    visits: tuple[Visit, ...]
    stack: Literal["express", "fastapi"] = "express"
    cookies: bool = False
    """The shop's own calls are made with `credentials: "include"`."""
    stale_cookie: str = ""
    """Cookie that an earlier visit has left in the browser."""
    behind_proxy: bool = False
    login_host: bool = False
    browsers: tuple[Browser, ...] = ("chromium",)
    second_site: str = "Tea Finder, another site"
    """Name of the page at SECOND_SITE, for the stories that visit it."""

    def file_name(self, browser: Browser) -> str:
        """Name of the recording made with this browser."""
        return f"{self.name}{'-firefox' if browser == 'firefox' else ''}.flow"


BOTH: tuple[Browser, ...] = ("chromium", "firefox")


def _shop(*buttons: str) -> tuple[Visit, ...]:
    return (Visit(SHOP, buttons),)


STORIES = (
    Story(
        "01-no-cors-headers",
        "The API sends no CORS headers at all",
        "none",
        _shop("products", "search", "newsletter"),
        browsers=BOTH,
    ),
    Story(
        "02-json-preflight-refused",
        "GET works, but nobody answers the preflight of a JSON request",
        "by-hand",
        _shop("products", "search", "add", "checkout"),
        stack="fastapi",
    ),
    Story(
        "03-method-and-header-not-allowed",
        "PUT, Authorization and a header of our own are missing from the lists",
        "short-lists",
        _shop("products", "add", "quantity", "profile", "checkout"),
        browsers=BOTH,
    ),
    Story(
        "04-wildcard-with-credentials",
        "Allow-Origin is * while the page sends its cookies",
        "wildcard-credentials",
        _shop("products", "login", "orders", "add"),
        cookies=True,
        browsers=BOTH,
    ),
    Story(
        "05-hidden-500",
        "The browser says CORS, but the server has crashed",
        "middleware",
        _shop("products", "item", "coupon"),
        stack="fastapi",
        browsers=BOTH,
    ),
    Story(
        "06-header-twice",
        "The proxy and the application both add Allow-Origin",
        "exact-origin",
        _shop("products", "search", "item", "add"),
        behind_proxy=True,
    ),
    Story(
        "07-login-redirect",
        "The session has expired and the API redirects to a login page",
        "login-redirect",
        _shop("products", "orders", "address"),
        stack="fastapi",
        cookies=True,
        stale_cookie=STALE_COOKIE,
        login_host=True,
        browsers=BOTH,
    ),
    Story(
        "08-any-site-can-read",
        "Every origin is repeated, with credentials: another site can read the orders",
        "reflect",
        (
            Visit(SHOP, ("products", "login", "orders", "add")),
            Visit(SECOND_SITE, ("orders", "add")),
        ),
        cookies=True,
        browsers=BOTH,
    ),
    Story(
        "09-preflight-behind-login",
        "The login check answers the preflight with 401",
        "auth-first",
        _shop("products", "profile", "wishlist", "add"),
    ),
    Story(
        "10-fixed",
        "The same shop with the least it needs: everything works",
        "fixed",
        _shop(
            *("products", "page2", "newsletter", "login", "profile", "orders"),
            *("add", "add", "quantity", "checkout", "invoice", "item"),
        ),
        cookies=True,
        browsers=BOTH,
    ),
    Story(
        "10-fixed-fastapi",
        "The same shop on FastAPI: everything works, and a crash is seen as the 500 it is",
        "fixed",
        _shop(
            *("products", "page2", "login", "profile", "orders"),
            *("add", "add", "quantity", "checkout", "invoice", "coupon"),
        ),
        stack="fastapi",
        cookies=True,
    ),
    Story(
        "11-slash-too-many",
        "The allowed origin has a slash at its end and equals no origin",
        "trailing-slash",
        _shop("products", "search", "add"),
    ),
    Story(
        "12-works-by-luck",
        "Headers the page cannot read, and answers for one origin that caches may give to another",
        "by-hand",
        (
            Visit(SHOP, ("products", "page2", "invoice")),
            Visit(SECOND_SITE, ("products", "page2", "invoice")),
        ),
        second_site="Wholesale shop, our second front end",
    ),
    Story(
        "13-preflight-400",
        "FastAPI with origins only: the preflight is answered with 400",
        "only-origins",
        _shop("products", "add", "quantity", "profile"),
        stack="fastapi",
    ),
)
