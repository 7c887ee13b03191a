"""A network of its own for every Pi of the bench: a namespace each, and cables to one switch.

As in a hall: the broker stands at the switch (192.0.2.1), each Pi has one cable (``eth0``) to it,
and nothing of this machine's own network is touched: the switch is in a namespace too. Needs
``ip`` and ``nsenter``, and the rights of root; ``why_not`` says what lacks.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

__all__ = ["BROKER", "Namespaces", "why_not"]

#: Addresses of documentation (RFC 5737): nobody's.
NETWORK, BROKER = "192.0.2", "192.0.2.1"
_PREFIX, _SWITCH = "hall-bench", "switch"
#: What the kernel takes as an interface's name.
_LONGEST_NAME = 15
_KEPT = Path("/run/netns")


def _ip(*words: str) -> None:
    """Run ``ip``. Raises ``OSError`` with what it said."""
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(done.stderr.strip() or f"ip {' '.join(words)}: {done.returncode}")


def why_not() -> str:
    """Return why namespaces cannot be made here; "" when they can: one with a cable was made."""
    tried = Namespaces(("cable",), f"{_PREFIX}-{os.getpid()}-try")
    try:
        tried.make()
    except OSError as error:
        return str(error)
    finally:
        tried.remove()
    return ""


def _ended(name: str) -> bool:
    """Say whether a namespace is of a bench whose process is gone."""
    prefix, _, rest = name.rpartition(f"{_PREFIX}-")
    number = rest.partition("-")[0]
    return not prefix and number.isdigit() and not Path(f"/proc/{number}").exists()


class Namespaces:
    """Made by ``make``, gone by ``remove``; a program enters with ``inside``."""

    def __init__(self, nodes: Sequence[str], prefix: str = "") -> None:
        self._prefix = prefix or f"{_PREFIX}-{os.getpid()}"
        #: What stands in each, and its cable's name at the switch.
        self._cables = {node: node[:_LONGEST_NAME] for node in nodes}

    @property
    def switch(self) -> str:
        """The namespace of the switch, in which each cable has its Pi's name."""
        return self._name(_SWITCH)

    def _name(self, place: str) -> str:
        return f"{self._prefix}-{place}"

    def make(self) -> None:
        """Make switch, namespaces and cables. Raises ``OSError``."""
        self._remove_of_the_dead()
        switch = self.switch
        _ip("netns", "add", switch)
        _ip("-n", switch, "link", "set", "dev", "lo", "up")
        _ip("-n", switch, "link", "add", "br0", "type", "bridge")
        _ip("-n", switch, "address", "add", f"{BROKER}/24", "dev", "br0")
        _ip("-n", switch, "link", "set", "dev", "br0", "up")
        for number, (node, cable) in enumerate(self._cables.items(), 11):
            own = self._name(node)
            _ip("netns", "add", own)
            _ip("-n", own, "link", "set", "dev", "lo", "up")
            ends = ("eth0", "netns", own, "type", "veth", "peer", "name", cable, "netns", switch)
            _ip("link", "add", "name", *ends)
            _ip("-n", switch, "link", "set", "dev", cable, "master", "br0", "up")
            _ip("-n", own, "address", "add", f"{NETWORK}.{number}/24", "dev", "eth0")
            _ip("-n", own, "link", "set", "dev", "eth0", "up")

    def remove(self) -> None:
        """Remove them all; those that are not there do not matter."""
        for place in (*self._cables, _SWITCH):
            with contextlib.suppress(OSError):
                _ip("netns", "delete", self._name(place))

    @staticmethod
    def _remove_of_the_dead() -> None:
        """A bench that was killed could not clean up."""
        for kept in _KEPT.glob(f"{_PREFIX}-*"):
            if _ended(kept.name):
                with contextlib.suppress(OSError):
                    _ip("netns", "delete", kept.name)

    def inside(self, node: str, program: Sequence[str]) -> list[str]:
        """Return the command that runs a program in a Pi's network; "" is the switch's."""
        return ["nsenter", f"--net={_KEPT / self._name(node or _SWITCH)}", *program]

    def pull(self, node: str) -> None:
        """Pull a Pi's cable at the switch: the Pi sees that its link is down."""
        _ip("-n", self.switch, "link", "set", "dev", self._cables[node], "down")

    def silence(self, node: str) -> None:
        """Pull a cable further away: the link stays up, and every packet vanishes."""
        _ip("-n", self.switch, "link", "set", "dev", self._cables[node], "nomaster")

    def plug(self, node: str) -> None:
        """Plug it in again."""
        to_switch = ("master", "br0", "up")
        _ip("-n", self.switch, "link", "set", "dev", self._cables[node], *to_switch)
