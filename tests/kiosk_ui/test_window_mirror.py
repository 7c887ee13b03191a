"""When the clerk's PC cannot be shown: a sentence for the clerk, the number for the taxpayer.

Real servers, that are hung, killed, resized, with another password or another certificate.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from kiosk_ui.messages import Mirrored as Told
from kiosk_ui.rfb.errors import SENTENCES
from kiosk_ui.states import LAYOUTS
from kiosk_ui.theme import THEMES
from kiosk_ui.window.glass import Glass
from kiosk_ui.window.inner.view import inner
from kiosk_ui.window.outer.view import outer
from kiosk_ui.window.states import desk_after, ticket
from tests.kiosk_ui.looks import look
from tests.kiosk_ui.rfb.certificates import papers
from tests.kiosk_ui.rfb.desktop import NEEDS_VNC, Desktop, until
from tests.kiosk_ui.window_desk import INNER, OUTER, WindowDesk, desk_at

SERVING = {"ticket": ticket()}
SECRET = "geheim78"


class Mirrored:
    """A desk whose mirror is real: it looks at a server, by the machine's own clock."""

    def __init__(self, desk: WindowDesk, settings: dict[str, Any]) -> None:
        self.desk, self.glass, self._settings = desk, Glass(), settings
        self.point_at(settings)

    def point_at(self, settings: dict[str, Any]) -> None:
        """Tell where the clerk's PC is, as the daemon does."""
        self.desk.hall.mirror = {"quality": None, **settings}
        self.desk.hall.kill()
        self.desk.pass_s(1)
        self.desk.hall.start()
        self.desk.pass_s(4)

    def turn(self) -> None:
        """One turn: the mirror's news, the loop."""
        self.desk.beside += list(self.glass.follow(self.desk.model))
        self.desk.turn(0.01)

    def until(self, wanted: Callable[[], object], what: str) -> float:
        """Turn until it is so; return how long that took."""

        def turned() -> object:
            self.turn()
            return wanted()

        began_s = time.monotonic()
        until(turned, what)
        return time.monotonic() - began_s

    def shown(self) -> bool:
        """Say whether the taxpayer sees the PC."""
        on = [op for op in self.desk.picture(OUTER).ops if getattr(op, "source", "") == "mirror"]
        assert bool(on) == (self.desk.page() == "mirror")
        return bool(on)

    def is_told(self, *codes: str) -> None:
        """The clerk reads why, one of these; the taxpayer the number, and nothing of the reason."""
        told = dict(SENTENCES[code] for code in codes)
        self.until(lambda: self.desk.model.mirror.say.zh in told, codes[0])
        zh = self.desk.model.mirror.say.zh
        en = told[zh]
        self.turn()
        assert "".join(en.split()) in "".join(self.desk.text(INNER).split())
        assert not self.shown()
        assert "A061" in self.desk.text(OUTER)
        assert zh not in self.desk.text(OUTER)


@contextmanager
def mirrored(folder: Path, desktop: Desktop, **settings: Any) -> Iterator[Mirrored]:
    found = {"host": str(desktop.socket), "security": "none", **settings}
    with desk_at(folder, **SERVING) as desk:
        one = Mirrored(desk, found)
        try:
            yield one
        finally:
            one.glass.close()


@pytest.fixture
def vnc(tmp_path: Path) -> Path:
    """The folder of the clerk's PC."""
    found = tmp_path / "vnc"
    found.mkdir()
    return found


@pytest.mark.parametrize("code", SENTENCES)
def test_each_reason_is_a_whole_sentence_for_the_clerk_alone(code: str) -> None:
    zh, en = SENTENCES[code]
    model = desk_after(Told(code, zh, en), ticket=ticket())
    for theme in THEMES:
        for layout in LAYOUTS["inner"].values():
            for language, said in (("zh", zh), ("en", en)):
                picture = inner(model, look(layout, theme, language))
                assert not picture.defects
                assert "".join(said.split()) in "".join("".join(picture.texts()).split())
    taxpayers = "".join(outer(model, look(LAYOUTS["outer"]["21in"])).texts())
    assert zh[:6] not in taxpayers
    assert "A061" in taxpayers


@NEEDS_VNC
def test_hung_gone_and_back_with_another_size_while_somebody_is_served(
    tmp_path: Path, vnc: Path
) -> None:
    with Desktop(vnc) as desktop, mirrored(tmp_path, desktop) as one:
        one.until(one.shown, "the mirror")
        desktop.hang()
        try:
            one.until(lambda: not one.shown(), "blank")
            # A pause of the machine may be as long as a line is dead.
            one.is_told("stale", "timeout")
        finally:
            desktop.go_on()
        one.until(one.shown, "it goes on")
        desktop.end()
        one.until(lambda: not one.shown(), "gone")
        assert one.desk.model.mirror.say
        with Desktop(vnc, size="800x600"):
            one.until(one.shown, "back by itself")
            assert one.desk.model.mirror.size == (800, 600)
            one.turn()
            assert not one.desk.model.mirror.say


@NEEDS_VNC
def test_a_size_that_is_not_configured_is_not_shown(tmp_path: Path, vnc: Path) -> None:
    with Desktop(vnc) as desktop, mirrored(tmp_path, desktop, sizes=[[640, 480]]) as one:
        one.until(one.shown, "the mirror")
        desktop.resize("800x600")
        one.is_told("unknown-size")
        desktop.resize("640x480")
        one.until(one.shown, "the usual size again")


@NEEDS_VNC
def test_a_server_that_is_not_there_is_said_to_be_and_found_later(
    tmp_path: Path, vnc: Path
) -> None:
    desktop = Desktop(vnc)
    with mirrored(tmp_path, desktop) as one:
        one.is_told("unreachable")
        with desktop:
            one.until(one.shown, "it is switched on")


@NEEDS_VNC
def test_a_wrong_password_and_the_right_one(tmp_path: Path, vnc: Path) -> None:
    hidden = subprocess.run(
        ["tigervncpasswd", "-f"], input=SECRET.encode(), capture_output=True, check=True
    ).stdout
    (vnc / "passwd").write_bytes(hidden)
    options = ("-SecurityTypes", "VncAuth", "-PasswordFile", str(vnc / "passwd"))
    own = tmp_path / "password"
    own.write_text("falsch\n", encoding="utf-8")
    with (
        Desktop(vnc, *options) as desktop,
        mirrored(tmp_path, desktop, security="password", password_file=str(own)) as one,
    ):
        one.is_told("password")
        assert "falsch" not in repr(one.desk.model)
        right = tmp_path / "right"
        right.write_text(SECRET + "\n", encoding="utf-8")
        one.point_at({
            "host": str(desktop.socket), "security": "password", "password_file": str(right),
        })  # fmt: skip
        one.until(one.shown, "the right password")


@NEEDS_VNC
def test_a_certificate_of_somebody_else_and_the_configured_one(tmp_path: Path, vnc: Path) -> None:
    own, other = papers(vnc / "own"), papers(vnc / "other")
    options = ("-SecurityTypes", "X509None", "-X509Cert", str(own.certificate), "-X509Key",
               str(own.key))  # fmt: skip
    tls = {"security": "x509", "fingerprint": other.fingerprint}
    with Desktop(vnc, *options) as desktop, mirrored(tmp_path, desktop, **tls) as one:
        one.is_told("certificate")
        right = {"security": "x509", "fingerprint": own.fingerprint}
        one.point_at({"host": str(desktop.socket), **right})
        one.until(one.shown, "the configured certificate")


@NEEDS_VNC
def test_between_two_people_and_while_only_called_it_is_blank(tmp_path: Path, vnc: Path) -> None:
    with Desktop(vnc) as desktop, mirrored(tmp_path, desktop) as one:
        one.until(one.shown, "the mirror")
        for show in ({}, {"ticket": ticket(number="A062", status="called")}, {"status": "paused"}):
            one.desk.shows(**show)
            one.turn()
            assert not one.shown()
        one.desk.shows(ticket=ticket(number="A062"))
        one.until(one.shown, "the next one's")
        one.desk.hall.screen(mirror={"state": "blank", "title": ""})
        one.until(lambda: not one.shown(), "the clerk blanks it")
