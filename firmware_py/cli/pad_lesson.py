"""Leads somebody through the keys of a pad: each is pressed twice, and must send the same twice."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from devices.base import Line
from devices.errors import DeviceTimeout
from devices.pad.learn import Ambiguous, Capture
from firmware_py.cli.words import t

__all__ = ["FIGURES", "KEYS", "Heard", "Lesson", "key_name", "one_frame", "wanted_keys"]

#: What a pad's keys may mean, in the order in which they are asked: word, score, Chinese, English.
KEYS: tuple[tuple[str, int | None, str, str], ...] = (
    ("call_next", None, "下一位（叫号）", "next (call)"),
    ("recall", None, "重呼", "recall"),
    ("start", None, "开始办理", "start"),
    ("finish", None, "办结（开始评价）", "finish (rating begins)"),
    ("no_show", None, "过号", "no-show"),
    ("park", None, "挂起", "park"),
    ("call_back", None, "召回", "call back"),
    ("transfer", None, "转移", "transfer"),
    ("pause", None, "暂停", "pause"),
    ("close", None, "关闭窗口", "close the window"),
    ("help", None, "求助", "help"),
    ("rate", 5, "评价：非常满意", "rating: very satisfied"),
    ("rate", 4, "评价：满意", "rating: satisfied"),
    ("rate", 3, "评价：基本满意", "rating: fairly satisfied"),
    ("rate", 2, "评价：不满意", "rating: dissatisfied"),
    ("rate", 1, "评价：非常不满意", "rating: very dissatisfied"),
)

#: Keys that pick where a ticket is transferred to; they may mean something else besides.
FIGURES: tuple[tuple[str, int | None, str, str], ...] = (
    *(("figure", n, f"数字 {n}", f"figure {n}") for n in range(10)),
    ("enter", None, "确认键", "enter"),
    ("back", None, "取消键", "cancel"),
)

_PRESS_WITHIN_S = 20.0
#: A pad that waits for its acknowledgement repeats sooner than this.
_QUIET_S = 0.6
#: Bytes of one frame follow each other sooner: USB adapters hold them back for 16 ms at most.
_FRAME_GAP_S = 0.04
_MOST_TRIES = 4
_MOST_BYTES = 4096
_SHORTEST_REPEATED = 3


def wanted_keys(
    ask: Callable[[str], str], *, figures: bool = True
) -> Iterator[tuple[str, int | None, str]]:
    """Yield the keys that there are, as somebody says of each: word, score, its name for people.

    ``figures``: those that type are asked for too, when there are any.
    """
    keys = KEYS
    for place in range(1, len(KEYS) + len(FIGURES) + 1):
        if place == len(KEYS) + 1:
            if not figures or ask(_any_figures()) in {"s", "q"}:
                return
            keys = KEYS + FIGURES
        event, value, zh, en = keys[place - 1]
        answer = ask(
            t(
                f"[{place}/{len(keys)}] {zh}：回车后按键",
                f"[{place}/{len(keys)}] {en}: Enter, then press it",
            )
        )
        if answer == "q":
            return
        if answer != "s":
            yield event, value, t(zh, en)


def _any_figures() -> str:
    return t(
        "有数字键和确认键（用来选择转移到哪里）吗？有：回车；没有：s",
        "Has it figures and Enter, to pick where a ticket is transferred to? Enter: yes; s: no",
    )


@dataclass(frozen=True, slots=True)
class Heard:
    """What a press sent: its frame, and how often the pad repeated it."""

    raw: bytes
    repeats: int


def one_frame(pieces: Sequence[bytes]) -> Heard | None:
    """Return the one frame of which all ``pieces`` consist, None when there are several."""
    frame = _period(pieces[0])
    counts = [len(piece) // len(frame) for piece in pieces]
    if any(frame * n != piece for n, piece in zip(counts, pieces, strict=True)):
        return None
    return Heard(frame, sum(counts) - 1)


def _period(data: bytes) -> bytes:
    """Return the frame that ``data`` says again and again; all of it when it does not."""
    for size in range(_SHORTEST_REPEATED, len(data) // 2 + 1):
        if len(data) % size == 0 and data[:size] * (len(data) // size) == data:
            return data[:size]
    return data


class Lesson:
    """One pad on an open line. ``ask`` puts a question, ``tell`` says a sentence."""

    def __init__(self, line: Line, ask: Callable[[str], str], tell: Callable[[str], None]) -> None:
        self._line = line
        self._ask = ask
        self._tell = tell
        self.captures: list[Capture] = []
        self.echoed = False
        self.unheard: list[str] = []

    def take(self) -> None:
        """Ask for one key after the other. Raises ``Ambiguous``, ``DeviceError``."""
        self._tell(
            t(
                "每个键按两次。此评价器没有的键输入 s 跳过，学完输入 q。",
                "Each key is pressed twice. s: the pad has no such key; q: that was all.",
            )
        )
        for event, value, words in wanted_keys(self._ask):
            self.captures.append(self._key(event, value, words))

    def _key(self, event: str, value: int | None, name: str) -> Capture:
        """Hear a key until it has sent the same twice. Raises ``Ambiguous``."""
        before: Heard | None = None
        for _ in range(_MOST_TRIES):
            again = before is not None
            # What came before belongs to the last key.
            self._line.read_available()
            self._tell(
                t(f"请再按一次：{name}", f"Press it again: {name}")
                if again
                else t(f"请按：{name}", f"Press: {name}")
            )
            heard = self._press(echo=before is not None and before.repeats > 0)
            if heard is None:
                before = None
                self._tell(
                    t(
                        "收到的字节不一致（干扰，或线上有别的评价器），请重按。",
                        "Bytes of several sorts came (noise, or another pad): once more.",
                    )
                )
                continue
            self._tell(t("收到：", "Heard: ") + heard.raw.hex(" ").upper())
            if before is not None and before.raw == heard.raw:
                self._note_acknowledgement(name, before, heard)
                return Capture(event, value, heard.raw)
            before = heard
        raise Ambiguous(
            f"“{name}”每次发送的字节都不同：线路有干扰，或帧里有计数，无法自动学习；"
            "请单独连接此评价器再试，或按厂家文档编写配置。",
            f"{name} never sent the same bytes twice: noise on the line, or a counter in the "
            "frame, which cannot be learned. Connect this pad alone, or write the profile from "
            "its document.",
        )

    def _note_acknowledgement(self, name: str, before: Heard, heard: Heard) -> None:
        if before.repeats == 0:
            return
        if heard.repeats == 0:
            self.echoed = True
        else:
            self.unheard.append(name)

    def _press(self, *, echo: bool) -> Heard | None:
        """Wait for a press and hear it to its end; ``echo`` sends its first frame back."""
        first = self._line.read_some(_PRESS_WITHIN_S)
        if not first:
            raise Ambiguous(
                f"{_PRESS_WITHIN_S:g} 秒内没有收到任何字节：请检查端口、接线和波特率；"
                "只在被询问时才发送的（轮询式）评价器不能学习，请参照 config/pads/polled.toml。",
                f"Nothing came within {_PRESS_WITHIN_S:g} s: check port, wiring and baud rate. A "
                "pad that speaks only when it is asked cannot be learned: see "
                "config/pads/polled.toml.",
            )
        pieces = [first + self._rest()]
        if echo:
            self._send(_period(pieces[0]))
        ended = time.monotonic() + _QUIET_S
        while (left := ended - time.monotonic()) > 0:
            more = self._line.read_some(left)
            if more:
                pieces.append(more + self._rest())
                ended = time.monotonic() + _QUIET_S
            if sum(map(len, pieces)) > _MOST_BYTES:
                return None
        return one_frame(pieces)

    def _rest(self) -> bytes:
        data = b""
        while len(data) < _MOST_BYTES and (more := self._line.read_some(_FRAME_GAP_S)):
            data += more
        return data

    def _send(self, data: bytes) -> None:
        try:
            self._line.write(data, _QUIET_S)
        except DeviceTimeout:
            # A pad without the way back: its repeats go on, and that is what is noted.
            return


def key_name(capture: Capture) -> str:
    """Return the key's name in the language in use."""
    for event, value, zh, en in KEYS + FIGURES:
        if (event, value) == (capture.event, capture.value):
            return t(zh, en)
    return capture.name
