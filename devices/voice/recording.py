"""Recording a bank: what makes a good clip, and how one is taken from a microphone.

``arecord`` (Debian's alsa-utils) records until it is told to stop. Never tried with a microphone:
this machine has none; the programs were tried without.
"""

from __future__ import annotations

import contextlib
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

from devices.base import Sentence
from devices.errors import DeviceFault, DeviceUnavailable
from devices.voice.bank import INDEX, index_text
from devices.voice.sound import Sound, level_db, normalised, peak_db, quiet_ends, read, trimmed
from devices.voice.speech import Language
from devices.voice.wording import Word, words_of

__all__ = ["Take", "found_for", "problems", "store", "to_record", "usable", "write_index"]

RATE = 22_050
_LOWEST_DB, _HIGHEST_DB = -28.0, -12.0
_CLIPPED_DB = -0.1
_LONGEST_S, _SHORTEST_S = 4.0, 0.08
_QUIET_S = 0.15
#: A microphone that is off or far away leaves less than this.
_NOTHING_DB = -50.0
_STOP_S = 3.0
_LEAST_S = 0.3


def to_record(folder: Path, language: Language | None, *, again: bool) -> list[Word]:
    """Return the words that are still to be recorded, each file once; all of them ``again``."""
    words = [*words_of("zh"), *words_of("en")] if language is None else [*words_of(language)]
    by_file = {word.file: word for word in reversed(words)}
    order = list(dict.fromkeys(word.file for word in words))
    return [by_file[file] for file in order if again or not (folder / file).exists()]


def usable(raw: Sound) -> tuple[Sound, list[Sentence]]:
    """Return a recording trimmed and at the usual level, and why it should be taken again."""
    wrong: list[Sentence] = []
    if peak_db(raw) < _NOTHING_DB:
        wrong.append(
            Sentence(
                "几乎没有声音，请检查话筒。", "There is next to no sound: check the microphone."
            )
        )
        return raw, wrong
    if peak_db(raw) > _CLIPPED_DB:
        wrong.append(
            Sentence("声音过大失真，请离话筒远一些。", "Too loud, distorted: keep further away.")
        )
    clip = normalised(trimmed(raw))
    if not _SHORTEST_S <= clip.seconds <= _LONGEST_S:
        wrong.append(_length(clip))
    return clip, wrong


def problems(clip: Sound) -> list[Sentence]:
    """Return what is wrong with a clip of a bank."""
    if peak_db(clip) < _NOTHING_DB:
        return [Sentence("没有声音", "no sound")]
    found: list[Sentence] = []
    level = level_db(clip)
    if not _LOWEST_DB <= level <= _HIGHEST_DB:
        found.append(
            Sentence(
                f"音量 {level:.0f} dB，应在 {_LOWEST_DB:.0f} 至 {_HIGHEST_DB:.0f} dB",
                f"level {level:.0f} dB, not {_LOWEST_DB:.0f} to {_HIGHEST_DB:.0f} dB",
            )
        )
    if peak_db(clip) > _CLIPPED_DB:
        found.append(Sentence("过大失真", "too loud, distorted"))
    before_s, after_s = quiet_ends(clip)
    if max(before_s, after_s) > _QUIET_S:
        found.append(
            Sentence(
                f"首尾静音 {before_s:.2f} 秒、{after_s:.2f} 秒",
                f"silence of {before_s:.2f} s and {after_s:.2f} s at its ends",
            )
        )
    if not _SHORTEST_S <= clip.seconds <= _LONGEST_S:
        found.append(_length(clip))
    return found


def _length(clip: Sound) -> Sentence:
    return Sentence(
        f"长度 {clip.seconds:.2f} 秒，应在 {_SHORTEST_S} 至 {_LONGEST_S} 秒",
        f"{clip.seconds:.2f} s long, not {_SHORTEST_S} to {_LONGEST_S} s",
    )


def found_for(word: Word, folder: Path) -> Path | None:
    """Return a file of somebody's own folder that holds a word: ``zh-qing.wav`` or ``请.wav``."""
    names = (word.file, f"{word.text}.wav", f"{word.text.lower()}.wav")
    return next((folder / name for name in names if (folder / name).is_file()), None)


def store(folder: Path, word: Word, clip: Sound) -> None:
    """Write a clip whole, or leave what was there. Raises ``OSError``."""
    fresh = folder / f".{word.file}.new"
    fresh.write_bytes(clip.wav())
    fresh.replace(folder / word.file)


def write_index(folder: Path) -> None:
    """Write ``bank.toml`` for the clips that are there, unless the hall has its own."""
    index = folder / INDEX
    if not index.exists() or index.read_text(encoding="utf-8").startswith(_MADE):
        index.write_text("\n".join(_present(folder)) + "\n", encoding="utf-8")


_MADE = index_text().partition("\n")[0]


def _present(folder: Path) -> Iterator[str]:
    for line in index_text().splitlines():
        file = line.rpartition(" = ")[2].strip('"')
        if not file.endswith(".wav") or (folder / file).exists():
            yield line


class Take:
    """One recording that goes on until ``end``. ``device`` is ALSA's name of the microphone."""

    def __init__(self, path: Path, device: str) -> None:
        self._path = path
        self._device = device
        line = ["arecord", "-q", "-D", device, "-f", "S16_LE", "-c", "1", "-r", str(RATE)]
        try:
            self._process = subprocess.Popen(
                [*line, "-t", "wav", str(path)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
            )
        except FileNotFoundError:
            raise DeviceFault(
                "arecord_missing",
                "没有安装录音程序，请执行：apt install alsa-utils。",
                "The program that records is missing: apt install alsa-utils.",
            ) from None

    def end(self) -> Sound:
        """Stop and return what was recorded. Raises ``DeviceUnavailable`` with ALSA's words."""
        # A key pressed twice must not end it before it has begun.
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_LEAST_S)
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        try:
            _, told = self._process.communicate(timeout=_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            _, told = self._process.communicate()
        try:
            return read(self._path)
        except (OSError, ValueError) as error:
            lines = told.decode("utf-8", "replace").strip().splitlines()
            raise DeviceUnavailable(self._device, lines[-1] if lines else str(error)) from error
        finally:
            self._path.unlink(missing_ok=True)
