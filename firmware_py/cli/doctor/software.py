"""Python and libraries: as locked, and all that the configured kinds of devices need."""

from __future__ import annotations

import platform
import re
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from firmware_py.cli.doctor.facts import Facts
from firmware_py.cli.doctor.finding import Finding, fine, red, unknown, warning

__all__ = ["locked", "look"]

_LOCKS = ("config/setup/hall.lock", "share/hall-controller/config/setup/hall.lock")
_PINNED = re.compile(r"^([A-Za-z0-9_.-]+)==([^ \\;]+)(?: ;[^\\]*)? *\\?$", re.MULTILINE)
_OLDEST = (3, 11)
#: What a kind needs beside the core: modules of which extra, and programs of which package.
_MODULES = {
    "ticket_printer.escpos": (("escpos", "PIL", "segno"), "printer"),
    "lamp.gpio": (("gpiozero", "lgpio"), "gpio"),
    "button.gpio": (("gpiozero", "lgpio"), "gpio"),
    "lamp.modbus": (("pymodbus",), "modbus"),
    "voice.local": (("pypinyin",), "voice"),
}
_PROGRAMS = {"voice.local": (("aplay", "alsa-utils"), ("espeak-ng", "espeak-ng"))}
#: Options by which a kind does without the hardware's library: the bench.
_PLAYED = ("pins", "output")


def look(facts: Facts) -> Iterator[Finding]:
    """Compare with the lock, then look for what the devices need."""
    found = [*_python(), *_against_lock(facts), *_needed(facts)]
    yield from found
    if not any(one.do for one in found):
        pinned = locked(facts)
        yield fine(
            f"Python {platform.python_version()}，{len(pinned)} 个软件包版本与锁定的一致。",
            f"Python {platform.python_version()}; {len(pinned)} packages as locked.",
        )


def _python() -> Iterator[Finding]:
    if sys.version_info < _OLDEST:
        yield red(
            f"Python {platform.python_version()} 太旧，需要 3.11。",
            f"Python {platform.python_version()} is too old; 3.11 is needed.",
            "升级到 Debian 12 或更新的系统。",
            "Use Debian 12 or newer.",
        )


def locked(facts: Facts) -> dict[str, str]:
    """Return the locked version of every package that is installed here."""
    for place in _LOCKS:
        try:
            text = (facts.program / place).read_text(encoding="utf-8")
        except OSError:
            continue
        return {name: pinned for name, pinned in _PINNED.findall(text) if _installed(name)}
    return {}


def _installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _against_lock(facts: Facts) -> Iterator[Finding]:
    pinned = locked(facts)
    if not pinned:
        yield unknown("没有找到版本锁定文件。", "The lock of the versions was not found.")
        return
    other = [f"{n} {_installed(n)}≠{p}" for n, p in pinned.items() if _installed(n) != p]
    if other:
        shown = ", ".join(other[:4])
        yield warning(
            f"{len(other)} 个软件包版本与锁定的不同：{shown}",
            f"{len(other)} packages are not of the locked version: {shown}",
            "sudo /opt/hall/config/setup/setup.sh run",
            "sudo /opt/hall/config/setup/setup.sh run",
        )


def _needed(facts: Facts) -> Iterator[Finding]:
    settings = facts.settings
    if settings is None:
        return
    told: set[str] = set()
    for name, device in settings.devices.items():
        if not device.enabled or any(
            str(device.options.get(option, "")).startswith("mock:") for option in _PLAYED
        ):
            continue
        modules, extra = _MODULES.get(device.kind, ((), ""))
        lost = [module for module in modules if module not in told and find_spec(module) is None]
        if lost:
            told.update(lost)
            yield red(
                f"{name} 需要的软件包没有安装：{'、'.join(lost)}。",
                f"{name} needs what is not installed: {', '.join(lost)}.",
                f"pip install 'hall-controller[{extra}]'，见 docs/operations.md 第 2 步。",
                f"pip install 'hall-controller[{extra}]'; see docs/operations.md, step 2.",
            )
        for program, package in _PROGRAMS.get(device.kind, ()):
            if program not in told and shutil.which(program) is None:
                told.add(program)
                yield red(
                    f"{name} 需要的程序 {program} 没有安装。",
                    f"{name} needs the program {program}, which is not installed.",
                    f"sudo apt install {package}",
                    f"sudo apt install {package}",
                )
