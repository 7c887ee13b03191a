"""How long a service takes, on the clerk's screen: amber, red, and a clock that only goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk_ui.window.inner.hand import clock_text
from kiosk_ui.window.states import ticket
from tests.kiosk_ui.window_desk import INNER, OUTER, WindowDesk, desk_at


def level_of(desk: WindowDesk) -> str:
    return desk.model.level


@pytest.mark.parametrize(("seconds", "level"), [
    (0, "none"), (719, "none"), (720, "amber"), (899, "amber"), (900, "red"), (5000, "red"),
])  # fmt: skip
def test_amber_and_red_begin_at_the_items_limits(tmp_path: Path, seconds: int, level: str) -> None:
    with desk_at(tmp_path) as desk:
        desk.shows(ticket=ticket(seconds=seconds))
        assert level_of(desk) == level
        assert clock_text(seconds) in desk.text(INNER)


def test_it_runs_on_between_the_halls_answers_and_turns_by_itself(tmp_path: Path) -> None:
    with desk_at(tmp_path, ticket=ticket(seconds=700)) as desk:
        desk.hall.silent = {"window.show"}
        seen = list[tuple[int, str]]()
        for _ in range(35):
            desk.pass_s(0.1)
            seen.append((desk.model.seconds, level_of(desk)))
        assert [one for one, _ in seen] == sorted(one for one, _ in seen)
        assert seen[-1][0] - seen[0][0] >= 3
    with desk_at(tmp_path, ticket=ticket(seconds=718)) as desk:
        # The time of the window is the hall's; here it says nothing new for three seconds.
        desk.hall.silent = {"window.show"}
        assert level_of(desk) == "none"
        desk.pass_s(3)
        assert level_of(desk) == "amber"


def test_a_late_answer_does_not_set_it_back(tmp_path: Path) -> None:
    with desk_at(tmp_path, ticket=ticket(seconds=100)) as desk:
        seen = list[int]()
        for n in range(40):
            # As if each answer had been a second on its way.
            desk.hall.show = {"ticket": ticket(seconds=100 + max(n // 10 - 1, 0))}
            desk.hall.happened("ticket.called")
            desk.pass_s(0.1)
            seen.append(desk.model.seconds)
        assert seen == sorted(seen)
        assert seen[-1] >= 102


def test_another_state_another_call_and_another_ticket_begin_anew(tmp_path: Path) -> None:
    with desk_at(tmp_path, ticket=ticket(status="called", seconds=50)) as desk:
        for show in (
            ticket(status="called", calls=2, seconds=1), ticket(seconds=2),
            ticket(number="A062", seconds=0), ticket(number="A061", seconds=1),
        ):  # fmt: skip
            desk.shows(ticket=show)
            assert show["seconds"] <= desk.model.seconds <= show["seconds"] + 1


@pytest.mark.parametrize("now", [
    "2026-03-02 09:12:00", "2031-01-01 00:00:00", "1970-01-01 00:00:00", "",
])  # fmt: skip
def test_a_wall_clock_that_jumps_moves_the_clock_on_the_wall_alone(
    tmp_path: Path, now: str
) -> None:
    with desk_at(tmp_path, ticket=ticket(seconds=700)) as desk:
        before = desk.model.seconds
        desk.shows(ticket=ticket(seconds=701), now=now)
        assert before <= desk.model.seconds <= before + 2
        for panel in (INNER, OUTER):
            assert (now[11:16] in desk.text(panel)) if now else ("09:41" not in desk.text(panel))


def test_after_a_long_cut_the_hall_knows_better(tmp_path: Path) -> None:
    with desk_at(tmp_path, ticket=ticket(seconds=100)) as desk:
        desk.hall.kill()
        desk.pass_s(60)
        desk.hall.show = {"ticket": ticket(seconds=105)}
        desk.hall.start()
        desk.pass_s(4)
        assert 105 <= desk.model.seconds <= 110


def test_an_item_without_a_limit_and_a_call_turn_neither_amber_nor_red(tmp_path: Path) -> None:
    for show in (ticket(limit_s=0, amber_s=0, seconds=9000), ticket(status="called", seconds=9000)):
        with desk_at(tmp_path, ticket=show) as desk:
            assert level_of(desk) == "none"


def test_times_are_read_as_clerks_read_them() -> None:
    assert [clock_text(one) for one in (0, 59, 247, 3600, 7384, -5)] == [
        "0:00", "0:59", "4:07", "1:00:00", "2:03:04", "0:00",
    ]  # fmt: skip
