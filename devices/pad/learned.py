"""A profile file out of what was learned, and the proof that it reads what it was learned from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from devices.base import BACK, ENTER
from devices.pad.engine import KeyMeaning, PadReader, codec_for
from devices.pad.learn import Ambiguous, Capture, Layout
from devices.pad.profile import load_profile

__all__ = ["Learned", "prove", "write_profile"]

#: Frames of a pad without an end are told apart by this silence: USB adapters add up to 16 ms.
_SILENCE_MS = 40
_GAP_MS = 200
_ROOM = 8


@dataclass(frozen=True, slots=True)
class Learned:
    """All that goes into the file. ``echoes``: the pad repeats a key until it is sent back."""

    name: str
    baud: int
    parity: str
    captures: tuple[Capture, ...]
    layout: Layout
    echoes: bool
    #: Keys whose repeats an echo did not end.
    unheard: tuple[str, ...] = ()


def write_profile(learned: Learned) -> str:
    """Return the text of the profile."""
    layout, quoted = learned.layout, json.dumps(learned.name)
    lines = [
        "# Learned from a pad by its keys / 按键学习生成的评价器配置。",
        "# Seen: / 收到的字节：",
        *(f"#   {one.name:<16} {one.raw.hex(' ').upper()}" for one in learned.captures),
        "# What no key shows is not here: lamps, digits, beeps; take them from the pad's document.",
        "# 按键看不出的功能（灯、数码管、蜂鸣）未包含，请按厂家文档补充 [commands]。",
        "",
        f"name = {quoted}",
        f"title_zh = {quoted}",
        f"title_en = {quoted}",
        "",
        "[serial]",
        f"baud = {learned.baud}",
        f'parity = "{learned.parity}"',
        "",
        "[frame]",
        *_frame_lines(layout, learned.captures[0].raw),
        "",
        *_acknowledge_lines(learned),
    ]
    lines += _typing_lines(learned)
    for capture in learned.captures:
        if capture.typed:
            continue
        data = layout.data_of(capture.raw)
        lines += ["", "[[event]]", f'event = "{capture.event}"']
        lines.append(f'whole = "{data.hex(" ").upper()}"' + _as_text(data))
        if capture.value is not None:
            lines.append(f"value = {capture.value}")
    return "\n".join(lines) + "\n"


def _typing_lines(learned: Learned) -> list[str]:
    """Return the table of the keys that type; nothing while one of them is lacking."""
    data = {
        capture.typed: learned.layout.data_of(capture.raw).hex(" ").upper()
        for capture in learned.captures
        if capture.typed
    }
    figures = [data.get(str(figure)) for figure in range(10)]
    if None in figures or ENTER not in data:
        return []
    lines = ["", "[typing]", f"figures = {json.dumps(figures)}", f'enter = "{data[ENTER]}"']
    return [*lines, f'back = "{data[BACK]}"'] if BACK in data else lines


def _as_text(data: bytes) -> str:
    text = data.decode("ascii", "replace")
    return f"  # {text}" if text.isascii() and text.isprintable() else ""


def _frame_lines(layout: Layout, sample: bytes) -> list[str]:
    gap = _SILENCE_MS if layout.by_silence else _GAP_MS
    why = "ends a frame" if layout.by_silence else "ends an unfinished frame"
    lines = [f"gap_ms = {gap}  # silence that {why}", "parts = ["]
    at = 0
    while at < layout.head:
        part, at = _head_part(layout, sample, at)
        lines.append(f"  {{ {part} }},")
    size = f"size = {layout.size}" if layout.size is not None else f"max = {layout.longest + _ROOM}"
    lines.append(f'  {{ part = "data", {size} }},')
    if layout.check is not None:
        kind, first = layout.check.kind, layout.check.first
        lines.append(f'  {{ part = "checksum", kind = "{kind}", first = {first} }},')
    if layout.trailer:
        lines.append(f'  {{ part = "trailer", bytes = "{layout.trailer.hex(" ").upper()}" }},')
    return [*lines, "]"]


def _head_part(layout: Layout, sample: bytes, at: int) -> tuple[str, int]:
    """Return the part that begins at ``at``, and where the next one does."""
    if layout.address is not None and layout.address[0] == at:
        digits = layout.address[1]
        if digits:
            return f'part = "address", format = "decimal", size = {digits}', at + digits
        return 'part = "address"', at + 1
    if at in layout.lengths:
        plus = layout.lengths[at]
        return f'part = "length", counts = ["data"], plus = {plus}', at + 1
    end = at + 1
    while end < layout.head and end not in layout.lengths and not _is_address(layout, end):
        end += 1
    return f'part = "constant", bytes = "{sample[at:end].hex(" ").upper()}"', end


def _is_address(layout: Layout, at: int) -> bool:
    return layout.address is not None and layout.address[0] == at


def _acknowledge_lines(learned: Learned) -> list[str]:
    lines = []
    if learned.unheard:
        keys = ", ".join(learned.unheard)
        lines += [
            f"# Repeated although the same bytes came back: {keys}.",
            "# They want another acknowledgement; the pad's document must tell it.",
            "# 上述键回送后仍重发，应答格式请查厂家文档。",
        ]
    if learned.echoes:
        lines.append("# A key is repeated until the same bytes come back / 收到回送后停止重发。")
    return [*lines, "[acknowledge]", 'how = "echo"' if learned.echoes else 'how = "none"']


def prove(path: Path, learned: Learned, address: int | None) -> None:
    """Read every capture with the written profile. Raises ``Ambiguous`` when one is not itself."""
    profile = load_profile(str(path))
    codec, meaning = codec_for(profile), KeyMeaning(profile)
    for capture in learned.captures:
        reader = PadReader(codec, profile.frame.gap_ms / 1000)
        frames = reader.feed(capture.raw, 0.0) + reader.idle(60.0)
        events = [meaning.of(frame, 0.0) for frame in frames]
        told = [(event.event, event.value) for event in events if event is not None]
        if capture.typed:
            read = profile.typing is None or capture.typed == "".join(
                event.typed for event in events if event is not None
            )
        else:
            to_desk = capture.event == "transfer" and profile.typing is None
            read = told == [("to_desk" if to_desk else capture.event, capture.value)]
        own = all(frame.address in (None, address) for frame in frames)
        if not (read and own):
            raise Ambiguous(
                f"学到的配置读不出“{capture.name}”自己的字节，请重新学习，并多学几个键。",
                f"What was learned does not read {capture.name} back: learn again, more keys.",
            )
