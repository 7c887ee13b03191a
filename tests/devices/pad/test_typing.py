"""What a pad's keys are while a number is typed: bytes written by hand, for each wire."""

from __future__ import annotations

from pathlib import Path

import pytest

from devices.base import BACK, ENTER, ERASE, FIGURES, Input, Report
from devices.hid.keys import CODES
from devices.pad.engine import KeyMeaning, PadReader, codec_for
from devices.pad.explain import explain
from devices.pad.hid_options import HidPadOptions
from devices.pad.options import Ff68Options, ProfileOptions
from devices.pad.profile import ProfileError, load_profile
from tests.devices.pad.pad_line import Clock, RecordingLine, hexed, opened

SHIPPED = Path(__file__).parents[3] / "config" / "pads"
SIX_ENTER = hexed("FF 68 04 04 68 01 01 06 0F 17 16")


def typed(reports: list[Report]) -> list[Input]:
    return [one for one in reports if isinstance(one, Input)]


@pytest.mark.parametrize(
    ("raw", "given"),
    [
        # One key after the other, and as many as a frame brings.
        ("FF 68 03 03 68 01 01 06 08 16", Input(FIGURES, typed="6")),
        ("FF 68 03 03 68 01 01 0F 11 16", Input(FIGURES, typed=ENTER)),
        ("FF 68 05 05 68 01 01 01 05 0F 17 16", Input(FIGURES, typed=f"15{ENTER}")),
        # The same keys mean what they always did.
        ("FF 68 04 04 68 01 01 06 0F 17 16", Input("no_show", typed=f"6{ENTER}")),
        ("FF 68 04 04 68 01 01 09 0F 1A 16", Input("close", typed=f"9{ENTER}")),
        ("FF 68 03 03 68 01 01 0E 10 16", Input("cancel", typed=BACK)),
        ("FF 68 03 03 68 01 01 13 15 16", Input("transfer")),
        # A taxpayer's score is typed by nobody, and a figure before another key is lost.
        ("FF 68 03 03 68 01 11 03 15 16", Input("rate", 3)),
        ("FF 68 04 04 68 01 01 05 0C 13 16", Input("call_next")),
    ],
)
def test_a_key_says_what_it_means_and_what_it_types(raw: str, given: Input) -> None:
    line = RecordingLine()
    assert typed(opened(Ff68Options(), line, Clock()).feed(hexed(raw))) == [given]
    assert len(line.written) == 1


def test_keys_that_come_one_by_one_are_typed_once_each() -> None:
    pad, clock = opened(Ff68Options(), RecordingLine(), Clock()), Clock()
    pad.feed(hexed("FF 68 03 03 68 01 01 06 08 16"))
    clock.now += 1.0
    found = typed(pad.feed(hexed("FF 68 03 03 68 01 01 0F 11 16")))
    assert found == [Input("no_show", typed=ENTER)]


@pytest.mark.parametrize(
    ("profile", "raw", "given"),
    [
        ("one-byte", b"4", Input("rate", 4, "4")),
        # No score, and a figure all the same.
        ("one-byte", b"7", Input(FIGURES, None, "7")),
        ("one-byte", b"E", Input(FIGURES, None, ENTER)),
        ("one-byte", b"C", Input("close")),
        ("ascii-line", b"P01,CLOSE\r\n", Input("close")),
        ("ascii-line", b"P01,TO DESK\r\n", Input("to_desk")),
        ("ascii-line", b"P01,TO WINDOW 3\r\n", Input("to_window", 3)),
        ("ascii-line", b"P01,TO ITEM 210\r\n", Input("to_item", 210)),
    ],
)
def test_the_example_pads_say_it_too(profile: str, raw: bytes, given: Input) -> None:
    pad = opened(ProfileOptions(profile=profile), RecordingLine(), Clock())
    assert typed(pad.feed(raw)) == [given]


@pytest.mark.parametrize(
    ("raw", "event", "keys"),
    [
        ("02 01 41 01 37 76 03", "transfer", "7"),
        ("02 01 41 01 30 71 03", "close", "0"),
        ("02 01 41 01 23 62 03", FIGURES, ENTER),
        ("02 01 41 01 2A 6B 03", FIGURES, BACK),
        ("02 01 52 01 35 67 03", "rate", ""),
    ],
)
def test_a_polled_pads_keys_are_typed_and_its_scores_are_not(
    raw: str, event: str, keys: str
) -> None:
    profile = load_profile("polled")
    (frame,) = PadReader(codec_for(profile)).feed(hexed(raw), 0.0)
    found = KeyMeaning(profile).of(frame, 0.0)
    assert found is not None
    assert (found.event, found.typed) == (event, keys)


def test_transfer_at_a_pad_without_figures_is_to_the_desk(tmp_path: Path) -> None:
    text = (SHIPPED / "ff68.toml").read_text(encoding="utf-8")
    begins, ends = text.index("[typing]"), text.index("[digits]")
    path = tmp_path / "plain.toml"
    path.write_text(text[:begins] + text[ends:], encoding="utf-8")
    pad = opened(ProfileOptions(profile=str(path)), RecordingLine(), Clock())
    assert typed(pad.feed(hexed("FF 68 03 03 68 01 01 13 15 16"))) == [Input("to_desk")]
    assert typed(pad.feed(SIX_ENTER)) == [Input("no_show")]


def test_a_keypad_types_with_its_figures_whatever_else_they_mean() -> None:
    caller = HidPadOptions()
    assert caller.meanings()[CODES["KP4"]] == ("close", None)
    keys = {
        name: caller.typing().get(CODES[name]) for name in ("KP8", "KPENTER", "KPDOT", "KPPLUS")
    }
    assert keys == {"KP8": "8", "KPENTER": ENTER, "KPDOT": BACK, "KPPLUS": None}
    assert caller.typing()[CODES["KPASTERISK"]] == ERASE
    assert HidPadOptions(layout="rating").typing() == {}
    own = HidPadOptions(layout="none", keys={"F3": "to_window 3", "F4": "to_item 210"})
    assert set(own.meanings().values()) == {("to_window", 3), ("to_item", 210)}


def test_a_trace_tells_what_was_typed() -> None:
    assert explain(hexed("FF 68 05 05 68 01 01 01 05 0F 17 16"), answers=True) == [
        "pad 1: types 15 Enter"
    ]
    told = explain(b"P03,TO WINDOW 3\r\n", answers=True, options={"profile": "ascii-line"})
    assert told == ["pad 3: to window 3"]


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ('"09"]', "typing.figures[9]: typing.figures[8] has the same bytes"),
        ('enter = "0F"', "typing.enter: typing.figures[7] has the same bytes"),
        ('back = "0E"', "typing.back: is empty"),
    ],
)
def test_keys_that_cannot_be_told_apart_are_refused(
    tmp_path: Path, wrong: str, problem: str
) -> None:
    new = {'"09"]': '"08"]', 'enter = "0F"': 'enter = "07"', 'back = "0E"': 'back = ""'}[wrong]
    path = tmp_path / "twice.toml"
    text = (SHIPPED / "ff68.toml").read_text(encoding="utf-8")
    path.write_text(text.replace(wrong, new), encoding="utf-8")
    with pytest.raises(ProfileError) as caught:
        load_profile(str(path))
    assert [one.partition(": ")[2] for one in caught.value.problems] == [problem]
