"""`cors-audit completion` in the shells themselves, of an installation."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from .essentials import Installation

BASH = """
eval "$(cors-audit completion bash)"
COMP_WORDS=({words}); COMP_CWORD=$(( ${{#COMP_WORDS[@]}} - 1 ))
$(complete -p cors-audit | sed 's/.*-F \\([^ ]*\\).*/\\1/') cors-audit
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
FISH = """
cors-audit completion fish | source
complete --do-complete '{words}' | string split --fields 1 \\t
"""
# Completion proper needs a keyboard, so what offers the choices to it is replaced.
ZSH = """
autoload -Uz compinit && compinit -u -d zcompdump
eval "$(cors-audit completion zsh)"
_describe() {{ print -rl -- "${{${{(P)3}}[@]%%:*}}" }}
compadd() {{ print -rl -- "${{${{(P)${{@[-1]}}}}[@]}}" }}
words=({words}); CURRENT=${{#words}}
${{_comps[cors-audit]}}
"""

ASKED = {
    "cors-audit re": ["record", "redact", "report"],
    "cors-audit explain hidden-error": ["hidden-error-status"],
}


@pytest.mark.parametrize(("shell", "script"), [("bash", BASH), ("fish", FISH), ("zsh", ZSH)])
def test_a_shell_completes(
    shell: str,
    script: str,
    installed: Installation,
    tmp_path: Path,
    no_browser: Callable[[str], NoReturn],
) -> None:
    if shutil.which(shell) is None:
        no_browser(f"no {shell} on this machine")
    for words, offered in ASKED.items():
        path = os.pathsep.join([str(installed.command.parent), os.environ["PATH"]])
        done = subprocess.run(
            [shell, "-c", script.format(words=words)],
            cwd=tmp_path,
            env={**os.environ, "PATH": path, "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert sorted(done.stdout.split()) == offered, done.stderr
