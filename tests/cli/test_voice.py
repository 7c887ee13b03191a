"""``hallctl voice``: a bank recorded, imported, checked. Programs of a test play the microphone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from devices.voice.bank import load
from devices.voice.sound import Sound, joined, quiet_ends, read, silence
from devices.voice.wording import words_of
from tests.cli.hallrun import Hallctl
from tests.devices.voice.clips import write_bank
from tests.devices.voice.test_sound import tone

WORD = joined((silence(0.4, 16_000), tone(0.5), silence(0.6, 16_000)))


class Studio:
    """A microphone that always hears the same, and a folder for the bank."""

    def __init__(self, folder: Path) -> None:
        self.bank = folder / "bank"
        self.heard = folder / "heard.wav"
        self.hear(WORD)
        programs = folder / "bin"
        programs.mkdir()
        # As arecord does: it records until it is interrupted.
        self._program(programs / "arecord", f'for last; do :; done; cp {self.heard} "$last"')
        self._program(programs / "aplay", f"cat >> {folder}/played")
        path = f"{programs}:{os.environ['PATH']}"
        self.hallctl = Hallctl({"PATH": path, "HALL_RUN": str(folder)})

    @staticmethod
    def _program(path: Path, script: str) -> None:
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(0o755)

    def hear(self, sound: Sound) -> None:
        self.heard.write_bytes(sound.wav())

    def files(self) -> set[str]:
        return {path.name for path in self.bank.glob("*")}


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio(tmp_path)


ONE = "\n\n\n"


def test_clip_by_clip_and_the_next_run_goes_on(studio: Studio) -> None:
    first = studio.hallctl("voice", "record", str(studio.bank), stdin=ONE + ONE + "q\n")
    assert first.code == 0, first
    assert "[1/74] 零" in first.out
    assert studio.files() == {"zh-0.wav", "zh-1.wav", "bank.toml"}
    clip = read(studio.bank / "zh-0.wav")
    assert clip.seconds == pytest.approx(0.54, abs=0.03)
    assert max(quiet_ends(clip)) < 0.03
    second = studio.hallctl("voice", "record", str(studio.bank), lang="zh", stdin="s\nq\n")
    assert "[1/72] 二" in second.out
    assert load(str(studio.bank)).clips["zh"].keys() == {"零", "一"}


def test_a_clip_can_be_heard_again_and_recorded_again(studio: Studio) -> None:
    heard = studio.hallctl("voice", "record", str(studio.bank), stdin="\n\np\nr\n\n\n\nq\n")
    assert heard.out.count("[1/74]") == 2
    assert (studio.heard.parent / "played").read_bytes().count(b"RIFF") == 3
    assert "zh-0.wav" in studio.files()


def test_a_silent_microphone_is_told_and_keeps_nothing(studio: Studio) -> None:
    studio.hear(silence(1.0, 16_000))
    said = studio.hallctl("voice", "record", str(studio.bank), lang="zh", stdin="\n\nq\n")
    assert "请检查话筒" in said.out
    assert "zh-0.wav" not in studio.files()


def test_a_microphone_that_is_not_there_is_said_in_alsas_words(tmp_path: Path) -> None:
    hallctl = Hallctl({"HALL_RUN": str(tmp_path)})
    said = hallctl("voice", "record", str(tmp_path / "bank"), stdin="\n\n\n")
    assert said.code == 1
    assert "audio open error" in said.err


def test_files_recorded_elsewhere_are_taken_under_either_name(
    studio: Studio, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    for name in ("请.wav", "a.wav", "zh-0.wav"):
        (own / name).write_bytes(WORD.wav())
    (own / "到.wav").write_bytes(silence(1, 16_000).wav())
    ran = studio.hallctl("voice", "record", str(studio.bank), "--from-folder", str(own), "--json")
    assert ran.code == 1
    assert studio.files() == {"zh-qing.wav", "letter-a.wav", "zh-0.wav", "bank.toml"}
    again = studio.hallctl("voice", "record", str(studio.bank), "--from-folder", str(own))
    assert "到.wav" in again.out
    assert "0 clips" in again.out


def test_a_good_bank_is_in_order(studio: Studio) -> None:
    write_bank(studio.bank)
    for path in studio.bank.glob("*.wav"):
        path.write_bytes(tone(0.3).wav())
    ran = studio.hallctl("voice", "bank", "check", str(studio.bank))
    assert (ran.code, ran.out) == (0, "74 clips, 16000 Hz.\n")


def test_a_faulty_bank_is_told_word_by_word(studio: Studio) -> None:
    write_bank(studio.bank)
    for path in studio.bank.glob("*.wav"):
        path.write_bytes(tone(0.3).wav())
    (studio.bank / "zh-qing.wav").write_bytes(WORD.wav())
    (studio.bank / "zh-hao.wav").write_bytes(tone(0.3, height=400).wav())
    index = studio.bank / "bank.toml"
    text = index.read_text(encoding="utf-8")
    index.write_text(text.replace('"百" = "zh-bai.wav"\n', ""), encoding="utf-8")
    ran = studio.hallctl("voice", "bank", "check", str(studio.bank), lang="zh")
    assert ran.code == 1
    assert "请 zh-qing.wav: 首尾静音 0.40 秒、0.60 秒" in ran.out
    assert "号 zh-hao.wav: 音量" in ran.out
    assert "缺少：zh 百" in ran.out


def test_a_folder_that_is_no_bank_is_refused(studio: Studio) -> None:
    ran = studio.hallctl("voice", "bank", "check", str(studio.bank))
    assert ran.code == 1
    assert "bank.toml" in ran.err


def test_a_placeholder_leaves_what_was_recorded(studio: Studio) -> None:
    studio.hallctl("voice", "record", str(studio.bank), stdin=ONE + "q\n")
    kept = (studio.bank / "zh-0.wav").read_bytes()
    for word in words_of("en"):
        (studio.bank / word.file).write_bytes(tone(0.3).wav())
    # 43 Chinese clips, one of them recorded, 26 letters that English has too.
    assert studio.hallctl.ok("voice", "make-placeholder", str(studio.bank))["written"] == 16
    assert (studio.bank / "zh-0.wav").read_bytes() == kept
