"""The hall's pictures on the taxpayer's screen: between two people, as the hall has them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kiosk_ui.ops import Image
from tests.kiosk_ui.test_window_commands import CALLED
from tests.kiosk_ui.window_desk import OUTER, WindowDesk, desk_at


def _notice(name: str, *, state: str = "shown", walls: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "notice": name, "text": "", "lines": [], "priority": 0, "state": state,
        "walls": list(walls), "picture": f"/pictures/{name}", "stamp": 1,
    }  # fmt: skip


def _seen(desk: WindowDesk, seconds: int = 1) -> set[str]:
    """Return the pictures that were before the taxpayer, looked at once a second."""
    seen = set[str]()
    for _ in range(seconds):
        desk.pass_s(1)
        seen |= {Path(one.path).name for one in desk.picture(OUTER).ops if isinstance(one, Image)}
    return seen


def test_pictures_take_turns_while_nobody_is_there_and_leave_when_their_time_is_over(
    tmp_path: Path,
) -> None:
    with desk_at(tmp_path, idle="windows") as desk:
        desk.hall.notices = [
            _notice("hours.png", walls=("windows",)), _notice("online.png"),
            _notice("lobby.png", walls=("lobby",)), _notice("autumn.png", state="later"),
        ]  # fmt: skip
        desk.pass_s(11)
        assert _seen(desk, 40) == {"hours.png", "online.png"}
        desk.hall.notices = [_notice("autumn.png")]
        desk.pass_s(11)
        assert _seen(desk, 15) == {"autumn.png"}
        desk.hall.notices = []
        desk.pass_s(11)
        assert not _seen(desk, 15)
        assert desk.page() == "open"


def test_no_picture_stands_before_somebody_who_is_called_or_at_a_window_without(
    tmp_path: Path,
) -> None:
    with desk_at(tmp_path, idle="windows") as desk:
        desk.hall.notices = [_notice("online.png")]
        desk.pass_s(11)
        assert _seen(desk) == {"online.png"}
        desk.shows(idle="windows", **CALLED)
        assert not _seen(desk)
        desk.shows(idle="windows")
        assert _seen(desk) == {"online.png"}
        desk.shows(idle="windows", status="paused")
        assert not _seen(desk)
        desk.shows()
        assert not _seen(desk, 12)
