"""A SANE process that hangs, lies, or dies, as crashed backends make it."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from devices.errors import DeviceTimeout, DeviceUnavailable
from devices.scanner.base import ScanSettings
from devices.scanner.sane_child import SaneChild, SaneEnded, SaneFailed, SaneHung
from devices.scanner.sane_driver import SaneScanner
from devices.scanner.sane_options import SaneOptions

#: Takes orders and answers each by what stands in ``ANSWERS``: letter -> bytes.
PLAYED = """
import os, socket
channel = socket.socket(fileno=os.dup(0))
answers = {answers!r}
while (data := channel.recv(65536)) and data[:1] != b"Q":
    for letter, answer in answers.items():
        if data[:1] == letter.encode():
            channel.sendall(answer)
"""
LISTED = b'l\x00\x00\x00\x29{"devices": [["a:1", "V", "Model", "s"]]}'
OPENED = b"o\x00\x00\x00\x02{}"
PAGE = b'p\x00\x00\x00\x33{"width": 2, "height": 2, "channels": 1, "dpi": 75}'


def played(answers: dict[str, bytes]) -> tuple[str, ...]:
    return (sys.executable, "-c", PLAYED.format(answers=answers))


def driver(answers: dict[str, bytes], **options: float) -> SaneScanner:
    program = played({"L": LISTED, "O": OPENED, **answers})

    def start(config: str, cancelled: threading.Event) -> SaneChild:
        return SaneChild(config, cancelled, program=program)

    settings = SaneOptions(silence_s=options.get("silence_s", 30.0))
    return SaneScanner("scanner", settings, None, start=start)


def scanning(answer: bytes, **options: float) -> Callable[[], list[bytes]]:
    def scan() -> list[bytes]:
        one = driver({"S": answer}, **options)
        pages: list[bytes] = []
        try:
            one.open()
            one.scan(ScanSettings(), lambda page: pages.append(bytes(page.pixels)))
            return pages
        finally:
            one.close()

    return scan


def test_a_played_page_comes_as_it_was_played() -> None:
    assert scanning(PAGE + b"r\x00\x00\x00\x04abcde\x00\x00\x00\x00f\x00\x00\x00\x00")() == [
        b"abcd"
    ]


@pytest.mark.parametrize(
    "answer",
    [
        b"\xff" * 64,
        b"r\x00\x00\x00\x04abcd",
        b"r\xff\xff\xff\xff",
        PAGE + b"r\x00\x00\x00\x03abc",
        b'p\x00\x00\x00\x11{"width": "wide"}',
        b"p\x00\x00\x00\x04null",
        b'c\x00\x00\x00\x0c{"plane": 0}',
        PAGE + b'c\x00\x00\x00\x0c{"plane": 0}',
        b"e\x00\x00\x00\x00",
    ],
)
def test_what_cannot_be_ends_the_process_and_is_said(answer: bytes) -> None:
    with pytest.raises(Exception, match="broken"):
        scanning(answer)()


def test_a_process_that_says_nothing_more_is_hung() -> None:
    with pytest.raises(Exception, match="hung"):
        scanning(PAGE + b"r\x00\x00\x00\x02ab", silence_s=1.0)()


def test_a_process_that_ends_at_once_leaves_the_device_unavailable() -> None:
    def start(config: str, cancelled: threading.Event) -> SaneChild:
        return SaneChild(config, cancelled, program=(sys.executable, "-c", ""))

    one = SaneScanner("scanner", SaneOptions(), None, start=start)
    with pytest.raises(DeviceUnavailable, match="ended unexpectedly"):
        one.open()
    one.close()


def test_whoever_lets_go_of_a_device_that_hangs_in_its_opening_does_not_wait() -> None:
    one = driver({"O": b""})
    timer = threading.Timer(0.2, one.interrupt)
    timer.start()
    with pytest.raises(DeviceTimeout):
        one.open()
    timer.join()
    one.close()


@pytest.mark.parametrize(
    ("status", "words"), [(4, "cannot open"), (11, "group scanner"), (3, "uses the scanner")]
)
def test_why_it_cannot_be_opened_is_said(status: int, words: str) -> None:
    body = b'{"status": %d, "what": "sane_open"}' % status
    one = driver({"O": b"!" + len(body).to_bytes(4, "big") + body})
    with pytest.raises(DeviceUnavailable, match=words) as refused:
        one.open()
    assert refused.value.zh
    one.close()


def test_a_missing_library_names_its_package() -> None:
    body = b'{"status": 1, "what": "libsane.so.1"}'
    one = driver({"L": b"!" + len(body).to_bytes(4, "big") + body})
    with pytest.raises(DeviceUnavailable, match="apt-get install libsane1"):
        one.open()
    one.close()


def test_debugging_that_writes_pages_to_a_disk_is_not_handed_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SANE_DEBUG_AIRSCAN", "9")
    monkeypatch.setenv("SANE_CONFIG_DIR", "/elsewhere")
    child = SaneChild("", program=played({}))
    handed = Path(f"/proc/{child.pid}/environ").read_bytes()
    child.kill()
    assert b"SANE_" not in handed


def test_a_failed_order_an_end_and_a_silence_are_told_apart() -> None:
    child = SaneChild("", program=played({"L": b'!\x00\x00\x00\x0d{"status": 6}'}))
    with pytest.raises(SaneFailed) as failed:
        child.ask("L", {}, 5.0)
    assert failed.value.status == 6
    with pytest.raises(SaneHung):
        child.ask("O", {}, 0.2)
    assert not child.alive()
    with pytest.raises(SaneEnded):
        child.ask("O", {}, 0.2)


def test_a_process_that_will_not_end_is_ended() -> None:
    child = SaneChild("", program=(sys.executable, "-c", "import time; time.sleep(600)"))
    assert child.alive()
    child.close()
    assert not child.alive()
    with pytest.raises(ProcessLookupError):
        os.kill(child.pid, 0)
