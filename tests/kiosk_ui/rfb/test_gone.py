"""A server that dies, hangs, comes back as another, dribbles or lies: blank, and back by itself."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk_ui.rfb.access import Access
from kiosk_ui.rfb.line import Address
from kiosk_ui.rfb.mirror import Mirror
from kiosk_ui.rfb.protocol import TIGHT
from tests.kiosk_ui.rfb.desktop import NEEDS_VNC, QUICK, Desktop, mirrored, seen, shows, until
from tests.kiosk_ui.rfb.wire import FENCES, GREETING, rect, server_init, update

RED = update(rect(0, 0, 8, 8, TIGHT, "80 ff0000"))


@NEEDS_VNC
def test_a_computer_that_is_switched_off_is_blank_and_comes_back(tmp_path: Path) -> None:
    desktop = Desktop(tmp_path)
    with desktop, mirrored(desktop) as mirror:
        until(lambda: seen(mirror) is not None, "the picture")
        desktop.end()
        until(lambda: seen(mirror) is None, "blank")
        until(lambda: mirror.status().code == "unreachable", "why")
        desktop.size = "800x600"  # started again with another screen
        with desktop:
            desktop.draw("text 1")
            until(lambda: shows(mirror, desktop.pixels()), "the picture of the new one")


@NEEDS_VNC
def test_a_computer_that_hangs_is_blank_after_two_seconds(tmp_path: Path) -> None:
    with Desktop(tmp_path) as desktop, mirrored(desktop) as mirror:
        until(lambda: seen(mirror) is not None, "the picture")
        # By that rule, however busy the machine; a pause of it may be as long as a line is dead.
        code = ""
        for _ in range(5):
            desktop.hang()
            try:
                until(lambda: seen(mirror) is None, "blank")
                code = mirror.status().code
            finally:
                desktop.go_on()
            until(lambda: seen(mirror) is not None, "the picture again")
            if code == "stale":
                break
        assert code == "stale"


@NEEDS_VNC
def test_a_computer_that_hangs_for_long_is_called_anew(tmp_path: Path) -> None:
    patience = replace(QUICK, dead_s=0.5)
    with Desktop(tmp_path) as desktop:
        address = Address(path=str(desktop.socket))
        with Mirror(address, Access(), patience=patience) as mirror:
            until(lambda: seen(mirror) is not None, "the picture")
            desktop.hang()
            try:
                until(lambda: mirror.status().code == "timeout", "given up")
            finally:
                desktop.go_on()
            until(lambda: seen(mirror) is not None, "the picture again")


@contextmanager
def server(talk: Callable[[socket.socket], None]) -> Iterator[Address]:
    """A server of our own: ``talk`` has each connection, until it returns or we hang up."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.05)
        stopping = threading.Event()

        def serve() -> None:
            while not stopping.is_set():
                try:
                    connection, _ = listening.accept()
                except TimeoutError:
                    continue
                connection.settimeout(0.2)
                with connection:
                    try:
                        talk(connection)
                    except OSError:
                        continue

        thread = threading.Thread(target=serve, name="server")
        thread.start()
        try:
            yield Address("127.0.0.1", listening.getsockname()[1])
        finally:
            stopping.set()
            thread.join(60)


def answering(connection: socket.socket, seconds: float) -> None:
    """Answer pings for so long, and nothing else."""
    end_s = time.monotonic() + seconds
    while time.monotonic() < end_s:
        try:
            said = connection.recv(65_536)
        except TimeoutError:
            continue
        if not said:
            return
        at = said.rfind(bytes.fromhex("f8000000 80000001 04"))
        if at >= 0:
            connection.sendall(bytes.fromhex("f8000000 00000001 04") + said[at + 9 : at + 13])


def looked(mirror: Mirror, connection: socket.socket) -> bool:
    """Answer for a moment; say whether there is a picture then."""
    answering(connection, 0.1)
    return seen(mirror) is not None


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n", "not-rfb"),
        (b"RFB 003.008\n\x00\x00\x00\x00\x04full", "refused"),
        (b"RFB 003.008\n\x01\x02", "security"),
        (GREETING + server_init(65_535, 65_535), "too-large"),
        (GREETING + server_init(8, 8) + b"\xfe", "lies"),
        (GREETING + server_init(8, 8) + update(rect(0, 0, 8, 8, TIGHT, "00 ff ff ff")), "lies"),
        (GREETING, "closed"),
    ],
)
def test_what_a_server_says_wrong_is_a_sentence_and_blank(said: bytes, code: str) -> None:
    def talk(connection: socket.socket) -> None:
        connection.sendall(said)
        connection.sendall(bytes(200_000) if code == "lies" else b"")
        connection.recv(100)

    with server(talk) as address, Mirror(address, Access(), patience=QUICK) as mirror:
        until(lambda: mirror.status().code == code, code)
        assert mirror.status().zh
        assert seen(mirror) is None


def test_a_server_that_says_nothing_is_given_up() -> None:
    patience = replace(QUICK, begin_s=0.3)
    with (
        server(lambda c: answering(c, 2.0)) as address,
        Mirror(address, Access(), patience=patience) as mirror,
    ):
        until(lambda: mirror.status().code == "timeout", "given up")


def test_bytes_one_by_one_make_a_picture() -> None:
    def talk(connection: socket.socket) -> None:
        for byte in GREETING + server_init(8, 8) + FENCES + RED:
            connection.sendall(bytes([byte]))
        answering(connection, 20)

    with server(talk) as address, Mirror(address, Access(), patience=QUICK) as mirror:
        until(lambda: seen(mirror) is not None, "the picture")
        found = seen(mirror)
        assert found is not None
        assert (found == (0, 0, 255)).all()


def test_an_update_that_never_ends_makes_the_picture_old() -> None:
    """Bytes keep coming, so the line is alive; but what is seen is not known to be true."""
    patience = replace(QUICK, fresh_s=0.5)

    def talk(connection: socket.socket) -> None:
        connection.sendall(GREETING + server_init(8, 8) + FENCES + RED)
        answering(connection, 1.0)
        connection.sendall(update(rect(0, 0, 8, 8, 0))[:16])
        pause = threading.Event()
        for _ in range(100):
            pause.wait(0.05)
            connection.sendall(b"\0")

    with server(talk) as address, Mirror(address, Access(), patience=patience) as mirror:
        until(lambda: seen(mirror) is not None, "the picture")
        until(lambda: mirror.status().code == "stale", "old")
        assert seen(mirror) is None


def test_nobody_listens_and_somebody_does_later(tmp_path: Path) -> None:
    address = Address(path=str(tmp_path / "rfb"))
    with Mirror(address, Access(), patience=QUICK) as mirror:
        until(lambda: mirror.status().code == "unreachable", "nobody there")
        assert "网线" in mirror.status().zh
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(address.path)
            listening.listen()
            listening.settimeout(60)
            connection, _ = listening.accept()
            with connection:
                connection.sendall(GREETING + server_init(8, 8) + FENCES + RED)
                connection.settimeout(0.2)
                # It is asked whether it lives for as long as nobody has looked.
                until(lambda: looked(mirror, connection), "the picture")


def test_stopping_forgets_the_picture() -> None:
    def talk(connection: socket.socket) -> None:
        connection.sendall(GREETING + server_init(8, 8) + FENCES + RED)
        answering(connection, 5)

    with server(talk) as address:
        mirror = Mirror(address, Access(), patience=QUICK)
        mirror.start()
        until(lambda: seen(mirror) is not None, "the picture")
        mirror.stop()
        assert seen(mirror) is None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("10.0.0.7", Address("10.0.0.7")),
        ("pc7:5901", Address("pc7", 5901)),
        ("pc7:", Address("pc7", 5900)),
        ("[fe80::1]:5900", Address("fe80::1", 5900)),
        ("fe80::1", Address("fe80::1", 5900)),
        ("/run/x.sock", Address(path="/run/x.sock")),
    ],
)
def test_an_address_is_read_as_people_write_it(text: str, wanted: Address) -> None:
    assert Address.parsed(text) == wanted
    assert Address.parsed(str(wanted)) == wanted


@pytest.mark.parametrize("text", ["", "pc7:0", "pc7:99999", "pc7:x", "[fe80::1", ":5900"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an address"):
        Address.parsed(text)


@pytest.mark.parametrize("address", [Address(path="/" + "x" * 200), Address("pc..hall")])
def test_where_nobody_can_listen_is_tried_again_like_any_other(address: Address) -> None:
    with Mirror(address, Access(), patience=QUICK) as mirror:
        until(lambda: mirror.status().code == "unreachable", "why")
        assert "mirror" in {thread.name for thread in threading.enumerate()}
