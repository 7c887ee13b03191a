"""A bank of clips: a folder with WAV files and ``bank.toml``, which says what each of them says.

::

    [zh]
    "请" = "zh-qing.wav"
    "零" = "zh-0.wav"
    "A" = "letter-a.wav"

    [en]
    "ticket" = "en-ticket.wav"

16 bit, mono, 16,000 or 22,050 samples a second, all clips alike. A phrase is made of the longest
words that are there; signs between them become pauses.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from devices.errors import DeviceFault
from devices.voice.sound import RATES, Sound, read, silence
from devices.voice.speech import Language, Phrase
from devices.voice.wording import WORDS

__all__ = ["INDEX", "Bank", "check", "index_text", "load", "open_bank", "usual"]

INDEX = "bank.toml"
_LANGUAGES: tuple[Language, ...] = get_args(Language)
_DIGITS = str.maketrans("0123456789", "零一二三四五六七八九")
_MARKS = re.compile(r"[\s，。、；：！？,.;:!?]+")
#: What a comma and what a full stop become.
_PAUSE_S, _STOP_S = 0.15, 0.35


@dataclass(frozen=True, slots=True)
class Bank:
    """Clips by language and word, all in memory: about 20 kB each."""

    clips: Mapping[Language, Mapping[str, Sound]]
    rate: int

    def parts(self, phrase: Phrase) -> list[Sound] | None:
        """Return the clips that say a phrase, or None when a word of it was never recorded."""
        clips = self.clips.get(phrase.language, {})
        text = usual(phrase.text, phrase.language)
        found: list[Sound] = []
        at = 0
        while at < len(text):
            if (marks := _MARKS.match(text, at)) is not None:
                at = marks.end()
                found += self._pause(marks[0])
                continue
            word = _longest(clips, text, at, phrase.language)
            if word is None:
                return None
            found.append(clips[word])
            at += len(word)
        return found

    def lacking(self) -> list[str]:
        """Return the words of the hall's calls that were not recorded."""
        return [
            f"{word.language} {word.text}"
            for word in WORDS
            if usual(word.text, word.language) not in self.clips.get(word.language, {})
        ]

    def _pause(self, marks: str) -> list[Sound]:
        if not marks.strip():
            return []
        stop = any(one in "。！？.!?；;" for one in marks)
        return [silence(_STOP_S if stop else _PAUSE_S, self.rate)]


def usual(text: str, language: Language) -> str:
    """Return a text as the clips are named: Chinese in capitals and without digits."""
    return text.upper().translate(_DIGITS) if language == "zh" else text.lower()


def _longest(clips: Mapping[str, Sound], text: str, at: int, language: Language) -> str | None:
    """Return the longest word of the bank that stands in ``text`` at ``at``."""
    found = [word for word in clips if text.startswith(word, at)]
    if language == "en":
        found = [word for word in found if not text[at + len(word) : at + len(word) + 1].isalnum()]
    return max(found, key=len, default=None)


def load(folder: str) -> Bank:
    """Read a bank. Raises ``ValueError`` with every mistake in it, one a line; ``OSError``."""
    place = Path(folder)
    wrong: list[str] = []
    clips: dict[Language, dict[str, Sound]] = {}
    read_files: dict[str, Sound | None] = {}
    for language, words in _index(place).items():
        for word, file in words.items():
            if file not in read_files:
                read_files[file] = _read(place / file, wrong)
            clip = read_files[file]
            if clip is not None:
                clips.setdefault(language, {})[usual(word, language)] = clip
    rates = {clip.rate for clip in read_files.values() if clip is not None}
    if len(rates) > 1:
        listed = ", ".join(str(rate) for rate in sorted(rates))
        wrong.append(f"the clips differ in samples a second: {listed}")
    if not rates and not wrong:
        wrong.append(f"{place / INDEX} names no clips")
    if wrong:
        raise ValueError("\n".join(wrong))
    return Bank(clips, rates.pop())


def check(folder: str) -> list[str]:
    """Return what the hall's calls would lack: words that were never recorded."""
    return load(folder).lacking()


def _index(place: Path) -> dict[Language, dict[str, str]]:
    try:
        raw = tomllib.loads((place / INDEX).read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{place / INDEX}: {error}") from error
    found: dict[Language, dict[str, str]] = {}
    for language in _LANGUAGES:
        words = raw.pop(language, {})
        if not isinstance(words, dict) or not all(isinstance(one, str) for one in words.values()):
            raise ValueError(f'{place / INDEX}: [{language}] must hold word = "file.wav"')
        found[language] = words
    if raw:
        raise ValueError(f"{place / INDEX}: {', '.join(raw)} means nothing here ([zh] and [en])")
    return found


def _read(path: Path, wrong: list[str]) -> Sound | None:
    try:
        clip = read(path)
    except OSError as error:
        wrong.append(f"{path.name}: {error.strerror}")
        return None
    except ValueError as error:
        wrong.append(str(error))
        return None
    if clip.rate not in RATES:
        wrong.append(f"{path.name}: {clip.rate} samples a second; {RATES[0]} or {RATES[1]} wanted")
        return None
    if not clip.pcm:
        wrong.append(f"{path.name}: it is empty")
        return None
    return clip


def open_bank(folder: str) -> Bank:
    """Read a bank for a device. Raises ``DeviceFault`` that names the first mistakes."""
    try:
        return load(folder)
    except (ValueError, OSError) as error:
        told = "; ".join(str(error).splitlines()[:3])
        raise DeviceFault(
            "bank",
            f"语音库不可用：{told}。请运行 hallctl voice bank check {folder}。",
            f"The bank of clips cannot be used: {told}. Run: hallctl voice bank check {folder}.",
        ) from error


def index_text() -> str:
    """Return the ``bank.toml`` of a bank that has every word."""
    lines = ["# 每个词对应的录音文件  Which file says each word", ""]
    for language in _LANGUAGES:
        lines.append(f"[{language}]")
        lines += [f'"{w.text}" = "{w.file}"' for w in WORDS if w.language == language]
        lines.append("")
    return "\n".join(lines)
