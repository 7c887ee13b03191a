"""What a hall says, by its own rules: a voice that is told by hand when it has finished."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from devices.base import Input
from devices.errors import DeviceFault
from devices.voice.speech import Speech
from firmware_py.app.ports import Happened
from firmware_py.core import commands as c
from firmware_py.core.refusals import Refusal
from firmware_py.core.rules import Hours, Text, WindowRule
from firmware_py.runtime.device_events import Outcome, Result
from firmware_py.runtime.voices import Voices
from firmware_py.settings import DeviceSettings, HallSettings, Settings, VoiceSettings, Words
from tests.core.hall import RULES, Hall

WINDOWS = {w: WindowRule(w, Text("窗口", "Window")) for w in ("1", "2", "12")}
ROOM = replace(RULES, windows=WINDOWS, next_guard_s=0.0)
CHINESE = VoiceSettings(id="hall", device="voice", languages=("zh",), times=1)


class FakeVoice:
    """Takes speeches as a driver does."""

    def __init__(self, speak: Callable[[Speech], None]) -> None:
        self.speak = speak
        self.volumes: list[int] = []

    def prepare(self, volume: int) -> None:
        self.volumes.append(volume)


class Place:
    """A hall with one voice, or those of ``voices``; ``speeches`` is what they were given."""

    def __init__(self, *voices: VoiceSettings, rules: Any = ROOM) -> None:
        self.hall = Hall(rules=rules)
        self.hall.clock("09:00")
        self.hall.open()
        given = voices or (CHINESE,)
        self.rules = rules
        self.settings = Settings(
            hall=HallSettings(id="demo", name=Words(zh="示范厅", en="Demo Hall")),
            voices=given,
            devices={one.device: DeviceSettings(kind="voice.xfs5152") for one in given},
        )
        self.speeches: list[tuple[str, Speech]] = []
        self.error: DeviceFault | None = None
        self.voices = self.new_voices()
        for voice in given:
            self.voices.opened(voice.device)

    def new_voices(self) -> Voices:
        """Return voices that know nothing yet, as after a start."""
        return Voices(
            self.settings,
            self.rules,
            self._post,
            lambda: self.hall.state,
            lambda: self.hall.now_ms,
        )

    def _post(
        self,
        device: str,
        job: Callable[..., object],
        *,
        key: str | None = None,
        done: Callable[[Result], None] | None = None,
    ) -> None:
        def speak(speech: Speech) -> None:
            if self.error is None:
                self.speeches.append((device, speech))

        job(FakeVoice(speak))
        if key == "volume":
            return
        assert done is not None
        outcome = Outcome.DONE if self.error is None else Outcome.FAILED
        error, self.error = self.error, None
        done(Result(device, outcome, error=error))

    def ask(self, command: c.Command) -> None:
        events = self.hall.ask(command)
        assert not isinstance(events, Refusal), events
        self.voices.recorded([Happened(1, 0, "", "", "", event, b"") for event in events])

    def call(self, window: str) -> None:
        self.ask(c.TakeTicket("D01", "kiosk-1"))
        self.ask(c.CallNext(window))

    def finish(self, device: str = "voice") -> None:
        """The device has said what it was given last."""
        number = [speech.number for name, speech in self.speeches if name == device][-1]
        self.voices.heard(device, Input("spoken", number))

    def said(self, device: str = "voice") -> list[str]:
        return [
            phrase.text
            for name, speech in self.speeches
            if name == device
            for phrase in speech.phrases
        ]


def test_a_call_is_said_in_chinese_then_english_and_once_more() -> None:
    at = Place(VoiceSettings(id="hall", device="voice"))
    at.call("12")
    at.finish()
    round_ = [
        "请A零零一号到十二号窗口",
        "Ticket A zero zero one, please go to window twelve",
    ]
    assert at.said() == [*round_, *round_]


def test_a_second_call_waits_for_the_first() -> None:
    at = Place()
    at.call("1")
    at.call("2")
    assert at.said() == ["请A零零一号到一号窗口"]
    at.finish()
    assert at.said()[1:] == ["请A零零二号到二号窗口"]


def test_a_number_that_is_called_no_more_is_not_said() -> None:
    at = Place()
    at.call("1")
    at.call("2")
    at.ask(c.MarkMissed("2"))
    at.finish()
    assert at.said() == ["请A零零一号到一号窗口"]


def test_a_number_whose_person_has_come_is_not_said_again() -> None:
    at = Place(msgspec.structs.replace(CHINESE, times=3))
    at.call("1")
    at.ask(c.StartService("1"))
    at.finish()
    assert len(at.said()) == 1


def test_each_zone_hears_its_own_windows() -> None:
    at = Place(
        msgspec.structs.replace(CHINESE, windows=("1",)),
        msgspec.structs.replace(CHINESE, id="upstairs", device="voice-2", windows=("2",)),
    )
    at.call("1")
    at.call("2")
    assert at.said("voice") == ["请A零零一号到一号窗口"]
    assert at.said("voice-2") == ["请A零零二号到二号窗口"]


def test_quiet_hours_are_quiet_and_volume_follows_the_hour() -> None:
    voice = msgspec.structs.replace(
        CHINESE, quiet=(("12:00", "13:30"),), volumes=(("13:30", "14:00", 30),), volume=70
    )
    at = Place(voice)
    at.call("1")
    assert [speech.volume for _, speech in at.speeches] == [70]
    at.finish()
    at.hall.clock("12:05")
    at.ask(c.Recall("1"))
    assert len(at.speeches) == 1
    at.hall.clock("13:35")
    at.ask(c.Recall("1"))
    assert at.speeches[-1][1].volume == 30


def test_closing_time_is_said_once_before_it() -> None:
    rules = replace(ROOM, hours=(Hours(9 * 3600, 17 * 3600),))
    at = Place(msgspec.structs.replace(CHINESE, closing_soon_min=15), rules=rules)
    at.voices.tick()
    assert at.said() == []
    at.hall.clock("16:45")
    at.voices.tick()
    at.voices.tick()
    assert at.said() == ["各位纳税人请注意，离下班还有十五分钟，请抓紧时间办理"]


def test_a_voice_that_was_lost_says_its_sentence_when_it_is_back() -> None:
    at = Place()
    at.call("1")
    at.voices.lost("voice")
    at.voices.opened("voice")
    assert at.said() == ["请A零零一号到一号窗口"] * 2


def test_the_log_says_when_too_many_calls_waited_to_be_said(
    caplog: pytest.LogCaptureFixture,
) -> None:
    at = Place(msgspec.structs.replace(CHINESE, most_waiting=1))
    for window in ("1", "2", "12"):
        at.call(window)
    at.finish()
    assert "voice: calls were not said, too many waited or for too long (1 so far)" in caplog.text


def test_nothing_is_posted_to_a_voice_that_is_not_there() -> None:
    at = Place()
    at.voices.lost("voice")
    at.call("1")
    assert at.speeches == []
    at.voices.opened("voice")
    assert at.said() == ["请A零零一号到一号窗口"]


def test_what_a_voice_refuses_does_not_hold_up_the_next_call() -> None:
    at = Place()
    at.error = DeviceFault("unspeakable", "不会说。", "It cannot say that.")
    at.call("1")
    at.call("2")
    assert at.said() == ["请A零零二号到二号窗口"]


def test_a_typed_text_is_said_and_one_that_cannot_be_is_refused() -> None:
    at = Place()
    assert at.voices.refusal("请3号窗口的人员回来") is None
    assert at.voices.say("请3号窗口的人员回来") == ["voice"]
    assert at.said() == ["请三号窗口的人员回来"]
    refused = at.voices.refusal("请看😀")
    assert refused is not None
    assert refused.code == "unspeakable"
    nobody = at.voices.refusal("请", "cellar")
    assert nobody is not None
    assert "hall" in nobody.zh


@pytest.mark.parametrize(
    "text",
    ["请11010519491231002X到导税台", "请１１０１０５１９４９１２３１００２Ｘ到导税台"],
)
def test_an_id_number_is_not_said_nor_spelt(text: str) -> None:
    at = Place()
    refused = at.voices.refusal(text)
    assert refused is not None
    assert (refused.code, "身份证号码" in refused.zh) == ("personal_data", True)
    # A telephone and a company's number are no ID number.
    assert at.voices.refusal("请拨打12366 0571 87654321") is None
    assert at.voices.refusal("913301007042588966请到三号窗口") is None


def test_after_a_restart_who_is_called_is_called_once_more() -> None:
    at = Place(msgspec.structs.replace(CHINESE, times=3))
    at.call("1")
    at.speeches.clear()
    at.voices = at.new_voices()
    at.voices.recovered(at.hall.state)
    at.voices.opened("voice")
    at.finish()
    assert at.said() == ["请A零零一号到一号窗口"]
