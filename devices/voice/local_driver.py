"""The Pi's own sound: recorded clips joined to a sentence, espeak-ng for all other words.

Never tried on hardware: neither this machine nor the bench has a sound card; ``aplay`` was tried
with ALSA's ``null`` device and without any card.

The clips are in memory, joining them is a copy. A volume is applied to the whole bank when it
changes, by a process beside, never between a call and its sound; until that is done the clips are
as loud as before.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from devices.base import HealthState, Input, Line, Report, Sentence, Status
from devices.errors import DeviceFault, DeviceTimeout
from devices.voice import espeak
from devices.voice.bank import Bank, open_bank
from devices.voice.kept_sounds import KeptSounds
from devices.voice.louder import Louder
from devices.voice.options import LocalOptions
from devices.voice.outputs import Output, open_output
from devices.voice.sound import Sound, joined, silence
from devices.voice.speech import SPOKEN, Phrase, Speech, UnspeakableText, Voice
from devices.voice.wording import CHIME

__all__ = ["LocalVoice"]

_MOST_WAITING = 8
_GAP_S = 0.3
#: A card that is not done so long after the sound's own length hangs.
_LATE_S = 3.0


@dataclass(frozen=True, slots=True)
class _Piece:
    """A sound; ``number`` is that of the speech that it completes, or None."""

    sound: Sound
    number: int | None


class LocalVoice(Voice):
    """One sound card. ``options`` are ``LocalOptions``; ``clock`` is any steady clock."""

    needs_line: ClassVar[bool] = False
    poll_every_s: float = 0.25

    def __init__(
        self,
        name: str,
        options: LocalOptions,
        line: Line | None = None,
        *,
        output: Callable[[str], Output] = open_output,
        say: Callable[..., Sound] = espeak.say,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(name, options, line)
        self.options: LocalOptions = options
        self._output = output(options.output)
        self._say = KeptSounds(say)
        self._clock = clock
        self._bank: Bank | None = None
        self._loud: Bank | None = None
        self._louder: Louder | None = None
        self._volume: int | None = None
        self._waiting: deque[_Piece] = deque()
        self._playing: _Piece | None = None
        self._due = 0.0
        self._tried_at = 0.0

    def open(self) -> Status:
        """Read the clips and try the card.

        Raises ``DeviceFault`` for a bank that cannot be used, ``DeviceUnavailable``,
        ``DeviceTimeout``.
        """
        self._waiting.clear()
        self._playing = None
        self._forget_volume()
        self._loud = None
        self._bank = open_bank(self.options.bank) if self.options.bank else None
        self._output.open()
        self.counters.frames_in += 1
        self._tried_at = self._clock()
        self.identity = self._output.name
        return self._how_it_is()

    def _how_it_is(self) -> Status:
        lacking = self._bank.lacking() if self._bank is not None else []
        if lacking:
            some = "、".join(lacking[:5])
            return Status(
                HealthState.WARNING,
                "bank_incomplete",
                Sentence(
                    f"语音库缺 {len(lacking)} 个词（{some}），请用 hallctl voice record 补录。",
                    f"The bank of clips lacks {len(lacking)} words ({some}); "
                    "record them by hallctl voice record.",
                ),
            )
        return Status(
            HealthState.OK, "ok", Sentence("声卡工作正常。", "The sound card takes what is played.")
        )

    def close(self) -> None:
        """Stop at once."""
        self._forget_volume()
        self._output.close()

    def _forget_volume(self) -> None:
        self._volume = None
        if self._louder is not None:
            self._louder.close()
            self._louder = None

    def prepare(self, volume: int) -> None:
        """Make the clips ready for a volume of 0 to 100 per cent; half is a quarter of the level.

        Waits for them only the first time. Raises ``DeviceTimeout``, ``DeviceUnavailable``.
        """
        super().prepare(volume)
        if volume == self._volume:
            return
        self._forget_volume()
        self._volume = volume
        if self._bank is None:
            return
        if volume == 100:
            self._loud = self._bank
            return
        self._louder = Louder(self._bank, _factor(volume))
        if self._loud is None:
            self._take_louder()

    def _take_louder(self) -> None:
        if self._louder is not None:
            louder, self._louder = self._louder, None
            self._loud = louder.bank()

    def cannot_say(self, phrase: Phrase) -> Sentence | None:
        """Return why a phrase cannot be said: a word was not recorded, and espeak-ng is off."""
        if self.options.free_text:
            return None
        bank = self._bank or (open_bank(self.options.bank) if self.options.bank else None)
        if bank is not None and bank.parts(phrase) is not None:
            return None
        return Sentence(
            f"“{phrase.text}”中有未录音的词。", f'"{phrase.text}" has words that nobody recorded.'
        )

    def speak(self, speech: Speech) -> None:
        """Say it after what is being said; see ``Voice.speak``."""
        if sum(piece.number is not None for piece in self._waiting) >= _MOST_WAITING:
            raise DeviceFault(
                "busy",
                "待播内容过多，请稍候再试。",
                "Too much waits to be said; try again in a moment.",
            )
        self.prepare(speech.volume)
        sounds = self._sounds(speech.phrases)
        for place, sound in enumerate(sounds):
            last = place == len(sounds) - 1
            self._waiting.append(_Piece(sound, speech.number if last else None))
        self._next()

    def fall_silent(self) -> None:
        """Stop the card at once; see ``Voice.fall_silent``."""
        self._waiting.clear()
        if self._playing is not None:
            self._playing = None
            self._tried_at = self._clock()
            self._output.stop()

    def _sounds(self, phrases: tuple[Phrase, ...]) -> list[Sound]:
        """Return the phrases as few sounds as their rates allow."""
        found: list[Sound] = []
        for phrase in phrases:
            parts = self._parts(phrase)
            if not found and self._loud is not None and self.options.chime:
                parts = [*(self._loud.parts(Phrase(CHIME, "zh")) or ()), *parts]
            sound = joined(parts)
            if found and found[-1].rate == sound.rate:
                found[-1] = joined((found[-1], silence(_GAP_S, sound.rate), sound))
            else:
                found.append(sound)
        return found

    def _parts(self, phrase: Phrase) -> list[Sound]:
        parts = self._loud.parts(phrase) if self._loud is not None else None
        if parts:
            return parts
        why = self.cannot_say(phrase)
        if why is not None:
            raise UnspeakableText(phrase.text, why.zh, why.en)
        spoken = self._say(phrase.text, phrase.language, _factor(self._volume or 0))
        self.counters.extra["by_espeak"] = self.counters.extra.get("by_espeak", 0) + 1
        return [spoken]

    def _next(self) -> None:
        if self._playing is None and self._waiting:
            self._begin(self._waiting.popleft())

    def _begin(self, piece: _Piece) -> None:
        self._output.start(piece.sound.wav())
        self._playing = piece
        self._due = self._clock() + piece.sound.seconds + _LATE_S
        self.counters.frames_out += 1

    def poll(self) -> list[Report]:
        """See whether the card is done, or still there. Raises ``DeviceUnavailable`` and others."""
        self._output.check()
        if self._louder is not None and self._louder.ready():
            self._take_louder()
        now = self._clock()
        if self._playing is None:
            if now - self._tried_at >= self.options.try_every_s:
                self._tried_at = now
                self._begin(_Piece(silence(0.02, 22_050), None))
            return []
        if not self._output.wait(0.0):
            if now > self._due:
                raise DeviceTimeout(self._output.name, self._playing.sound.seconds + _LATE_S)
            return []
        done, self._playing = self._playing, None
        self._tried_at = now
        self.counters.frames_in += 1
        self._next()
        return [Input(SPOKEN, done.number)] if done.number is not None else []


def _factor(volume: int) -> float:
    """Return the factor of the samples: to the ear, half the level is much more than half."""
    return (volume / 100) ** 2
