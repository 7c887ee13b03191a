"""A conversation with a printer: requests out, replies in, each wait with a limit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from devices.base import Counters, Line
from devices.errors import DeviceError, DeviceTimeout
from devices.ticket_printer import codec
from devices.ticket_printer.condition import Condition
from devices.ticket_printer.options import Options

__all__ = ["Talk"]

_PIECE = 1024
#: More than a command of ours has parameters before its data.
_ZEROS = bytes(8)


class Owner(Protocol):
    """What a conversation needs of the driver."""

    counters: Counters
    clock: Callable[[], float]

    @property
    def line(self) -> Line:
        """The open line."""


class Talk:
    """Everything that the printer said and nobody has used yet, by sort.

    ``owner`` is the driver: its line is there once it is opened, its clock may be a test's.
    """

    def __init__(self, owner: Owner, options: Options, automatic: Callable[[bytes], None]) -> None:
        self._owner = owner
        self._options = options
        #: Called with each block of automatic status.
        self._automatic = automatic
        self.decoder = codec.ReplyDecoder(automatic=False)
        self.real_time: list[int] = []
        self.ended: set[bytes] = set()
        self.fences: list[codec.PaperStatus] = []
        self.texts: list[str] = []
        #: A write broke off, or an earlier program's may have: part of a command may hang there.
        self.half_command = True

    def write(self, data: bytes) -> None:
        """Write in pieces that a slow line (9600 baud) takes within the timeout each."""
        line, timeout_s = self._owner.line, self._options.write_timeout_s
        try:
            for start in range(0, len(data), _PIECE):
                line.write(data[start : start + _PIECE], timeout_s)
        except DeviceError:
            self.half_command = True
            raise

    def end_half_command(self) -> None:
        """See to it that no command within its length takes the next request's bytes for its own.

        (``1D 76 30 00 48`` and then ``10 04 04``: an image of four million bytes.)
        """
        if self.half_command:
            self.write(_ZEROS)
            self.half_command = False

    def ask(self, request: bytes) -> int:
        """Return the byte that answers DLE EOT. Raises ``DeviceTimeout``."""
        reply_s = self._options.reply_timeout_s
        self.catch_up()
        self.real_time.clear()
        self.write(request)
        if not self.pump(lambda: bool(self.real_time), reply_s):
            self.decoder.forget()
            raise DeviceTimeout("printer status", reply_s)
        return self.real_time[0]

    def condition(self) -> Condition:
        """Ask by DLE EOT: paper and printer; the cause only when it is offline."""
        paper = self.ask(codec.DLE_EOT_PAPER)
        printer = self.ask(codec.DLE_EOT_PRINTER)
        cause = error = 0x12
        if printer & 0x08:
            cause = self.ask(codec.DLE_EOT_OFFLINE_CAUSE)
            error = self.ask(codec.DLE_EOT_ERROR)
        return Condition.from_real_time(printer, paper, cause, error)

    def pump(self, until: Callable[[], bool], timeout_s: float) -> bool:
        """Read until the condition holds, True, or the time is over."""
        deadline = self._owner.clock() + timeout_s
        while not until():
            left = deadline - self._owner.clock()
            # What came while the whole machine stood still came in time.
            self.take(self._owner.line.read_some(max(left, 0.0)))
            if left <= 0:
                return until()
        return True

    def catch_up(self) -> None:
        """Take what has arrived by now."""
        self.take(self._owner.line.read_available())

    def take(self, data: bytes) -> None:
        """Sort what the printer said."""
        for reply in self.decoder.feed(data):
            self._owner.counters.frames_in += 1
            match reply:
                case codec.RealTimeStatus(value):
                    self.real_time.append(value)
                case codec.AutomaticStatus(value):
                    self._automatic(value)
                case codec.ProcessEnd(identifier):
                    self.ended.add(identifier)
                case codec.PaperStatus():
                    self.fences.append(reply)
                case codec.Information(text):
                    self.texts.append(text)
        self._owner.counters.bad_frames = self.decoder.noise
