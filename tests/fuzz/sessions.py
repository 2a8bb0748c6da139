"""Sessions by a grammar: what browsers do in an afternoon, with all that servers get wrong.

A session is a list of stories, each of a page, an API and a client: a call, a preflight that
is followed or not, calls on the strength of a cached one, a chain of redirects, a revalidation,
a login, a navigation, a WebSocket, a call that is lost. Values come from pools in which right
and wrong ones are equally likely.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from uuid import UUID

from mitmproxy import connection, flow, http
from mitmproxy.test import tflow

START = 1_800_000_000.0
AGENTS = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0",
    "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15",
    "curl/8.5.0",
    "",
)
PAGES = ("https://app.example", "https://www.app.example", "http://localhost:3000", "null")
APIS = ("https://api.app.example", "https://api.vendor.example", "http://localhost:3001")
PATHS = ("/users/7", "/users/8?page=2", "/orders", "/items/9fX2kQ81mmZpq?key=s3cr3t", "/a/b/c")
METHODS = ("PUT", "DELETE", "PATCH", "POST", "GET", "patch")
ALLOWED = (
    "{page}",
    "{page}",
    "{page}",
    "*",
    "null",
    "{page}/",
    "{page}, *",
    "",
    "https://b.example",
)
LISTS = ("PUT, DELETE", "*", "put", "GET", "", "x-a, content-type", "PUT; DELETE", "x-a", "a b")
ODD = (
    ("Vary", "Origin"), ("Vary", "*"), ("Cache-Control", "no-store"), ("Server", "nginx/1.22.1"),
    ("Cache-Control", "max-age=600"), ("Set-Cookie", "sid=9fX2kQ81; SameSite=None; Secure"),
    ("Set-Cookie", "sid=; Max-Age=0"), ("ETag", '"5"'), ("X-Powered-By", "Express"),
    ("Access-Control-Expose-Headers", "x-total, x-key"), ("X-Total-Count", "7"),
    ("Timing-Allow-Origin", "*"), ("Cross-Origin-Resource-Policy", "same-site"),
    ("Access-Control-Allow-Private-Network", "true"), ("Via", "1.1 proxy"), ("Age", "30"),
)  # fmt: skip

Fields = list[tuple[str, str]]


def session(random: Random, stories: int = 6) -> list[http.HTTPFlow]:
    """The flows of a session, in the order in which they began."""
    maker = _Maker(random)
    for _ in range(stories):
        maker.story()
    return maker.flows


class _Maker:
    def __init__(self, random: Random) -> None:
        self.random = random
        self.flows: list[http.HTTPFlow] = []
        self._now = START
        self._clients = [
            (random.choice(AGENTS), f"192.0.2.{number}", self._connection(f"192.0.2.{number}"))
            for number in range(random.choice((1, 1, 2)))
        ]

    def story(self) -> None:
        """One more, some time after the last."""
        random = self.random
        self._now += random.choice((0.01, 0.5, 3.0, 40.0, 700.0))
        self.agent, self.address, self.wire = random.choice(self._clients)
        if random.random() < 0.3:
            self.wire = self._connection(self.address)
        self.page = random.choice(PAGES)
        self.url = random.choice(APIS) + random.choice(PATHS)
        self.right = random.random() < 0.6
        """The server does what it should."""
        stories: tuple[Callable[[], None], ...] = (
            self.call, self.call, self.preflighted, self.preflighted, self.cached, self.redirected,
            self.revalidated, self.login, self.navigated, self.socket, self.lost, self.beacon,
        )  # fmt: skip
        random.choice(stories)()

    def call(self) -> None:
        self._flow("GET", self.url, self._cors(), self._answer())

    def preflighted(self) -> None:
        """Asked, and perhaps not followed."""
        method = self.random.choice(METHODS)
        names = self.random.choice(("x-a", "content-type,x-a", "authorization", ""))
        self._preflight(method, names)
        if self.random.random() < 0.7:
            self._flow(method, self.url, [*self._cors(), *_named(names)], self._answer())

    def cached(self) -> None:
        """Asked once, followed some times."""
        self._preflight("PUT", "x-a")
        for _ in range(self.random.randint(1, 3)):
            self._now += self.random.choice((0.02, 2.0, 8.0))
            self._flow("PUT", self.url, [*self._cors(), ("X-A", "1")], self._answer())

    def redirected(self) -> None:
        """Up to three hops, over origins too; one may lead off the web."""
        page = self.page
        for _ in range(self.random.randint(1, 3)):
            target = self.random.choice((*APIS, "", "http://user:pw@b.example", "ftp://c.example"))
            target += self.random.choice(PATHS)
            status = self.random.choice((301, 302, 303, 307, 308))
            self._flow(
                "GET", self.url, self._cors(), [*self._answer(), ("Location", target)], status
            )
            if not target.startswith(("/", "http")):
                return
            self.url = target if target.startswith("http") else self._origin() + target
            self.url = self.url.replace("user:pw@", "")
            self.page = self.random.choice((page, "null"))
        self._flow("GET", self.url, self._cors(), self._answer())

    def revalidated(self) -> None:
        """A stored answer, and a 304 later."""
        self._flow("GET", self.url, self._cors(), [*self._answer(), ("ETag", '"5"')])
        self._now += 5
        self._flow("GET", self.url, [*self._cors(), ("If-None-Match", '"5"')], self._answer(), 304)

    def login(self) -> None:
        """A challenge, answered by the browser."""
        self._flow("GET", self.url, self._cors(), [("WWW-Authenticate", "Basic realm=x")], 401)
        self._flow(
            "GET", self.url, [*self._cors(), ("Authorization", "Basic YTpi")], self._answer()
        )

    def navigated(self) -> None:
        fields = [("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document"), ("Cookie", "a=1")]
        self._flow("GET", self.url, fields, self._answer())

    def socket(self) -> None:
        fields = [("Origin", self.page), ("Upgrade", "websocket"), ("Connection", "Upgrade"),
                  ("Sec-WebSocket-Version", "13"), ("Cookie", "a=1")]  # fmt: skip
        self._flow("GET", self.url, fields, [("Upgrade", "websocket")], 101)

    def lost(self) -> None:
        self._flow("GET", self.url, self._cors(), None)

    def beacon(self) -> None:
        fields = [("Origin", self.page), ("Content-Type", "text/plain")]
        self._flow("POST", self.url, fields, self._answer(), 204)

    def _preflight(self, method: str, names: str) -> None:
        random = self.random
        asked = [*self._cors(), ("Access-Control-Request-Method", method)]
        if names:
            asked.append(("Access-Control-Request-Headers", names))
        answer = self._answer()
        for name in ("Methods", "Headers"):
            if self.right or random.random() < 0.8:
                right = method if name == "Methods" else names
                said = right if self.right else random.choice(LISTS)
                answer.append((f"Access-Control-Allow-{name}", said))
        if random.random() < 0.5:
            answer.append(
                ("Access-Control-Max-Age", random.choice(("5", "600", "86400", "-1", "x")))
            )
        status = 204 if self.right else random.choice((204, 200, 404, 301, 500))
        self._flow("OPTIONS", self.url, asked, answer, status)

    def _cors(self) -> Fields:
        random = self.random
        fields: Fields = [("Origin", self.page)]
        if "Chrome" in self.agent or "Firefox" in self.agent:
            if random.random() < 0.95:
                site = random.choice(("cross-site", "same-site"))
                fields += [("Sec-Fetch-Mode", "cors"), ("Sec-Fetch-Site", site)]
                if random.random() < 0.3:
                    fields.append(("Sec-Fetch-Storage-Access", random.choice(("active", "none"))))
        if random.random() < 0.3:
            fields.append(("Cookie", "sid=9fX2kQ81; theme=dark"))
        if random.random() < 0.2 and self.page != "null":
            fields.append(("Referer", f"{self.page}/cart?coupon=s3cr3tcode"))
        return fields

    def _answer(self) -> Fields:
        random = self.random
        fields: Fields = []
        for _ in range(1 if self.right else random.choice((0, 1, 1, 1, 1, 2))):
            allowed = random.choice(ALLOWED[:4] if self.right else ALLOWED).replace(
                "{page}", self.page
            )
            fields.append(("Access-Control-Allow-Origin", allowed))
        if random.random() < 0.7:
            said = "true" if self.right else random.choice(("true", "True", "1"))
            fields.append(("Access-Control-Allow-Credentials", said))
        return fields + random.sample(ODD, random.randint(0, 4))

    def _flow(
        self, method: str, url: str, asked: Fields, answer: Fields | None, status: int = 200
    ) -> None:
        random = self.random
        request = http.Request.make(method, url, headers=())
        host = url.partition("://")[2].partition("/")[0]
        agent = [("User-Agent", self.agent)] if self.agent else []
        request.headers = http.Headers(_bytes([("Host", host), *agent, *asked]))
        request.timestamp_start = self._now
        request.timestamp_end = self._now + 0.001
        made = tflow.tflow(req=request, resp=False, client_conn=self.wire)
        made.id = str(UUID(int=random.getrandbits(128)))
        ended = self._now + random.choice((0.004, 0.03, 1.5))
        if answer is None:
            made.error = flow.Error("connection closed by the peer", ended)
        else:
            if random.random() < 0.05:
                status = random.choice((401, 404, 500, 503))
            made.response = http.Response.make(status, b"", headers=_bytes(answer))
            made.response.timestamp_start, made.response.timestamp_end = ended, ended
        self.flows.append(made)
        self._now = ended + random.choice((0.0005, 0.02))

    def _connection(self, address: str) -> connection.Client:
        made = tflow.tclient_conn()
        made.id = str(UUID(int=self.random.getrandbits(128)))
        made.peername = (address, 50_000)
        return made

    def _origin(self) -> str:
        return "/".join(self.url.split("/")[:3])


def _named(names: str) -> Iterator[tuple[str, str]]:
    values = {"content-type": "application/json", "authorization": "Bearer 9fX2kQ81mmZpq"}
    return ((name, values.get(name, "1")) for name in names.split(",") if name)


def _bytes(fields: Fields) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in fields]
