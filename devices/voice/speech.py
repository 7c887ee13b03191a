"""What is to be said, and the verbs of every voice: a speech chip, or the Pi's own sound."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Literal

from devices.base import Driver, Sentence
from devices.errors import DeviceFault

__all__ = ["SPOKEN", "TEST", "UNSPOKEN", "Language", "Phrase", "Speech", "UnspeakableText", "Voice"]

Language = Literal["zh", "en"]

#: Inputs of a voice; their value is the speech's number. It was said to its end, or given up.
SPOKEN, UNSPOKEN = "spoken", "unspoken"
#: The number of a self-test's speech.
TEST = 0


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in one language, as they are spoken: 请A零零一号到三号窗口."""

    text: str
    language: Language


@dataclass(frozen=True, slots=True)
class Speech:
    """Phrases that are said one after another. ``volume`` is 0 (silent) to 100 per cent."""

    number: int
    phrases: tuple[Phrase, ...]
    volume: int = 80


#: What the self-test says, by language.
TEST_PHRASES = (
    Phrase("请A零零一号到一号窗口", "zh"),
    Phrase("Ticket A zero zero one, please go to window one", "en"),
)


class UnspeakableText(DeviceFault):
    """A text that this voice cannot say; nothing of it was said."""

    def __init__(self, text: str, zh: str, en: str) -> None:
        super().__init__("unspeakable", f"“{text[:40]}”：{zh}", f'"{text[:40]}": {en}')
        self.text = text


class Voice(Driver):
    """Says speeches one after another, each to its end, unless it is told to fall silent.

    The end of each comes as ``Input("spoken", number)``, or ``Input("unspoken", number)`` when the
    device would not say it; of what was cut off nothing comes.
    """

    #: What ``prepare`` was told last: the self-test is as loud.
    usual_volume = 80

    @abstractmethod
    def cannot_say(self, phrase: Phrase) -> Sentence | None:
        """Return why this voice cannot say a phrase; None when it can."""

    @abstractmethod
    def speak(self, speech: Speech) -> None:
        """Say it as soon as all before it was said. Returns at once.

        Raises ``UnspeakableText`` (nothing is said), ``DeviceFault`` when too much waits,
        ``DeviceTimeout``, ``DeviceUnavailable``.
        """

    @abstractmethod
    def fall_silent(self) -> None:
        """Cut off what is being said, and forget all that waits. Returns at once.

        Raises ``DeviceTimeout``, ``DeviceUnavailable``.
        """

    def speak_instead(self, speech: Speech) -> None:
        """Say it at once, in place of all that was to be said. Raises as ``speak`` does.

        One that cannot be said leaves silence.
        """
        self.fall_silent()
        self.speak(speech)

    def prepare(self, volume: int) -> None:
        """Make ready to speak at a volume that will be asked for soon. Raises as ``speak`` does."""
        self.usual_volume = volume

    def self_test(self) -> Sentence:
        """Say a call in every language that this voice has. Raises as ``speak`` does."""
        phrases = tuple(one for one in TEST_PHRASES if self.cannot_say(one) is None)
        self.speak(Speech(TEST, phrases, self.usual_volume))
        return Sentence(
            "请听：" + "；".join(one.text for one in phrases) + "。",
            "Listen for: " + "; ".join(one.text for one in phrases) + ".",
        )
