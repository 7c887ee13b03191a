"""A clerk with two monitors: one of them is shown, and what becomes of it when it is unplugged."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from pathlib import Path

from kiosk_ui.rfb.access import Access
from kiosk_ui.rfb.region import Rect
from kiosk_ui.rfb.session import Session
from kiosk_ui.rfb.viewing import Viewing
from tests.kiosk_ui.rfb.desktop import NEEDS_VNC, Desktop, mirrored, seen, shows, until
from tests.kiosk_ui.rfb.wire import u16

pytestmark = NEEDS_VNC


def plug(place: Path, *screens: Rect, ids: Sequence[int] = (77, 76)) -> None:
    """Arrange the monitors, as another viewer may (SetDesktopSize; our own has no such word).

    fb 00, u16 width, height of all, u8 how many, 00; of each u32 id, u16 x, y, w, h, u32 flags.
    """
    width, height = max(s.right for s in screens), max(s.bottom for s in screens)
    wish = b"\xfb\0" + u16(width, height) + bytes([len(screens), 0])
    for number, where in zip(ids, screens, strict=False):
        wish += number.to_bytes(4, "big") + u16(*where) + bytes(4)
    session = Session(Access(), Viewing())
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(60)
        line.connect(str(place))
        wished = False
        while tuple(sorted(screen.rect for screen in session.screens)) != screens:
            came = line.recv(65_536)
            assert came, "the server hung up"
            session.feed(came)
            session.ask()
            line.sendall(session.to_send())
            if session.screens and not wished:
                wished = True
                line.sendall(wish)


def test_the_second_screen_alone_is_shown_while_it_is_there(tmp_path: Path) -> None:
    left, right = Rect(0, 0, 320, 480), Rect(320, 0, 320, 240)
    with Desktop(tmp_path, easel=False) as desktop, mirrored(desktop, Viewing(screen=2)) as mirror:
        until(lambda: mirror.status().code == "unknown-size", "one screen only")
        plug(desktop.socket, left, right)
        desktop.plaid(5, 3)
        until(lambda: shows(mirror, desktop.pixels()[:240, 320:]), "the second screen")
        assert sorted(screen.rect for screen in mirror.status().screens) == [left, right]
        plug(desktop.socket, Rect(0, 0, 640, 480))
        until(lambda: seen(mirror) is None, "blank")
        assert mirror.status().code == "unknown-size"
