"""What a kiosk's own loudspeaker says: its screen's words, the newest at once.

No queue: whoever turned a page wants to hear that page, so what is being said is cut off. Calls
are never said here, and nothing of this is recorded or logged.
"""

from __future__ import annotations

import asyncio
import logging
from itertools import count
from typing import Any

from devices.errors import DeviceFault
from devices.registry import cannot_write
from devices.voice.speech import Language, Phrase, Speech, UnspeakableText
from firmware_py.core.refusals import Refusal
from firmware_py.runtime.device_events import Outcome, Result
from firmware_py.runtime.devices import Post
from firmware_py.runtime.personal import names_a_person
from firmware_py.runtime.spoken import free_text
from firmware_py.settings import KioskSettings, Settings

__all__ = ["KioskVoices"]

log = logging.getLogger(__name__)

#: A voice that has not begun after so long is not waited for: espeak-ng needs a second on a Pi.
_PATIENCE_S = 8.0


class KioskVoices:
    """The loudspeakers of all kiosks."""

    def __init__(self, settings: Settings, post: Post) -> None:
        self._post = post
        self._numbers = count(1)
        self.configure(settings)

    def configure(self, settings: Settings) -> None:
        """Take which loudspeaker is whose."""
        self._kind_of = {
            kiosk.voice: settings.devices[kiosk.voice].kind
            for kiosk in settings.kiosks
            if kiosk.voice is not None
        }

    def knows(self, device: str) -> bool:
        """Say whether this device is a kiosk's loudspeaker."""
        return device in self._kind_of

    async def say(
        self, kiosk: KioskSettings, text: str, language: Language, volume: int
    ) -> bool | Refusal:
        """Say a text in place of all that is being said there; an empty one is silence.

        Returns whether it is being said, which a loudspeaker that is gone does not; or why it
        cannot be.
        """
        device = kiosk.voice
        if device is None:
            return Refusal(
                "no_voice",
                f"取号机 {kiosk.id} 没有配置扬声器（voice）。",
                f"Kiosk {kiosk.id} has no loudspeaker of its own (voice).",
                {"kiosk": kiosk.id},
            )
        phrase = Phrase(free_text(text.strip(), language), language)
        refusal = names_a_person(text) or self._unspeakable(device, phrase)
        if refusal is not None:
            # The page before was left all the same.
            self._post(device, lambda driver: driver.fall_silent(), key="kiosk")
            return refusal
        return await self._spoken(device, phrase, volume)

    def _unspeakable(self, device: str, phrase: Phrase) -> Refusal | None:
        why = cannot_write(self._kind_of[device], phrase.text)
        return None if why is None else Refusal("unspeakable", why.zh, why.en)

    async def _spoken(self, device: str, phrase: Phrase, volume: int) -> bool | Refusal:
        speech = Speech(next(self._numbers), (phrase,), volume)

        def speak(driver: Any) -> Refusal | None:
            if not phrase.text:
                driver.fall_silent()
                return None
            try:
                driver.speak_instead(speech)
            except UnspeakableText as error:
                # A text's fault, not the device's, and not for its health: it has the text.
                return Refusal("unspeakable", error.zh, error.en)
            return None

        ended: asyncio.Future[Result] = asyncio.get_running_loop().create_future()

        def done(result: Result) -> None:
            if not ended.done():
                ended.set_result(result)

        # A page that was left before it was begun is not begun any more.
        self._post(device, speak, key="kiosk", done=done)
        try:
            result = await asyncio.wait_for(ended, _PATIENCE_S)
        except TimeoutError:
            return False
        if isinstance(result.error, DeviceFault):
            log.warning("%s would not say it: %s", device, result.error.code)
        if isinstance(result.value, Refusal):
            return result.value
        return result.outcome is Outcome.DONE and bool(phrase.text)
