"""Screens at a Pi that goes on by itself: what they say, and what may be pressed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from kiosk_ui.kiosk.pages.start import Start
from kiosk_ui.kiosk.pages.trouble import Closed, CutOff, front
from kiosk_ui.kiosk.screen import KioskScreen
from kiosk_ui.kiosk.states import kiosk_after, kiosk_states
from kiosk_ui.link import Link
from kiosk_ui.messages import Live, Message
from kiosk_ui.ops import Picture
from kiosk_ui.window.desk import DeskScreen
from kiosk_ui.window.model import DeskModel
from kiosk_ui.window.outer.view import page_of
from kiosk_ui.window.states import desk_states
from tests.kiosk_ui.looks import look


def link() -> Link:
    return Link(Path("/nowhere/hall.sock"), lambda: 100.0)


def texts(picture: Picture) -> str:
    return " ".join(str(getattr(op, "text", "")) for op in picture.ops)


def heard(one: Link, *told: dict[str, object]) -> list[Message]:
    """Let the daemon say how it stands; return what the screen is told."""
    found = list[Message]()
    for params in told:
        one._hub_stands(params, "trouble", found)
    return found


def test_a_daemon_that_goes_on_by_itself_is_there_and_says_so_once() -> None:
    cut = {"trouble": "broker", "alone": True}
    assert heard(link(), {"trouble": ""}, cut, cut, {"trouble": "hub", "alone": True}) == [
        Live(), Live(alone=True),
    ]  # fmt: skip
    assert heard(link(), cut, {"trouble": ""}) == [Live(alone=True), Live()]


def test_one_that_cannot_go_on_is_as_good_as_gone() -> None:
    one = link()
    heard(one, {"trouble": ""}, {"trouble": "broker"})
    assert (one.live, one.alone) == (False, False)


def test_a_kiosk_goes_on_where_somebody_stands_and_says_that_it_is_alone() -> None:
    screen, model = KioskScreen("kiosk-1"), kiosk_after()
    chosen = replace(model, page=model.page, behind=(Start(),))
    alone, requests = screen.update(chosen, Live(alone=True), 2000.0)
    assert (alone.alone, alone.fresh, list(requests)) == (True, True, [])
    assert alone.behind == chosen.behind
    assert not isinstance(front(alone), CutOff)
    said = texts(screen.view(alone, look()))
    assert "本机暂时独立取号" in said
    assert "人在等" not in said
    back, _ = screen.update(alone, Live(), 2001.0)
    assert not back.alone
    assert "本机暂时独立取号" not in texts(screen.view(back, look()))


def test_a_kiosk_without_numbers_left_says_where_to_go() -> None:
    model = kiosk_states()["alone_no_numbers"]
    page = front(model)
    assert isinstance(page, Closed)
    assert "导税台" in texts(KioskScreen("kiosk-1").view(model, look()))


def test_a_ticket_given_while_cut_off_promises_no_place() -> None:
    model = kiosk_states()["alone_ticket"]
    said = texts(KioskScreen("kiosk-1").view(model, look()))
    assert "A983" in said
    assert "前面" not in said
    assert "请留意叫号" in said


def can(model: DeskModel) -> set[str]:
    """Return the commands that a clerk may press."""
    picture = DeskScreen("3").inner(model, look())
    return {area.id for area in picture.areas}


def test_a_clerk_ends_the_work_in_hand_and_calls_nobody() -> None:
    usual, alone = desk_states()["serving"], desk_states()["alone"]
    assert {"next", "finish", "transfer"} <= can(usual)
    assert {"finish", "park", "help", "pause"} <= can(alone)
    assert not can(alone) & {"next", "transfer", "form", "resume", "open", "recall"}


def test_the_taxpayer_sees_the_same_as_before() -> None:
    assert page_of(desk_states()["alone"]) == "serving"
    assert "A061" in texts(DeskScreen("3").outer(desk_states()["alone"], look()))
