"""``halld``: the daemon of one Pi."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import faulthandler
import gc
import grp
import logging
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from devices.memory import never_dumped
from firmware_py.app.recovery import UnknownEventError
from firmware_py.config.file import ConfigError, Configuration, load_all
from firmware_py.core.refusals import Refusal
from firmware_py.runtime.bench_clock import clocks_of
from firmware_py.runtime.card_queries import CardQueries
from firmware_py.runtime.configurations import Mixed, configuration_of, finish_coming, mend
from firmware_py.runtime.control import ControlServer, Query
from firmware_py.runtime.farewell_plan import driven_by, keep
from firmware_py.runtime.hall import Hall, device_specs
from firmware_py.runtime.hub_queries import HubQueries
from firmware_py.runtime.hub_role import RoleChange, role_of
from firmware_py.runtime.lean import one_heap
from firmware_py.runtime.logs import set_up_logs
from firmware_py.runtime.notify import notify, watchdog_every_s
from firmware_py.runtime.queries import queries_of
from firmware_py.runtime.raised_epoch import raise_epoch
from firmware_py.runtime.reconfigure import Reconfigure
from firmware_py.runtime.safe_mode import SafeMode
from firmware_py.runtime.screen_queries import ScreenQueries
from firmware_py.runtime.set_back import hold
from firmware_py.runtime.technician import Technician, disable_again
from firmware_py.runtime.upkeep import Upkeep
from firmware_py.settings import Settings
from firmware_py.store.errors import JournalError, JournalLocked
from firmware_py.store.journal import Journal

__all__ = ["main"]

log = logging.getLogger(__name__)

FAILED = 1
BAD_CONFIGURATION = 2
ALREADY_RUNNING = 4
#: A disk that takes longer to record the first event is not waited for.
DISK_S = 2.0
#: What a promoted hub does first may take so long before its people are answered: 500 records.
BEGIN_S = 20.0
#: Seconds that a thread may keep the interpreter while another waits for it: the default of
#: 5 ms would stand between a committed ticket and its paper.
SWITCH_S = 0.0005


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the daemon until SIGTERM or SIGINT; return its exit code."""
    parser = argparse.ArgumentParser("halld", description="Controller of a service hall.")
    parser.add_argument("--config", type=Path, default=Path("/etc/hall/hall.toml"))
    parser.add_argument("--log", default="info", choices=["debug", "info", "warning", "error"])
    options = parser.parse_args(arguments)
    # Before anything of anybody is in memory.
    kept_out = never_dumped()
    set_up_logs(options.log)
    if not kept_out:
        log.warning("a crash may leave this process's memory in a core file")
    faulthandler.enable()
    one_heap()
    try:
        mend(options.config)
    except Mixed as error:
        sys.stderr.write(f"{error.zh}\n{error.en}\n")
        return FAILED if error.again else BAD_CONFIGURATION
    finish_coming(options.config, os.environ)
    try:
        configuration = load_all(options.config, os.environ)
    except ConfigError as error:
        for mistake in error.mistakes:
            sys.stderr.write(f"{mistake}\n{mistake.in_chinese()}\n")
        return BAD_CONFIGURATION
    sys.setswitchinterval(SWITCH_S)
    Path(configuration.settings.control.socket).parent.mkdir(parents=True, exist_ok=True)
    return asyncio.run(_run(configuration, options.config))


async def _run(configuration: Configuration, file: Path) -> int:
    settings = configuration.settings
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    # Nothing to be taken up yet, or ever in safe mode; and it must not end the daemon.
    loop.add_signal_handler(signal.SIGHUP, log.warning, "SIGHUP: not now")
    try:
        gid = grp.getgrnam(settings.control.group).gr_gid if settings.control.group else None
    except KeyError:
        group = settings.control.group
        sys.stderr.write(f"没有用户组 {group}，请先创建或修改 control.group。\n")
        sys.stderr.write(f"There is no group {group}; create it or change control.group.\n")
        return BAD_CONFIGURATION
    try:
        clocks_of(settings.hall.clock)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"无法读取时钟 {settings.hall.clock}：{error}。请检查 hall.clock。\n")
        sys.stderr.write(f"The clock {settings.hall.clock} cannot be read; check hall.clock.\n")
        return BAD_CONFIGURATION
    change = RoleChange()
    while True:
        code = await _in_part(configuration, file, stopped, gid, change)
        if code is not None:
            return code
        # In the other part from here on: what the first one loaded is let go.
        if change.read_again:
            configuration = _read_again(configuration, file)
        change = RoleChange(begun=change.begun, write_off=change.write_off, raised=change.raised)
        gc.unfreeze()
        gc.collect()


async def _in_part(
    configuration: Configuration,
    file: Path,
    stopped: asyncio.Event,
    gid: int | None,
    change: RoleChange,
) -> int | None:
    """Run until stopped, or until this Pi has another part (None): hub, or one that follows."""
    settings = configuration.settings
    loop, socket = asyncio.get_running_loop(), Path(settings.control.socket)
    try:
        if change.raised is not None:
            await asyncio.to_thread(raise_epoch, settings, configuration.rules, change.raised)
            change.begun, change.raised = change.raised, None
        role = await role_of(settings, change)
        path = role.journal or Path(settings.journal.path)
        journal = Journal.open(path, node=settings.hall.node)
    except JournalLocked as error:
        sys.stderr.write(f"{error.zh}\n{error.en}\n")
        return ALREADY_RUNNING
    except JournalError as error:
        _keep_driven(settings)
        return await _safe(settings, Refusal("safe_mode", error.zh, error.en), stopped, gid)
    except (OSError, msgspec.DecodeError) as error:
        _keep_driven(settings)
        return await _safe(settings, _no_note(error), stopped, gid)
    _keep_driven(settings)
    try:
        hall = Hall(settings, configuration.rules, journal, socket.parent, loop, role)
    except (JournalError, UnknownEventError) as error:
        journal.close()
        return await _safe(settings, Refusal("safe_mode", error.zh, error.en), stopped, gid)
    if role.set_back is not None:
        hold(hall, role.set_back)
    reconfigure = Reconfigure(hall, file, configuration, os.environ)
    hall.configuration = configuration_of(hall, reconfigure, configuration, file, os.environ)
    return await _serve(hall, reconfigure, gid, stopped)


def _read_again(configuration: Configuration, file: Path) -> Configuration:
    try:
        return load_all(file, os.environ)
    except ConfigError as error:
        # It was read before it was put in place: somebody has changed it since.
        for mistake in error.mistakes:
            log.error("the configuration is as it was: %s", mistake)  # noqa: TRY400
        return configuration


def _no_note(error: Exception) -> Refusal:
    return Refusal(
        "safe_mode",
        f"无法读取主控交接记录（{error}），为避免出现两台主控，本机不决定任何事。请联系技术人员。",
        f"What was noted about the hall's hubs cannot be read ({error}); so that there are never "
        "two hubs, nothing is decided here. A technician should look.",
    )


async def _recorded(hall: Hall) -> None:
    """Wait until the clock's first look is recorded: who asks first must be told today's date."""
    await asyncio.sleep(0)
    with contextlib.suppress(TimeoutError):
        # A disk that hangs must not keep the people's questions from being answered.
        async with asyncio.timeout(DISK_S):
            await hall.journal.run(lambda journal: None)


async def _serve(
    hall: Hall, reconfigure: Reconfigure, gid: int | None, stopped: asyncio.Event
) -> int | None:
    """Run until ``stopped``. Whatever fails, everything is stopped and the process ends.

    None: this Pi has another part from now on.
    """
    code: int | None
    code, journal, socket = 0, hall.store, Path(hall.settings.control.socket)
    queries = queries_of(hall)
    control = hall.control = ControlServer(
        hall.writer,
        {
            **queries,
            **reconfigure.queries(),
            **carried_of(hall, queries),
            **HubQueries(hall).queries(),
        },
        {
            **Technician(hall).streams(),
            **CardQueries(hall).streams(),
            **ScreenQueries(hall).streams(),
            **hall.scans.streams(),
            **hall.previews.streams(),
        },
        hall.checks.calls(),
    )

    control.trouble = lambda: hall.trouble
    control.goes_on = hall.goes_on

    def upkeep_died() -> None:
        nonlocal code
        code = FAILED
        stopped.set()

    upkeep = Upkeep(hall, upkeep_died)
    hall.start()
    try:
        upkeep.tick()
        await _recorded(hall)
        if hall.lease is None:
            # Beyond that people at least see what is wrong; they are asked to wait.
            await asyncio.wait([hall.beginning.start()], timeout=BEGIN_S)
        await control.start(socket, gid)
        upkeep.start()
        notify(f"READY=1\nSTATUS=epoch {journal.epoch}, {journal.last_seq} events")
        log.info("ready: epoch %s, %d events", journal.epoch, journal.last_seq)
        disable_again(hall)
        hall.start_devices()
        await hall.start_broker()
        if hall.configuration is not None:
            hall.configuration.start()
        reconfigure.listen()
        # What was loaded at start lives as long as the daemon: collecting it again and again
        # costs milliseconds at the wrong moment.
        gc.collect()
        gc.freeze()
        if await _ended(stopped, hall.role.change.wanted):
            code = None
    except Exception:
        # Half a daemon that neither serves nor ends would look alive to systemd.
        log.critical("the daemon cannot run", exc_info=True)
        code = FAILED
    if code is not None:
        notify("STOPPING=1")
    log.info("stopping" if code is not None else "this Pi has another part from now on")
    await reconfigure.stop()
    if hall.configuration is not None:
        await hall.configuration.stop()
    await upkeep.stop()
    await control.stop()
    await hall.stop()
    _keep_driven(hall.settings, closed=not hall.state().day_open)
    return code


async def _ended(stopped: asyncio.Event, changed: asyncio.Event) -> bool:
    """Wait for either; return whether it goes on in another part."""
    waiting = [asyncio.create_task(one.wait()) for one in (stopped, changed)]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
    return changed.is_set() and not stopped.is_set()


def carried_of(hall: Hall, here: Mapping[str, Query]) -> dict[str, Query]:
    """Return the questions that are carried to the hub; a hall of one Pi does without MQTT."""
    if hall.queue.decides:
        return {}
    from firmware_py.runtime.node_line import carried

    return carried(hall, here)


def _keep_driven(settings: Settings, *, closed: bool = False) -> None:
    """Leave word of the displays for ``runtime.farewell``."""
    keep(driven_by(settings, *device_specs(settings), closed=closed), os.environ)


async def _safe(
    settings: Settings, problem: Refusal, stopped: asyncio.Event, gid: int | None
) -> int:
    log.critical("safe mode: %s", problem.en)
    safe = SafeMode(settings, problem, asyncio.get_running_loop())
    control = ControlServer(safe, safe.queries())
    socket = Path(settings.control.socket)
    await control.start(socket, gid)
    safe.start()
    notify(f"READY=1\nSTATUS=SAFE MODE: {problem.en}")
    watchdog_s = watchdog_every_s()
    while not stopped.is_set():
        notify("WATCHDOG=1")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stopped.wait(), watchdog_s)
    notify("STOPPING=1")
    await control.stop()
    await safe.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
