"""Leads somebody with a microphone through the clips of a bank, one after another."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from devices.errors import DeviceUnavailable
from devices.voice.outputs import Aplay
from devices.voice.recording import Take, store, usable
from devices.voice.sound import Sound
from devices.voice.wording import CHIME, Word
from firmware_py.cli.output import say
from firmware_py.cli.words import t

__all__ = ["record_all"]

_LISTEN_S = 10.0


def record_all(folder: Path, words: Sequence[Word], device: str) -> None:
    """Record ``words`` into ``folder``. Raises ``DeviceUnavailable``, ``DeviceFault``."""
    if not words:
        say(t("全部录好了；重录请加 --again。", "All are recorded; --again records them anew."))
        return
    say(
        t(
            f"共 {len(words)} 条。请在安静处，离话筒一拳远，语速平稳。"
            "随时可退出，已录的保留，下次接着录。",
            f"{len(words)} clips. In a quiet place, a hand from the microphone, at an even pace. "
            "Leave at any time: what is recorded stays, the next run goes on.",
        )
    )
    for place, word in enumerate(words):
        if not _record_one(folder, word, f"[{place + 1}/{len(words)}]", device):
            say(t("已退出，已录的保留。", "Stopped; what was recorded stays."))
            return
    say(t("录制完成，请运行 hallctl voice bank check。", "Done; now: hallctl voice bank check."))


def _record_one(folder: Path, word: Word, place: str, device: str) -> bool:
    """Record one word until somebody likes it or skips it; False to end altogether."""
    text = t("提示音“叮咚”", "the chime (叮咚)") if word.text == CHIME else word.text
    while True:
        say((f"{place} ", "dim"), (text, "bold"))
        answer = _ask(t("回车开始录音，s 跳过，q 退出", "Enter to record, s to skip, q to leave"))
        if answer in {"s", "q"}:
            return answer == "s"
        take = Take(folder / f".{word.file}.raw", device)
        try:
            _ask(t("请读；读完按回车", "Speak; Enter when you have finished"))
        finally:
            raw = take.end()
        clip, complaints = usable(raw)
        for one in complaints:
            say((t(one.zh, one.en), "bold red"))
        if complaints:
            continue
        answer = _listen(clip)
        if answer == "q":
            return False
        if answer != "r":
            store(folder, word, clip)
            return True


def _listen(clip: Sound) -> str:
    """Play a clip until somebody has decided: "" keep, r record again, q leave."""
    answer = "p"
    while answer == "p":
        card = Aplay("default")
        try:
            card.start(clip.wav())
            card.wait(_LISTEN_S)
        except DeviceUnavailable as error:
            # Somebody without a loudspeaker may go on: the level was measured.
            say((t(f"无法试听：{error.reason}", f"Cannot be played: {error.reason}"), "dim"))
        finally:
            card.close()
        answer = _ask(
            t(
                f"{clip.seconds:.1f} 秒。回车保存，r 重录，p 再听，q 退出",
                f"{clip.seconds:.1f} s. Enter to keep, r again, p to listen, q to leave",
            )
        )
    return answer


def _ask(words: str) -> str:
    answer: str = click.prompt(words, default="", show_default=False)
    return answer.strip().lower()
