"""Realistic recordings to measure with: made-up browsing, written by mitmproxy's own writer.

    python -m tests.benchmarks.traffic FILE [--flows N] [--body BYTES] [--seed N]

A shop, its two APIs, a CDN and some third parties: static files with log-normal bodies, 304s,
API calls within the site and across origins, preflights, broken answers, documents, redirects,
websockets, lost connections, TCP and DNS. HTTP/2 mostly, long cookies, chains of three
certificates. The same arguments give the same session but for the certificates' keys.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from math import exp
from pathlib import Path
from random import Random
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from mitmproxy import certs, connection, flow, http, tcp, websocket
from mitmproxy.io import FlowWriter
from mitmproxy.test import tflow
from wsproto.frame_protocol import Opcode

START = 1_800_000_000.0
AGENT = (
    b"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    b"Chrome/156.0.0.0 Safari/537.36"
)
PAGES = ("www.shop.example", "admin.shop.example", "blog.example")
CDN = "cdn.shop-static.example"
APIS = ("api.shop.example", "payments.example", "search.vendor.example")
THIRD = ("metrics.tracker.example", "fonts.letters.example", "chat.widget.example")
STATIC = (("js", "script", b"application/javascript"), ("css", "style", b"text/css"),
          ("png", "image", b"image/png"), ("webp", "image", b"image/webp"))  # fmt: skip
SPREAD = 1.3
"""Standard deviation of the logarithm of a body's size."""
DECOYS = b" 6:origin,16:https://evil.test,] 4:type;4:http;2:id; Access-Control-Allow-Origin: * "
CERTIFICATES = 3

Fields = list[tuple[bytes, bytes]]


class Traffic:
    """Makes flows, one after another.

    Args:
        body: mean size of the bodies of static files and API answers, in bytes.
    """

    def __init__(self, body: int, seed: int) -> None:
        self.random = Random(seed)
        self.body = body
        self.clock = START
        self.noise = self.random.randbytes(2**20)
        self.cookies = {host: self._cookie(host) for host in (*PAGES, *APIS)}
        self.connections: dict[
            tuple[str, bool], tuple[connection.Client, connection.Server, int]
        ] = {}

    def flows(self, count: int) -> Iterator[flow.Flow]:
        """The first `count` flows of the session, and what belongs to the last one."""
        kinds = (self.static, self.not_modified, self.api, self.document, self.redirect,
                 self.socket, self.lost, self.other)  # fmt: skip
        weights = (52, 7, 25, 6.8, 1.6, 0.8, 1.2, 0.8)
        made = 0
        while made < count:
            for each in self.random.choices(kinds, weights)[0]():
                made += 1
                yield each

    def static(self, status: int = 200) -> Iterator[flow.Flow]:
        """A file of the site or its CDN; modules and fonts are fetched with CORS."""
        random = self.random
        page = random.choice(PAGES)
        suffix, dest, kind = random.choice(STATIC)
        across = random.random() < 0.5
        host = CDN if across else page
        cors = random.random() < 0.35
        fields = self._asked(dest, "cors" if cors else "no-cors",
                             "cross-site" if across else "same-origin", page)  # fmt: skip
        if cors:
            fields.append((b"origin", f"https://{page}".encode()))
        elif not across:
            fields.append((b"cookie", self.cookies[page]))
        if status == 304:
            fields.append((b"if-none-match", b'"%x"' % random.getrandbits(64)))
        answer = [
            (b"content-type", kind),
            (b"cache-control", b"public, max-age=31536000, immutable"),
            (b"etag", b'"%x"' % random.getrandbits(64)),
            (b"last-modified", b"Tue, 03 Nov 2026 10:11:12 GMT"),
        ]
        if across:
            answer.append((b"access-control-allow-origin", b"*"))
        path = f"/assets/{random.choice(('app', 'vendor', 'page', 'media'))}"
        path += f"/chunk-{random.randrange(4000)}.{suffix}?v={random.randrange(10**8)}"
        yield self.call(host, "GET", path, fields, status, answer,
                        body=self._body() if status == 200 else b"", anonymous=cors)  # fmt: skip

    def not_modified(self) -> Iterator[flow.Flow]:
        """The same, confirmed."""
        yield from self.static(304)

    def api(self) -> Iterator[flow.Flow]:
        """A call by script, half of them across origins, some of those broken."""
        random = self.random
        page = random.choice(PAGES)
        across = random.random() < 0.5
        host = random.choice(APIS) if across else page
        method = random.choices(("GET", "POST", "PUT", "DELETE"), (60, 25, 10, 5))[0]
        path = f"/v1/{random.choice(('items', 'cart', 'users', 'orders', 'search'))}"
        path += f"/{random.randrange(3000)}" if random.random() < 0.6 else f"?q={random.random()}"
        site = "same-origin"
        if across:
            site = "same-site" if host.endswith("shop.example") and "shop" in page else "cross-site"
        fields = self._asked("empty", "cors", site, page)
        fields.append((b"accept", b"application/json"))
        origin = f"https://{page}".encode()
        credentialed = random.random() < 0.6
        if across or method != "GET":
            fields.append((b"origin", origin))
        if method in ("POST", "PUT"):
            fields += [(b"content-type", b"application/json"), (b"content-length", b"120")]
        if host in self.cookies and (credentialed or not across):
            fields.append((b"cookie", self.cookies[host]))
        allowed: Fields = []
        if across:
            allowed = [(b"access-control-allow-origin", origin), (b"vary", b"Origin")]
            if credentialed:
                allowed.append((b"access-control-allow-credentials", b"true"))
        broken = across and random.random() < 0.12
        if broken:
            allowed = random.choice([
                [], [(b"access-control-allow-origin", b"*")],
                [(b"access-control-allow-origin", origin + b"/")],
                [(b"access-control-allow-origin", b"https://other.example")],
                [*allowed, (b"access-control-allow-origin", origin)],
            ])  # fmt: skip
        if across and (method in ("PUT", "DELETE") or (method == "POST" and credentialed)):
            permits = [] if broken else [
                *allowed, (b"access-control-allow-methods", b"GET, POST, PUT, DELETE"),
                (b"access-control-allow-headers", b"content-type"),
                (b"access-control-max-age", b"600"),
            ]  # fmt: skip
            asks = self._asked("empty", "cors", site, page)
            asks += [(b"origin", origin), (b"access-control-request-method", method.encode())]
            if method != "DELETE":
                asks.append((b"access-control-request-headers", b"content-type"))
            yield self.call(host, "OPTIONS", path, asks, 204, permits, anonymous=True)
            if broken:
                return
        answer = [(b"content-type", b"application/json; charset=utf-8"),
                  (b"cache-control", b"no-store"), *allowed,
                  (b"x-request-id", b"%032x" % random.getrandbits(128))]  # fmt: skip
        yield self.call(host, method, path, fields, 200 if random.random() < 0.95 else 500, answer,
                        body=self._body(), anonymous=not credentialed)  # fmt: skip

    def document(self) -> Iterator[flow.Flow]:
        """A page."""
        page = self.random.choice(PAGES)
        fields = self._asked("document", "navigate", "none", None)
        fields += [(b"upgrade-insecure-requests", b"1"), (b"cookie", self.cookies[page])]
        answer = [(b"content-type", b"text/html; charset=utf-8"), (b"cache-control", b"private"),
                  (b"set-cookie", b"last=%x; Path=/; Secure; SameSite=Lax" %
                   self.random.getrandbits(60)),
                  (b"content-security-policy", b"default-src 'self'; img-src *; " * 4)]  # fmt: skip
        path = f"/{self.random.choice(('', 'category/shoes', 'product/71', 'login'))}"
        yield self.call(page, "GET", path, fields, 200, answer, body=self._body())

    def redirect(self) -> Iterator[flow.Flow]:
        """A page that has moved."""
        page = self.random.choice(PAGES)
        fields = self._asked("document", "navigate", "none", None)
        answer = [(b"location", f"https://{page}/product/{self.random.randrange(99)}".encode())]
        yield self.call(page, "GET", "/old", fields, 302, answer)

    def socket(self) -> Iterator[flow.Flow]:
        """A websocket with its messages."""
        page = self.random.choice(PAGES)
        fields = self._asked("websocket", "websocket", "cross-site", None)
        fields += [(b"origin", f"https://{page}".encode()), (b"upgrade", b"websocket")]
        made = self.call(THIRD[2], "GET", "/live", fields, 101, [(b"upgrade", b"websocket")])
        made.websocket = websocket.WebSocketData(messages=[
            websocket.WebSocketMessage(Opcode.TEXT, bool(n % 2), DECOYS, self.clock + n)
            for n in range(6)
        ])  # fmt: skip
        yield made

    def lost(self) -> Iterator[flow.Flow]:
        """A request whose answer never came."""
        page = self.random.choice(PAGES)
        fields = self._asked("empty", "cors", "cross-site", page)
        fields.append((b"origin", f"https://{page}".encode()))
        made = self.call(THIRD[0], "POST", "/collect", fields, None, [])
        made.error = flow.Error("Client disconnected.", self.clock + 0.3)
        yield made

    def other(self) -> Iterator[flow.Flow]:
        """What is no HTTP."""
        if self.random.random() < 0.5:
            raw = tflow.ttcpflow()
            raw.messages = [tcp.TCPMessage(True, DECOYS * 5, self.clock)]
            yield raw
        else:
            yield tflow.tdnsflow()

    def call(
        self, host: str, method: str, path: str, fields: Fields, status: int | None,
        answer: Fields, body: bytes = b"", anonymous: bool = False,
    ) -> http.HTTPFlow:  # fmt: skip
        """One exchange over HTTP/2."""
        random = self.random
        self.clock += random.expovariate(20)
        begun = self.clock
        client, server = self._connection(host, anonymous)
        made = http.HTTPFlow(client, server)
        made.id = str(UUID(int=random.getrandbits(128), version=4))
        made.timestamp_created = begun
        made.request = http.Request(
            host, 443, method.encode(), b"https", host.encode(), path.encode(), b"HTTP/2.0",
            http.Headers(fields), b"" if method in ("GET", "OPTIONS") else b'{"a":"b"}' * 13, None,
            begun, begun + 0.001,
        )  # fmt: skip
        if status is not None:
            waited = random.lognormvariate(-3, 0.8)
            common = [
                (b"date", b"Tue, 24 Nov 2026 %02d:%02d:%02d GMT" % _time(begun)),
                (b"server", b"nginx"),
                (b"strict-transport-security", b"max-age=31536000; includeSubDomains"),
                (b"x-content-type-options", b"nosniff"),
                (b"content-length", b"%d" % len(body)),
            ]
            made.response = http.Response(
                b"HTTP/2.0", status, b"", http.Headers([*common, *answer]), body, None,
                begun + waited, begun + waited * 1.2,
            )  # fmt: skip
        return made

    def _asked(self, dest: str, mode: str, site: str, page: str | None) -> Fields:
        fields = [
            (b"sec-ch-ua", b'"Chromium";v="156", "Not=A?Brand";v="24"'),
            (b"sec-ch-ua-platform", b'"Linux"'),
            (b"sec-ch-ua-mobile", b"?0"),
            (b"user-agent", AGENT),
            (b"accept", b"*/*"),
            (b"sec-fetch-site", site.encode()),
            (b"sec-fetch-mode", mode.encode()),
            (b"sec-fetch-dest", dest.encode()),
            (b"accept-encoding", b"gzip, deflate, br, zstd"),
            (b"accept-language", b"en-US,en;q=0.9"),
            (b"priority", b"u=1, i"),
        ]
        if page is not None:
            path = self.random.choice(("", "category/shoes", "product/71"))
            fields.append((b"referer", f"https://{page}/{path}".encode()))
        return fields

    def _cookie(self, host: str) -> bytes:
        pairs = [f"sid={self.random.getrandbits(256):064x}", f"_ga=GA1.2.{self.random.random()}"]
        pairs += [f"seg{n}={self.random.getrandbits(300):x}" for n in range(9)]
        return f"host={host}; {'; '.join(pairs)}".encode()

    def _body(self) -> bytes:
        """Log-normal size around the mean, with pieces in it that look like a flow file."""
        if not self.body:
            return b""
        size = int(self.random.lognormvariate(0, SPREAD) / exp(SPREAD**2 / 2) * self.body)
        whole, rest = divmod(size, len(self.noise))
        body = self.noise * whole + self.noise[:rest]
        return DECOYS + body[len(DECOYS) :] if size > len(DECOYS) else body

    def _connection(
        self, host: str, anonymous: bool
    ) -> tuple[connection.Client, connection.Server]:
        """A connection serves about sixty requests; each mode has its own."""
        client, server, left = self.connections.get((host, anonymous), (None, None, 0))
        if client is None or server is None or not left:
            number = self.random.getrandbits(128)
            common = {"tls": True, "tls_version": "TLSv1.3", "sni": host, "alpn": b"h2",
                      "cipher": "TLS_AES_256_GCM_SHA384", "timestamp_start": self.clock,
                      "timestamp_tls_setup": self.clock + 0.02}  # fmt: skip
            client = connection.Client(
                id=str(UUID(int=number, version=4)),
                peername=("127.0.0.1", 40000 + number % 20000), sockname=("127.0.0.1", 8080),
                alpn_offers=[b"h2", b"http/1.1"], **common,
            )  # fmt: skip
            server = connection.Server(
                id=str(UUID(int=number ^ 1, version=4)), address=(host, 443),
                peername=("192.0.2.10", 443), sockname=("192.0.2.1", 50000 + number % 9000),
                certificate_list=[_certificate(f"{host} {n}") for n in range(CERTIFICATES)],
                timestamp_tcp_setup=self.clock + 0.01, **common,
            )  # fmt: skip
            left = 60
        self.connections[host, anonymous] = client, server, left - 1
        return client, server


def _time(when: float) -> tuple[int, int, int]:
    moment = datetime.fromtimestamp(when, UTC)
    return moment.hour, moment.minute, moment.second


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@cache
def _certificate(name: str) -> certs.Cert:
    """Self-signed: a chain's size matters here, not its worth."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject).issuer_name(subject).public_key(_key().public_key())
        .serial_number(1).not_valid_before(begin).not_valid_after(begin + timedelta(days=365))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("x" * 200)]), critical=False)
        .sign(_key(), hashes.SHA256())
    )  # fmt: skip
    return certs.Cert(made)


def write(path: Path, flows: int, body: int, seed: int = 1) -> Path:
    """Write a recording."""
    with path.open("wb") as file:
        writer = FlowWriter(file)
        for each in Traffic(body, seed).flows(flows):
            writer.add(each)
    return path


def main() -> None:
    """Write the recording that is asked for."""
    parser = argparse.ArgumentParser(description="Write a made-up recording.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--flows", type=int, default=5_000)
    parser.add_argument("--body", type=int, default=20_000, help="mean size in bytes")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    write(arguments.file, arguments.flows, arguments.body, arguments.seed)


if __name__ == "__main__":
    main()
