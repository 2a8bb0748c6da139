"""Entry file for mitmproxy: `mitmdump -s addon/cors_audit.py`.

mitmproxy runs this file under a name of its own and puts this folder, not its parent, first
on the module path. So it loads the packages beside it and defines nothing itself. Their folder
stays off the module path: of an installed copy it is the site-packages of a Python that may not
be mitmproxy's, and what mitmproxy loads later must not come from there.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

from mitmproxy import ctx

ROOT = Path(__file__).resolve().parent.parent
OURS = ("addon", "analysis", "reports")

if ctx.master.addons.get("cors_audit"):
    raise ImportError("cors-audit is loaded already: name it once")
for name in OURS:
    places = [Path(p).resolve() for p in getattr(sys.modules.get(name), "__path__", [])]
    if places and places != [ROOT / name]:
        raise ImportError(
            f"cors-audit needs its own package {name!r} from {ROOT}, but another one is loaded "
            f"already, from {places[0]}: load cors-audit without the other script."
        )
# A hot reload of this file shall reload the packages too.
for name in [m for m in sys.modules if m.partition(".")[0] in OURS]:
    del sys.modules[name]
for name in OURS:
    spec = importlib.util.spec_from_file_location(name, ROOT / name / "__init__.py")
    assert spec is not None
    assert spec.loader is not None
    sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules[name])

from addon.recorder import CorsAudit  # noqa: E402  (the packages must be there first)

addons = [CorsAudit()]

# mitmproxy looks for hooks here, too, eight times a request, and Python 3.11 takes more than a
# microsecond to say that a module lacks a name.
requestheaders = request = responseheaders = response = error = update = None
