"""The Alpha sign protocol (M-Protocol; Adaptive, BetaBrite) as pure functions.

Sources: two independent programs, of which one was tried on a BetaBrite by its author; this one was
never tried on hardware. A packet, 7 data bits::

    00 x5   01   5A    3030     02   41 41 1B26 62 41303031   03   30314643   04
    wakes   |    sign  address  |    |  |  |    |  text       |    checksum   end
    the     |    type  2 hex    |    |  |  |    mode          |    4 hex: sum of all from 02
    sign    |    Z all 00 all   |    |  |  1B position        |    to 03, 16 bits
            start               |    |  file label            end of the command
                                |    command
                                then 0.1 s of nothing

Commands: ``A`` writes a TEXT file (``0`` is the priority file: it is on show while it is there),
``G`` a STRING file of at most 125 bytes, which a TEXT calls by ``10`` label; ``E`` a special
function: ``$`` divides the memory into files, ``.`` says which TEXTs are on show, ``/`` dims. With
neither checksum nor another command after it, a command goes to the end of the packet without its
``03``. The sign answers ``06`` or ``15``, if it answers at all.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass

from devices.led_wall.charset import ascii_letters
from devices.led_wall.page import Colour

__all__ = [
    "CHARSET",
    "LINE_END",
    "LONGEST_STRING",
    "PRIORITY",
    "STX",
    "Answer",
    "AnswerFinder",
    "Packet",
    "PacketFinder",
    "call",
    "coloured",
    "dim",
    "explain",
    "memory",
    "packet",
    "run_sequence",
    "write_string",
    "write_text",
]

CHARSET = ascii_letters()
PRIORITY = "0"
LONGEST_STRING = 125
LINE_END = b"\r"

SOH, STX, ETX, EOT = b"\x01", b"\x02", b"\x03", b"\x04"
_WAKE = b"\0" * 5
_ESC, _CALL = b"\x1b", b"\x10"
_COLOURS: dict[Colour, bytes] = {"red": b"\x1c1", "green": b"\x1c2", "yellow": b"\x1c3"}
#: What the dimming register knows, in percent.
_DIMMED = (100, 86, 72, 58, 44)


def write_text(label: str, position: int, mode: str, text: bytes) -> bytes:
    """Return the command that writes a TEXT file; an empty one is a dark sign."""
    return b"A" + label.encode("ascii") + _ESC + bytes([position]) + mode.encode("ascii") + text


def write_string(label: str, text: bytes) -> bytes:
    """Return the command that writes a STRING file. Raises ``ValueError`` beyond 125 bytes.

    A sign was seen to empty a string that is longer than its file, not to cut it off.
    """
    if len(text) > LONGEST_STRING:
        raise ValueError(f"{len(text)} bytes, a STRING file holds {LONGEST_STRING}")
    return b"G" + label.encode("ascii") + text


def call(label: str) -> bytes:
    """Return what shows a STRING file inside a TEXT."""
    return _CALL + label.encode("ascii")


def coloured(colour: Colour, text: bytes) -> bytes:
    """Return a text with its colour before it; yellow is the sign's amber."""
    return _COLOURS[colour] + text


def memory(text_label: str, text_size: int, strings: str) -> bytes:
    """Return the command that divides the memory: one TEXT, STRINGs of 125. All files are lost."""
    told = f"E${text_label}AU{text_size:04X}FFFF"
    return (told + "".join(f"{label}BL{LONGEST_STRING:04X}0000" for label in strings)).encode()


def run_sequence(label: str) -> bytes:
    """Return the command that puts one TEXT file on show."""
    return b"E.SU" + label.encode("ascii")


def dim(mode: int, percent: int) -> bytes:
    """Return the command that dims to the nearest of 44, 58, 72, 86 and 100 %.

    As one independent program has it; what ``mode`` means was never seen on hardware.
    """
    nearest = min(range(len(_DIMMED)), key=lambda at: abs(_DIMMED[at] - percent))
    return f"E/{mode:02X}{nearest:02d}".encode()


def packet(
    sign_type: str, address: int, commands: Sequence[bytes], *, checksum: bool = True
) -> bytes:
    """Return a packet with one command or more. Pause 0.1 s after each ``STX`` in it."""
    parts = [_WAKE, SOH, f"{sign_type}{address:02X}".encode()]
    for command in commands:
        parts += [STX, command]
        if checksum or len(commands) > 1:
            parts.append(ETX)
        if checksum:
            parts.append(_checksum(STX + command + ETX))
    return b"".join([*parts, EOT])


def _checksum(data: bytes) -> bytes:
    return b"%04X" % (sum(data) & 0xFFFF)


@dataclass(frozen=True, slots=True)
class Packet:
    """A good packet; ``checked``: all its commands had checksums."""

    sign_type: str
    address: str
    commands: tuple[bytes, ...]
    checked: bool


class PacketFinder:
    """Finds packets in a stream, for traces: the sign itself answers with single bytes.

    Survives: one byte at a time, packets glued, noise before and between, a packet cut short and
    followed by a whole one. ``01`` stands in no packet but at its start, so every place where one
    may begin is looked at.
    """

    _PACKET = re.compile(
        rb"\x01([!-~])([0-9A-F?]{2})"
        rb"((?:\x02[\x05-\x7f]{1,4000}+(?:\x03(?:[0-9A-F]{4})?)?)+)\x04"
    )
    _COMMAND = re.compile(rb"\x02([\x05-\x7f]+)(?:\x03([0-9A-F]{4})?)?")
    _LONGEST = 8192

    def __init__(self) -> None:
        self.bad_frames = 0
        self._rest = b""

    def feed(self, data: bytes) -> list[Packet]:
        """Return the packets that ``data`` completes, in order. Never raises."""
        buffer = self._rest + data
        found = []
        for match in self._PACKET.finditer(buffer):
            made = self._checked(match)
            if made is None:
                self.bad_frames += 1
            else:
                found.append(made)
        last = buffer.rfind(SOH)
        open_end = last >= 0 and buffer.find(EOT, last) < 0
        self._rest = buffer[max(last, len(buffer) - self._LONGEST) :] if open_end else b""
        return found

    def _checked(self, match: re.Match[bytes]) -> Packet | None:
        commands, checked = [], True
        for command in self._COMMAND.finditer(match[3]):
            body, told = command[1], command[2]
            if told is None:
                checked = False
            elif told != _checksum(STX + body + ETX):
                return None
            commands.append(body)
        return Packet(match[1].decode(), match[2].decode(), tuple(commands), checked)


class Answer(enum.Enum):
    """What a sign said to a packet."""

    TAKEN = 0x06
    REFUSED = 0x15


_MEANT = {one.value: one for one in Answer}


class AnswerFinder:
    """Finds the two bytes that are answers; all others are ``noise``."""

    def __init__(self) -> None:
        self.noise = 0

    def feed(self, data: bytes) -> list[Answer]:
        """Return the answers in ``data``, in order. Never raises."""
        found = [_MEANT[byte] for byte in data if byte in _MEANT]
        self.noise += len(data) - len(found)
        return found


def explain(data: bytes, *, answers: bool = False) -> list[str]:
    """Return what a trace says, one line a packet or answer; ``answers``: the sign's side."""
    if answers:
        return [answer.name.lower() for answer in AnswerFinder().feed(data)]
    return [_words(one) for one in PacketFinder().feed(data)]


def _words(one: Packet) -> str:
    told = "; ".join(_command_words(command) for command in one.commands)
    return f"to {one.sign_type}{one.address}: {told}{'' if one.checked else ' (no checksum)'}"


def _command_words(command: bytes) -> str:
    names = {b"A": "text", b"G": "string", b"E": "special"}
    name = names.get(command[:1], f"command {command[:1]!r}")
    label, rest = command[1:2].decode("ascii"), command[2:]
    return f"{name} {label} {rest.decode('ascii')!r}"
