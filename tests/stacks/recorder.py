"""mitmproxy script of the stack tests: one mitmdump, many recordings.

`GET http://recorder.test/?FILE` begins a new recording there, without a file the recording
stops and is complete. These calls themselves are not recorded.
"""

from urllib.parse import unquote

from mitmproxy import ctx, http

HOST = "recorder.test"


def request(flow: http.HTTPFlow) -> None:
    """Obey, where this is a call to the recorder."""
    if flow.request.host != HOST:
        return
    file = unquote(flow.request.path.partition("?")[2])
    ctx.options.update(save_stream_filter=f"!~d {HOST}", save_stream_file=file or None)
    flow.response = http.Response.make(204)
