"""An ID-card reader at the exact pace of its wire, in a process of its own.

``python -m firmware_py.bench.paced_reader LINK BAUD`` makes a pty behind LINK and plays the
simulated SDT reader there: each answer begins when the question's bytes would have arrived and the
reader has thought, and comes in pieces of 16 bytes, as a UART hands them on, each at its own time.
What is late does not delay what follows, as on a wire.

Lines on its input: ``lay``, ``lift``. Lines on its output, JSON: ``{"laid_ns": ..}`` at the start
and when a card was laid or lifted; and after each reading ``{"asked_ns": .., "wire_ns": ..}``: when
the question that found the card arrived, and how long the exchanges since then take on the wire and
in the reader.
"""

from __future__ import annotations

import os
import select
import sys
import time
import tty
from pathlib import Path

import msgspec

from devices.card_reader.sdt_options import SdtOptions
from devices.card_reader.sdt_simulator import SdtSimulator

__all__ = ["PERSON", "THINKS_S"]

PERSON = "citizen"
#: What a question is after its length; how long the reader takes for it, a guess. The last reads.
FIND, SELECT, READ = b"\x20\x01", b"\x20\x02", b"\x30\x01"
THINKS_S = {FIND: 0.01, SELECT: 0.02, READ: 0.2}
_BITS = 10
_PIECE = 16
_QUESTION = 10
#: The state byte of an answer, and a card's.
_STATE, _FOUND, _DONE = 9, 0x9F, 0x90


class _Reader:
    def __init__(self, master: int, baud: int) -> None:
        self._master = master
        self._byte_s = _BITS / baud
        self._simulator = SdtSimulator("reader", SdtOptions())
        self._simulator.send = self._take
        self._answer = b""
        self._heard = b""
        self._asked_ns = 0
        self._wire_s = 0.0

    def obey(self, line: str) -> None:
        self._simulator.press(PERSON if line == "lay" else "lift")
        _say({"laid_ns": time.monotonic_ns()})

    def _take(self, answer: bytes) -> None:
        self._answer += answer

    def hear(self, data: bytes) -> None:
        arrived_ns = time.monotonic_ns()
        self._heard += data
        while len(self._heard) >= _QUESTION:
            question, self._heard = self._heard[:_QUESTION], self._heard[_QUESTION:]
            self._simulator.feed(question)
            answer, self._answer = self._answer, b""
            self._exchange(question[7:9], answer, arrived_ns)

    def _exchange(self, command: bytes, answer: bytes, arrived_ns: int) -> None:
        thinks_s = THINKS_S.get(command, 0.0)
        begins = arrived_ns / 1e9 + _QUESTION * self._byte_s + thinks_s
        for at in range(0, len(answer), _PIECE):
            piece = answer[at : at + _PIECE]
            _sleep_until(begins + (at + len(piece)) * self._byte_s)
            os.write(self._master, piece)
        took_s = (_QUESTION + len(answer)) * self._byte_s + thinks_s
        if command == FIND and answer[_STATE] == _FOUND:
            self._asked_ns, self._wire_s = arrived_ns, took_s
        elif command in THINKS_S:
            self._wire_s += took_s
            if command == READ and answer[_STATE] == _DONE:
                _say({"asked_ns": self._asked_ns, "wire_ns": round(self._wire_s * 1e9)})


def _sleep_until(at: float) -> None:
    left = at - time.monotonic()
    if left > 0:
        time.sleep(left)


def _say(what: dict[str, int]) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(what) + b"\n")
    sys.stdout.buffer.flush()


def _main() -> None:
    link, baud = Path(sys.argv[1]), int(sys.argv[2])
    master, slave = os.openpty()
    tty.setraw(slave)
    link.symlink_to(os.ttyname(slave))
    reader = _Reader(master, baud)
    _say({"laid_ns": 0})
    commands = sys.stdin.fileno()
    while True:
        ready, _, _ = select.select([master, commands], [], [])
        if commands in ready:
            said = os.read(commands, 4096)
            if not said:
                break
            for line in said.decode().split():
                reader.obey(line)
        if master in ready:
            reader.hear(os.read(master, 4096))
    link.unlink()


if __name__ == "__main__":
    _main()
