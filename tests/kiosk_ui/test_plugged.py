"""Which panels are there: by the X server's bytes, and by what was seen before."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from kiosk_ui.ops import Rect
from kiosk_ui.plugged import LOOK_S, Plugged
from kiosk_ui.randr import Output, Outputs, cookie

LEFT, RIGHT = Rect(0, 0, 1280, 720), Rect(1280, 0, 1024, 768)
#: An entry of ``xauth``: family 0xffff (any), no address, display "0", name, key.
KEY = bytes.fromhex("ffff 0000 0001 30 0012 4d49542d4d414749432d434f4f4b49452d31 0004 01020304")


class Card:
    """A graphics card whose outputs a test arranges."""

    def __init__(self, **shows: Rect | None) -> None:
        self.told = False
        self.known: dict[str, Rect | None] | None = shows
        self.unplugged: set[str] = set()

    def now(self) -> tuple[Output, ...] | None:
        if self.known is None:
            return None
        return tuple(
            Output(name, name not in self.unplugged, shows) for name, shows in self.known.items()
        )

    def changed(self) -> bool:
        told, self.told = self.told, False
        return told

    def close(self) -> None:
        """Nothing is held."""


class Time:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def looked(plugged: Plugged, card: Card) -> tuple[bool, ...]:
    card.told = True
    return plugged.there()


def pair(card: Card) -> Plugged:
    return Plugged({"inner": LEFT, "outer": RIGHT}, Time(), card)


def test_it_is_looked_every_two_seconds_and_at_once_when_something_changed() -> None:
    card, clock = Card(A=LEFT, B=RIGHT), Time()
    plugged = Plugged({"inner": LEFT, "outer": RIGHT}, clock, card)
    assert plugged.there() == (True, True)
    card.unplugged = {"B"}
    assert plugged.there() == (True, True)
    clock.now_s = LOOK_S
    assert plugged.there() == (True, False)
    card.unplugged = set()
    card.told = True
    assert plugged.there() == (True, True)


def test_a_cable_that_is_pulled_counts_though_the_output_draws_on() -> None:
    card = Card(A=LEFT, B=RIGHT)
    plugged = pair(card)
    card.unplugged = {"A"}
    assert looked(plugged, card) == (False, True)
    assert plugged.places() == ((0, 0), (1280, 0))


def test_an_output_that_is_off_shows_nothing() -> None:
    card = Card(A=LEFT, B=None)
    assert looked(pair(card), card) == (True, False)


def test_a_window_follows_its_output_when_the_other_one_goes() -> None:
    card = Card(A=LEFT, B=RIGHT)
    plugged = pair(card)
    assert looked(plugged, card) == (True, True)
    card.known = {"A": None, "B": RIGHT._replace(x=0)}
    assert looked(plugged, card) == (False, True)
    assert plugged.places()[1] == (0, 0)
    card.known = {"A": LEFT, "B": RIGHT}
    assert looked(plugged, card) == (True, True)
    assert plugged.places() == ((0, 0), (1280, 0))


def test_one_output_as_wide_as_both_panels_shows_both() -> None:
    card = Card(A=Rect(0, 0, 2304, 768))
    plugged = pair(card)
    assert looked(plugged, card) == (True, True)
    assert plugged.places() == ((0, 0), (1280, 0))


def test_where_nobody_knows_nothing_is_said_to_be_away() -> None:
    card = Card()
    card.known = None
    assert looked(pair(card), card) == (True, True)
    card.known = {}
    assert looked(pair(card), card) == (True, True)


# ---- the X server's bytes


def test_the_key_of_a_display_is_found_in_the_file_of_xauth() -> None:
    other = KEY.replace(b"\0\x01" + b"0", b"\0\x01" + b"7").replace(b"\x01\x02", b"\x09\x09")
    assert cookie(other + KEY, "0") == bytes([1, 2, 3, 4])
    assert cookie(KEY, "1") == b""
    with pytest.raises(ValueError, match="cut off"):
        cookie(KEY[:-1], "0")


#: Accepted, 11.0, 12 words: vendor of 4 bytes, one screen, one format; the screen's root, 0x1e9.
_SETUP = bytes.fromhex(
    "01 00 0b00 0000 0c00 00000000 00000000 00000000 00000000 0400 ffff 01 01 00 00 20 20 08 ff"
    "00000000 41424344 1820200000000000 e9010000"
)
_PRESENT = bytes.fromhex("01 00 0100 00000000 01 8c 59 93") + bytes(20)
_VERSION = bytes.fromhex("01 00 0200 00000000 01000000 03000000") + bytes(16)
#: One CRTC (0x3f), two outputs (0x40, 0x41); no modes, no names.
_CURRENT = bytes.fromhex(
    "01 00 0400 03000000 11000000 11000000 0100 0200 0000 0000 0000000000000000"
    "3f000000 40000000 41000000"
)
#: The CRTC shows 1280x720 from 1280,0; then an event of before, which nobody waits for.
_CRTC = (
    bytes.fromhex("01 00 0500 00000000 11000000 0005 0000 0005 d002 46000000 0100 0100 0000 0000")
    + bytes.fromhex("59 00 0500")
    + bytes(28)
)
#: Connected to the CRTC, "HDMI-1"; disconnected, none, "HDMI-2".
_OUTPUTS = bytes.fromhex(
    "01 00 0600 03000000 11000000 3f000000 00000000 00000000 00 00 0000 0000 0000 0000 0600"
    "48444d492d31 0000"
    "01 00 0700 03000000 11000000 00000000 00000000 00000000 01 00 0000 0000 0000 0000 0600"
    "48444d492d32 0000"
)


def test_outputs_are_read_from_the_answers_of_randr(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = socket.socketpair()
    monkeypatch.setattr(socket, "socket", lambda _: Called(ours))
    theirs.sendall(_SETUP + _PRESENT + _VERSION + _CURRENT + _CRTC + _OUTPUTS)
    (tmp_path / "key").write_bytes(KEY)
    asked = Outputs({"DISPLAY": ":0", "XAUTHORITY": str(tmp_path / "key")})
    assert not asked.changed()
    assert asked.now() == (
        Output("HDMI-1", connected=True, shows=RIGHT._replace(w=1280, h=720)),
        Output("HDMI-2", connected=False, shows=None),
    )
    assert not asked.changed()
    theirs.sendall(bytes.fromhex("59 00 0800") + bytes(28))
    assert asked.changed()
    assert not asked.changed()
    asked.close()
    assert theirs.recv(4096) == b"".join((
        bytes.fromhex("6c 00 0b00 0000 1200 0400 0000"),
        b"MIT-MAGIC-COOKIE-1\0\0" + bytes([1, 2, 3, 4]),
        bytes.fromhex("62 00 0400 0500 0000 52414e4452 000000"),
        bytes.fromhex("8c 00 0300 01000000 03000000"),
        bytes.fromhex("8c 04 0300 e9010000 07000000"),
        bytes.fromhex("8c 19 0200 e9010000"),
        bytes.fromhex("8c 14 0300 3f000000 11000000"),
        bytes.fromhex("8c 09 0300 40000000 11000000"),
        bytes.fromhex("8c 09 0300 41000000 11000000"),
    ))  # fmt: skip
    theirs.close()


class Called:
    """A socket that is connected already."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self.sendall, self.recv, self.close = line.sendall, line.recv, line.close
        self.settimeout, self.fileno = line.settimeout, line.fileno

    def connect(self, place: str) -> None:
        assert place == "/tmp/.X11-unix/X0"  # noqa: S108 - where X servers listen


@pytest.mark.parametrize("display", ["", "hall:0", ":x", ":99999"])
def test_where_there_is_no_x_server_of_this_machine_nobody_knows(display: str) -> None:
    assert Outputs({"DISPLAY": display}).now() is None
