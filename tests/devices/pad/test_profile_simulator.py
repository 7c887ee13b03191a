"""The simulated pad of any make against bytes written by hand: the codec is not asked."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from devices.pad.options import ProfileOptions
from devices.pad.profile_simulator import ProfilePadSimulator
from devices.simulator import UnknownKey
from tests.devices.pad.pad_line import hexed


class Wired:
    """A simulated pad, what it sent, and the timers it set."""

    def __init__(self, profile: str, address: int = 1) -> None:
        options = ProfileOptions(profile=profile, address=address)
        self.pad = ProfilePadSimulator("pad", options)
        self.sent: list[bytes] = []
        self.timers: list[Callable[[], None]] = []
        self.pad.send = self.sent.append
        self.pad.later = lambda _delay, call: self.timers.append(call)

    def fire(self) -> None:
        timers, self.timers = self.timers, []
        for call in timers:
            call()


@pytest.mark.parametrize(
    ("profile", "address", "key", "value", "raw"),
    [
        ("ff68", 1, "next", None, hexed("FF 68 03 03 68 01 01 0C 0E 16")),
        ("ff68", 1, "rating", 1, hexed("FF 68 03 03 68 01 11 01 13 16")),
        ("ascii-line", 3, "next", None, b"P03,NEXT\r\n"),
        ("ascii-line", 3, "rating", 5, b"P03,RATE 5\r\n"),
        ("one-byte", 1, "next", None, b"N"),
        ("one-byte", 1, "rating", 4, b"4"),
    ],
)
def test_each_key_has_its_bytes(
    profile: str, address: int, key: str, value: int | None, raw: bytes
) -> None:
    wired = Wired(profile, address)
    wired.pad.press(key, value)
    assert wired.sent == [raw]


def test_a_line_pad_repeats_until_it_is_answered() -> None:
    wired = Wired("ascii-line", 3)
    wired.pad.press("next")
    wired.fire()
    wired.pad.feed(b"P04,OK\r\n")
    wired.fire()
    assert wired.sent == [b"P03,NEXT\r\n"] * 3
    wired.pad.feed(b"P03,OK\r\n")
    wired.fire()
    assert len(wired.sent) == 3
    assert wired.pad.seen()["unanswered"] is False


def test_a_polled_pad_speaks_only_when_it_is_asked() -> None:
    wired = Wired("polled")
    wired.pad.press("next")
    assert wired.sent == []
    wired.pad.feed(hexed("02 02 05 00 07 03"))
    assert wired.sent == []
    wired.pad.feed(hexed("02 01 05 00 04 03"))
    assert wired.sent == [hexed("02 01 41 01 31 70 03")]
    # Not acknowledged: told again.
    wired.pad.feed(hexed("02 01 05 00 04 03"))
    assert wired.sent[1:] == [hexed("02 01 41 01 31 70 03")]
    wired.pad.feed(hexed("02 01 46 00 47 03") + hexed("02 01 05 00 04 03"))
    assert wired.sent[2:] == [hexed("02 01 06 00 07 03")]


def test_commands_are_seen_on_it() -> None:
    wired = Wired("polled")
    wired.pad.feed(hexed("02 01 44 06 20 20 37 30 31 35 40 03"))
    wired.pad.feed(hexed("02 01 42 00 43 03"))
    wired.pad.feed(hexed("02 01 51 00 50 03"))
    seen = wired.pad.seen()
    assert (seen["waiting"], seen["number"], seen["beeps"]) == ("7", "015", 1)
    assert seen["rating_open"] is True


@pytest.mark.parametrize(
    ("fault", "sent"),
    [
        ("bad-checksum", [hexed("02 01 41 01 31 71 03")]),
        ("half-frame", [hexed("02 01 41")]),
        ("neighbour", [hexed("02 02 41 01 31 73 03"), hexed("02 01 41 01 31 70 03")]),
        ("wrong-address", [hexed("02 02 41 01 31 73 03")]),
        ("late-answer", []),
    ],
)
def test_its_faults(fault: str, sent: list[bytes]) -> None:
    wired = Wired("polled")
    wired.pad.fault(fault)
    wired.pad.press("next")
    wired.pad.feed(hexed("02 01 05 00 04 03"))
    assert wired.sent == sent
    wired.fire()
    assert len(wired.sent) == max(1, len(sent))


def test_a_key_that_bounces_is_two_presses_on_the_wire() -> None:
    wired = Wired("one-byte")
    wired.pad.fault("bounce")
    wired.pad.press("next")
    wired.fire()
    assert wired.sent == [b"N", b"N"]


def test_a_key_that_the_profile_has_not_is_refused() -> None:
    with pytest.raises(UnknownKey, match=r"call_next, recall, start, finish, .* rate N"):
        Wired("one-byte").pad.press("one-metre-line")
