"""A kiosk's loudspeaker: the newest page at once, and never anything else."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import pytest

from devices.errors import DeviceFault
from devices.voice.speech import Phrase, Speech, UnspeakableText
from firmware_py.core.refusals import Refusal
from firmware_py.runtime.device_events import Outcome, Result
from firmware_py.runtime.kiosk_voices import KioskVoices
from firmware_py.settings import DeviceSettings, HallSettings, KioskSettings, Settings, Words

KIOSK = KioskSettings(id="kiosk-1", voice="speaker")
MUTE = KioskSettings(id="kiosk-2")


class Speaker:
    """A driver that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[Speech | None] = []
        self.error: Exception | None = None

    def fall_silent(self) -> None:
        self.told.append(None)

    def speak_instead(self, speech: Speech) -> None:
        if self.error is not None:
            raise self.error
        self.told.append(speech)


class Place:
    """Runs each posted job at once, or never while ``stuck``."""

    def __init__(self, kind: str = "voice.xfs5152") -> None:
        self.speaker = Speaker()
        self.keys: list[str | None] = []
        self.outcome = Outcome.DONE
        self.stuck: list[Callable[[Result], None]] | None = None
        settings = Settings(
            hall=HallSettings(id="demo", name=Words(zh="示范厅", en="Demo Hall")),
            kiosks=(KIOSK, MUTE),
            devices={"speaker": DeviceSettings(kind=kind)},
        )
        self.voices = KioskVoices(settings, self._post)

    def _post(
        self,
        device: str,
        job: Callable[[Any], object],
        *,
        key: str | None = None,
        done: Callable[[Result], None] | None = None,
    ) -> None:
        assert device == "speaker"
        self.keys.append(key)
        if self.stuck is not None:
            assert done is not None
            self.stuck.append(done)
            return
        try:
            result = Result(device, self.outcome, job(self.speaker))
        except DeviceFault as error:
            result = Result(device, Outcome.FAILED, None, error)
        if done is not None:
            done(result)

    async def say(self, text: str, kiosk: KioskSettings = KIOSK) -> bool | str:
        told = await self.voices.say(kiosk, text, "zh", 60)
        return told.code if isinstance(told, Refusal) else told


async def test_a_page_is_said_with_its_numbers_in_words() -> None:
    at = Place()
    assert await at.say("您的号码是A001，9:30开始") is True
    [speech] = at.speaker.told
    assert speech is not None
    assert speech.phrases == (Phrase("您的号码是A零零一，九点三十分开始", "zh"),)
    assert speech.volume == 60


async def test_no_words_are_silence() -> None:
    at = Place()
    assert await at.say(" \n") is False
    assert at.speaker.told == [None]


async def test_a_waiting_page_gives_way_to_the_next() -> None:
    """One key for all: the worker replaces a job that still waits."""
    at = Place()
    await at.say("第一页")
    await at.say("")
    await at.say("😀")
    assert at.keys == ["kiosk"] * 3
    at.stuck = []
    first, second = (asyncio.create_task(at.say(text)) for text in ("第一页", "第二页"))
    await asyncio.sleep(0)
    assert len(at.stuck) == 2
    at.stuck[0](Result("speaker", Outcome.REPLACED))
    at.stuck[1](Result("speaker", Outcome.DONE))
    assert (await first, await second) == (False, True)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("😀", "unspeakable"),
        ("请110105194912310021到窗口", "personal_data"),
        ("请１１０１０５１９４９１２３１００２１到窗口", "personal_data"),
    ],
)
async def test_what_may_not_or_cannot_be_said_is_refused_and_leaves_silence(
    text: str, code: str
) -> None:
    at = Place()
    assert await at.say(text) == code
    assert at.speaker.told == [None]


async def test_a_kiosk_without_a_loudspeaker_says_so() -> None:
    at = Place()
    assert await at.say("请选择事项", MUTE) == "no_voice"
    assert at.keys == []


async def test_a_word_that_nobody_recorded_is_refused_and_no_fault_of_the_device() -> None:
    at = Place("voice.local")
    at.speaker.error = UnspeakableText("样页", "没有录音。", "Not recorded.")
    assert await at.say("样页") == "unspeakable"


async def test_a_device_that_fails_or_is_gone_speaks_not_and_its_log_has_no_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    at = Place()
    at.speaker.error = DeviceFault("busy", "样页", "a page")
    with caplog.at_level(logging.DEBUG):
        assert await at.say("样页的内容") is False
    assert "busy" in caplog.text
    assert "样页" not in caplog.text
    at.speaker.error, at.outcome = None, Outcome.NOT_OPEN
    assert await at.say("第二页") is False


async def test_only_kiosks_loudspeakers_are_known() -> None:
    at = Place()
    assert at.voices.knows("speaker")
    assert not at.voices.knows("voice")
