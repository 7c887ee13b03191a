"""The words of a clip bank: what a hall records, and how espeak-ng is told to say it. Pure.

43 clips make every call in Chinese: ten digits, 26 letters, six words and the chime. English has
31 more and takes the letters of the Chinese speaker, as the hall's people know them.
"""

from __future__ import annotations

from dataclasses import dataclass

from devices.voice.speech import Language

__all__ = ["CHIME", "WORDS", "Word", "words_of"]

CHIME = "叮咚"


@dataclass(frozen=True, slots=True)
class Word:
    """``text`` as it stands in a phrase; ``file`` of its clip; ``say`` for espeak-ng."""

    text: str
    language: Language
    file: str
    say: str


_DIGITS = "零 一 二 三 四 五 六 七 八 九"
_PINYIN = "ling2 yi1 er4 san1 si4 wu3 liu4 qi1 ba1 jiu3"
_OTHERS = (
    ("请", "qing", "qing3"),
    ("号", "hao", "hao4"),
    ("到", "dao", "dao4"),
    ("号窗口", "hao-chuangkou", "hao4 chuang1kou3"),
    ("十", "shi", "shi2"),
    ("百", "bai", "bai3"),
)
_ENGLISH_NUMBERS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty "
    "ninety hundred"
)
_SENTENCES = ("ticket", "please go to window")
_LETTERS = [chr(number) for number in range(ord("A"), ord("Z") + 1)]


def _chinese() -> list[Word]:
    digits = zip(_DIGITS.split(), _PINYIN.split(), strict=True)
    found = [Word(text, "zh", f"zh-{n}.wav", say) for n, (text, say) in enumerate(digits)]
    found += [Word(text, "zh", f"zh-{file}.wav", say) for text, file, say in _OTHERS]
    # espeak-ng's Chinese voice knows the letters by their English names.
    found += [Word(one, "zh", f"letter-{one.lower()}.wav", one) for one in _LETTERS]
    return [*found, Word(CHIME, "zh", "chime.wav", "")]


def _english() -> list[Word]:
    texts = [*_SENTENCES, *_ENGLISH_NUMBERS.split()]
    found = [Word(one, "en", f"en-{one.replace(' ', '-')}.wav", one) for one in texts]
    return found + [Word(one, "en", f"letter-{one.lower()}.wav", one) for one in _LETTERS]


WORDS: tuple[Word, ...] = (*_chinese(), *_english())


def words_of(language: Language) -> tuple[Word, ...]:
    """Return the words of one language."""
    return tuple(word for word in WORDS if word.language == language)
