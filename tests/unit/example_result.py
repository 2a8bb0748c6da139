"""Results built by hand, for the tests of the reports: a small shop and its four APIs."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from enum import StrEnum
from typing import Any

from analysis.finding import (
    Confidence,
    Endpoint,
    Evidence,
    Expectation,
    Finding,
    Fix,
    Ignored,
    Kind,
    Severity,
)
from analysis.result import (
    Allows,
    AuditResult,
    BlindSpot,
    Capture,
    ExchangeRow,
    HeaderRow,
    LeastPrivilege,
    Needs,
    Observed,
    Policy,
    Reasons,
    RuleCard,
    Skipped,
    Stack,
    Tool,
    Totals,
)

START = 1794668520.0
"""14 Nov 2026, 15:02 UTC."""
SHOP = "http://localhost:3000"
ADMIN = "https://admin.shop.example"
CART = "http://localhost:3001"
PAY = "https://pay.shop.example"
SEARCH = "https://search.shop.example"
IMAGES = "https://img.shop.example"

EXPRESS = """\
// npm install cors
const cors = require('cors');
app.use(cors({
  origin: ['http://localhost:3000'],              // development origin: production needs its own
  methods: ['GET', 'PUT', 'DELETE'],              // what this session needed, nothing more
  allowedHeaders: ['Content-Type', 'X-CSRF-Token'],
  credentials: true,                              // cookies were sent on 46 of 60 calls
  maxAge: 7200,                                   // saves 61 preflights
}));
"""
NGINX = """\
map $http_origin $cors_origin {
  default "";
  "http://localhost:3000" $http_origin;
  "https://admin.shop.example" $http_origin;
}
location /v1/ {
  add_header Access-Control-Allow-Origin $cors_origin always;
  add_header Access-Control-Allow-Credentials true always;
  add_header Vary Origin always;
  proxy_pass http://app;
}
"""
PLAIN = """\
Access-Control-Allow-Origin: http://localhost:3000
Access-Control-Allow-Methods: PUT, DELETE
Access-Control-Allow-Headers: content-type, x-csrf-token
Access-Control-Allow-Credentials: true
Access-Control-Max-Age: 7200
Vary: Origin
"""
STACKS = (
    "Express (cors)", "Fastify", "Hono", "Koa", "FastAPI", "Flask", "Django", "Spring",
    "ASP.NET Core", "Rails", "Laravel", "Go (jub0bs/cors)", "nginx", "Apache", "Caddy",
    "S3", "any server",
)  # fmt: skip


def fix(stack: str, code: str, *, because: str = "", note: str = "", where: str = "server") -> Fix:
    return Fix(stack, where, bool(because), because, code, note)


def fixes(first: Fix) -> tuple[Fix, ...]:
    others = [fix(name, f"# {name}\n{PLAIN}", note="In the outermost layer.") for name in STACKS]
    return (first, *(other for other in others if other.stack != first.stack))


def headers(text: str) -> tuple[HeaderRow, ...]:
    rows = []
    for line in text.strip().splitlines():
        name, _, value = line.strip().partition(": ")
        hidden = value == "-"
        rows.append(HeaderRow(name, None if hidden else value, 43 if hidden else len(value)))
    return tuple(rows)


def exchange(number: int, **given: Any) -> ExchangeRow:
    path = given.get("path_template", "/api/cart")
    api = given.get("api", CART)
    values: dict[str, Any] = {
        "flow_id": f"{number:08x}-5d1c-4b1e-9f00-000000000000",
        "capture": "c0",
        "started": START + number,
        "ended": START + number + 0.012,
        "method": "GET",
        "url": api + path,
        "path_template": path,
        "status": 200,
        "origin": SHOP,
        "page": SHOP,
        "api": api,
        "client": "1f2e3d4c",
        "engine": "chromium",
        "role": "cors",
        "verdict": "allowed",
        "reason": None,
        "reason_param": None,
        "reasons": Reasons(None, None, None),
        "message": None,
        "message_firefox": None,
        "credentials": "include",
        "because": ("mode-cors",),
        "assuming": (),
        "preflight": None,
        "preflight_needed": False,
        "preflight_why": (),
        "redirected_from": None,
        "redirects_to": None,
        "sent": "executed-readable",
        "lost": None,
        "request_headers": (),
        "response_headers": (),
    }
    values.update(given)
    return ExchangeRow(**values)


NO_ALLOW_ORIGIN = (
    "Access to fetch at '{url}' from origin 'http://localhost:3000' has been blocked by CORS "
    "policy: {pre}No 'Access-Control-Allow-Origin' header is present on the requested resource."
)
PREFLIGHT = "Response to preflight request doesn't pass access control check: "
FIREFOX = (
    "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource "
    "at {url}. (Reason: CORS header ‘Access-Control-Allow-Origin’ missing). Status code: {status}."
)


def _cart_exchanges() -> list[ExchangeRow]:
    url = CART + "/api/cart/items/{n}"
    refused = exchange(
        131, method="OPTIONS", path_template="/api/cart/items/{n}", url=url, role="preflight",
        verdict="blocked", reason="PreflightMissingAllowOriginHeader", ended=START + 131.006,
        reasons=Reasons("PreflightMissingAllowOriginHeader", "CORSMissingAllowOrigin2", "Origin"),
        message=NO_ALLOW_ORIGIN.format(url=url, pre=PREFLIGHT),
        message_firefox=FIREFOX.format(url=url, status=200), sent="never-sent",
        credentials="unknown",
        request_headers=headers("""
            Host: -
            Origin: http://localhost:3000
            Access-Control-Request-Method: PUT
            Access-Control-Request-Headers: content-type, x-csrf-token
            Sec-Fetch-Mode: cors
            Sec-Fetch-Site: same-site
            Cookie: -"""),
        response_headers=headers("""
            X-Powered-By: Express
            Allow: GET, HEAD, PUT, DELETE
            Content-Type: text/html; charset=utf-8
            Set-Cookie: -"""),
    )  # fmt: skip
    delete = dataclasses.replace(
        refused, flow_id="000000a0-5d1c-4b1e-9f00-000000000000", started=START + 226,
        ended=START + 226.004,
        request_headers=headers("""
            Origin: http://localhost:3000
            Access-Control-Request-Method: DELETE"""),
    )  # fmt: skip
    return [exchange(120), refused, delete, *(exchange(300 + i * 23) for i in range(44))]


def _search_exchanges() -> list[ExchangeRow]:
    url = SEARCH + "/suggest?q="
    text = (
        f"Access to fetch at '{url}' from origin 'http://localhost:3000' has been blocked by CORS "
        "policy: The value of the 'Access-Control-Allow-Origin' header in the response must not "
        "be the wildcard '*' when the request's credentials mode is 'include'."
    )
    return [
        exchange(
            140 + i * 61, api=SEARCH, path_template="/suggest", url=url, verdict="blocked",
            reason="WildcardOriginNotAllowed", sent="executed-unreadable", message=text,
            reasons=Reasons("WildcardOriginNotAllowed", "CORSNotSupportingCredentials", "Cannot"),
            request_headers=headers("""
                Origin: http://localhost:3000
                Cookie: -"""),
            response_headers=headers("""
                Server: uvicorn
                Access-Control-Allow-Origin: *
                Content-Type: application/json"""),
        )
        for i in range(22)
    ]  # fmt: skip


def _pay_exchanges() -> list[ExchangeRow]:
    url = PAY + "/v1/charges"
    preflight = exchange(
        598, api=PAY, path_template="/v1/charges", method="OPTIONS", role="preflight", status=204,
        credentials="unknown", sent="executed-unreadable", ended=START + 598.05,
        request_headers=headers("""
            Origin: http://localhost:3000
            Access-Control-Request-Method: POST
            Access-Control-Request-Headers: content-type"""),
        response_headers=headers("""
            Access-Control-Allow-Origin: http://localhost:3000
            Access-Control-Allow-Credentials: true
            Access-Control-Allow-Headers: content-type"""),
    )  # fmt: skip
    charge = exchange(
        599, api=PAY, path_template="/v1/charges", url=url, method="POST", status=500,
        verdict="blocked", reason="MissingAllowOriginHeader", sent="executed-unreadable",
        started=START + 598.06, ended=START + 598.34, preflight=preflight.flow_id,
        preflight_needed=True, preflight_why=("content-type:application/json",),
        reasons=Reasons("MissingAllowOriginHeader", "CORSMissingAllowOrigin2", "Origin"),
        message=NO_ALLOW_ORIGIN.format(url=url, pre=""),
        message_firefox=FIREFOX.format(url=url, status=500),
        request_headers=headers("""
            Origin: http://localhost:3000
            Content-Type: application/json
            Cookie: -"""),
        response_headers=headers("""
            Server: nginx/1.22.1
            Content-Type: text/html"""),
    )  # fmt: skip
    echoes = [
        exchange(
            700 + i, api=PAY, path_template=path, origin=origin, page=origin,
            request_headers=headers(f"""
                Origin: {origin}
                Cookie: -"""),
            response_headers=headers(f"""
                Server: nginx/1.22.1
                Access-Control-Allow-Origin: {origin}
                Access-Control-Allow-Credentials: true"""),
        )
        for i, (origin, path) in enumerate(
            ((SHOP, "/v1/profile"), (ADMIN, "/v1/cards"), ("null", "/v1/profile"))
        )
    ]  # fmt: skip
    more = [exchange(800 + i * 29, api=PAY, path_template="/v1/profile") for i in range(30)]
    return [preflight, charge, *echoes, *more]


def _finding(key: str, rule: str, kind: Kind, title: str, message: str, **given: Any) -> Finding:
    values: dict[str, Any] = {
        "severity": Severity.HIGH,
        "confidence": Confidence.CERTAIN,
        "confidence_why": "the exchange itself shows it",
        "why_it_matters": "The page gets a network error, whatever the server did.",
        "api": CART,
        "endpoints": (Endpoint("GET", "/api/cart", 1),),
        "pages": (SHOP,),
        "count": 1,
        "first": START + 131,
        "last": START + 1500,
        "evidence": (),
        "expected": (),
        "fixes": fixes(fix("Express (cors)", EXPRESS)),
        "cwe": (),
        "references": ("https://fetch.spec.whatwg.org/#cors-check",),
    }
    values.update(given)
    return Finding(key, rule, kind, title=title, message=message, **values)


def _broken(rows: dict[str, list[ExchangeRow]]) -> list[Finding]:
    preflight, delete = rows["cart"][1:3]
    charge = rows["pay"][1]
    acao = "Access-Control-Allow-Origin"
    return [
        _finding(
            "3f9a1c0d2b47", "missing-allow-origin", Kind.BROKEN,
            "Preflight gets no CORS headers, so PUT and DELETE never leave the browser",
            "The server answers `OPTIONS` with 200 but without `Access-Control-Allow-Origin`, so "
            "the browser stopped. Before sending `PUT`, it had asked for permission with a "
            "preflight. The 14 real requests were never sent: the server has no log of them.",
            endpoints=(Endpoint("PUT", "/api/cart/items/{n}", 9),
                       Endpoint("DELETE", "/api/cart/items/{n}", 3),
                       Endpoint("PUT", "/api/profile", 2)),
            count=14, first=START + 131, last=START + 1740,
            evidence=(Evidence(preflight.flow_id, "primary", "response", acao, None, "no header"),
                      Evidence(delete.flow_id, "related", "response", acao, None, "no header")),
            expected=(Expectation(acao, None, SHOP),
                      Expectation("Access-Control-Allow-Methods", None, "PUT"),
                      Expectation("Access-Control-Allow-Headers", None,
                                  "content-type, x-csrf-token")),
            fixes=fixes(fix("Express (cors)", EXPRESS, because="`X-Powered-By: Express` and an "
                            "automatic `Allow` answer to OPTIONS",
                            note="First middleware, before auth, body parsers and every route.")),
        ),
        _finding(
            "a81c33e09d52", "wildcard-with-credentials", Kind.BROKEN,
            "Wildcard origin refused because cookies are sent",
            "`Access-Control-Allow-Origin: *` never works with `credentials: 'include'`. The "
            "requests were sent and answered, but the page could not read the answers.",
            api=SEARCH, endpoints=(Endpoint("GET", "/suggest", 22),), count=22,
            evidence=(Evidence(rows["search"][0].flow_id, "primary", "response", acao, "*",
                               "wildcard with cookies"),),
            expected=(Expectation(acao, "*", SHOP),
                      Expectation("Access-Control-Allow-Credentials", None, "true")),
            fixes=(fix("in the page", "fetch(url, { credentials: 'omit' })", where="client",
                       note="Drop `credentials: 'include'` if the search needs no login."),
                   *fixes(fix("FastAPI", "app.add_middleware(CORSMiddleware)\n",
                              because="`server: uvicorn`"))),
        ),
        _finding(
            "c02b7710fe11", "hidden-server-error", Kind.BROKEN,
            "A server error (500) is hiding behind a CORS error",
            "`POST /v1/charges` failed with status 500, and its error page lacks CORS headers. The "
            "browser therefore reports a CORS error, and the page cannot see the 500.",
            api=PAY, endpoints=(Endpoint("POST", "/v1/charges", 6),), count=6,
            first=START + 598, severity=Severity.MEDIUM, confidence=Confidence.FIRM,
            confidence_why="other answers of this API carry the header",
            evidence=(Evidence(charge.flow_id, "primary", "response", None, None, "status 500"),),
            expected=(Expectation("status", "500", "2xx"), Expectation(acao, None, SHOP)),
            fixes=fixes(fix("nginx", NGINX, because="`Server: nginx/1.22.1`",
                            note="Repair the 500 first. Then add `always` to `add_header`.")),
        ),
    ]  # fmt: skip


def _others(rows: dict[str, list[ExchangeRow]]) -> list[Finding]:
    acao = "Access-Control-Allow-Origin"
    echoes = rows["pay"][2:5]
    return [
        _finding(
            "d4400aa1b2c3", "reflected-origin-with-credentials", Kind.DANGEROUS,
            "Every origin is trusted, with cookies",
            "3 of 3 origins were echoed with `Access-Control-Allow-Credentials: true`, including "
            "`null`.",
            why_it_matters="Any site a signed-in customer visits could read what these endpoints "
            "answer, in the customer's name.",
            api=PAY, severity=Severity.CRITICAL, confidence=Confidence.FIRM,
            confidence_why="three unlike origins were echoed, no request of our own was sent",
            pages=(SHOP, ADMIN, "null"),
            endpoints=(Endpoint("GET", "/v1/profile", 2), Endpoint("GET", "/v1/cards", 1)), count=3,
            evidence=tuple(Evidence(row.flow_id, "primary" if i == 0 else "related", "response",
                                    acao, row.origin, "origin echoed")
                           for i, row in enumerate(echoes)),
            fixes=fixes(fix("nginx", NGINX, because="`Server: nginx/1.22.1`",
                            note="Replace `$http_origin` with a `map` of allowed origins.")),
            cwe=("CWE-942",),
        ),
        _finding(
            "d4400aa1b2c4", "null-origin-allowed", Kind.DANGEROUS,
            "Sandboxed pages of any site are trusted",
            "`Access-Control-Allow-Origin: null` was answered with credentials.",
            api=PAY, confidence=Confidence.TENTATIVE, severity=Severity.MEDIUM,
            confidence_why="one exchange, and the cookie may not be needed",
            endpoints=(Endpoint("GET", "/v1/profile", 1),), pages=("null",),
            evidence=(Evidence(echoes[2].flow_id, "primary", "response", acao, "null", "null"),),
            fixes=fixes(fix("nginx", NGINX, note="Remove `null` from the allowed origins.")),
        ),
        _finding(
            "e51100000001", "vary-origin-missing", Kind.FRAGILE,
            "A cache may serve one page the answer meant for another",
            "`Access-Control-Allow-Origin` differs by page, but `Vary: Origin` is missing.",
            api=PAY, severity=Severity.MEDIUM, count=30,
            endpoints=(Endpoint("GET", "/v1/profile", 30),),
            evidence=(Evidence(echoes[0].flow_id, "primary", "response", "Vary", None, "absent"),),
            expected=(Expectation("Vary", None, "Origin"),),
        ),
        _finding(
            "f60000000001", "preflight-not-cached", Kind.SLOW,
            "Preflights are repeated because no `Max-Age` is sent",
            "61 of 74 preflights asked a question that had been answered already.",
            severity=Severity.LOW, count=61,
            endpoints=(Endpoint("PUT", "/api/cart/items/{n}", 61),),
            expected=(Expectation("Access-Control-Max-Age", None, "7200"),),
        ),
        _finding(
            "070000000001", "header-not-exposed", Kind.NOTE,
            "`X-Total-Count` is sent but scripts cannot read it",
            "22 responses carry `X-Total-Count`, which is not in Access-Control-Expose-Headers.",
            api=SEARCH, severity=Severity.INFO, count=22,
            endpoints=(Endpoint("GET", "/suggest", 22),),
            expected=(Expectation("Access-Control-Expose-Headers", None, "X-Total-Count"),),
        ),
    ]  # fmt: skip


def _policy(api: str, **given: Any) -> Policy:
    values: dict[str, Any] = {
        "pages": (SHOP,),
        "calls": 60,
        "preflights": 74,
        "preflight_seconds": 4.9,
        "avoidable_preflights": 61,
        "blocked": 14,
        "indeterminate": 0,
        "stacks": (Stack("Express", "X-Powered-By: Express", "certain"),),
        "needs": Needs(
            (Observed(SHOP, 60),),
            (Observed("GET", 46), Observed("PUT", 11), Observed("DELETE", 3)),
            (Observed("content-type", 11), Observed("x-csrf-token", 14)),
            "include",
        ),
        "allows": Allows(
            "fixed", (Observed(SHOP, 46),), True, (), (), (), (), "always", "none-seen"
        ),
        "least_privilege": LeastPrivilege(
            (SHOP,), ("PUT", "DELETE"), ("content-type", "x-csrf-token"), True, 7200, ()
        ),
    }
    values.update(given)
    return Policy(api, **values)


def _policies() -> tuple[Policy, ...]:
    fine = Needs((Observed(SHOP, 29),), (Observed("GET", 29),), (), "not-include")
    return (
        _policy(CART),
        _policy(
            PAY, pages=(SHOP, ADMIN, "null"), calls=56, preflights=31, preflight_seconds=3.1,
            avoidable_preflights=4, blocked=6,
            stacks=(Stack("nginx", "Server: nginx/1.22.1", "certain"),),
            needs=Needs((Observed(SHOP, 38), Observed(ADMIN, 18)),
                        (Observed("GET", 50), Observed("POST", 6)),
                        (Observed("content-type", 6),), "include"),
            allows=Allows("reflected", (Observed(SHOP, 32), Observed(ADMIN, 18),
                                        Observed("null", 1)), True,
                          ("DELETE", "GET", "PATCH", "POST", "PUT"), ("*", "content-type"), (),
                          ("600",), "never", "no"),
            least_privilege=LeastPrivilege((ADMIN, SHOP), (), ("content-type",), True, 7200,
                                           ("Some requests had Origin: null. Never allow null.",)),
        ),
        _policy(
            SEARCH, calls=22, preflights=9, preflight_seconds=1.2, avoidable_preflights=0,
            blocked=22, stacks=(Stack("FastAPI", "server: uvicorn", "firm"),),
            needs=Needs((Observed(SHOP, 22),), (Observed("GET", 22),), (), "include"),
            allows=Allows("wildcard", (Observed("*", 22),), False, ("GET",), (), (), ("86400",),
                          "never", "some"),
            least_privilege=LeastPrivilege((SHOP,), (), (), None, 7200,
                                           ("Does the search need cookies? If not, omit them.",)),
        ),
        _policy(
            IMAGES, calls=29, preflights=4, preflight_seconds=0.2, avoidable_preflights=0,
            blocked=0, stacks=(), needs=fine,
            allows=Allows("wildcard", (Observed("*", 29),), False, (), (), (), (), "never", "yes"),
            least_privilege=LeastPrivilege(("*",), (), (), False, 7200, ()),
        ),
    )  # fmt: skip


def shop() -> AuditResult:
    """Eight findings of all kinds, four APIs, two pages."""
    rows = {"cart": _cart_exchanges(), "search": _search_exchanges(), "pay": _pay_exchanges()}
    images = [
        exchange(310 + i * 41, api=IMAGES, path_template="/p/{id}", credentials="not-include")
        for i in range(29)
    ]
    exchanges = [*rows["cart"], *rows["search"], *rows["pay"], *images]
    findings = (*_broken(rows), *_others(rows))
    return AuditResult(
        tool=Tool("cors-audit", "0.1.0"),
        captures=(
            Capture("c0", "checkout.flow", "flow", 412, START, START + 1740, True, None, "0" * 64),
        ),
        totals=Totals(412, 153, 118, 42, 0, 2, 4, 37),
        exchanges=tuple(sorted(exchanges, key=lambda row: (row.started, row.flow_id))),
        findings=findings,
        policies=_policies(),
        skipped=(Skipped("c0", "websocket", "no CORS check applies to WebSockets", 3),),
        blind_spots=(
            BlindSpot("caches", "Answers from the browser's cache make no traffic."),
            BlindSpot("error-paths", "No DELETE was answered, so its policy is unknown."),
        ),
        rules=(
            *(RuleCard(f.rule, f.title, f.kind.value, f.severity.value, "0.1") for f in findings),
            RuleCard("allow-origin-list", "A list is no valid origin", "broken", "high", "0.1"),
            RuleCard("wildcard-subdomain", "A wildcard inside an origin", "broken", "high", "0.1"),
        ),
        redacted=True,
    )


def empty() -> AuditResult:
    """Nothing was recorded."""
    return dataclasses.replace(
        shop(), totals=Totals(0, 0, 0, 0, 0, 0, 0, 0), exchanges=(), findings=(), policies=(),
        captures=(Capture("c0", "live session", "live", 0, None, None, True, None, None),),
        skipped=(), blind_spots=(BlindSpot("nothing", "Browsers bypass proxies for localhost."),),
    )  # fmt: skip


def healthy() -> AuditResult:
    """One API, no finding."""
    result = shop()
    return dataclasses.replace(
        result, totals=Totals(60, 29, 4, 0, 0, 1, 1, 0), findings=(),
        policies=result.policies[3:], blind_spots=(),
        exchanges=tuple(row for row in result.exchanges if row.api == IMAGES),
    )  # fmt: skip


def one() -> AuditResult:
    """One API, one finding."""
    result = shop()
    return dataclasses.replace(
        result, totals=Totals(100, 46, 74, 14, 0, 1, 1, 1), findings=result.findings[:1],
        policies=result.policies[:1],
        exchanges=tuple(row for row in result.exchanges if row.api == CART),
    )  # fmt: skip


def unclear() -> AuditResult:
    """Calls of which the capture cannot tell whether they were blocked."""
    result = healthy()
    why = "credentials mode: blocked if it was include, allowed otherwise"
    rows = tuple(
        dataclasses.replace(row, verdict="indeterminate", sent="unknown", assuming=(why,),
                            credentials="unknown")
        if i < 10 else row
        for i, row in enumerate(result.exchanges)
    )  # fmt: skip
    policy = dataclasses.replace(result.policies[0], indeterminate=10)
    finding = _finding(
        "beef00000001", "credentials-unknown", Kind.NOTE, "Ten calls cannot be judged", "",
        api=IMAGES, confidence=Confidence.TENTATIVE, count=10,
        evidence=(Evidence(rows[0].flow_id, "primary", "response", None, None, "unknown"),),
    )  # fmt: skip
    return dataclasses.replace(
        result, totals=Totals(60, 29, 4, 0, 10, 1, 1, 0), exchanges=rows, policies=(policy,),
        findings=(finding,),
    )  # fmt: skip


def ignoring() -> AuditResult:
    """The shop, with two findings accepted by a person."""
    result = shop()
    accepted = Ignored("known until the move", "2027-01-31")
    findings = tuple(
        dataclasses.replace(finding, ignored=accepted) if i < 2 else finding
        for i, finding in enumerate(result.findings)
    )
    return dataclasses.replace(result, findings=findings)


def many(findings: int = 100, apis: int = 15) -> AuditResult:
    """As many findings and APIs as asked for, all of them full."""
    result = shop()
    made_findings, made_rows = [], list(result.exchanges)
    hosts = [f"https://api-{n}.shop.example" for n in range(apis)]
    for number in range(findings):
        base = result.findings[number % 8]
        api = hosts[number % apis]
        flows = {each.flow_id: f"{number:04d}{each.flow_id}" for each in base.evidence}
        for row in result.exchanges:
            if row.flow_id in flows:
                made_rows.append(dataclasses.replace(row, flow_id=flows[row.flow_id], api=api))
        made_findings.append(
            dataclasses.replace(
                base, key=f"{number:012x}", api=api,
                evidence=tuple(dataclasses.replace(each, flow_id=flows[each.flow_id])
                               for each in base.evidence),
            )
        )  # fmt: skip
    kinds = list(Kind)
    made_findings.sort(key=lambda f: (kinds.index(f.kind), f.severity.rank, -f.count, f.key))
    policies = tuple(
        dataclasses.replace(result.policies[n % 4], api=api) for n, api in enumerate(hosts)
    )
    return dataclasses.replace(
        result, findings=tuple(made_findings), policies=policies, exchanges=tuple(made_rows)
    )


HOSTILE = (
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(2)>",
    "' autofocus onfocus=alert(3) x='",
    "javascript:alert(4)",
    "</script><script>alert(5)</script>",
    "<!--<script>",
    "\x1b]8;;http://evil.example\x07click\x1b]8;;\x07\x9b31m",
    "\u202egnp.exe\u2066\u200b\u2028\u2029\U000e0041",
    "\udc9b\udcff\ud800 half of a pair",
    "http://b\xc3\xbccher.example \xff\xfe",
    "{{ 7*7 }}{% raw %}{# no #}",
    "`tick` ``two`` **bold** [link](javascript:alert(6)) | cell | @user #1 www.evil.example",
    "=HYPERLINK(\"http://evil.example\")",
    "\r\nSet-Cookie: a=b\t\x00\x7f",
    "url(http://evil.example/x)",
    "%0d%0a&lt;b&gt;&amp;#60;",
    "A" * 10_000,
    "\u0301" * 500 + "x",
)  # fmt: skip
STRUCTURE = frozenset(
    {"role", "verdict", "sent", "engine", "place", "kind", "credentials", "allow_origin_mode",
     "vary_origin", "errors", "where"}
)  # fmt: skip


def hostile(result: AuditResult | None = None, *, structure: bool = False) -> AuditResult:
    """Every string replaced by a hostile one; equal strings stay equal, so links hold.

    Args:
        structure: words that the renderer reads, such as `blocked`, are replaced too.
    """
    names: dict[str, str] = {}

    def change(value: Any, name: str = "") -> Any:
        if isinstance(value, StrEnum):
            return value
        if isinstance(value, str):
            if name in STRUCTURE and not structure:
                return value
            return names.setdefault(value, f"{HOSTILE[len(names) % len(HOSTILE)]} {len(names)}")
        if isinstance(value, tuple):
            return tuple(change(each, name) for each in value)
        if dataclasses.is_dataclass(value):
            fields = [f.name for f in dataclasses.fields(value) if f.name != "secrets"]
            return type(value)(**{f: change(getattr(value, f), f) for f in fields})
        return value

    changed = change(result or shop())
    assert isinstance(changed, AuditResult)
    return changed


def with_secrets(result: AuditResult, secrets: set[str]) -> AuditResult:
    """The same result, which remembers values that must not be written."""
    return dataclasses.replace(result, secrets=frozenset(secrets))


RESULTS: dict[str, Callable[[], AuditResult]] = {
    "shop": shop,
    "empty": empty,
    "healthy": healthy,
    "one": one,
    "unclear": unclear,
    "ignoring": ignoring,
    "many": many,
    "hostile": hostile,
    "hostile, structure too": lambda: hostile(structure=True),
    "hostile, empty": lambda: hostile(empty()),
    "hostile, unclear": lambda: hostile(unclear()),
    "hostile, many": lambda: hostile(many(), structure=True),
}
"""All of them by name, for what every report has to stand."""
