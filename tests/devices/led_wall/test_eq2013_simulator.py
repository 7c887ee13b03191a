from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from devices.led_wall.eq2013_simulator import Eq2013Simulator
from devices.led_wall.options import Eq2013Options
from devices.led_wall.picture import PanelText, draw_panel
from devices.simulator import UnknownFault

SMALL = Eq2013Options(width=48, height=16, rows=1)
FIRST = b"!#001%ZD00%ZI01%ZC0000000000480016%ZA01%ZS03%ZH6000%F16%C1%AH2%AV2DL48$$"


def card_of(options: Eq2013Options = SMALL) -> tuple[Eq2013Simulator, list[bytes]]:
    card = Eq2013Simulator("strip", options)
    said: list[bytes] = []
    card.send = said.append
    return card, said


def test_the_card_shows_the_documents_text_and_says_so() -> None:
    card, said = card_of()
    card.feed(FIRST)
    assert card.seen()["lines"] == ["DL48"]
    assert card.seen()["colours"] == ["red"]
    assert card.seen()["frames"] == 1
    assert card.seen()["last_rx_ns"] > 0
    assert said == [b"##FOK$$$"]


def test_a_zone_keeps_its_place_when_only_its_text_changes() -> None:
    card, said = card_of()
    card.feed(FIRST)
    card.feed(b"!#001%ZI01%ZH9999%C2%AH2%AV2015$$")
    assert card.seen()["lines"] == ["015"]
    assert card.seen()["colours"] == ["green"]
    card.feed(b"!#001%ZD00$$")
    assert card.seen()["lines"] == []
    assert len(said) == 3


@pytest.mark.parametrize(
    "foreign", [b"!#002%ZD00$$", b"!#01%ZD00$$", b"!#$$", b"!#abc%ZD00$$", b"!#999$$"]
)
def test_a_frame_for_another_card_is_not_answered(foreign: bytes) -> None:
    card, said = card_of()
    card.feed(FIRST)
    card.feed(foreign)
    assert card.seen()["lines"] == ["DL48"]
    assert len(said) == 1


@pytest.mark.parametrize(
    "nonsense",
    [
        b"!#001%ZX00$$",
        b"!#001text$$",
        b"!#001%ZI01%F17A$$",
        b"!#001%C1A$$",
        b"!#001%ZI01%ZC0000000000490016A$$",
        b"!#001%ZI01\xff\xff$$",
        b"!#001%ZI01100%$$",
    ],
)
def test_what_the_card_does_not_understand_changes_nothing(nonsense: bytes) -> None:
    card, said = card_of()
    card.feed(FIRST)
    card.feed(nonsense)
    assert card.seen()["lines"] == ["DL48"]
    assert card.seen()["bad_frames"] == 1
    assert len(said) == 1


def test_a_frame_cut_short_does_not_cost_the_next_one() -> None:
    card, said = card_of()
    card.feed(b"\x00$$" + FIRST[:30] + FIRST + FIRST)
    assert card.seen()["lines"] == ["DL48"]
    assert card.seen()["frames"] == 2
    assert said == [b"##FOK$$$"] * 2


def test_each_fault_does_what_it_says() -> None:
    card, said = card_of()
    delays: list[float] = []

    def later(delay_s: float, call: Callable[[], None]) -> None:
        delays.append(delay_s)
        call()

    card.later = later
    card.fault("no-ack")
    card.feed(FIRST)
    assert said == []
    assert card.seen()["lines"] == ["DL48"]
    card.fault("no-ack", active=False)
    card.fault("slow-ack")
    card.feed(FIRST)
    assert delays == [0.8]
    assert said == [b"##FOK$$$"]
    card.fault("slow-ack", active=False)
    card.fault("nak")
    card.feed(b"!#001%ZD00$$")
    assert said[-1] == b"##KERR$$$"
    assert card.seen()["lines"] == ["DL48"]
    card.fault("power-cycle")
    assert card.seen()["lines"] == []
    assert card.active_faults == {"nak"}
    with pytest.raises(UnknownFault):
        card.fault("paper-out")


def test_pictures_are_one_a_new_state(tmp_path: Path) -> None:
    card, _ = card_of()
    card.feed(FIRST + FIRST)
    card.feed(b"!#001%ZI01%C2015$$")
    card.feed(FIRST)
    paths = card.save_pictures(tmp_path)
    assert [path.name for path in paths] == ["strip-0001.png", "strip-0002.png"]
    assert card.save_pictures(tmp_path) == []
    with Image.open(paths[0]) as picture:
        assert picture.size == (48 * 8 + 24, 16 * 8 + 24)


def test_pictures_of_a_long_time_are_bounded(tmp_path: Path) -> None:
    card, _ = card_of()
    for number in range(300):
        card.feed(b"!#001%%ZI01%03d$$" % number)
    assert len(card.save_pictures(tmp_path)) == 200


def lit(picture: Image.Image, x: int, y: int) -> bool:
    pixel = picture.getpixel((12 + x * 8 + 4, 12 + y * 8 + 4))
    assert isinstance(pixel, tuple)
    return max(pixel) > 200


def test_a_picture_has_one_lamp_a_dot_and_the_glyphs_shape() -> None:
    block = draw_panel(48, 16, [PanelText(0, 0, 48, 16, "口", 16, "green")])
    rows = ["".join("#" if lit(block, x, y) else "." for x in range(16, 32)) for y in range(16)]
    drawn = [row for row in rows if "#" in row]
    assert len(drawn) >= 11
    assert drawn[0].count("#") >= 9
    assert all(2 <= row.count("#") <= 4 for row in drawn[3:8]), "the middle of 口 is hollow"
    assert not any(lit(block, x, y) for x in range(16) for y in range(16))
    assert not any(lit(block, x, y) for x in range(32, 48) for y in range(16))


def test_simplified_characters_are_not_drawn_in_their_japanese_shape() -> None:
    right = draw_panel(64, 32, [PanelText(0, 0, 64, 32, "门直", 32, "red")])
    from PIL import ImageFont

    from devices.led_wall.picture import _font

    assert _font(32).getname()[0] == "Noto Sans Mono CJK SC"
    japanese = ImageFont.truetype("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 32)
    ours, theirs = _font(32).getmask("直"), japanese.getmask("直")
    assert bytes(ours) != bytes(theirs)
    assert right.getbbox() is not None


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ({"card": 0}, "card"),
        ({"card": 1000}, "card"),
        ({"font": 20}, "font"),
        ({"rows": 5}, "5 rows of font 16 need height 80, not 64"),
        ({"width": 8}, "less than one character"),
        ({"colours": []}, "at least one colour"),
        ({"colour": "red"}, "unknown field `colour`"),
    ],
)
def test_options_that_cannot_be_are_refused_by_name(raw: dict[str, object], why: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=why):
        msgspec.convert(raw, Eq2013Options)
