"""Run a Python module as ``halld.service`` would: ``sandboxed.py RULES MODULE [ARGUMENT...]``.

RULES is JSON: ``{"allowed": [names of system calls], "families": [address families]}``. What is
not allowed fails with EPERM, as ``SystemCallErrorNumber=`` says. Memory that is writable and
executable, and sockets of other families, are refused by the same conditions that systemd uses for
``MemoryDenyWriteExecute=`` and ``RestrictAddressFamilies=`` (its ``seccomp-util.c``). The filters
are made by libseccomp, which systemd needs itself.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import socket
import sys

ALLOW = 0x7FFF0000
ERRNO = 0x00050000
#: ``enum scmp_compare`` of seccomp.h.
EQUAL, MASKED_EQUAL = 4, 7
PROT_WRITE, PROT_EXEC, SHM_EXEC = 2, 4, 0o100000


class Compare(ctypes.Structure):
    """``struct scmp_arg_cmp``."""

    _fields_ = (
        ("arg", ctypes.c_uint),
        ("op", ctypes.c_int),
        ("datum_a", ctypes.c_uint64),
        ("datum_b", ctypes.c_uint64),
    )


class Filter:
    """One filter: a usual action, and rules that differ from it."""

    def __init__(self, usual: int) -> None:
        self._lib = ctypes.CDLL("libseccomp.so.2")
        self._lib.seccomp_init.restype = ctypes.c_void_p
        self._context = ctypes.c_void_p(self._lib.seccomp_init(ctypes.c_uint32(usual)))

    def rule(self, action: int, name: str, *conditions: Compare) -> None:
        """Add a rule; a system call that this machine does not have is left out, as by systemd."""
        number = self._lib.seccomp_syscall_resolve_name(name.encode())
        array = (Compare * len(conditions))(*conditions)
        if number < 0:
            return
        failed = self._lib.seccomp_rule_add_array(
            self._context, ctypes.c_uint32(action), number, len(conditions), array
        )
        if failed:
            raise OSError(-failed, os.strerror(-failed), name)

    def load(self) -> None:
        """Put the filter in force, for good."""
        failed = self._lib.seccomp_load(self._context)
        if failed:
            raise OSError(-failed, os.strerror(-failed))


def no_writable_code() -> None:
    """``MemoryDenyWriteExecute=``."""
    refused = Filter(ALLOW)
    both = PROT_WRITE | PROT_EXEC
    refused.rule(ERRNO | errno.EPERM, "mmap", Compare(2, MASKED_EQUAL, both, both))
    for name in ("mprotect", "pkey_mprotect"):
        executable = Compare(2, MASKED_EQUAL, PROT_EXEC, PROT_EXEC)
        refused.rule(ERRNO | errno.EPERM, name, executable)
    refused.rule(ERRNO | errno.EPERM, "shmat", Compare(2, MASKED_EQUAL, SHM_EXEC, SHM_EXEC))
    refused.load()


def only_families(families: list[str]) -> None:
    """``RestrictAddressFamilies=``."""
    refused = Filter(ALLOW)
    allowed = {int(getattr(socket, name)) for name in families}
    for family in range(46):
        if family not in allowed:
            say_no = ERRNO | errno.EAFNOSUPPORT
            refused.rule(say_no, "socket", Compare(0, EQUAL, family, 0))
    refused.load()


def only_calls(names: list[str]) -> None:
    """``SystemCallFilter=``. Loading the filters and starting the program are allowed besides."""
    allowed = Filter(ERRNO | errno.EPERM)
    for name in {*names, "execve", "seccomp", "prctl"}:
        allowed.rule(ALLOW, name)
    allowed.load()


def main() -> None:
    """Sandbox this process and become the module."""
    rules = json.loads(sys.argv[1])
    no_writable_code()
    only_families(rules["families"])
    only_calls(rules["allowed"])
    os.execv(sys.executable, [sys.executable, "-m", *sys.argv[2:]])  # noqa: S606 - ourselves


if __name__ == "__main__":
    main()
