"""A voice that is told to fall silent cuts off what it says; what comes next is said at once."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from devices.base import Input
from devices.errors import DeviceUnavailable
from devices.simhost import SimHost
from devices.specs import DeviceSpec
from devices.voice.chip_driver import Syn6288Voice
from devices.voice.chip_simulator import Syn6288Simulator
from devices.voice.kept_sounds import KeptSounds
from devices.voice.options import ChipOptions
from devices.voice.outputs import Aplay, BenchCard
from devices.voice.sound import Sound, silence
from devices.voice.speech import Language, Phrase, UnspeakableText
from tests.devices.voice.chipwire import Desk, call
from tests.devices.voice.test_local import Place
from tests.devices.voice.test_local import speech as local_speech
from tests.runtime.echo import bench

STOP = bytes.fromhex("FD000102")
NEXT = "请选择事项"
LONG = "请还没有取号的纳税人先到取号机取号，" * 8


def speaking(since_s: float = 0.5, text: str = "", desk: Desk | None = None) -> Desk:
    """Return a desk whose chip has been saying speech 1 for so long."""
    found = desk or Desk()
    found.voice.open()
    found.voice.speak(call(1, text) if text else call(1))
    found.run(since_s)
    assert found.chip.seen()["speaking"]
    return found


def syn6288() -> Desk:
    return Desk(driver=Syn6288Voice, simulator=Syn6288Simulator)


def told(desk: Desk) -> list[int | None]:
    """Return the speeches of which somebody was told that they were said."""
    return [one.value for one in desk.reports if isinstance(one, Input)]


def turned(desk: Desk) -> None:
    """Somebody turns to the next page: speech 2."""
    desk.voice.speak_instead(call(2, NEXT))


def says_the_next_page_alone(desk: Desk, within_s: float = 10) -> None:
    """Nothing is said or told of what was cut off."""
    desk.run(within_s)
    assert (desk.chip.seen()["spoken"], desk.chip.seen()["speaking"]) == ([NEXT], None)
    assert told(desk) == [2]


def test_a_chip_is_stopped_by_its_command_and_says_the_next_page() -> None:
    desk = speaking(1)
    turned(desk)
    desk.run(0.5)
    assert desk.sent[-2] == STOP
    assert desk.chip.seen()["speaking"] == NEXT
    says_the_next_page_alone(desk)
    assert desk.chip.seen()["cut_off"] == 1


def test_a_syn6288s_stop_has_its_checksum() -> None:
    desk = speaking(desk=syn6288())
    desk.voice.fall_silent()
    # FD ^ 00 ^ 02 ^ 02
    assert desk.sent[-1] == bytes.fromhex("FD000202FD")
    desk.run(10)
    assert (desk.chip.seen()["spoken"], desk.chip.seen()["speaking"]) == ([], None)
    assert told(desk) == []


def test_all_pieces_of_a_long_page_are_forgotten() -> None:
    desk = speaking(1, LONG, syn6288())
    turned(desk)
    says_the_next_page_alone(desk, 60)


def test_an_idle_chip_is_not_told_to_stop() -> None:
    desk = Desk()
    desk.voice.open()
    sent = len(desk.sent)
    desk.voice.fall_silent()
    assert len(desk.sent) == sent


def test_pages_turned_quickly_leave_the_last_one() -> None:
    desk = Desk()
    desk.voice.open()
    for number in range(1, 6):
        desk.voice.speak_instead(call(number, f"第{'一二三四五'[number - 1]}页"))
    desk.run(10)
    assert desk.chip.seen()["spoken"] == ["第五页"]
    assert told(desk) == [5]


def test_a_command_to_stop_that_was_lost_is_sent_again() -> None:
    desk = speaking()
    desk.deaf = True
    turned(desk)
    desk.deaf = False
    desk.run(2)
    assert desk.sent.count(STOP) == 2
    assert desk.chip.seen()["cut_off"] == 1
    says_the_next_page_alone(desk)


def test_a_sentence_that_ends_while_it_is_stopped_takes_nothing_with_it() -> None:
    desk = speaking()
    desk.mute = True
    turned(desk)
    desk.reports += desk.voice.feed(b"\x4f")
    desk.mute = False
    says_the_next_page_alone(desk)


def test_a_chip_that_was_switched_off_and_on_meanwhile_says_the_next_page() -> None:
    desk = speaking()
    desk.mute = True
    turned(desk)
    desk.read_available()
    desk.mute = False
    desk.chip.fault("power-cycle")
    says_the_next_page_alone(desk)


def test_a_chip_without_the_way_back_is_stopped_all_the_same() -> None:
    desk = speaking(1, desk=Desk(ChipOptions(answers=False)))
    turned(desk)
    assert desk.sent[-2] == STOP
    says_the_next_page_alone(desk)


def test_a_page_that_cannot_be_said_leaves_silence() -> None:
    desk = speaking(desk=syn6288())
    with pytest.raises(UnspeakableText):
        desk.voice.speak_instead(call(2, "Choose an item"))
    desk.run(10)
    assert (desk.chip.seen()["spoken"], desk.chip.seen()["speaking"]) == ([], None)


# ---- the Pi's own sound


def test_the_card_is_stopped_and_plays_the_next_page() -> None:
    at = Place(None)
    at.voice.open()
    at.voice.speak(local_speech(1, Phrase("第一页", "zh"), Phrase("page one", "en")))
    at.voice.speak(local_speech(2, Phrase("第二页", "zh")))
    at.voice.speak_instead(local_speech(3, Phrase("第三页", "zh")))
    assert (at.card.stopped, len(at.card.played)) == (1, 2)
    assert at.done() == [("spoken", 3)]
    assert at.done() == []


def test_a_card_that_plays_nothing_is_not_stopped() -> None:
    at = Place(None)
    at.voice.open()
    at.voice.fall_silent()
    assert at.card.stopped == 0


def test_aplay_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "aplay"
    program.write_text("#!/bin/sh\nexec sleep 60\n", encoding="ascii")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    card = Aplay("default")
    card.start(silence(1.0, 22_050).wav())
    process = card._process
    assert process is not None
    assert not card.wait(0.0)
    card.stop()
    assert process.returncode == -9
    assert card.wait(0.0)
    card.start(silence(1.0, 22_050).wav())
    card.close()


def test_what_the_benchs_card_says_of_a_sound_that_was_cut_off_ends_no_other(
    tmp_path: Path,
) -> None:
    path = tmp_path / "card"
    options = {"output": f"mock:{path}"}
    spec = DeviceSpec(name="voice", kind="voice.local", options=options)
    with bench(lambda: SimHost({}, {"voice": spec})) as far:
        card = BenchCard(str(path))
        try:
            card.open()
            card.start(silence(30.0, 22_050).wav())
            assert not card.wait(0.05)
            card.stop()
            begun = time.monotonic()
            card.start(silence(0.5, 22_050).wav())
            while not card.wait(0.1):
                assert time.monotonic() < begun + 60
            # The end was that of the second sound.
            assert time.monotonic() >= begun + 0.45
            seen = far.do(lambda host: host.seen("voice"))
            assert (seen["cut_off"], seen["overlaps"], seen["count"]) == (1, 0, 2)
            card.stop()
        finally:
            card.close()
        with pytest.raises(DeviceUnavailable):
            card.start(silence(0.3, 22_050).wav())


# ---- what is kept


def test_sounds_are_kept_up_to_so_many_bytes() -> None:
    asked: list[str] = []

    def say(text: str, language: Language, factor: float) -> Sound:
        asked.append(text)
        return Sound(bytes(len(text)), 22_050)

    kept = KeptSounds(say, most_bytes=10)
    for text in ("aaaa", "bbbb", "aaaa", "cccc", "aaaa", "bbbb"):
        assert len(kept(text, "en", 1.0).pcm) == 4
    # The third made the one go that was asked for least lately.
    assert asked == ["aaaa", "bbbb", "cccc", "bbbb"]
    kept("d" * 11, "en", 1.0)
    kept("bbbb", "en", 1.0)
    kept("bbbb", "en", 0.5)
    kept("bbbb", "zh", 0.5)
    assert asked[4:] == ["d" * 11, "bbbb", "bbbb"]


def test_a_speech_of_the_hall_is_no_page() -> None:
    """``speak`` alone never cuts anything off."""
    desk = speaking()
    desk.voice.speak(call(2, NEXT))
    desk.run(20)
    assert desk.chip.seen()["cut_off"] == 0
    assert told(desk) == [1, 2]
