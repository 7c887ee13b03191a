from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.hallrun import Hallctl

_ASK = """
. "$1"; shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_hallctl
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The script for bash, as a technician would keep it."""
    path = tmp_path_factory.mktemp("bash") / "hallctl"
    path.write_text(Hallctl({})("completion", "bash").out, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("wi", {"window"}),
        ("window re", {"resume", "recall"}),
        ("--json window n", {"next"}),
        ("window --json n", {"next"}),
        ("ticket take --tr", {"--trait"}),
        ("ticket take --trait e", {"elderly"}),
        ("journal ver", {"verify"}),
        ("window --lang ", {"zh", "en"}),
        ("completion ", {"bash", "zsh"}),
        ("open --date ", {""}),
        ("window next ", {""}),
    ],
)
def test_bash_completes(script: Path, line: str, offered: set[str]) -> None:
    done = subprocess.run(
        ["bash", "--norc", "-c", _ASK, "bash", str(script), "hallctl", *line.split(" ")],
        capture_output=True,
        timeout=120,
        check=True,
    )
    assert set(done.stdout.decode().split("\n")[:-1]) == offered
    assert done.stderr == b""


def test_bash_completes_files_where_a_file_is_meant(script: Path) -> None:
    for words in (["config", "check"], ["restore"], ["status", "--socket"]):
        done = subprocess.run(
            [
                "bash",
                "--norc",
                "-c",
                _ASK,
                "bash",
                str(script),
                "hallctl",
                *words,
                str(script)[:-2],
            ],
            capture_output=True,
            timeout=120,
            check=True,
        )
        assert done.stdout.decode().splitlines() == [str(script)]


_ZSH = r"""
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z "PS1=; fpath=($1 \$fpath); autoload -Uz compinit; compinit -D -u; print rea''dy"
zpty -r z shown '*ready*'
zpty -n -w z $'hallctl wi\tre\t'
zpty -r z shown '*resume*'
print -r -- $shown
zpty -d z
"""


@pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh is not installed")
def test_zsh_completes_with_what_each_command_does(tmp_path: Path) -> None:
    script = tmp_path / "_hallctl"
    script.write_text(Hallctl({})("completion", "zsh").out, encoding="utf-8")
    done = subprocess.run(
        ["zsh", "-f", "-c", _ZSH, "zsh", str(tmp_path)],
        capture_output=True,
        timeout=120,
        check=True,
    )
    shown = done.stdout.decode(errors="replace")
    assert "window" in shown
    assert "Call the ticket in hand again." in shown
