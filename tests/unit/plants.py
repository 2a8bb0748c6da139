"""Secrets, and the places where browsers and servers put them. All of them are made up.

A `Place` makes a flow with a secret in it. `PLANTS` are kinds of secrets in the places where
such are found; `PLACES` are all places, for secrets made by chance.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import random
import string
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from urllib.parse import quote, quote_plus

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from mitmproxy import certs, flow, http, websocket
from wsproto.frame_protocol import Opcode

from analysis.redact import KEPT_HEADERS

from . import flows

API = "https://api.example"
PAGE = "https://app.example"
RUN = 8
"""Characters of a spelling that are looked for first; no secret is shorter."""


@dataclass(frozen=True)
class Place:
    """Where a secret stands. Texts hold `{}` in its place."""

    name: str
    url: str = "/items"
    """Behind the API's origin, or a whole URL."""
    asked: tuple[tuple[str, str], ...] = ()
    answered: tuple[tuple[str, str], ...] = ()
    status: int = 200
    method: str = "GET"
    origin: str = PAGE
    error: str | None = None
    body: bool = False
    removed: int = 1
    """Values that the door counts for it."""
    by_looks: bool = False
    """Words are kept there, so the secret is told by its looks."""
    quoted: bool = False
    """The secret is percent-encoded first."""
    put: Callable[[http.HTTPFlow, str], object] | None = None
    """Puts the secret where no text above reaches."""

    def flow(self, secret: str, started: float = 1_700_000_000.0) -> http.HTTPFlow:
        """A cross-origin call with the secret in this place."""
        text = quote(secret, safe="") if self.quoted else secret

        def put(pairs: tuple[tuple[str, str], ...]) -> tuple[tuple[str | bytes, str | bytes], ...]:
            return tuple((_in(name, text), _in(value, text)) for name, value in pairs)

        url = self.url if "://" in self.url else f"{API}/{self.name}{self.url}"
        made = flows.call(
            *put(self.answered),
            url=f"{API}/",
            origin=_in(self.origin, text),
            status=None if self.error else self.status,
            body=text.encode() if self.body else b"",
            request=put(self.asked),
            started=started,
        )
        _, _, rest = _in(url, text).partition("://")
        authority, slash, path = rest.partition("/")
        made.request.headers["Host"] = authority
        made.request.path = slash + path
        made.request.method = _in(self.method, text)
        if self.body:
            made.request.content = text.encode()
        if self.put:
            self.put(made, text)
        if self.error:
            made.error = flow.Error(_in(self.error, text), timestamp=started + 0.03)
        return made


@dataclass(frozen=True)
class Plant:
    """A kind of secret in one place."""

    kind: str
    secret: str
    place: Place

    def flow(self, number: int) -> http.HTTPFlow:
        """The call that carries it."""
        return self.place.flow(self.secret, 1_700_000_000.0 + number)


def _in(template: str, secret: str) -> str:
    return template.replace("{}", secret)


def _asked(name: str, value: str, header: str, removed: int = 1, **more: object) -> Place:
    return Place(name, asked=((header, value),), removed=removed, **more)  # type: ignore[arg-type]


def _answered(name: str, value: str, header: str, removed: int = 1, **more: object) -> Place:
    return Place(name, answered=((header, value),), removed=removed, **more)  # type: ignore[arg-type]


def _certificate(made: http.HTTPFlow, secret: str) -> None:
    """As host of the connections, as their SNI, and in a certificate of the server."""
    made.server_conn.sni = made.client_conn.sni = f"{secret}.example"
    made.server_conn.address = (f"{secret}.example", 443)
    made.server_conn.certificate_list = [_signed(secret)]


@cache
def _key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _signed(name: str) -> certs.Cert:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = x509.CertificateBuilder(subject, subject, _key().public_key(), 1)
    made = made.not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
    made = made.not_valid_after(datetime(2027, 1, 1, tzinfo=UTC))
    return certs.Cert(made.sign(_key(), hashes.SHA256()))


def _messages(made: http.HTTPFlow, secret: str) -> None:
    made.websocket = websocket.WebSocketData(
        [websocket.WebSocketMessage(Opcode.TEXT, True, secret.encode())],
        close_reason=secret,
    )


def _notes(made: http.HTTPFlow, secret: str) -> None:
    """What a person, or another addon, has written to the flow."""
    made.comment = made.marked = secret
    made.metadata["note"] = secret


def _trailers(made: http.HTTPFlow, secret: str) -> None:
    trailers = http.Headers([(b"x-checksum", secret.encode()), (b"via", secret.encode())])
    made.request.trailers = trailers
    if made.response is not None:
        made.response.trailers = trailers.copy()


def _reason(made: http.HTTPFlow, secret: str) -> None:
    assert made.response is not None
    made.response.reason = secret


def _before_it_was_edited(made: http.HTTPFlow, secret: str) -> None:
    """What mitmproxy keeps to take an edit back."""
    made.request.headers["X-Edited"] = secret
    made.backup()
    del made.request.headers["X-Edited"]


def _kept() -> Iterator[Place]:
    """Every header whose value is kept, in request and answer: only looks tell there."""
    for name in sorted(KEPT_HEADERS - {"host", "origin"}):
        short = "-".join(name.split("-")[-3:])  # a place's name must be a word
        yield _asked(f"asked-{short}", "{}", name, by_looks=True)
        yield _answered(f"kept-{short}", "{}", name, by_looks=True)
    for name in ("Sec-CH-UA-Model", "Sec-Fetch-Dest", "Sec-Purpose"):
        yield _asked(f"kept-{name.lower()}", '"{}"', name, by_looks=True)
    for name in ("Private-Network", "Something-New"):
        yield _answered(f"allow-{name.lower()}", "{}", f"Access-Control-{name}", by_looks=True)


def _withheld() -> Iterator[Place]:
    """Headers of answers whose values go whole, and what servers put there."""
    for name, value in (
        ("Report-To", '{{"group":"x","endpoints":[{{"url":"https://r.example/?k=%s"}}]}}'),
        ("Reporting-Endpoints", 'main="https://r.example/?key=%s"'),
        ("NEL", '{{"report_to":"%s"}}'),
        ("Content-Disposition", 'attachment; filename="%s.pdf"'),
        ("Refresh", "0; url=https://app.example/?code=%s"),
        ("Alt-Svc", 'h3="%s.example:443"; ma=60'),
        ("SourceMap", "/maps/app.js.map?sig=%s"),
        ("Permissions-Policy", 'camera=("https://a.example/%s")'),
        ("X-Amz-Meta-Owner", "%s"),
        ("Clear-Site-Data", '"%s"'),
        ("Strict-Transport", "max-age=600; %s"),
    ):
        text = value.replace("{{", "{").replace("}}", "}").replace("%s", "{}")
        yield _answered(f"answered-{name.lower()}", text, name)


PLACES = (
    *_kept(),
    *_withheld(),
    _asked("cookie-name", "{}=1", "Cookie"),
    _asked("cookie-alone", "{}", "Cookie"),
    _answered("set-cookie-name", "{}=1; Path=/", "Set-Cookie"),
    _answered("set-cookie-domain", "a=b; Domain={}.example", "Set-Cookie"),
    _answered("set-cookie-unknown", "a=b; {}={}", "Set-Cookie"),
    _answered("set-cookie-expires", "a=b; Expires={}", "Set-Cookie"),
    Place("comments", put=_notes, removed=0),
    Place("trailers", put=_trailers, removed=0),
    Place("messages", put=_messages, removed=0),
    Place("certificates", put=_certificate, removed=0),
    Place("reason", put=_reason, removed=0),
    Place("edited", put=_before_it_was_edited, removed=0),
    _asked("cookie", "sid={}", "Cookie"),
    _asked("cookies", 'theme=dark; sid={}; quoted="{}"', "Cookie", 3),
    _asked("bearer", "Bearer {}", "Authorization"),
    _asked("own-scheme", "Shop-Key {}", "Authorization"),
    _asked("bare-authorization", "{}", "Authorization"),
    _asked("digest", 'Digest username="me", nonce="{}", response="{}"', "Authorization"),
    _asked("proxy-authorization", "Negotiate {}", "Proxy-Authorization"),
    _asked("api-key-header", "{}", "X-API-Key"),
    _asked("csrf-header", "{}", "X-CSRF-Token"),
    _asked("auth-token-header", "{}", "X-Auth-Token"),
    _asked("request-id", "{}", "X-Request-ID"),
    _asked("if-none-match", 'W/"{}"', "If-None-Match"),
    _asked("forwarded-for", "{}, 10.0.0.1", "X-Forwarded-For"),
    _asked("websocket-protocol", "chat, {}", "Sec-WebSocket-Protocol"),
    _asked("websocket-key", "{}", "Sec-WebSocket-Key"),
    _asked("referer-query", PAGE + "/cart?session={}", "Referer"),
    _asked("referer-path", PAGE + "/invite/{}", "Referer", by_looks=True),
    _asked("referer-userinfo", "https://me:{}@app.example/", "Referer"),
    _asked("referer-fragment", PAGE + "/#{}", "Referer"),
    _asked("no-referer", "{}", "Referer"),
    _asked("agent-in-front", "{}/1.0", "User-Agent", 1),
    _asked("agent-inside", "Mozilla/5.0 (X11) {} Chrome/156.0.0.0", "User-Agent", 1),
    _asked("form-boundary", "multipart/form-data; boundary={}", "Content-Type", by_looks=True),
    _asked("accept", "application/json, {}", "Accept", by_looks=True),
    _asked("asked-headers", "x-page, {}", "Access-Control-Request-Headers", by_looks=True),
    _asked("header-name", "1", "X-{}", 2, by_looks=True),
    _asked("origin-userinfo", "https://me:{}@app.example", "Origin"),
    _asked("origin-query", PAGE + "?key={}", "Origin"),
    _asked("host-userinfo", "me:{}@api.example", "X-Forwarded-Host"),
    Place("query", "?page=2&token={}", removed=2),
    Place("query-json", "?state=%7B%22key%22%3A%22{}%22%7D", quoted=True),
    Place("query-encoded", "?token={}", quoted=True),
    Place("query-alone", "?{}", by_looks=True),
    Place("query-name", "?{}=1", by_looks=True),
    Place("query-semicolon", "?page=2;token={}"),
    Place("path", "/{}", by_looks=True),
    Place("path-inside", "/reset/{}/confirm", by_looks=True),
    Place("path-encoded", "/{}", quoted=True, by_looks=True),
    Place("path-parameter", "/login;jsessionid={}", by_looks=False),
    Place("path-file", "/{}.json", by_looks=True),
    Place("path-mail", "/{}@mail.example"),
    Place("url-userinfo", "https://me:{}@api.example/url-userinfo", removed=2),  # Host, too
    Place("method", method="{}", by_looks=True),
    _answered("set-cookie", "sid={}; Path=/; Secure; HttpOnly", "Set-Cookie"),
    _answered("set-cookie-path", "a=b; Path=/{}", "Set-Cookie", by_looks=True),
    _answered("set-cookie-same-site", "a=b; SameSite={}", "Set-Cookie"),
    _answered("new-token", "{}", "X-New-Token"),
    _answered("etag", '"{}"', "ETag"),
    _answered("server-timing", 'db;dur=5;desc="{}"', "Server-Timing"),
    _answered("link", '<https://cdn.example/a?sig={}>; rel="preload"', "Link"),
    _answered("content-location", "/files?sig={}", "Content-Location"),
    _answered("policy-report", "default-src 'nonce-{}'", "Content-Security-Policy"),
    _answered("challenge", 'Digest realm="api", nonce="{}"', "WWW-Authenticate"),
    _answered("bare-challenge", "{}", "WWW-Authenticate", by_looks=True),
    _answered("server", "nginx {}", "Server", by_looks=True),
    _answered("via", "1.1 {}", "Via", by_looks=True),
    _answered("cache-status", 'Edge; hit; key="https://a.example/?t={}"', "Cache-Status"),
    _answered("content-type-parameter", "text/html; id={}", "Content-Type", by_looks=True),
    _answered("allow-origin-userinfo", "https://me:{}@app.example", "Access-Control-Allow-Origin"),
    _answered("allow-origin-query", PAGE + "/?key={}", "Access-Control-Allow-Origin"),
    _answered("allow-origin-path", PAGE + "/{}", "Access-Control-Allow-Origin", by_looks=True),
    _answered("allow-origin-alone", "{}", "Access-Control-Allow-Origin", by_looks=True),
    _answered("allow-headers", "X-Page, {}", "Access-Control-Allow-Headers", by_looks=True),
    _answered("allow-methods", "GET, {}", "Access-Control-Allow-Methods", by_looks=True),
    _answered("expose-headers", "{}", "Access-Control-Expose-Headers", by_looks=True),
    _answered("max-age", "600; {}", "Access-Control-Max-Age", by_looks=True),
    _answered("allow-credentials", "{}", "Access-Control-Allow-Credentials", by_looks=True),
    _answered("timing-allow-origin", "https://me:{}@a.example", "Timing-Allow-Origin"),
    _answered("location-query", PAGE + "/cb?code={}", "Location", status=302),
    _answered("location-fragment", PAGE + "/cb#access_token={}", "Location", status=302),
    _answered("location-relative", "/cb?code={}", "Location", status=302),
    _answered("location-bare", "?code={}", "Location", status=302),
    _answered("location-path", "/magic/{}", "Location", status=302, by_looks=True),
    _answered("location-userinfo", "https://me:{}@b.example/", "Location", status=302),
    _answered("location-app", "shop://login?code={}", "Location", status=302),
    _answered("location-data", "data:text/plain,{}", "Location", status=302),
    _answered("location-without-redirect", "/made?key={}", "Location", status=201),
    Place("error-header", error="Invalid header line: b'Cookie: sid={}'"),
    Place("error-url", error="no answer from https://api.example/?key={}"),
    Place("error-text", error="unexpected {} from server", by_looks=True),
    Place("body", body=True, removed=0),
)  # fmt: skip
BY_NAME = {place.name: place for place in PLACES}


def _digest(kind: str) -> bytes:
    return hashlib.sha512(kind.encode()).digest()


def _hex(kind: str, length: int = 32) -> str:
    return _digest(kind).hex()[:length]


def _url64(kind: str, length: int = 32) -> str:
    return base64.urlsafe_b64encode(_digest(kind)).decode()[:length]


def _letters(kind: str, length: int = 24) -> str:
    return base64.b64encode(_digest(kind)).decode().replace("+", "7").replace("/", "Q")[:length]


def _upper(kind: str, length: int = 16) -> str:
    return base64.b32encode(_digest(kind)).decode()[:length]


def _digits(kind: str, length: int) -> str:
    return str(int.from_bytes(_digest(kind), "big"))[:length]


def _jwt(kind: str) -> str:
    parts = ('{"alg":"HS256","typ":"JWT"}', json.dumps({"sub": kind}), _url64(kind, 40))
    return ".".join(base64.urlsafe_b64encode(p.encode()).decode().rstrip("=") for p in parts)


def _uuid(kind: str) -> str:
    return str(uuid.UUID(bytes=_digest(kind)[:16], version=4))


# fmt: off
def _places() -> Iterator[Plant]:
    """The kinds, each with the place it belongs to; counts of their own where a place has none."""

    def plant(kind: str, secret: str, place: str | Place) -> Plant:
        return Plant(kind, secret, place if isinstance(place, Place) else BY_NAME[place])

    yield plant("session cookie", _hex("session"), "cookie")
    yield plant("quoted cookie", _letters("quoted"), "cookies")
    yield plant("cookie that is set", _url64("set"), "set-cookie")
    yield plant("cookie path", _hex("cookie path"), "set-cookie-path")
    yield plant("cookie attribute", _hex("same site"), "set-cookie-same-site")
    yield plant("bearer token", _url64("bearer", 43), "bearer")
    basic = base64.b64encode(b"alice:" + _letters("basic", 16).encode()).decode()
    yield plant("password in Basic", _letters("basic", 16),
                _asked("basic", f"Basic {basic}", "Authorization"))
    yield plant("credentials in Basic", basic, _asked("basic-again", "Basic {}", "Authorization"))
    yield plant("digest response", _hex("digest"), "digest")
    yield plant("Negotiate ticket", _letters("kerberos", 64), "proxy-authorization")
    yield plant("JWT in Authorization", _jwt("authorization"), "bearer")
    yield plant("JWT in the path", _jwt("path"), "path")
    yield plant("JWT in the query", _jwt("query"), "query")
    yield plant("own scheme", _url64("own"), "own-scheme")
    yield plant("token without scheme", _letters("bare"), "bare-authorization")
    yield plant("API key header", _hex("api key"), "api-key-header")
    yield plant("CSRF token", _url64("csrf"), "csrf-header")
    yield plant("auth token header", _letters("auth token"), "auth-token-header")
    for name in ("api_key", "access_token", "sig", "code", "state", "password", "client_secret",
                 "id_token", "otp"):
        yield plant(f"query {name}", _letters(name), Place(f"query-{name}", f"?{name}={{}}"))
    yield plant("key as name of a parameter", _hex("name", 24), "query-name")
    yield plant("GitHub token as name", "ghp_" + _letters("github name", 36), "query-alone")
    yield plant("JSON in the query", _letters("json"), "query-json")
    yield plant("password with signs, encoded", 'p"&/%<s w0rd>!' + _hex("signs", 6),
                "query-encoded")
    yield plant("encoded twice", "a b/c+d&e=" + _hex("twice", 10),
                Place("encoded-twice", "?next=" + quote(quote("a b/c+d&e=" + _hex("twice", 10),
                                                              safe=""))))
    yield plant("base64 of a secret", _letters("inner", 20),
                Place("base64", "?blob=" + base64.b64encode(_letters("inner", 20).encode())
                      .decode().replace("=", "%3D")))
    yield plant("UUID in the path", _uuid("path"), "path")
    yield plant("hex in the path", _hex("path"), "path")
    yield plant("base64url in the path", _url64("path", 22), "path")
    yield plant("reset token", _letters("reset", 40), "path-inside")
    yield plant("mail address", "erika.mustermann@mail.example", "path")
    yield plant("mail address, encoded", "max%40mail.example", "path")
    yield plant("phone number", "+4915112345678", "path")
    yield plant("account number", "DE89370400440532013000", "path")
    yield plant("card number", "4111111111111111", "path")
    yield plant("matrix parameter", _upper("matrix", 32), "path-parameter")
    yield plant("file of a user", _hex("file", 20), "path-file")
    yield plant("token in a fragment", _url64("fragment"), "location-fragment")
    yield plant("code in Location", _letters("code"), "location-query")
    yield plant("code in relative Location", _letters("relative"), "location-relative")
    yield plant("code for an app", _letters("app"), "location-app")
    yield plant("magic link", _url64("magic"), "location-path")
    yield plant("data URL", _letters("data"), "location-data")
    yield plant("password in Location", _letters("location"), "location-userinfo")
    yield plant("session in Referer", _hex("referer"), "referer-query")
    yield plant("path of Referer", _hex("referer path"), "referer-path")
    yield plant("password in Referer", _letters("referer password"), "referer-userinfo")
    yield plant("password in the URL", _letters("userinfo"), "url-userinfo")
    yield plant("password in Origin", _letters("origin"), "origin-userinfo")
    yield plant("AWS signature", _hex("aws", 64),
                Place("aws-query", "?X-Amz-Algorithm=AWS4&X-Amz-Signature={}", removed=2))
    yield plant("AWS key id", "AKIA" + _upper("aws id"),
                Place("aws-credential", "?X-Amz-Credential={}%2F20261124%2Fus-east-1"))
    yield plant("AWS session token", _letters("aws session", 64),
                _asked("aws-token", "{}", "X-Amz-Security-Token"))
    yield plant("AWS signature header", _hex("aws header", 64),
                _asked("aws-header", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261124, "
                       "SignedHeaders=host, Signature={}", "Authorization"))
    yield plant("Google signed URL", _hex("gcs", 64),
                Place("google", "?GoogleAccessId=me%40x.example&Signature={}", removed=2))
    yield plant("Azure SAS", _letters("azure", 43) + "=",
                Place("azure", "?sv=2024-11-04&se=2026&sig={}", quoted=True, removed=3))
    yield plant("CloudFront cookie", _letters("cloudfront", 60),
                _asked("cloudfront", "CloudFront-Signature={}; CloudFront-Key-Pair-Id=K2",
                       "Cookie", 2))
    yield plant("GitHub token", "ghp_" + _letters("github", 36), "path")
    yield plant("Slack token", "xoxb-" + _digits("slack", 11) + "-" + _letters("slack"), "path")
    yield plant("Stripe key", "sk_live_" + _letters("stripe"), "path")
    yield plant("Google key", "AIza" + _letters("google", 35), "query")
    yield plant("npm token", "npm_" + _letters("npm", 36), "new-token")
    yield plant("private key in a header", _letters("private", 64),
                _answered("private-key", "-----BEGIN PRIVATE KEY-----{}", "X-Key"))
    yield plant("session id in ETag", _hex("etag"), "etag")
    yield plant("user id in Server-Timing", _hex("timing"), "server-timing")
    yield plant("signed URL in Link", _url64("link"), "link")
    yield plant("nonce of a policy", _url64("nonce", 22), "policy-report")
    yield plant("nonce of a challenge", _hex("challenge"), "challenge")
    yield plant("challenge without scheme", _letters("bare challenge"), "bare-challenge")
    yield plant("boundary of a form", "----WebKitFormBoundary" + _letters("form", 16),
                "form-boundary")
    yield plant("token in Allow-Headers", _jwt("allow headers"), "allow-headers")
    yield plant("token in Expose-Headers", _hex("expose"), "expose-headers")
    yield plant("token in Request-Headers", _hex("request headers"), "asked-headers")
    yield plant("token as Allow-Origin", _letters("allow origin"), "allow-origin-alone")
    yield plant("password in Allow-Origin", _letters("allow origin password"),
                "allow-origin-userinfo")
    yield plant("key in Allow-Origin", _hex("allow origin key"), "allow-origin-query")
    yield plant("key as Max-Age", _hex("max age"), "max-age")
    yield plant("URL in Cache-Status", _hex("cache status"), "cache-status")
    yield plant("token as user agent", "ghp_" + _letters("agent", 36), "agent-in-front")
    yield plant("token in the user agent", _hex("inside"), "agent-inside")
    yield plant("WebSocket protocol", _url64("websocket"), "websocket-protocol")
    yield plant("token as header name", _hex("header name"), "header-name")
    yield plant("token as method", _upper("method", 32), "method")
    yield plant("header in an error", _letters("error"), "error-header")
    yield plant("URL in an error", _letters("error url"), "error-url")
    yield plant("bodies", _letters("body"), "body")
# fmt: on


PLANTS = tuple(_places())


def spellings(secret: str) -> Iterator[str]:
    """The secret as an output could spell it."""
    raw = secret.encode()
    yield secret
    yield quote(secret, safe="")
    yield quote_plus(secret)
    yield quote(quote(secret, safe=""), safe="")
    yield json.dumps(secret)[1:-1]
    yield html.escape(secret)
    yield raw.hex()
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + raw).decode()
        whole = encoded[-(-before * 8 // 6) : (before + len(raw)) * 8 // 6]
        yield whole
        yield whole.translate(str.maketrans("+/", "-_"))


def found(text: str, secrets: dict[str, str]) -> list[str]:
    """Names of the secrets (by name) that stand in a text, in any spelling and case."""
    low = text.lower()
    runs = {low[i : i + RUN] for i in range(len(low) - RUN + 1)}
    return [
        name
        for name, secret in secrets.items()
        if any(
            each[:RUN] in runs and each in low
            for each in {spelling.lower() for spelling in spellings(secret)}
        )
    ]


def _made(alphabet: str, length: int) -> Callable[[random.Random], str]:
    return lambda dice: "".join(dice.choices(alphabet, k=length))


def _prefixed(prefix: str, length: int) -> Callable[[random.Random], str]:
    made = _made(string.ascii_letters + string.digits, length)
    return lambda dice: prefix + made(dice)


STYLES: tuple[Callable[[random.Random], str], ...] = (
    lambda dice: dice.randbytes(16).hex(),
    lambda dice: base64.urlsafe_b64encode(dice.randbytes(24)).decode(),
    lambda dice: str(uuid.UUID(bytes=dice.randbytes(16), version=4)),
    _made(string.ascii_letters + string.digits, 24),
    _made(string.ascii_lowercase + string.digits, 24),
    _made(string.ascii_uppercase + "234567", 32),
    _made(string.digits, 24),
    _prefixed("ghp_", 36),
    _prefixed("sk_live_", 24),
    _prefixed("AKIA", 16),
)
"""What keys and tokens look like, made by chance."""


def random_plants(count: int, seed: int) -> Iterator[Plant]:
    """So many secrets by chance, in every place in turn."""
    dice = random.Random(seed)
    for number in range(count):
        place = PLACES[number % len(PLACES)]
        yield Plant(f"{number} {place.name}", dice.choice(STYLES)(dice), place)
