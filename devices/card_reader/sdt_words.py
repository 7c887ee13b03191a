"""What may be seen of an ID-card reader's bytes: which exchange it was, never what was read."""

from __future__ import annotations

from devices.card_reader.sdt import LONGEST, START, STATES, Command, encode
from devices.framing import BAD, NEED_MORE, NOISE, Frame, Splitter, Verdict

__all__ = ["CardHeads", "explain"]

_WORDS = {
    Command.RESET: "reset",
    Command.STATUS: "how are you?",
    Command.SAM_ID: "who are you?",
    Command.FIND: "find a card",
    Command.SELECT: "select the card",
    Command.READ: "read text and photo",
    Command.ADDITION: "does the card still lie there?",
}
#: Lengths of the answers that there are: nothing, found, selected, number, card, added address.
_LENGTHS = (0x0004, 0x0008, 0x000C, 0x0014, 0x004A, 0x0108, 0x0508)


def _beginnings() -> frozenset[bytes]:
    """Return all that a head can be, byte by byte from its first."""
    heads = [encode(command) for command in Command]
    for length in _LENGTHS:
        head = START + length.to_bytes(2, "big") + b"\x00\x00"
        heads += [head + bytes((state,)) for state in STATES]
    return frozenset(head[:end] for head in heads for end in range(1, len(head) + 1))


_HEADS = _beginnings()


class CardHeads:
    """Masks everything but heads of frames that there are: start, length, command or state.

    A frame that lost bytes shows no letter of a name in place of its state: a byte is shown as
    long as the head may go on so.
    """

    def __init__(self) -> None:
        self._seen = b""

    def feed(self, data: bytes) -> bytes:
        """As ``devices.masking.Mask.feed``."""
        return bytes(byte if self._shows(byte) else 0x2A for byte in data)

    def _shows(self, byte: int) -> bool:
        seen = self._seen + bytes((byte,))
        while seen and seen not in _HEADS:
            seen = seen[1:]
        self._seen = seen
        return bool(seen)


def _match_answer(buffer: bytes) -> Frame[str] | Verdict:
    """As ``sdt._match``, without the checksum: a trace does not have what it covers."""
    if buffer[:5] != START:
        return NEED_MORE if START.startswith(buffer[:5]) else NOISE
    if len(buffer) < 7:
        return NEED_MORE
    length = buffer[5] << 8 | buffer[6]
    if not 4 <= length <= LONGEST - 7:
        return BAD
    if len(buffer) < 7 + length:
        return NEED_MORE
    state = buffer[9]
    words = STATES.get(state, "unknown state")
    hidden = f", {length - 4} bytes (not shown)" if length > 4 else ""
    return Frame(7 + length, f"{state:02X} {words}{hidden}")


def _match_question(buffer: bytes) -> Frame[str] | Verdict:
    if buffer[:5] != START:
        return NEED_MORE if START.startswith(buffer[:5]) else NOISE
    if len(buffer) < 9:
        return NEED_MORE
    try:
        return Frame(9, _WORDS[Command(bytes(buffer[7:9]))])
    except ValueError:
        return BAD


def explain(data: bytes, *, answers: bool = False) -> list[str]:
    """Return what the frames in a trace say, one line each."""
    match = _match_answer if answers else _match_question
    return Splitter(match, limit=LONGEST).feed(data)
