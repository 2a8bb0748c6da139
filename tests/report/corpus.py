r"""Strings that would do harm if a report ever took them for anything but text.

Each is what a stranger may put on the wire. `\udcXX` stands for the single byte 0xXX, which
is no UTF-8 there (Python's `surrogateescape`); everything else travels as UTF-8.
"""

from __future__ import annotations

MARKUP = (
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<img src=x onerror=alert(2)>",
    "<svg onload=alert(3)><a xlink:href='javascript:alert(4)'><text>x</text></a></svg>",
    "<svg><style><img src=x onerror=alert(5)></style></svg>",
    "<math><mtext></p><style><!--</style><img title='--><img src onerror=alert(6)>'>",
    "<iframe srcdoc='<script>parent.alert(7)</script>'></iframe>",
    "<object data=javascript:alert(8)></object><embed src=//evil.example>",
    "<base href='http://evil.example/'>",
    "<meta http-equiv=refresh content='0;url=http://evil.example/'>",
    "<link rel=stylesheet href=http://evil.example/x.css>",
    "<form action=http://evil.example/><button formaction=javascript:alert(9)>go</button></form>",
    "<details open ontoggle=alert(10)><summary>x</summary></details>",
    "<template><script>alert(11)</script></template><noscript><p title='</noscript><b>'>",
    "<plaintext>",
    "<textarea></textarea><xmp><title>",
    "<a href=http://evil.example/ target=_blank>click here</a>",
    "<input autofocus onfocus=alert(12)>",
    "<b/onmouseover='alert(13)'>bold",
    "<script x=\u2028>alert(14)</script\u2029>",
)
BREAKOUTS = (
    "\"><img src=x onerror=alert(20)>",
    "'><script>alert(21)</script>",
    "' autofocus onfocus=alert(22) x='",
    "\" style=\"position:fixed;inset:0\" data-copy=\"code",
    "` onmouseover=`alert(23)`",
    "</title><script>alert(24)</script>",
    "</style><script>alert(25)</script>",
    "</script><script>alert(26)</script>",
    "</pre></code></div></details></section></main></body></html><h1>owned</h1>",
    "</textarea></svg></td></tr></table><h1>owned</h1>",
    "<!--<script>",
    "--><img src=x onerror=alert(27)><!--",
    "--!><script>alert(28)</script>",
    "<![CDATA[ <b>x</b> ]]>",
    "]]><script>alert(29)</script>",
    "<?xml version='1.0'?><?php echo 1 ?><% 1 %>",
    "\"}</script><script>alert(30)</script>{\"",
    "\",\"findings\":[],\"x\":\"",
    "\\\"});alert(31);//",
    "\\u003cscript\\u003ealert(32)\\u003c/script\\u003e",
)  # fmt: skip
ADDRESSES = (
    "javascript:alert(40)",
    "JaVaScRiPt\t:alert(41)",
    "vbscript:msgbox(42)",
    "data:text/html,<script>alert(43)</script>",
    "data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoNDQpPg==",
    "//evil.example/%2e%2e/",
    "http://evil.example/x.png",
    "https://user:word@evil.example:444/?a=b#c",
    "file:///etc/passwd",
    "\\\\evil.example\\share",
    "../../../../etc/passwd",
)
STYLES = (
    "red;} * { background: url(http://evil.example/x) }",
    "url(http://evil.example/y)",
    "@import 'http://evil.example/z.css';",
    "expression(alert(45))",
    "\\3c/style\\3e",
    "/* } */ } body { display: none",
)
ENTITIES = (
    "&lt;script&gt;alert(50)&lt;/script&gt;",
    "&#60;img src=x&#62; &#x3c;b&#x3E;",
    "&amp;lt;b&amp;gt; &nbsp; &copy &notin; &#0; &#128;",
    "%3Cscript%3Ealert(51)%3C/script%3E %0d%0aSet-Cookie:%20a=b",
    "+ADw-script+AD4-alert(52)+ADw-/script+AD4-",
)
TEMPLATES = (
    "{{ 7*7 }}{{ config }}{{ ''.__class__ }}",
    "{% raw %}{% include '/etc/passwd' %}",
    "{# comment #}",
    "${7*7}#{7*7}<%= 7*7 %>",
    "%s%n%x {0} {page.data}",
)
NAMES = (
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
    "[object Object]",
    "undefined",
    "NaN",
    "main",
    "data",
    "finding-3f9a1c0d2b47",
)
CONTROLS = (
    "\x1b]8;;http://evil.example\x07click\x1b]8;;\x07",
    "\x1b[2J\x1b[31mred\x1b[0m\x9b31m\x9d0;title\x9c",
    "nul\x00 bell\x07 back\x08 delete\x7f",
    "\r\nSet-Cookie: a=b\r\n\r\n<h1>split</h1>",
    "tab\tfeed\x0ctower\x0bend\x1a",
    "\x80\x85\x8d\x90\x9f in the upper controls",
    "line\u2028paragraph\u2029end",
)
DIRECTIONS = (
    "\u202egnp.exe",
    "\u202d\u202a\u202b\u202cleft",
    "\u2066\u2067\u2068\u2069 isolates",
    "\u200e\u200f\u061c marks",
    "שלום עולם",
    "مرحبا بالعالم",
    "abc שלום 123 مرحبا def",
)
UNSEEN = (
    "zero\u200bwidth\u200c\u200d\u2060\ufeffspace",
    "soft\u00adhyphen\u034fjoiner\u180e",
    "\U000e0041\U000e0042tags\U000e007f",
    "variation\ufe0f\ufe00 filler\u3164\u115f\u2800\uffa0",
    "private\ue000\U000f0000 nonchar\uffff",
    "blank\u00a0\u2003\u3000wide",
)
LETTERS = (
    "a" + "\u0301" * 300 + "\u0489" * 50,
    "日本語のとても長い文字列です",
    "🧨\U0001f468\u200d\U0001f469\u200d\U0001f467🏴",
    "раураl.example",
    "ﬀ ﷽ ẞ İ ı",
)
NO_TEXT = (
    "\udcff\udcfe no utf-8",
    "\udc9b31m a control as a byte",
    "\udced\udca0\udc80 half a pair",
    "\udcc0\udcbcscript\udcc0\udcbe overlong",
    "\udce2\udc82 cut short",
    "\udcf4\udc90\udc80\udc80 beyond the end",
)
SHEETS_AND_PROSE = (
    "=HYPERLINK(\"http://evil.example\",\"x\")",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "`tick` ``two`` ```three``` **bold** [link](javascript:alert(60)) ![i](http://evil.example)",
    "| cell | ~~x~~ @everyone #1 www.evil.example\n# heading",
    "';drop table findings;--",
    "$(touch /tmp/x) `id` ; rm -rf / #",
    "' 'quoted\" \\' \\",
)  # fmt: skip
LENGTHS = (
    "A" * 10_000,
    "<b>" * 3_334,
    "\u202e" * 10_000,
    "word-without-end" * 25,
    " ",
)

STRINGS = (
    *MARKUP, *BREAKOUTS, *ADDRESSES, *STYLES, *ENTITIES, *TEMPLATES, *NAMES, *CONTROLS,
    *DIRECTIONS, *UNSEEN, *LETTERS, *NO_TEXT, *SHEETS_AND_PROSE, *LENGTHS,
)  # fmt: skip


def wire(text: str) -> bytes:
    """The bytes that travel."""
    return text.encode("utf-8", "surrogateescape")
