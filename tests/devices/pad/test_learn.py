"""What is worked out from a pad's keys; the bytes are those of the documents, or made by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from devices.pad.learn import Ambiguous, Capture, Check, find_layout
from devices.pad.learned import Learned, prove, write_profile
from devices.pad.profile import load_profile
from tests.devices.pad.pad_line import hexed


def captures(*keys: tuple[str, str]) -> list[Capture]:
    """``("rate 5", "FF 68 ..")``; ``text:`` as in a profile."""
    made = []
    for name, raw in keys:
        event, _, value = name.partition(" ")
        data = raw[5:].encode().replace(b"~", b"\r\n") if raw.startswith("text:") else hexed(raw)
        made.append(Capture(event, int(value) if value else None, data))
    return made


FF68 = captures(
    ("call_next", "FF 68 03 03 68 25 01 0C 32 16"),
    ("recall", "FF 68 03 03 68 25 01 0D 33 16"),
    ("no_show", "FF 68 04 04 68 25 01 06 0F 3B 16"),
    ("rate 1", "FF 68 03 03 68 25 11 01 37 16"),
)
#: Address 7, one key byte, CRC as Modbus has it (01 05 00 00 FF 00 8C 3A is its own vector).
CRC = captures(
    ("call_next", "01 05 00 00 FF 00 8C 3A"),
    ("recall", "01 05 00 00 00 00 CD CA"),
)
LINES = captures(
    ("call_next", "text:P03,NEXT~"), ("rate 5", "text:P03,RATE 5~"), ("pause", "text:P03,PAUSE~")
)


def learned(keys: list[Capture], address: int | None, folder: Path) -> str:
    layout = find_layout(keys, address)
    made = Learned("mine", 9600, "N", tuple(keys), layout, echoes=True)
    path = folder / "mine.toml"
    path.write_text(write_profile(made), encoding="utf-8")
    prove(path, made, address)
    return path.read_text(encoding="utf-8")


def test_an_ff68_pad_is_found_out(tmp_path: Path) -> None:
    layout = find_layout(FF68, 0x25)
    assert layout.check == Check("sum8", 5, 1)
    assert layout.trailer == b"\x16"
    assert set(layout.lengths) == {2, 3}
    assert layout.address == (5, 0)
    text = learned(FF68, 0x25, tmp_path)
    assert '{ part = "constant", bytes = "FF 68" }' in text
    assert '{ part = "length", counts = ["data"], plus = 1 }' in text
    assert 'whole = "01 06 0F"' in text


#: An FF68 pad that sends its figures one by one; 6 alone means "no-show" to it, too.
FIGURES = captures(
    *((f"figure {n}", f"FF 68 03 03 68 25 01 0{n} {0x26 + n:02X} 16") for n in range(10)),
    ("enter", "FF 68 03 03 68 25 01 0F 35 16"),
)
ONE_BY_ONE = [one for one in FF68 if one.event != "no_show"] + captures(
    ("no_show", "FF 68 03 03 68 25 01 06 2C 16"), ("transfer", "FF 68 03 03 68 25 01 13 39 16")
)


def test_figures_are_learned_beside_what_the_same_keys_mean(tmp_path: Path) -> None:
    learned([*ONE_BY_ONE, *FIGURES, *captures(("back", "FF 68 03 03 68 25 01 0E 34 16"))],
            0x25, tmp_path)  # fmt: skip
    profile = load_profile(str(tmp_path / "mine.toml"))
    assert [one.event for one in profile.event] == [one.event for one in ONE_BY_ONE]
    assert profile.typing is not None
    assert profile.typing.figures[6] == "01 06"
    assert (profile.typing.enter, profile.typing.back) == ("01 0F", "01 0E")


def test_figures_that_are_not_all_there_are_left_out(tmp_path: Path) -> None:
    assert "[typing]" not in learned([*ONE_BY_ONE, *FIGURES[:-1]], 0x25, tmp_path)
    (tmp_path / "mine.toml").unlink()
    assert "[typing]" not in learned([*ONE_BY_ONE, *FIGURES[1:]], 0x25, tmp_path)


def test_two_figures_that_send_the_same_are_refused(tmp_path: Path) -> None:
    same = captures(("figure 5", "FF 68 03 03 68 25 01 06 2C 16"))
    with pytest.raises(Ambiguous, match="figure 5 and figure 6 send the same"):
        learned([*ONE_BY_ONE, *FIGURES[:5], *same, *FIGURES[6:]], 0x25, tmp_path)


def test_a_crc_is_found_out(tmp_path: Path) -> None:
    assert find_layout(CRC, 5).check == Check("crc16_modbus", 0, 2)
    assert 'kind = "crc16_modbus"' in learned(CRC, 5, tmp_path)


def test_lines_of_text_have_a_decimal_address_and_an_end(tmp_path: Path) -> None:
    layout = find_layout(LINES, 3)
    assert (layout.address, layout.trailer, layout.check) == ((1, 2), b"\r\n", None)
    assert 'format = "decimal", size = 2' in learned(LINES, 3, tmp_path)


def test_one_byte_a_key(tmp_path: Path) -> None:
    keys = captures(("call_next", "4E"), ("recall", "52"), ("rate 5", "35"))
    assert '{ part = "data", size = 1 }' in learned(keys, None, tmp_path)


def test_frames_with_nothing_to_end_them_end_in_silence(tmp_path: Path) -> None:
    keys = captures(("call_next", "AA 01 10"), ("park", "AA 02 10 77"))
    assert find_layout(keys, None).by_silence
    assert "silence that ends a frame" in learned(keys, None, tmp_path)


@pytest.mark.parametrize(
    ("keys", "address", "words"),
    [
        (FF68[:1], None, "At least two different keys"),
        ([FF68[0], Capture("recall", None, FF68[0].raw)], None, "send the same bytes"),
        # A sum and an exclusive or that are the same: no bit stands in two bytes.
        (
            captures(("call_next", "01 02 03"), ("recall", "01 04 05")),
            None,
            "may be any of: sum8, xor8",
        ),
        (FF68, 0x26, "No byte is always 38"),
        (
            captures(
                ("call_next", "FF 68 03 03 68 01 01 0C 0E 16"),
                ("recall", "FF 68 03 03 68 01 01 0D 0F 16"),
            ),
            1,
            "Bytes 6, 7 are all 1",
        ),
    ],
    ids=["one key", "twins", "two checksums", "no address", "two addresses"],
)
def test_what_is_not_certain_is_refused_in_both_languages(
    keys: list[Capture], address: int | None, words: str
) -> None:
    with pytest.raises(Ambiguous, match=words) as caught:
        find_layout(keys, address)
    assert caught.value.zh.endswith(("。", "键。"))


def test_a_place_settles_which_byte_is_the_address() -> None:
    keys = captures(
        ("call_next", "FF 68 03 03 68 01 01 0C 0E 16"),
        ("recall", "FF 68 03 03 68 01 01 0D 0F 16"),
    )
    assert find_layout(keys, 1, address_at=5).address == (5, 0)
