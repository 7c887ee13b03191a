"""What the hall says: calls, the notice before closing, and what somebody has it say."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any

from devices.base import Input
from devices.errors import DeviceFault
from devices.registry import cannot_write
from devices.voice.speech import SPOKEN, Language, Phrase, Speech
from firmware_py.app.ports import Happened
from firmware_py.core import events as e
from firmware_py.core.model import State, TicketStatus
from firmware_py.core.opening import local_day, local_seconds, todays_hours
from firmware_py.core.refusals import Refusal
from firmware_py.core.rules import Rules
from firmware_py.runtime.announcements import Announcement, Announcements
from firmware_py.runtime.device_events import Outcome, Result
from firmware_py.runtime.devices import Post
from firmware_py.runtime.personal import names_a_person
from firmware_py.runtime.spoken import count_en, count_zh, free_text, spelt_en, spelt_zh
from firmware_py.settings import Settings, VoiceSettings

__all__ = ["Voices", "call_phrases"]

log = logging.getLogger(__name__)

#: After these a ticket is called no more.
ENDED = (
    e.ServiceFinished,
    e.TicketMissed,
    e.TicketParked,
    e.TicketTransferred,
    e.TicketCancelled,
)


def call_phrases(voice: VoiceSettings, number: str, window: str) -> tuple[Phrase, ...]:
    """Return a call in the voice's languages: 请A零零一号到三号窗口."""
    said = {
        "zh": voice.zh.format(number=spelt_zh(number), window=count_zh(window)),
        "en": voice.en.format(number=spelt_en(number), window=count_en(window)),
    }
    return tuple(Phrase(said[language], language) for language in voice.languages)


def closing_phrases(voice: VoiceSettings, minutes: int) -> tuple[Phrase, ...]:
    """Return the notice before closing."""
    said = {
        "zh": voice.closing_zh.format(minutes=count_zh(str(minutes))),
        "en": voice.closing_en.format(minutes=count_en(str(minutes))),
    }
    return tuple(Phrase(said[language], language) for language in voice.languages)


def _seconds(time_of_day: str) -> int:
    hours, _, minutes = time_of_day.partition(":")
    return int(hours) * 3600 + int(minutes) * 60


def _phrase(text: str) -> Phrase:
    """Return what somebody typed as it is spoken, in the language that it is written in."""
    language: Language = "zh" if any("\u3400" <= one <= "\u9fff" for one in text) else "en"
    return Phrase(free_text(text, language), language)


class _Voice:
    """One voice: its queue, and whether its device is there."""

    def __init__(self, settings: VoiceSettings) -> None:
        self.settings = settings
        self.queue = Announcements(settings.most_waiting, settings.stale_s)
        self.there = False
        #: The volume that the device was made ready for.
        self.prepared: int | None = None
        #: The speech that the device has now.
        self.number = 0
        self.last: Announcement | None = None
        self.count = 0
        self.warned_of: tuple[str | None, int] | None = None
        #: How many unsaid calls the log has told of.
        self.told_dropped = 0

    def follow(self, settings: VoiceSettings) -> None:
        """Speak as ``settings`` say from now on; what is in the queue stays there."""
        self.settings = settings
        self.queue.limit(settings.most_waiting, settings.stale_s)

    def serves(self, window: str) -> bool:
        """Say whether this voice is heard where the window's people wait."""
        return self.settings.windows is None or window in self.settings.windows

    def quiet(self, now_s: int | None) -> bool:
        """Say whether calls are not said now; an unknown time is no quiet hour."""
        return now_s is not None and any(
            _seconds(begin) <= now_s < _seconds(end) for begin, end in self.settings.quiet
        )

    def volume(self, now_s: int | None) -> int:
        """Return the volume of this hour."""
        if now_s is not None:
            for begin, end, percent in self.settings.volumes:
                if _seconds(begin) <= now_s < _seconds(end):
                    return percent
        return self.settings.volume


class Voices:
    """All voices of the hall. ``now_ms`` is hall time."""

    def __init__(
        self,
        settings: Settings,
        rules: Rules,
        post: Post,
        state: Callable[[], State],
        now_ms: Callable[[], int],
    ) -> None:
        self._post = post
        self._state = state
        self._now_ms = now_ms
        self._voices: dict[str, _Voice] = {}
        self._numbers = count(1)
        self.configure(settings, rules)

    def configure(self, settings: Settings, rules: Rules) -> None:
        """Follow a configuration; what waits to be said at a voice that stays is said."""
        self._rules = rules
        before, self._voices = self._voices, {}
        for voice in settings.voices:
            made = self._voices[voice.device] = before.get(voice.device) or _Voice(voice)
            made.follow(voice)
        self._kinds = {device: settings.devices[device].kind for device in self._voices}

    def knows(self, device: str) -> bool:
        """Say whether this device is a voice."""
        return device in self._voices

    # ---- what is to be said

    def recovered(self, state: State) -> None:
        """After a restart: who was called a moment ago is called once more, to be sure."""
        for window in state.windows.values():
            ticket = state.tickets.get(window.ticket) if window.ticket is not None else None
            if ticket is not None and ticket.status is TicketStatus.CALLED:
                at_s = (ticket.called_ms or 0) / 1000
                self._call(ticket.number, window.id, at_s, once=True)

    def recorded(self, happened: Sequence[Happened]) -> None:
        """Follow the calls."""
        if not self._voices:
            return
        for h in happened:
            match h.event:
                case e.TicketCalled(called_ms=int()):
                    pass  # Another Pi called it, then: nobody is to come now because of that.
                case e.TicketCalled() | e.TicketRecalled() as called:
                    self._call(called.number, called.window, self._now_ms() / 1000)
                case e.ServiceStarted() as started if not started.auto:
                    self._over(started.number)
                case e.DayClosed():
                    for voice in self._voices.values():
                        voice.queue.clear()
                case event if isinstance(event, ENDED):
                    self._over(event.number)
                case _:
                    pass

    def _call(self, number: str, window: str, at_s: float, *, once: bool = False) -> None:
        now_s = self._local_s()
        for device, voice in self._voices.items():
            if voice.serves(window) and not voice.quiet(now_s):
                phrases = call_phrases(voice.settings, number, window)
                times = 1 if once else voice.settings.times
                voice.queue.add(Announcement(phrases, at_s, times, ticket=number))
                self._next(device, voice)

    def _over(self, number: str) -> None:
        for voice in self._voices.values():
            voice.queue.over(number)

    def tick(self) -> None:
        """Look at the clock: volumes, the notice before closing. Called every second."""
        for device, voice in self._voices.items():
            self._prepare(device, voice)
            minutes = self._closes_in(voice)
            if minutes:
                phrases = closing_phrases(voice.settings, minutes)
                voice.queue.add(Announcement(phrases, self._now_ms() / 1000))
                self._next(device, voice)

    def _closes_in(self, voice: _Voice) -> int:
        """Return the minutes to closing when they are to be said now, else 0."""
        ahead_s = voice.settings.closing_soon_min * 60
        state, now_s = self._state(), self._local_s()
        if not ahead_s or now_s is None or not state.day_open:
            return 0
        hours = todays_hours(self._rules, state)
        if not hours or state.day != local_day(state, self._now_ms()):
            return 0
        left_s = hours[-1].closes_s - now_s
        # A hall that stays open longer hears it again before the later end.
        told = (state.day, hours[-1].closes_s)
        if not 0 < left_s <= ahead_s or voice.warned_of == told or voice.quiet(now_s):
            return 0
        voice.warned_of = told
        return -(-left_s // 60)

    def refusal(self, text: str, voice_id: str | None = None) -> Refusal | None:
        """Return why the hall cannot say a text; None when it can."""
        chosen = self._chosen(voice_id)
        if not chosen:
            known = "、".join(voice.settings.id for voice in self._voices.values()) or "-"
            return Refusal(
                "no_voice",
                f"没有这个语音播报（现有：{known}）。",
                f"There is no such voice (voices: {known}).",
            )
        personal = names_a_person(text)
        if personal is not None:
            return personal
        for device in chosen:
            why = cannot_write(self._kinds[device], _phrase(text).text)
            if why is not None:
                return Refusal("unspeakable", why.zh, why.en)
        return None

    def say(self, text: str, voice_id: str | None = None) -> list[str]:
        """Have every voice, or one, say a text once; return the devices that will."""
        chosen = self._chosen(voice_id)
        for device, voice in chosen.items():
            voice.queue.add(Announcement((_phrase(text),), self._now_ms() / 1000))
            self._next(device, voice)
        return list(chosen)

    def _chosen(self, voice_id: str | None) -> dict[str, _Voice]:
        return {
            device: voice
            for device, voice in self._voices.items()
            if voice_id in {None, voice.settings.id}
        }

    # ---- the devices

    def opened(self, device: str) -> None:
        """The device is there: say what waits."""
        voice = self._voices.get(device)
        if voice is not None:
            voice.there, voice.prepared = True, None
            voice.queue.interrupted()
            self._prepare(device, voice)
            self._next(device, voice)

    def lost(self, device: str) -> None:
        """The device is gone; what it was saying will be said again."""
        voice = self._voices.get(device)
        if voice is not None:
            voice.there = False
            voice.queue.interrupted()

    def heard(self, device: str, given: Input) -> None:
        """The device has said something to its end, or would not say it."""
        voice = self._voices[device]
        if given.value != voice.number:
            # A self-test, or what was begun before the device was lost.
            return
        if given.event == SPOKEN:
            voice.queue.said()
        else:
            voice.queue.refused()
        self._next(device, voice)

    def _prepare(self, device: str, voice: _Voice) -> None:
        """Tell the device of a volume that has changed, before somebody has to wait for it."""
        volume = voice.volume(self._local_s())
        if voice.there and volume != voice.prepared:
            voice.prepared = volume
            self._post(device, lambda driver: driver.prepare(volume), key="volume")

    def _next(self, device: str, voice: _Voice) -> None:
        if not voice.there:
            return
        chosen = voice.queue.take(self._now_ms() / 1000)
        if voice.queue.dropped > voice.told_dropped:
            voice.told_dropped = voice.queue.dropped
            log.warning(
                "%s: calls were not said, too many waited or for too long (%d so far)",
                device,
                voice.queue.dropped,
            )
        if chosen is None:
            return
        voice.number, voice.last = next(self._numbers), chosen
        voice.count += 1
        speech = Speech(voice.number, chosen.phrases, voice.volume(self._local_s()))

        def ended(result: Result) -> None:
            self._ended(device, voice, speech.number, result)

        self._post(device, lambda driver: driver.speak(speech), done=ended)

    def _ended(self, device: str, voice: _Voice, number: int, result: Result) -> None:
        """The job ended; what it began goes on, unless it failed."""
        if number != voice.number or result.outcome is Outcome.DONE:
            return
        if result.outcome is Outcome.FAILED and isinstance(result.error, DeviceFault):
            log.warning("%s would not say it: %s", device, result.error)
            voice.queue.refused()
            self._next(device, voice)
        else:
            self.lost(device)

    def _local_s(self) -> int | None:
        return local_seconds(self._state(), self._now_ms())

    def status(self) -> list[Mapping[str, Any]]:
        """Return each voice: what it said last, what waits."""
        return [
            {
                "id": voice.settings.id,
                "device": device,
                "there": voice.there,
                "speaking": voice.queue.current is not None,
                "waiting": len(voice.queue),
                "dropped": voice.queue.dropped,
                "count": voice.count,
                "last": [one.text for one in voice.last.phrases] if voice.last else [],
            }
            for device, voice in self._voices.items()
        ]
