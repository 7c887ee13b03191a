"""A bank of clips: which of them say a call, and every mistake in a folder."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from devices.voice.bank import INDEX, check, load
from devices.voice.espeak import say
from devices.voice.louder import Louder
from devices.voice.placeholder import make
from devices.voice.sound import joined, level_db, peak_db, quiet_ends
from devices.voice.speech import Phrase
from devices.voice.wording import WORDS, words_of
from tests.devices.voice.clips import samples_of, write_bank


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_bank(tmp_path / "bank")


def samples(folder: Path, phrase: Phrase) -> int:
    parts = load(str(folder)).parts(phrase)
    assert parts is not None
    return sum(len(part.pcm) // 2 for part in parts)


def test_43_clips_make_every_call_in_chinese() -> None:
    assert len(words_of("zh")) == 43
    assert len({word.file for word in WORDS}) == 74


def test_a_call_is_made_of_its_clips_in_order(folder: Path) -> None:
    assert samples(folder, Phrase("请A零一二号到十二号窗口", "zh")) == samples_of(
        "zh-qing.wav", "letter-a.wav", "zh-0.wav", "zh-1.wav", "zh-2.wav", "zh-hao.wav",
        "zh-dao.wav", "zh-shi.wav", "zh-2.wav", "zh-hao-chuangkou.wav",
    )  # fmt: skip


def test_digits_are_the_clips_of_their_words(folder: Path) -> None:
    written, spoken = Phrase("A07", "zh"), Phrase("a零七", "zh")
    assert samples(folder, written) == samples(folder, spoken)


def test_english_takes_whole_words_and_pauses_at_a_comma(folder: Path) -> None:
    phrase = Phrase("Ticket A one six, please go to window sixteen", "en")
    pause = round(0.15 * 16_000)
    assert samples(folder, phrase) == pause + samples_of(
        "en-ticket.wav", "letter-a.wav", "en-one.wav", "en-six.wav",
        "en-please-go-to-window.wav", "en-sixteen.wav",
    )  # fmt: skip


def test_a_word_that_nobody_recorded_is_no_call(folder: Path) -> None:
    bank = load(str(folder))
    assert bank.parts(Phrase("请张三到一号窗口", "zh")) is None
    assert bank.parts(Phrase("Ticketing", "en")) is None
    assert bank.lacking() == []


def test_what_is_missing_is_named(folder: Path) -> None:
    index = folder / INDEX
    text = index.read_text(encoding="utf-8")
    index.write_text(text.replace('"百" = "zh-bai.wav"\n', ""), encoding="utf-8")
    assert check(str(folder)) == ["zh 百"]


def test_every_mistake_in_a_folder_is_named_at_once(folder: Path) -> None:
    (folder / "zh-0.wav").unlink()
    (folder / "zh-1.wav").write_bytes(b"no sound")
    with pytest.raises(ValueError, match=r"zh-0\.wav") as caught:
        load(str(folder))
    assert "zh-1.wav" in str(caught.value)
    (folder / INDEX).write_text('[fr]\n"a" = "b.wav"\n', encoding="utf-8")
    with pytest.raises(ValueError, match="fr means nothing"):
        load(str(folder))


def test_joining_copies_samples_and_nothing_else(folder: Path) -> None:
    parts = load(str(folder)).parts(Phrase("请A零零一号", "zh")) or []
    assert joined(parts).pcm == b"".join(part.pcm for part in parts)


def test_a_softer_bank_has_all_its_words_softer(folder: Path) -> None:
    bank = load(str(folder))
    softer = Louder(bank, 0.25).bank()
    clip, soft = bank.clips["zh"]["请"], softer.clips["zh"]["请"]
    assert peak_db(soft) - peak_db(clip) == pytest.approx(20 * math.log10(0.25), abs=0.1)
    assert softer.lacking() == []


def test_espeak_ng_makes_a_bank_whose_clips_are_alike_and_without_silence(tmp_path: Path) -> None:
    made = make(tmp_path)
    assert made == 74
    bank = load(str(tmp_path))
    assert bank.lacking() == []
    for language, clips in bank.clips.items():
        for word, clip in clips.items():
            before_s, after_s = quiet_ends(clip)
            assert before_s <= 0.05, (language, word)
            assert after_s <= 0.05, (language, word)
            assert 0.08 <= clip.seconds <= 2.5, (language, word, clip.seconds)
            assert -30 <= level_db(clip) <= -15, (language, word, level_db(clip))
            assert peak_db(clip) <= -0.9, (language, word)
    assert make(tmp_path) == 0


def test_espeak_ng_speaks_any_text_in_both_languages() -> None:
    chinese = say("银行的同志请稍等", "zh")
    english = say("- please wait", "en")
    for sound in (chinese, english):
        assert sound.rate == 22_050
        assert 0.8 < sound.seconds < 6
        assert level_db(sound) > -35
