"""What is asked for, what is answered, and what becomes of that which nobody asked for."""

from __future__ import annotations

import pytest

from kiosk_ui.rfb.access import Access
from kiosk_ui.rfb.protocol import COPY_RECT, RAW, TIGHT
from kiosk_ui.rfb.region import Rect
from kiosk_ui.rfb.session import Laid, Pong, Session, Tuning, Updated
from kiosk_ui.rfb.viewing import Mask, Viewing
from tests.kiosk_ui.rfb.wire import (
    CAN_CONTINUE,
    FENCES,
    GREETING,
    SMALL,
    rect,
    server_init,
    session,
    shown,
    u16,
    update,
)

RED = "80 ff0000"  # Tight: all of it red
LOWER_HALF = Viewing(masks=(Mask(0, 50, 100, 50),))
#: In the middle: four rectangles are left around it.
MIDDLE = Viewing(masks=(Mask(25, 25, 50, 50),))


def asked(found: Session) -> list[str]:
    """The messages that go out now, each as hexadecimal, requests as numbers."""
    out, told = found.to_send(), []
    while out:
        if out[0] == 3:
            x, y, width, height = (int.from_bytes(out[i : i + 2], "big") for i in (2, 4, 6, 8))
            told.append(f"{'more' if out[1] else 'all'} {x},{y} {width}x{height}")
            out = out[10:]
        elif out[0] == 150:
            told.append(out[:10].hex(" ", -8))
            out = out[10:]
        else:
            assert out[0] == 248
            told.append(out[: 9 + out[8]].hex())
            out = out[9 + out[8] :]
    return told


def begun(viewing: Viewing | None = None, tuning: Tuning | None = None) -> Session:
    """A desktop of 8x8, before anything was asked for."""
    found = Session(Access(), viewing or Viewing(), tuning, SMALL)
    found.feed(GREETING + server_init(8, 8))
    found.to_send()
    return found


def extended(width: int, height: int, *screens: tuple[int, int, int, int, int]) -> bytes:
    """ExtendedDesktopSize: 01 or so, 3 unused; of each screen id, x, y, width, height, flags."""
    data = bytes([len(screens), 0, 0, 0])
    for number, *where in screens:
        data += number.to_bytes(4, "big") + u16(*where) + bytes(4)
    return rect(0, 0, width, height, -308, data)


def test_encodings_are_asked_for_with_compression_2_and_the_quality_of_the_configuration() -> None:
    found = Session(Access(), Viewing(), Tuning(quality=6))
    found.feed(GREETING + server_init(8, 8))
    sent = found.to_send()
    # CopyRect 1, Tight 7, ZRLE 16, Raw 0, LastRect -224, DesktopSize -223, Extended -308,
    # Fence -312, ContinuousUpdates -313, compression 2 = -254, quality 6 = -26.
    assert sent.endswith(
        bytes.fromhex(
            "02 00 000b 00000001 00000007 00000010 00000000 ffffff20 ffffff21 fffffecc"
            "fffffec8 fffffec7 ffffff02 ffffffe6"
        )
    )
    lossless = Session(Access(), Viewing(), Tuning(quality=None))
    lossless.feed(GREETING + server_init(8, 8))
    # Without a quality there is no lossy picture: one encoding less.
    sent = lossless.to_send()
    assert sent.endswith(bytes.fromhex("fffffec8 fffffec7 ffffff02"))
    assert bytes.fromhex("02 00 000a 00000001") in sent


def test_all_is_asked_for_once_and_then_what_changes() -> None:
    found = begun()
    found.ask()
    assert asked(found) == ["all 0,0 8x8"]
    found.feed(update(rect(0, 0, 8, 8, TIGHT, RED))[:5])
    assert found.owes, "the next request goes out while this update still comes"
    found.ask()
    assert asked(found) == ["more 0,0 8x8"]


def test_nothing_is_asked_before_there_is_a_desktop() -> None:
    found = Session(Access(), Viewing(), limits=SMALL)
    found.feed(GREETING[:12])
    found.to_send()
    found.ask()
    assert not found.ping(1)
    assert found.to_send() == b""


def test_an_update_is_told_when_it_is_complete() -> None:
    found = begun()
    found.ask()
    stream = update(rect(0, 0, 8, 4, TIGHT, RED), rect(0, 4, 8, 4, TIGHT, RED))
    assert found.feed(stream[:-1]) == []
    assert not found.complete
    assert found.feed(stream[-1:]) == [Updated((Rect(0, 0, 8, 4), Rect(0, 4, 8, 4)))]
    assert found.complete


def test_an_update_of_unknown_length_ends_with_lastrect() -> None:
    stream = b"\0\0\xff\xff" + rect(0, 0, 8, 8, TIGHT, RED) + rect(0, 0, 0, 0, -224)
    assert session(8, 8).feed(stream) == [Updated((Rect(0, 0, 8, 8),))]


def test_what_is_private_is_never_asked_for() -> None:
    found = begun(MIDDLE)
    found.ask()
    assert asked(found) == ["all 0,0 8x2", "all 0,2 2x4", "all 6,2 2x4", "all 0,6 8x2"]
    found.feed(CAN_CONTINUE + update(rect(0, 0, 8, 2, TIGHT, RED)))
    found.ask()
    # One rectangle cannot say it, so the server is not told to send by itself.
    assert asked(found) == ["more 0,0 8x2", "more 0,2 2x4", "more 6,2 2x4", "more 0,6 8x2"]


def test_what_comes_of_a_private_area_all_the_same_is_black() -> None:
    found = session(8, 8, LOWER_HALF)
    events = found.feed(update(rect(0, 2, 8, 6, TIGHT, RED)))
    assert events == [Updated((Rect(0, 2, 8, 2),))]
    black, red = " ".join(["000000"] * 8), " ".join(["ff0000"] * 8)
    assert shown(found) == [black] * 2 + [red] * 2 + [black] * 4


def test_a_new_mask_is_black_at_once_and_its_end_asks_for_its_pixels_alone() -> None:
    found = session(8, 8)
    found.feed(update(rect(0, 0, 8, 8, TIGHT, RED)))
    (laid,) = found.look(LOWER_HALF)
    assert isinstance(laid, Laid)
    black, red = " ".join(["000000"] * 8), " ".join(["ff0000"] * 8)
    assert shown(found) == [red] * 4 + [black] * 4
    found.ask()
    assert asked(found) == ["more 0,0 8x4"]
    found.look(Viewing())
    found.ask()
    assert asked(found) == ["all 0,4 8x4", "more 0,0 8x8"]
    assert found.complete


def test_another_part_of_the_desktop_begins_black() -> None:
    found = session(8, 8)
    found.feed(update(rect(0, 0, 8, 8, TIGHT, RED)))
    found.look(Viewing(crop=Rect(0, 0, 4, 4)))
    assert set(" ".join(shown(found)).split()) == {"000000"}
    assert not found.complete
    found.ask()
    assert asked(found) == ["all 0,0 4x4"]


def test_events_are_heard_while_the_frame_is_whole() -> None:
    found, seen = session(8, 8), list[str]()
    found.on_event = lambda _: seen.append(shown(found)[0][:6])
    found.feed(update(rect(0, 0, 8, 8, TIGHT, RED)) + update(rect(0, 0, 8, 8, TIGHT, "80 0000ff")))
    assert seen == ["ff0000", "0000ff"]


def test_a_copy_out_of_a_private_area_comes_as_pixels_instead() -> None:
    found = session(8, 8, LOWER_HALF)
    found.feed(update(rect(0, 0, 8, 4, TIGHT, RED)))
    found.ask()
    found.to_send()
    found.feed(update(rect(2, 1, 3, 2, COPY_RECT, "0002 0005")))
    found.ask()
    assert "all 2,1 3x2" in asked(found)
    assert "000000 000000 000000" in shown(found)[1]


def test_a_server_that_can_sends_by_itself() -> None:
    found = session(8, 8, LOWER_HALF)
    found.feed(CAN_CONTINUE)
    found.ask()
    # EnableContinuousUpdates: 96, on, x, y, width, height.
    assert asked(found) == ["9601000000000008 0004"]
    found.feed(update(rect(0, 0, 8, 4, TIGHT, RED)))
    found.ask()
    assert asked(found) == []
    found.look(MIDDLE)
    found.ask()
    assert asked(found)[0] == "9600000000000008 0004"


def test_a_server_that_stops_sending_by_itself_is_told_again() -> None:
    found = session(8, 8)
    found.feed(CAN_CONTINUE)
    found.ask()
    found.to_send()
    found.feed(CAN_CONTINUE)
    found.ask()
    assert asked(found) == ["9601000000000008 0008"]


def test_fences_are_answered_without_their_wish_and_what_we_do_not_know() -> None:
    found = session(8, 8)
    # Request, BlockBefore, SyncNext and a bit of the future; payload abc.
    found.feed(bytes.fromhex("f8 000000 80000105 03 616263"))
    assert found.to_send().hex() == "f80000000000000103616263"


def test_a_ping_is_a_fence_where_there_are_fences() -> None:
    found = session(8, 8)
    found.feed(FENCES)
    found.to_send()
    found.ping(77)
    assert asked(found) == ["f80000008000000104" + "0000004d"]
    assert found.feed(bytes.fromhex("f8 000000 00000001 04 0000004d")) == [Pong(77)]


def test_a_ping_is_one_visible_pixel_where_there_are_none() -> None:
    found = session(8, 8, Viewing(masks=(Mask(0, 0, 50, 50),)))
    found.ping(5)
    found.ping(6)
    assert asked(found) == ["all 4,0 1x1"]
    assert found.feed(update(rect(0, 4, 8, 1, TIGHT, RED))) == [Updated((Rect(0, 4, 8, 1),))]
    assert Pong(5) in found.feed(update(rect(4, 0, 1, 1, TIGHT, RED)))


@pytest.mark.parametrize("encoding", ["DesktopSize", "ExtendedDesktopSize"])
def test_a_desktop_of_another_size_begins_black_and_is_asked_for(encoding: str) -> None:
    found = session(8, 8)
    found.feed(update(rect(0, 0, 8, 8, TIGHT, RED)))
    told = rect(0, 0, 6, 3, -223) if encoding == "DesktopSize" else extended(6, 3, (1, 0, 0, 6, 3))
    laid, updated = found.feed(update(told))
    assert isinstance(laid, Laid)
    assert laid.desktop == Rect(0, 0, 6, 3)
    assert updated == Updated(())
    assert shown(found) == [" ".join(["000000"] * 6)] * 3
    assert not found.complete
    found.ask()
    assert asked(found) == ["all 0,0 6x3"]


def test_the_same_size_told_again_changes_nothing() -> None:
    found = session(8, 8)
    found.feed(update(rect(0, 0, 8, 8, TIGHT, RED)))
    laid, updated = found.feed(update(extended(8, 8, (9, 0, 0, 8, 8))))
    assert isinstance(laid, Laid)
    assert updated == Updated(())
    assert found.complete
    assert shown(found) == [" ".join(["ff0000"] * 8)] * 8
    assert found.feed(update(extended(8, 8, (9, 0, 0, 8, 8)))) == [Updated(())]
    assert [screen.number for screen in found.screens] == [9]


def test_the_screens_are_asked_for_without_a_pixel_and_one_of_them_is_shown() -> None:
    found = Session(Access(), Viewing(screen=2), limits=SMALL)
    found.feed(GREETING + server_init(8, 8))
    found.to_send()
    found.ask()
    assert asked(found) == ["all 0,0 0x0"]
    assert found.deaf
    # It can send by itself: it is told to send nothing, for then it tells its screens.
    found.feed(CAN_CONTINUE)
    found.ask()
    assert asked(found) == ["9601000000000000 0000", "all 0,0 0x0"]
    assert found.area is None
    (laid, _) = found.feed(update(extended(8, 8, (7, 4, 0, 4, 8), (3, 0, 0, 4, 8))))
    assert isinstance(laid, Laid)
    assert laid.area is not None
    assert laid.area.view == Rect(4, 0, 4, 8)
    found.ask()
    assert asked(found) == ["9601000400000004 0008", "all 4,0 4x8"]


def test_a_screen_that_is_gone_shows_nothing_and_asks_for_nothing() -> None:
    found = begun(Viewing(screen=2))
    found.feed(update(extended(8, 8, (3, 0, 0, 4, 8), (7, 4, 0, 4, 8))))
    found.ask()
    found.to_send()
    found.feed(update(extended(8, 8, (3, 0, 0, 8, 8))))
    assert found.area is None
    found.ask()
    assert asked(found) == ["all 0,0 0x0"]
    found.ping(1)
    assert asked(found) == ["all 0,0 0x0"], "is it back?"


def test_a_clipboard_a_bell_and_colours_are_read_over() -> None:
    found = session(8, 8)
    stream = b"\x02" + b"\x03\0\0\0" + (300).to_bytes(4, "big") + b"s" * 300
    stream += b"\x01\0" + u16(0, 2) + bytes(12) + update(rect(0, 0, 8, 8, RAW, bytes(256)))
    assert found.feed(stream) == [Updated((Rect(0, 0, 8, 8),))]
    assert found.to_send() == b""


def test_an_update_of_very_many_pieces_is_told_as_one() -> None:
    pieces = [rect(x % 8, x // 8 % 8, 1, 1, TIGHT, RED) for x in range(300)]
    assert session(8, 8).feed(update(*pieces)) == [Updated((Rect(0, 0, 8, 8),))]


def test_a_session_never_says_a_word_that_moves_or_types() -> None:
    found = begun(MIDDLE)
    found.ask()
    found.feed(FENCES + CAN_CONTINUE + update(rect(0, 0, 8, 8, TIGHT, RED)))
    found.ping(1)
    found.ask()
    # ``asked`` knows requests, fences and continuous updates only; nothing of them has a key in it.
    assert asked(found)


def test_a_tuning_has_bounds() -> None:
    with pytest.raises(ValueError, match="0 to 9"):
        Tuning(quality=10)
    with pytest.raises(ValueError, match="0 to 9"):
        Tuning(compress=-1)


def test_an_update_is_midway_from_its_first_bytes_to_its_last() -> None:
    found, whole = session(8, 8), update(rect(0, 0, 8, 4, TIGHT, RED), rect(0, 4, 8, 4, TIGHT, RED))
    told = []
    for byte in FENCES + whole + FENCES:
        found.feed(bytes([byte]))
        told.append(found.midway)
    begun = told.index(True)
    assert begun == len(FENCES) + 3
    assert told[begun:] == [True] * (len(whole) - 4) + [False] * (len(FENCES) + 1)
