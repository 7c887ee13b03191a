"""Ports that are not there, that another program holds, or that the system's console uses."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from firmware_py.cli.doctor import ports
from firmware_py.cli.doctor.finding import Level
from tests.cli.doctor.fakes import PLAIN, Fake, at, words
from tests.devices.sysfs import Machine as Usb

_HOLD = """
import fcntl, os, sys
port = os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY)
fcntl.flock(port, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


def printer(port: str) -> str:
    return (
        f'{PLAIN}\n[[kiosks]]\nid = "k"\nprinter = "printer"\n'
        f'[devices.printer]\nkind = "ticket_printer.escpos"\nport = "{port}"\n'
    )


@contextmanager
def held_by_another(port: str) -> Iterator[int]:
    """Have another process open and lock a port; yield its number."""
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLD, port], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == b"held\n"
        yield process.pid
    finally:
        process.communicate(timeout=120)


def test_a_port_that_is_not_there_is_red_and_names_what_to_look_at(fake: Fake) -> None:
    (found,) = ports.look(fake.facts(printer("/dev/hall/printer")))
    assert found.level is Level.RED
    assert "printer: there is no port /dev/hall/printer." in words([found])
    assert "printer：没有端口 /dev/hall/printer。" in found.say.zh


def test_a_file_that_is_no_device_is_red(fake: Fake) -> None:
    fake.say("/dev/hall/printer", "")
    (found,) = ports.look(fake.facts(printer("/dev/hall/printer")))
    assert "is no device" in words([found])


def test_a_usb_identity_that_is_not_plugged_in_is_red(fake: Fake, tmp_path: Path) -> None:
    usb = Usb(tmp_path)
    usb.serial("1-1.3", "0403:6001", "ttyUSB0", serial="A50285BI")
    (found,) = ports.look(fake.facts(printer("usb:0403:6001:OTHER")))
    assert found.level is Level.RED
    assert "1-1.3 [A50285BI]" in words([found])
    assert "没有插上" in found.say.zh


def test_a_port_that_another_program_locked_names_the_program(fake: Fake) -> None:
    ours, theirs = os.openpty()
    port = os.ttyname(theirs)
    # The real kernel tells who holds it; the pty is this machine's.
    (fake.root / "proc").symlink_to("/proc")
    facts = fake.facts(printer(str(fake.root / "port")))
    (fake.root / "port").symlink_to(port)
    try:
        with held_by_another(port) as pid:
            found = at(Level.RED, ports.look(facts))
            assert f"(process {pid}) holds" in words(found)
            assert f"sudo kill {pid}" in words(found)
        assert at(Level.RED, ports.look(facts)) == []
    finally:
        os.close(ours)
        os.close(theirs)


def test_our_own_lock_is_no_fault(fake: Fake) -> None:
    ours, theirs = os.openpty()
    (fake.root / "proc").symlink_to("/proc")
    facts = fake.facts(printer(os.ttyname(theirs)))
    (fake.root / "dev").symlink_to("/dev")
    try:
        fcntl.flock(theirs, fcntl.LOCK_EX)
        assert at(Level.RED, ports.look(facts)) == []
    finally:
        os.close(ours)
        os.close(theirs)


def test_a_user_without_rights_is_told_that_not_all_was_seen(fake: Fake) -> None:
    fake.uid = 1000
    found = at(Level.NOT_APPLICABLE, ports.look(fake.facts(printer("/dev/hall/printer"))))
    assert "sudo hallctl doctor" in words(found)
    assert at(Level.NOT_APPLICABLE, ports.look(fake.facts())) == []


def process(fake: Fake, pid: int, name: str, *arguments: str) -> None:
    fake.say(f"/proc/{pid}/comm", f"{name}\n")
    fake.say(f"/proc/{pid}/cmdline", "\0".join(arguments))


def test_programs_that_take_serial_ports_are_named(fake: Fake) -> None:
    process(fake, 812, "ModemManager")
    process(fake, 813, "brltty")
    found = at(Level.WARNING, ports.look(fake.facts(printer("/dev/ttyUSB0"))))
    assert [one.do.en for one in found if one.do] == [
        "Remove it unless it is needed: sudo apt remove modemmanager",
        "Remove it unless it is needed: sudo apt remove brltty",
    ]


def test_a_kernel_console_on_our_port_is_red(fake: Fake) -> None:
    fake.say("/proc/cmdline", "console=serial0,115200 console=tty1 root=/dev/mmcblk0p2\n")
    fake.say("/dev/ttyAMA0", "")
    (fake.root / "dev/serial0").symlink_to("ttyAMA0")
    found = ports.look(fake.facts(printer("/dev/ttyAMA0")))
    assert "do_serial_cons 1" in words(at(Level.RED, found))


def test_a_login_on_our_port_is_red(fake: Fake) -> None:
    process(fake, 700, "agetty", "/sbin/agetty", "--keep-baud", "115200", "ttyAMA0", "vt220")
    found = at(Level.RED, ports.look(fake.facts(printer("/dev/ttyAMA0"))))
    assert "serial console uses /dev/ttyAMA0" in words(found)
    other = at(Level.RED, ports.look(fake.facts(printer("/dev/ttyUSB0"))))
    assert "serial console" not in words(other)
