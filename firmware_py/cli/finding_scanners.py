"""``hallctl devices find --scanners``: what SANE sees, here and in the network.

Two programs of Debian are asked: ``scanimage -f`` (sane-utils) tells what SANE drives, and
``airscan-discover`` (sane-airscan) at which addresses network scanners are; that one asks the
whole network by mDNS and WS-Discovery. Both take seconds, and ask at every scanner.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

from firmware_py.cli.base import Session
from firmware_py.cli.errors import Refused
from firmware_py.cli.output import say, write_json
from firmware_py.cli.words import t

__all__ = ["SeenScanner", "addresses_in", "seen_in", "show_scanners"]

_LONGEST_S = 60.0
#: scanimage(1): device name, maker, model, newline.
_FORM = "%d|%v|%m%n"
#: Backends that stand for a network's devices, whose address is what a configuration has.
_OF_THE_NETWORK = frozenset({"airscan", "escl"})


@dataclass(frozen=True, slots=True)
class SeenScanner:
    """A scanner: ``name`` as SANE has it or as it calls itself, and its line of options."""

    name: str
    says: str
    options: str


def show_scanners(session: Session) -> None:
    """Say what is seen. Raises ``Refused`` where the programs are missing."""
    if not session.json:
        say(t("正在查找扫描仪，需要几秒……", "Looking for scanners; it takes seconds ..."))
    listed = _run("scanimage", "-f", _FORM)
    found = _run("airscan-discover")
    if listed is None and found is None:
        raise Refused(
            "no_sane",
            "没有安装 SANE：sudo apt-get install sane-utils sane-airscan",
            "SANE is not installed: sudo apt-get install sane-utils sane-airscan",
        )
    seen = [*seen_in(listed or ""), *addresses_in(found or "")]
    if session.json:
        rows = [{"name": one.name, "says": one.says, "options": one.options} for one in seen]
        write_json({"scanners": rows})
        return
    for one in seen:
        say((one.name, "bold"), f"  {one.says}")
        for line in ("[devices.NAME]", 'kind = "scanner.sane"', one.options):
            say("        ", line)
    if not seen:
        say(
            t(
                "没有找到扫描仪：请检查电源和连线；当前用户须在 scanner 组，或用 sudo。",
                "No scanner is seen: its power, its cable; be in the group scanner, or take sudo.",
            )
        )
    if found is None:
        say(
            t(
                "（没有安装 sane-airscan，未查找网络扫描仪。）",
                "(sane-airscan is not installed: network scanners were not looked for.)",
            )
        )


def seen_in(listed: str) -> Iterator[SeenScanner]:
    """Yield the scanners of ``scanimage -f``; those of the network have an address instead."""
    for line in listed.splitlines():
        name, _, says = line.partition("|")
        maker, _, model = says.partition("|")
        backend = name.partition(":")[0]
        if not model or backend in _OF_THE_NETWORK:
            continue
        options = f"options = {{ backend = {json.dumps(backend)}, match = {_quoted(model)} }}"
        yield SeenScanner(name, f"{maker} {model}".strip(), options)


def addresses_in(found: str) -> Iterator[SeenScanner]:
    """Yield the network scanners of ``airscan-discover``: lines ``NAME = URL, eSCL``."""
    for line in found.splitlines():
        name, equals, rest = line.strip().partition(" = ")
        url, _, protocol = rest.rpartition(",")
        if equals and protocol.strip().casefold() == "escl":
            yield SeenScanner(name, "eSCL", f"options = {{ escl = {_quoted(url.strip())} }}")


def _quoted(words: str) -> str:
    return json.dumps(words, ensure_ascii=False)


def _run(program: str, *arguments: str) -> str | None:
    """Return what a program said; None when it is not installed. Raises ``Refused``."""
    path = shutil.which(program)
    if path is None:
        return None
    try:
        ran = subprocess.run(
            [path, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_LONGEST_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Refused(
            "sane_hangs",
            f"{program} {_LONGEST_S:.0f} 秒内没有结束：可能有一台扫描仪没有应答。",
            f"{program} did not end within {_LONGEST_S:.0f} s: a scanner may not answer.",
        ) from error
    return ran.stdout.decode("utf-8", "replace")
