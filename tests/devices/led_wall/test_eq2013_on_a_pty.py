"""The driver through the hall's own transport, on a pty with the card at its other end."""

from __future__ import annotations

import os
import select
import threading
import tty
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from devices.base import HealthState
from devices.errors import DeviceUnavailable
from devices.led_wall.eq2013_driver import Eq2013Display
from devices.led_wall.eq2013_simulator import Eq2013Simulator
from devices.led_wall.options import Eq2013Options
from devices.led_wall.page import LedLine, LedPage
from devices.transport import open_line


@contextmanager
def card_on_a_pty(card: Eq2013Simulator, chunk: int) -> Iterator[str]:
    """Run ``card`` at the far end of a pty, reading at most ``chunk`` bytes at once."""
    far, near = os.openpty()
    tty.setraw(near)
    stop_read, stop_write = os.pipe()

    def send(data: bytes) -> None:
        for byte in data:
            os.write(far, bytes([byte]))

    card.send = send

    def play() -> None:
        while True:
            ready, _, _ = select.select([far, stop_read], [], [])
            if stop_read in ready:
                return
            card.feed(os.read(far, chunk))

    thread = threading.Thread(target=play, name="card")
    thread.start()
    try:
        yield os.ttyname(near)
    finally:
        os.write(stop_write, b".")
        thread.join(60)
        for fd in (far, near, stop_read, stop_write):
            os.close(fd)


@pytest.mark.parametrize("chunk", [1, 17, 4096])
def test_calls_reach_the_panel_over_a_real_terminal(chunk: int) -> None:
    options = Eq2013Options(rows=4)
    card = Eq2013Simulator("led-wall", options)
    with card_on_a_pty(card, chunk) as port:
        line = open_line(port)
        wall = Eq2013Display("led-wall", options, line)
        assert wall.open().state is HealthState.OK
        wall.show(LedPage((LedLine("请A001号到3号窗口", "red"), LedLine("A000→1号窗口", "green"))))
        assert card.seen()["lines"] == ["请A001号到3号窗口", "A000→1号窗口", "", ""]
        assert wall.counters.retries == 0
        line.close()
        with pytest.raises(DeviceUnavailable):
            wall.clear()
