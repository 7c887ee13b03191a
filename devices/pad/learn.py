"""What a pad's frames look like, worked out from what its keys send.

Which bytes never change, which count the others, which is the address, which the checksum. Pure.
A capture is what one key sends; the same key must have sent it twice. What two explanations fit is
refused (``Ambiguous``), never guessed: a key of the wrong window is worse than none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from devices.base import BACK, ENTER
from devices.pad.checksums import CHECKS

__all__ = ["Ambiguous", "Capture", "Check", "Layout", "find_layout"]

_TYPED = {"enter": ENTER, "back": BACK}
_KINDS = ("sum8", "xor8", "lrc", "crc16_modbus")
#: So many different checksums must agree: fewer agree by chance.
_LEAST_CHECKS = 2
_MOST_TRAILER = 2
_FEWEST_KEYS = 2


class Ambiguous(ValueError):
    """The captures do not say enough; ``zh`` and ``en`` say what to do."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


@dataclass(frozen=True, slots=True)
class Capture:
    """One key: the hall's word for it, its score if it is one of the rating, and its bytes.

    ``figure`` 0 to 9, ``enter`` and ``back`` are what a key types, whatever else it means.
    """

    event: str
    value: int | None
    raw: bytes

    @property
    def typed(self) -> str:
        """What it types, as ``devices.base.Input`` has it; empty for a key that means something."""
        return str(self.value) if self.event == "figure" else _TYPED.get(self.event, "")

    @property
    def name(self) -> str:
        """What a person calls the key."""
        return self.event if self.value is None else f"{self.event} {self.value}"


@dataclass(frozen=True, slots=True)
class Check:
    """A checksum: its kind, and the first byte that it covers; it covers all from there."""

    kind: str
    first: int
    size: int


@dataclass(frozen=True, slots=True)
class Layout:
    """How the frames are made. Places count from 0.

    ``head`` bytes stand before the data, of them ``lengths`` count bytes (place -> how many more
    than the data has) and ``address`` is the pad's number (place, digits; 0 digits is a byte).
    Behind the data stand ``check`` and ``trailer``. ``by_silence``: nothing in the frame ends it.
    """

    head: int
    lengths: dict[int, int]
    address: tuple[int, int] | None
    check: Check | None
    trailer: bytes
    size: int | None
    longest: int
    by_silence: bool

    def data_of(self, raw: bytes) -> bytes:
        """Return a frame's data."""
        tail = len(self.trailer) + (self.check.size if self.check else 0)
        return raw[self.head : len(raw) - tail]


def find_layout(
    captures: Sequence[Capture], address: int | None, address_at: int | None = None
) -> Layout:
    """Work out the layout. Raises ``Ambiguous``.

    ``address`` is the pad's own number, None for one without; ``address_at`` its place where
    several bytes have that value.
    """
    _must_differ(captures)
    frames = [capture.raw for capture in captures]
    if all(len(frame) == 1 for frame in frames):
        return Layout(0, {}, None, None, b"", 1, 1, by_silence=False)
    trailer, check = _ending(frames)
    tail = len(trailer) + (check.size if check else 0)
    bodies = [frame[: len(frame) - tail] for frame in frames]
    lengths = _lengths(bodies, tail)
    head = _head(bodies, lengths)
    counted = {at: head + tail - others for at, others in lengths.items() if at < head}
    place = _address(frames[0][:head], set(counted), address, address_at)
    sizes = {len(body) - head for body in bodies}
    fixed = sizes.pop() if len(sizes) == 1 else None
    longest = max(len(body) - head for body in bodies)
    delimited = bool(trailer) and check is None
    silent = fixed is None and not counted and not delimited
    return Layout(head, counted, place, check, trailer, fixed, longest, by_silence=silent)


def _must_differ(captures: Sequence[Capture]) -> None:
    if len(captures) < _FEWEST_KEYS:
        raise Ambiguous(
            "至少需要两个不同的键，才能分辨哪些字节随按键变化。",
            "At least two different keys are needed to see which bytes change with the key.",
        )
    # A key that types may be one that means something, too.
    seen: dict[tuple[bytes, bool], Capture] = {}
    for capture in captures:
        other = seen.setdefault((capture.raw, bool(capture.typed)), capture)
        if other is not capture:
            raise Ambiguous(
                f"“{other.name}”和“{capture.name}”发送的字节完全相同，无法区分这两个键。",
                f"{other.name} and {capture.name} send the same bytes: the two keys cannot be "
                "told apart.",
            )


def _ending(frames: Sequence[bytes]) -> tuple[bytes, Check | None]:
    """Return the trailer, and the checksum in front of it."""
    shared = _shared(frame[::-1] for frame in frames)[::-1]
    found: list[tuple[bytes, Check]] = []
    for size in range(min(_MOST_TRAILER, len(shared)) + 1):
        trailer = shared[len(shared) - size :]
        found += [(trailer, check) for check in _checks(frames, size)]
    kinds = {(len(trailer), check.kind) for trailer, check in found}
    if len(kinds) > 1:
        told = ", ".join(sorted({check.kind for _, check in found}))
        raise Ambiguous(
            f"校验方式不能确定，可能是：{told}。请多学几个键（包括评价键）再试。",
            f"The checksum may be any of: {told}. Learn more keys, those of the rating too.",
        )
    if found:
        # Those that are left differ by bytes that are the same in every frame and add nothing.
        return max(found, key=lambda one: one[1].first)
    text = all(frame.endswith((b"\r", b"\n")) for frame in frames)
    size = 2 if text and shared.endswith(b"\r\n") else 1 if text else 0
    if not size and shared and len({len(frame) for frame in frames}) > 1:
        size = 1
    return shared[len(shared) - size :] if size else b"", None


def _shared(frames: Iterable[bytes]) -> bytes:
    """Return the bytes that all begin with."""
    first, *others = frames
    size = 0
    while size < len(first) and all(
        one[size : size + 1] == first[size : size + 1] for one in others
    ):
        size += 1
    return first[:size]


def _checks(frames: Sequence[bytes], trailer: int) -> Iterator[Check]:
    shortest = min(len(frame) for frame in frames) - trailer
    for kind in _KINDS:
        size, compute = CHECKS[kind]
        ends = [len(frame) - trailer - size for frame in frames]
        stated = [frame[end : end + size] for frame, end in zip(frames, ends, strict=True)]
        if len(set(stated)) < _LEAST_CHECKS:
            continue
        for first in range(shortest - size - 1):
            pairs = zip(frames, ends, stated, strict=True)
            if all(compute(frame[first:end]) == told for frame, end, told in pairs):
                yield Check(kind, first, size)


def _lengths(bodies: Sequence[bytes], tail: int) -> dict[int, int]:
    """Return place -> bytes of the frame that it does not count: one length, or two alike.

    Frames that are all of one length have none that could be seen; where each key has a length of
    its own, any byte that differs might be one.
    """
    kinds = len({len(body) for body in bodies})
    if kinds in {1, len(bodies)}:
        return {}
    shared = min(len(body) for body in bodies)
    found: dict[int, int] = {}
    for at in range(shared):
        others = {len(body) + tail - body[at] for body in bodies}
        if len(others) == 1 and min(others) >= 0:
            found[at] = others.pop()
    return found


def _head(bodies: Sequence[bytes], lengths: dict[int, int]) -> int:
    """Return where the data begins: at the first byte that changes and is no length."""
    shortest = min(len(body) for body in bodies)
    for at in range(shortest):
        if at not in lengths and len({body[at] for body in bodies}) > 1:
            return at
    return shortest


def _address(
    head: bytes, lengths: set[int], address: int | None, address_at: int | None
) -> tuple[int, int] | None:
    if address is None:
        return None
    places = [(at, 0) for at, byte in enumerate(head) if byte == address and at not in lengths]
    for digits in (3, 2, 1):
        text = f"{address:0{digits}d}".encode()
        if len(text) == digits and not places and head.count(text) == 1:
            places = [(head.index(text), digits)]
    if address_at is not None:
        places = [place for place in places if place[0] == address_at]
    if len(places) == 1:
        return places[0]
    if not places:
        raise Ambiguous(
            f"没有找到固定为 {address} 的地址字节：请核对拨码开关，或确认此评价器没有地址。",
            f"No byte is always {address}: check the pad's switches, or say that it has no "
            "address.",
        )
    where = ", ".join(str(at + 1) for at, _ in places)
    raise Ambiguous(
        f"第 {where} 字节都是 {address}，不能确定哪个是地址："
        "请把拨码开关改成别处没有的数（如 37）再学，或用 --address-at 指明。",
        f"Bytes {where} are all {address}; which is the address? Set the switches to a number "
        "that stands nowhere else, such as 37, and learn again, or say it with --address-at.",
    )
