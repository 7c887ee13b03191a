"""A dead controller must not look calm: run by systemd when ``halld`` has ended, whyever.

``ExecStopPost=`` of ``systemd/halld.service`` starts it with what happened in ``SERVICE_RESULT``,
``EXIT_CODE`` and ``EXIT_STATUS`` (``systemd.exec(5)``). It shows a notice on walls and strips,
darkens the numbers on pads and, where the daemon died, lights all lamps; then it says what it did
in the log and ends. It is over in five seconds whatever the devices do, because the daemon's
restart waits for it; a daemon that starts shows the true picture everywhere by itself.

It touches neither journal nor broker. Each line has a thread; devices on one line take turns and
share its time, and those that were silent get what the others left. Displays are not closed by
their drivers, who would darken them, nor lamps, whose pins would fall: the program just ends. A
pin then keeps its level under Raspberry Pi OS and may not under another kernel (never tried on
hardware); the heartbeat of ``devices.gpio.lamp`` is what a hall can rely on.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from devices.base import Driver, Line
from devices.errors import DeviceError, DeviceTimeout
from devices.registry import load_driver
from devices.specs import DeviceSpec, LineSpec, lines_of
from devices.transport import LineSettings, open_line
from firmware_py.runtime.drivers import registered_driver
from firmware_py.runtime.farewell_pages import page_for
from firmware_py.runtime.farewell_plan import (
    Driven,
    Role,
    driven_by,
    kept,
    without_disabled,
)
from firmware_py.runtime.farewell_words import Told, ended_because, report
from firmware_py.runtime.hurried_line import HurriedLine
from firmware_py.runtime.logs import set_up_logs

__all__ = ["END_S", "LINE_S", "Farewell", "main"]

log = logging.getLogger(__name__)

#: Seconds for the devices of one line, and until a line that hangs is left behind.
LINE_S = 3.0
END_S = 4.0
#: A device server that does not answer the call.
_CONNECT_S = 1.5
#: Less is no chance to answer.
_SHORTEST_S = 0.02
#: ``halld`` ended because another one has the hall (``runtime.halld``).
_ANOTHER_RUNS = "4"

MakeDriver = Callable[[DeviceSpec, Line | None], Driver]


def main(arguments: Sequence[str] | None = None) -> int:
    """Tell the hall; return 0 whatever came of it: nothing here may hold up a restart."""
    parser = argparse.ArgumentParser("farewell", description="Tell the hall that halld has ended.")
    parser.add_argument("--config", type=Path, default=Path("/etc/hall/hall.toml"))
    parser.add_argument("--line-s", type=float, default=LINE_S, help="seconds for one line")
    parser.add_argument("--end-s", type=float, default=END_S, help="seconds for all of them")
    options = parser.parse_args(arguments)
    set_up_logs()
    env = os.environ
    died = env.get("SERVICE_RESULT") != "success"
    driven = kept(env) or _configured(options.config, env)
    if driven is None:
        log.warning(
            "没有可用的配置，不知道显示屏接在哪里，未显示任何通知。"
            " No configuration can be used: where the displays are is not known, nothing is shown."
        )
    elif env.get("EXIT_STATUS") == _ANOTHER_RUNS or _lives(driven.socket):
        log.info(
            "另一个 halld 正在服务，显示不变。 Another halld serves the hall: nothing is changed."
        )
    elif driven.closed and not died:
        log.info("大厅已关门，显示屏保持熄灭。 The hall is closed; its displays stay dark.")
    else:
        used = without_disabled(driven, env)
        farewell = Farewell(used, died=died, line_s=options.line_s, end_s=options.end_s)
        said = report(ended_because(env), farewell.tell())
        log.log(logging.WARNING if died else logging.INFO, "%s %s", said.zh, said.en)
    return 0


class Farewell:
    """Tells every device of ``driven``, all lines at once.

    ``line_s``: seconds for a line; ``end_s``: seconds after which one that hangs is left behind,
    its thread with it.
    """

    def __init__(
        self,
        driven: Driven,
        *,
        died: bool,
        line_s: float = LINE_S,
        end_s: float = END_S,
        make_driver: MakeDriver = registered_driver,
    ) -> None:
        self._driven = driven
        self._died = died
        self._line_s = line_s
        self._end_s = end_s
        self._make_driver = make_driver
        self._until = 0.0
        self._errors: dict[str, DeviceError | None] = {}
        #: A lamp that nobody holds is closed, and goes out.
        self._drivers: list[Driver] = []

    def tell(self) -> list[Told]:
        """Return what became of each device."""
        driven = self._driven
        _load({device.kind for device in driven.devices.values()})
        begin = time.monotonic()
        self._until = begin + self._line_s
        specs = lines_of(driven.lines, driven.devices)
        members: dict[str, list[str]] = {}
        for name, role in driven.roles.items():
            # An orderly stop has put the lamps out already.
            if role != "lamp" or self._died:
                device = driven.devices[name]
                line = device.line or (name if device.port is not None else "")
                members.setdefault(line, []).append(name)
        threads = [
            threading.Thread(
                target=self._tell_line,
                args=(specs.get(line), names),
                name=f"farewell-{line or 'gpio'}",
                daemon=True,
            )
            for line, names in members.items()
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(max(0.0, begin + self._end_s - time.monotonic()))
        errors = dict(self._errors)
        return [
            Told(name, driven.roles[name], errors.get(name), hangs=name not in errors)
            for names in members.values()
            for name in names
        ]

    def _tell_line(self, spec: LineSpec | None, names: Sequence[str]) -> None:
        """Tell the devices of one line, or all that have none."""
        if spec is None:
            self._take_turns(names, None)
            return
        try:
            line = open_line(spec.port, _quick(spec.settings))
        except DeviceError as error:
            self._errors.update(dict.fromkeys(names, error))
            return
        hurried = HurriedLine(line)
        try:
            silent = self._take_turns(names, hurried)
            self._take_turns(silent, hurried)
        finally:
            # Now, with what nobody takes dropped: at the program's end the kernel would wait for
            # it, up to half a minute.
            line.close()

    def _take_turns(self, names: Sequence[str], line: HurriedLine | None) -> list[str]:
        """Tell one device after the other; return those that were silent."""
        silent = []
        for turn, name in enumerate(names):
            share_s = (self._until - time.monotonic()) / (len(names) - turn)
            if share_s < _SHORTEST_S:
                self._errors.setdefault(name, DeviceTimeout(f"a turn for {name}", self._line_s))
                continue
            if line is not None:
                line.lend(share_s)
            error = self._errors[name] = self._tell_one(name, line)
            if isinstance(error, DeviceTimeout):
                silent.append(name)
        return silent

    def _tell_one(self, name: str, line: Line | None) -> DeviceError | None:
        woken = threading.Event()
        try:
            driver = self._make_driver(self._driven.devices[name], line)
            self._drivers.append(driver)
            driver.wake = woken.set
            driver.open()
            woken.clear()
            self._show(driver, self._driven.roles[name])
            # A display that takes one line of text at a time asks for its poll after each.
            while woken.is_set() and time.monotonic() < self._until:
                woken.clear()
                driver.poll()
        except DeviceError as error:
            return error
        except Exception as error:  # noqa: BLE001
            # The boundary: one driver's mistake must not keep its neighbours from being told.
            return DeviceError(f"{type(error).__name__}: {error}")
        return None

    def _show(self, driver: Any, role: Role) -> None:
        if role == "pad":
            # It has digits alone: none are better than a number that nobody serves.
            driver.show(None, "")
        elif role == "lamp":
            driver.set("dead")
        else:
            page = page_for(
                driver.rows,
                driver.columns,
                died=self._died,
                strip=role == "strip",
                words=driver.words,
            )
            driver.show(page)


def _load(kinds: set[str]) -> None:
    """Load the drivers before time counts: a slow Pi needs longer for that than for the telling."""
    for kind in kinds:
        # Whoever cannot be loaded is told of with its device.
        with contextlib.suppress(DeviceError, ValueError):
            load_driver(kind)


def _quick(settings: LineSettings | None) -> LineSettings:
    settings = settings or LineSettings()
    wait_s = min(settings.connect_timeout_s, _CONNECT_S)
    return msgspec.structs.replace(settings, connect_timeout_s=wait_s)


def _configured(path: Path, env: Mapping[str, str]) -> Driven | None:
    """Return what the configuration says; None where it is refused."""
    # Imported here: usually the daemon has left what is needed, and these cost most of the start.
    from firmware_py.config.file import ConfigError, load
    from firmware_py.runtime.hall import device_specs

    try:
        settings = load(path, env)
    except ConfigError as error:
        log.info("%d mistakes; see: hallctl config check", len(error.mistakes))
        return None
    return driven_by(settings, *device_specs(settings))


def _lives(path: str) -> bool:
    """Say whether a daemon listens on the control socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        sock.settimeout(0.2)
        try:
            sock.connect(path)
        except OSError:
            return False
    return True


if __name__ == "__main__":
    code = main()
    sys.stderr.flush()
    # Not sys.exit: what is still open (pins) would be closed in order, and a thread that hangs in
    # a port would hold up the end.
    os._exit(code)
