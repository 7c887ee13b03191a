"""Are the ports there, is each of the right sort, and does nothing else take it.

No port is opened: whoever holds one is found in ``/proc``.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from firmware_py.cli.doctor.facts import Facts
from firmware_py.cli.doctor.finding import Finding, fine, red, unknown, warning
from firmware_py.cli.doctor.lines import UsedLine, used_lines
from firmware_py.cli.doctor.machine import Machine

__all__ = ["look"]

#: Programs that open serial ports by themselves, each with the package that brings it.
_GRABBERS = {
    "ModemManager": "modemmanager",
    "brltty": "brltty",
    "gpsd": "gpsd",
}


def look(facts: Facts) -> Iterator[Finding]:
    """Look at each configured port, then at what grabs ports in general."""
    lines = list(used_lines(facts))
    if facts.settings is None:
        yield unknown("没有可用的配置。", "There is no configuration to go by.")
        return
    found = [*(one for line in lines for one in _port(facts, line))]
    if any(line.path is not None and line.path.startswith("/dev/tty") for line in lines) or any(
        line.port.startswith(("usb:", "hid:", "/dev/")) for line in lines
    ):
        found += [*_grabbers(facts.machine), *_console(facts.machine, lines)]
    yield from found
    if facts.machine.uid != 0 and any(line.path is not None for line in lines):
        yield unknown(
            "不是 root，只看到上了锁的占用。",
            "Without root only those who locked a port are seen, not who else has it open.",
            "请以 root 身份运行：sudo hallctl doctor",
            "Run it as root: sudo hallctl doctor",
        )
    if not found:
        count = len(lines)
        yield fine(
            f"{count} 个端口都在，没有被其他程序占用。",
            f"All {count} ports are there, and nothing else holds them.",
        )


def _port(facts: Facts, line: UsedLine) -> Iterator[Finding]:
    if line.problem is not None:
        error = line.problem
        yield red(
            f"{line.name}（{line.port}）：{error.zh or error.reason}",
            f"{line.name} ({line.port}): {error.reason}",
            "检查插头；查看现在插着什么：hallctl devices find",
            "Check the plug; what is plugged in: hallctl devices find",
        )
        return
    if line.path is None:
        return
    # A port of the machine looked at; what is not below /dev (the bench's) is where it says.
    path = facts.machine.at(line.path) if line.path.startswith("/dev/") else Path(line.path)
    try:
        mode = path.stat().st_mode
    except OSError:
        yield red(
            f"{line.name}：没有端口 {line.path}。",
            f"{line.name}: there is no port {line.path}.",
            "检查插头和 udev 规则：ls -l /dev/hall /dev/serial/by-id",
            "Check the plug and the udev rules: ls -l /dev/hall /dev/serial/by-id",
        )
        return
    if not stat.S_ISCHR(mode):
        yield red(
            f"{line.name}：{line.path} 不是设备文件。",
            f"{line.name}: {line.path} is no device.",
            "改正配置中的 port。",
            "Correct its port in the configuration.",
        )
        return
    yield from _holders(facts, line, path)


def _holders(facts: Facts, line: UsedLine, path: Path) -> Iterator[Finding]:
    own = {os.getpid(), facts.pid}
    real = os.path.realpath(path)
    holders = _locked_by(facts.machine, path)
    if not real.startswith("/dev/pts/"):
        # At a pty the other end, a simulator, has both ends open and no lock.
        holders.update(_open_by(facts.machine, real))
    for pid, name in holders.items():
        if pid not in own:
            yield red(
                f"{line.name}：{line.path} 正被程序 {name}（进程 {pid}）占用。",
                f"{line.name}: the program {name} (process {pid}) holds {line.path}.",
                f"结束该程序，例如 sudo kill {pid}；如是系统服务，请停用它。",
                f"End that program (sudo kill {pid}), or disable it when it is a service.",
            )


def _open_by(machine: Machine, real: str) -> Iterator[tuple[int, str]]:
    """Yield who has the file open; of other users' processes only root is told."""
    for place in _processes(machine):
        try:
            links = [str(fd.readlink()) for fd in (place / "fd").iterdir()]
        except OSError:
            continue
        if real in links:
            yield int(place.name), _name(place)


def _locked_by(machine: Machine, path: Path) -> dict[int, str]:
    """Return who has locked the file (``proc_locks(5)``): everybody may ask that."""
    seen = path.stat()
    device = seen.st_dev
    name = f"{os.major(device):02x}:{os.minor(device):02x}:{seen.st_ino}"
    fields = (line.split() for line in machine.text("/proc/locks").splitlines())
    pids = [f[4] for f in fields if len(f) > 5 and f[1] == "FLOCK" and f[5] == name]
    return {int(pid): _name(machine.at(f"/proc/{pid}")) for pid in pids if pid.isdigit()}


def _processes(machine: Machine) -> Iterator[Path]:
    try:
        yield from (p for p in machine.at("/proc").iterdir() if p.name.isdigit())
    except OSError:
        return


def _name(place: Path) -> str:
    try:
        return (place / "comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return "?"


def _arguments(place: Path) -> list[str]:
    try:
        return (place / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
    except OSError:
        return []


def _grabbers(machine: Machine) -> Iterator[Finding]:
    running = {_name(place) for place in _processes(machine)}
    for name, package in _GRABBERS.items():
        if name in running:
            yield warning(
                f"程序 {name} 正在运行，会抢占新插上的串口。",
                f"{name} runs, which takes serial ports as they are plugged in.",
                f"不需要就卸载：sudo apt remove {package}",
                f"Remove it unless it is needed: sudo apt remove {package}",
            )


def _console(machine: Machine, lines: list[UsedLine]) -> Iterator[Finding]:
    """Find a console of the kernel, or a login, on one of our ports."""
    kernel = {
        word.removeprefix("console=").partition(",")[0]
        for word in machine.text("/proc/cmdline").split()
        if word.startswith("console=")
    }
    logins = {
        argument.removeprefix("/dev/")
        for place in _processes(machine)
        if _name(place) in {"agetty", "getty"}
        for argument in _arguments(place)
        if argument.removeprefix("/dev/").startswith(("tty", "serial"))
    }
    for line in lines:
        if line.path is None:
            continue
        names = {_short(machine, line.path), line.path.removeprefix("/dev/")}
        taken = {tty for tty in kernel | logins if {tty, _short(machine, f"/dev/{tty}")} & names}
        if taken:
            yield red(
                f"{line.name}：系统的串口控制台占用了 {line.path}。",
                f"{line.name}: the system's serial console uses {line.path}.",
                "关闭控制台后重启：sudo raspi-config nonint do_serial_cons 1 && sudo reboot",
                "Free it, then start anew: sudo raspi-config nonint do_serial_cons 1 && "
                "sudo reboot",
            )


def _short(machine: Machine, path: str) -> str:
    return Path(os.path.realpath(machine.at(path))).name
