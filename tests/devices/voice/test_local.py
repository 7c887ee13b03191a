"""The Pi's own sound: what is played, in which order, and what a card that fails says."""

from __future__ import annotations

import os
import subprocess
from array import array
from pathlib import Path

import pytest

from devices.base import HealthState, Input
from devices.errors import DeviceFault, DeviceTimeout, DeviceUnavailable
from devices.voice.local_driver import LocalVoice
from devices.voice.options import LocalOptions
from devices.voice.outputs import Aplay, Output
from devices.voice.sound import Sound, silence
from devices.voice.speech import Language, Phrase, Speech, UnspeakableText
from tests.devices.voice.clips import RATE, samples_of, write_bank

CALL = Phrase("请A零零一号到三号窗口", "zh")
CALL_FILES = (
    "zh-qing.wav", "letter-a.wav", "zh-0.wav", "zh-0.wav", "zh-1.wav", "zh-hao.wav",
    "zh-dao.wav", "zh-3.wav", "zh-hao-chuangkou.wav",
)  # fmt: skip
GAP = round(0.3 * RATE)


class FakeCard(Output):
    """Keeps what it was given; the test says when it is done."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.played: list[bytes] = []
        self.error: DeviceUnavailable | None = None
        self.busy = False
        self.stopped = 0

    def start(self, wav: bytes) -> None:
        if len(wav) > 2000:
            self.played.append(wav)
            self.busy = True

    def wait(self, timeout_s: float) -> bool:
        if self.error is not None:
            raise self.error
        return not self.busy

    def stop(self) -> None:
        self.stopped += self.busy
        self.busy = False

    def close(self) -> None:
        self.busy = False


class Place:
    """A voice on a fake card, with a clock that the test moves."""

    def __init__(self, folder: Path | None, **options: object) -> None:
        self.now = 50.0
        self.asked: list[str] = []
        self.factors: list[float] = []
        bank = str(write_bank(folder)) if folder is not None else ""
        self.voice = LocalVoice(
            "voice",
            LocalOptions(bank=bank, **options),  # type: ignore[arg-type]
            output=FakeCard,
            say=self._say,
            clock=lambda: self.now,
        )
        card = self.voice._output
        assert isinstance(card, FakeCard)
        self.card = card

    def _say(self, text: str, language: Language, factor: float) -> Sound:
        self.asked.append(text)
        self.factors.append(factor)
        return silence(1.0, 22_050)

    def done(self) -> list[tuple[str, int | None]]:
        """The card is done; return what the driver says."""
        self.card.busy = False
        return [(one.event, one.value) for one in self.voice.poll() if isinstance(one, Input)]

    def samples(self, number: int = -1) -> int:
        return (len(self.card.played[number]) - 44) // 2


def speech(number: int, *phrases: Phrase, volume: int = 100) -> Speech:
    return Speech(number, phrases or (CALL,), volume)


def test_a_call_is_one_sound_of_the_chime_and_its_clips(tmp_path: Path) -> None:
    at = Place(tmp_path / "bank")
    assert at.voice.open().state is HealthState.OK
    at.voice.speak(speech(1))
    assert at.samples() == samples_of("chime.wav", *CALL_FILES)
    assert at.done() == [("spoken", 1)]


def test_both_languages_are_one_sound_with_a_gap(tmp_path: Path) -> None:
    at = Place(tmp_path / "bank", chime=False)
    at.voice.open()
    at.voice.speak(speech(1, CALL, Phrase("ticket A", "en")))
    assert at.samples() == samples_of(*CALL_FILES, "en-ticket.wav", "letter-a.wav") + GAP


def test_a_second_call_waits_until_the_card_is_done(tmp_path: Path) -> None:
    at = Place(tmp_path / "bank")
    at.voice.open()
    at.voice.speak(speech(1))
    at.voice.speak(speech(2))
    assert len(at.card.played) == 1
    assert at.voice.poll() == []
    assert at.done() == [("spoken", 1)]
    assert len(at.card.played) == 2


def test_what_nobody_recorded_is_said_by_espeak_ng_and_kept(tmp_path: Path) -> None:
    at = Place(tmp_path / "bank", chime=False)
    at.voice.open()
    notice = Phrase("离下班还有十五分钟", "zh")
    for number in (1, 2):
        at.voice.speak(speech(number, notice))
        at.done()
    assert at.asked == ["离下班还有十五分钟"]
    assert at.samples() == 22_050
    assert at.voice.counters.extra["by_espeak"] == 2


def test_sounds_of_two_rates_are_played_one_after_the_other(tmp_path: Path) -> None:
    at = Place(tmp_path / "bank", chime=False)
    at.voice.open()
    at.voice.speak(speech(1, CALL, Phrase("Ladies and gentlemen", "en")))
    assert at.done() == []
    assert at.samples() == 22_050
    assert at.done() == [("spoken", 1)]


def test_without_espeak_ng_such_a_text_is_refused(tmp_path: Path) -> None:
    at = Place(tmp_path / "bank", free_text=False)
    at.voice.open()
    with pytest.raises(UnspeakableText):
        at.voice.speak(speech(1, Phrase("请稍等", "zh")))
    assert at.card.played == []


def test_volume_changes_every_sample_and_not_the_length(tmp_path: Path) -> None:
    at = Place(tmp_path / "bank", chime=False)
    at.voice.open()
    at.voice.speak(speech(1, volume=50))
    assert max(array("h", at.card.played[0][44:])) == 1000
    assert at.samples() == samples_of(*CALL_FILES)


def test_a_volume_that_changes_holds_up_no_call(tmp_path: Path) -> None:
    at = Place(tmp_path / "bank", chime=False)
    at.voice.open()
    at.voice.speak(speech(1, volume=100))
    at.done()
    at.voice.speak(speech(2, volume=50))
    assert max(array("h", at.card.played[-1][44:])) == 4000
    louder = at.voice._louder
    assert louder is not None
    louder._process.wait(60)
    at.done()
    at.voice.speak(speech(3, volume=50))
    assert max(array("h", at.card.played[-1][44:])) == 1000


def test_espeak_ng_speaks_at_the_volume_of_the_hour(tmp_path: Path) -> None:
    at = Place(None)
    at.voice.open()
    at.voice.speak(speech(1, volume=50))
    assert at.factors == [0.25]


def test_a_bank_that_cannot_be_used_is_a_fault_with_what_to_do(tmp_path: Path) -> None:
    at = Place(tmp_path / "bank")
    (tmp_path / "bank" / "bank.toml").unlink()
    with pytest.raises(DeviceFault, match="hallctl voice bank check"):
        at.voice.open()


def test_a_bank_that_lacks_words_is_a_warning(tmp_path: Path) -> None:
    at = Place(tmp_path / "bank")
    index = tmp_path / "bank" / "bank.toml"
    text = index.read_text(encoding="utf-8")
    index.write_text(text.replace('"请" = "zh-qing.wav"\n', ""), encoding="utf-8")
    status = at.voice.open()
    assert status.state is HealthState.WARNING
    assert "请" in status.say.zh


def test_a_card_that_hangs_is_given_up(tmp_path: Path) -> None:
    at = Place(tmp_path / "bank")
    at.voice.open()
    at.voice.speak(speech(1))
    at.now += 60
    with pytest.raises(DeviceTimeout):
        at.voice.poll()


def test_a_card_with_nothing_to_say_is_tried_now_and_then(tmp_path: Path) -> None:
    at = Place(tmp_path / "bank")
    at.voice.open()
    at.now += 61
    at.voice.poll()
    at.card.error = DeviceUnavailable("default", "No such device")
    with pytest.raises(DeviceUnavailable):
        at.voice.poll()


# ---- the programs themselves: no sound card is needed


def test_aplay_takes_a_sound_to_its_end() -> None:
    card = Aplay("null")
    card.open()
    card.start(silence(5, 22_050).wav())
    assert card.wait(60)
    card.close()


def test_a_card_that_does_not_exist_is_gone_with_alsas_own_words() -> None:
    card = Aplay("plughw:CARD=NoSuchCard")
    with pytest.raises(DeviceUnavailable, match="audio open error"):
        card.open()


def test_a_card_that_was_unplugged_is_noticed_between_two_sounds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("devices.voice.outputs._CARDS", tmp_path)
    (tmp_path / "Device").mkdir()
    card = Aplay("plughw:CARD=Device,DEV=0")
    card.check()
    (tmp_path / "Device").rmdir()
    with pytest.raises(DeviceUnavailable, match="no sound card Device"):
        card.check()


def program(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a program called aplay before the real one."""
    path = folder / "aplay"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")


def test_the_sound_reaches_the_program_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path, f"cat > {tmp_path}/played.wav; echo $@ > {tmp_path}/args", monkeypatch)
    wav = Sound(os.urandom(500_000), 22_050).wav()
    card = Aplay("hw:1")
    card.start(wav)
    assert card.wait(60)
    assert (tmp_path / "played.wav").read_bytes() == wav
    assert (tmp_path / "args").read_text("utf-8") == "-q -D hw:1 -\n"


def test_a_program_that_hangs_is_ended_with_its_voice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path, f"echo $$ > {tmp_path}/pid; exec cat /dev/zero > /dev/null", monkeypatch)
    card = Aplay("hw:1")
    card.start(silence(1, 22_050).wav())
    assert not card.wait(0.2)
    card.close()
    number = (tmp_path / "pid").read_text("utf-8").strip()
    assert subprocess.run(["ps", "-p", number], capture_output=True, check=False).returncode == 1


def test_without_the_program_somebody_is_told_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DeviceFault, match="apt install alsa-utils"):
        Aplay("default").open()
