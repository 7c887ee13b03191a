"""Driver of an ESC/POS ticket printer on a serial line, USB serial or TCP (port 9100).

Source: Epson's ESC/POS command reference; never tried on hardware. What is written from memory of
clones: that NULs between commands print nothing, and that some ignore GS ( H.

A ticket is only confirmed by the printer's own word for this very job. Silence is an error, never
"paper is fine".
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import ClassVar

from devices.base import Driver, HealthState, Line, Report, Sentence, Status
from devices.errors import DeviceError, DeviceTimeout
from devices.ticket_printer import codec
from devices.ticket_printer.compile import CompiledTemplate, compiled
from devices.ticket_printer.condition import HEALTHY, SENTENCES, Condition
from devices.ticket_printer.options import Options
from devices.ticket_printer.render import render
from devices.ticket_printer.slip import How, Printed, Slip
from devices.ticket_printer.template import load

__all__ = ["EscPosPrinter"]

_log = logging.getLogger(__name__)
#: While a ticket comes out: how often the printer is asked whether it stopped.
_LOOK_EVERY_S = 0.1
#: Two fences: one stray byte that looks like GS r's answer never counts as a job's end.
_FENCES = 2
#: After this long without one, no answer to an earlier GS r is on its way.
_QUIET_S = 0.2
_PIECE = 1024
#: More than a command of ours has parameters before its data.
_ZEROS = bytes(8)
#: GS V 66: feed to the cutter and cut.
_CUT = b"\x1d\x56\x42\x00"
_PROBE_JOB = 94**3 - 1


def _ignore() -> None:
    return None


class EscPosPrinter(Driver):
    """An ESC/POS printer.

    ``open``, ``poll`` and ``print_slip`` raise ``DeviceTimeout`` when the printer is silent and
    ``DeviceUnavailable`` when its line is gone.
    """

    poll_every_s: ClassVar[float] = 1.0

    def __init__(self, name: str, options: Options, line: Line | None) -> None:
        super().__init__(name, options, line)
        self.options: Options = options
        #: Seconds that only go forward; a test may set its own.
        self.clock: Callable[[], float] = time.monotonic
        #: How jobs are confirmed; None until the printer was well enough to show it.
        self.how: How | None = None if options.confirm == "auto" else options.confirm
        self._template: CompiledTemplate | None = None
        self._decoder = codec.ReplyDecoder(automatic=False)
        self._condition: Condition | None = None
        self._looked_at = float("-inf")
        self._told: Status | None = None
        self._real_time: list[int] = []
        self._ended: set[bytes] = set()
        self._fences: list[codec.PaperStatus] = []
        self._ready = False
        self._broken_off = False
        self._half_command = True
        self._printed_any = False
        self._attempt = 0

    def open(self) -> Status:
        """Compile the template, ask the printer's state and find out how it confirms.

        Raises ``TemplateError`` for a wrong template, else ``DeviceError``.
        """
        if self._template is None:
            self._template = compiled(load(self.options.template_name), self.options)
        self._take(self.line.read_available())
        self._look()
        if self._now().fault is None:
            self._make_ready()
        self._told = self.state()
        return self._told

    def state(self) -> Status:
        """Return what the printer said last; ``STARTING`` before it said anything."""
        if self._condition is None:
            return Status(HealthState.STARTING, "starting", SENTENCES["starting"])
        return self._condition.status

    def feed(self, data: bytes) -> list[Report]:
        """Take bytes that came unasked: automatic status, late answers, noise."""
        self._take(data)
        return self._news()

    def poll(self) -> list[Report]:
        """Ask the printer's state; return it when it changed. Raises ``DeviceError``."""
        self._look()
        if not self._ready and self._now().fault is None:
            self._make_ready()
        return self._news()

    def print_slip(self, slip: Slip, job: int, on_sent: Callable[[], None] = _ignore) -> Printed:
        """Print one ticket and wait for the printer's word that it came out.

        ``job`` names the job (any number from 0 on). ``on_sent`` is called once any byte may have
        left: when all are handed to the wire, or just before a failed write is raised. So an
        exception before ``on_sent`` means "nothing is on paper", one after it "something may be":
        print the same number again with ``Slip.reprint``.

        Raises:
            DeviceFault: a person must act; ``code`` as in ``Condition.status``.
            DeviceTimeout: the printer is silent, or takes no bytes.
            DeviceUnavailable: the line is gone.
        """
        if slip.reprint and not self._printed_any:
            # Who asked for this ticket first is gone: half of it may hang in the printer.
            self._broken_off = True
            self._ready = False
        how = self._well_enough()
        if self._template is None:
            raise RuntimeError(f"{self.name} is not open")
        identifier = codec.process_id(job, self._attempt)
        self._attempt += 1
        data = render(self._template, slip, self.options) + _ending(how, identifier)
        self._take(self.line.read_available())
        self._printed_any = True
        self._ended.discard(identifier)
        self._fences.clear()
        try:
            self._write(data)
        except DeviceError:
            self._broken_off = True
            self._ready = False
            on_sent()
            raise
        on_sent()
        self.counters.frames_out += 1
        try:
            confirmed = self._came_out(how, identifier)
        except DeviceError:
            self._ready = False
            raise
        self._ready = confirmed
        return Printed(confirmed, how)

    def self_test(self) -> Sentence:
        """Print a ticket with Chinese, a rare two-byte and a drawn character, and a QR code."""
        printed = self.print_slip(_TEST_SLIP, job=0)
        if not printed.confirmed:
            raise DeviceTimeout("self-test slip", self.options.print_timeout_s)
        return Sentence(
            "应打出一张自检小票：号码 TEST、汉字“䶮”和“𬭛”清楚，二维码可扫出 SELF-TEST，并已切纸。",
            "A test slip came out and was cut: number TEST, the characters 䶮 and 𬭛 are clear, "
            "and the QR code reads SELF-TEST.",
        )

    # --- the printer's state

    def _now(self) -> Condition:
        return self._condition or HEALTHY

    def _look(self) -> None:
        """Ask by DLE EOT: paper and printer; the cause only when it is offline.

        A command that broke off within its length must not take the request's bytes for it: zeros
        first. (``1D 76 30 00 48`` and then ``10 04 04``: an image of four million bytes.)
        """
        if self._half_command:
            self._write(_ZEROS)
            self._half_command = False
        paper = self._ask(codec.DLE_EOT_PAPER)
        printer = self._ask(codec.DLE_EOT_PRINTER)
        cause = error = 0x12
        if printer & 0x08:
            cause = self._ask(codec.DLE_EOT_OFFLINE_CAUSE)
            error = self._ask(codec.DLE_EOT_ERROR)
        self._set_condition(Condition.from_real_time(printer, paper, cause, error))

    def _ask(self, request: bytes) -> int:
        timeout_s = self.options.reply_timeout_s
        self._take(self.line.read_available())
        self._real_time.clear()
        self._write(request)
        self._pump(lambda: bool(self._real_time), timeout_s)
        if not self._real_time:
            self._decoder.forget()
            self._looked_at = float("-inf")
            raise DeviceTimeout("printer status", timeout_s)
        return self._real_time[0]

    def _set_condition(self, condition: Condition) -> None:
        self._condition = condition
        self._looked_at = self.clock()

    def _news(self) -> list[Report]:
        status = self.state()
        if self._condition is None or status == self._told:
            return []
        self._told = status
        return [status]

    def _stop_for_a_fault(self) -> None:
        """Raise the fault that the printer has: raised, it is told, and no news any more."""
        fault = self._now().fault
        if fault is not None:
            self._told = self.state()
            raise fault

    def _well_enough(self) -> How:
        """Make sure that a ticket can be printed now; return how it will be confirmed."""
        fresh = self.clock() - self._looked_at <= self.options.fresh_s
        if not fresh or not self._ready or self._now().fault is not None:
            self._look()
        self._stop_for_a_fault()
        if not self._ready:
            self._make_ready()
        if self.how is None:
            raise DeviceTimeout("printer confirmation", self.options.probe_timeout_s)
        return self.how

    # --- confirmation

    def _make_ready(self) -> None:
        """Put the printer into a known state; find out how it confirms, once.

        A ticket that broke off may have left a command unfinished that swallows what follows:
        NULs fill it up, and what is on paper is cut off, lest the next ticket hangs on it.
        """
        self._decoder.automatic = False
        if self._broken_off:
            self._write(codec.UNSTICK + codec.ESC_AT + _CUT)
        self._write(codec.ESC_AT)
        if self.how is None:
            self._probe()
            # A clone that does not know GS ( H may have taken its last bytes for text: drop them.
            self._write(codec.ESC_AT)
        if self.how == "gs_r":
            self._drain_fences()
        elif self.how is not None and self.options.asb:
            self._decoder.automatic = True
            self._write(codec.GS_A_ALL)
        self._broken_off = False
        self._ready = self.how is not None

    def _probe(self) -> None:
        """Send GS ( H and GS r 1: both are answered in order, so silence need not be waited out.

        Without a job's end there is a second round: a command that an earlier program left
        unfinished may have swallowed the first request.
        """
        identifier = codec.process_id(_PROBE_JOB, self._attempt)
        self._attempt += 1
        request = codec.request_process_end(identifier) + codec.GS_R_PAPER

        def ended() -> bool:
            return identifier in self._ended

        for unstick in (b"", codec.UNSTICK + codec.ESC_AT):
            self._fences.clear()
            self._write(unstick + request)
            self._pump(lambda: ended() or bool(self._fences), self.options.probe_timeout_s)
            # The fence may be an answer to an earlier program.
            self._pump(ended, _QUIET_S if self._fences else 0.0)
            if ended():
                self.how = "gs_h"
                return
        if self._fences:
            self.how = "gs_r"
            return
        self._look()
        if self._now().fault is None:
            self.how = "status"
            _log.warning("%s confirms no jobs: only its state after a ticket is known", self.name)

    def _drain_fences(self) -> None:
        """Wait out the fences of earlier jobs: GS r's answers carry no name.

        Ours comes last; when it is quiet after it, no old answer can pass for a new one.
        """
        self._fences.clear()
        self._write(codec.GS_R_PAPER)
        self._pump(lambda: bool(self._fences), self.options.print_timeout_s)
        if not self._fences:
            raise DeviceTimeout("printer's queued status", self.options.print_timeout_s)
        while self._fences:
            self._fences.clear()
            self._pump(lambda: bool(self._fences), _QUIET_S)

    def _came_out(self, how: How, identifier: bytes) -> bool:
        """Wait for the job's end; raise the fault that stops it. False: not heard of."""
        waits = how != "status"
        limit_s = self.options.print_timeout_s if waits else self.options.settle_s
        deadline = self.clock() + limit_s

        def ended() -> bool:
            if how == "gs_h":
                return identifier in self._ended
            return how == "gs_r" and len(self._fences) >= _FENCES

        silence: DeviceTimeout | None = None
        while self.clock() < deadline:
            self._pump(
                lambda: ended() or self._now().fault is not None,
                min(_LOOK_EVERY_S, deadline - self.clock()),
            )
            if not ended():
                silence = self._look_quietly()
            if ended():
                self._ended.clear()
                return self._paper_lasted(how)
            self._stop_for_a_fault()
        if silence is not None:
            raise silence
        return how == "status"

    def _look_quietly(self) -> DeviceTimeout | None:
        """Look while a ticket comes out: a busy clone may answer late, so silence may pass."""
        try:
            self._look()
        except DeviceTimeout as silence:
            return silence
        return None

    def _paper_lasted(self, how: How) -> bool:
        """GS r tells the paper too: at its end nobody knows how much of the ticket is on it."""
        if how == "gs_r" and any(fence.end for fence in self._fences):
            self._look()
            self._stop_for_a_fault()
            return False
        return True

    # --- bytes

    def _write(self, data: bytes) -> None:
        """Write in pieces that a slow line (9600 baud) takes within the timeout each."""
        try:
            for start in range(0, len(data), _PIECE):
                self.line.write(data[start : start + _PIECE], self.options.write_timeout_s)
        except DeviceError:
            self._half_command = True
            raise

    def _pump(self, until: Callable[[], bool], timeout_s: float) -> None:
        """Read until the condition holds or the time is over."""
        deadline = self.clock() + timeout_s
        while not until():
            left = deadline - self.clock()
            if left <= 0:
                return
            self._take(self.line.read_some(left))

    def _take(self, data: bytes) -> None:
        for reply in self._decoder.feed(data):
            self.counters.frames_in += 1
            match reply:
                case codec.RealTimeStatus(value):
                    self._real_time.append(value)
                case codec.AutomaticStatus(value):
                    self._set_condition(Condition.from_automatic(value))
                case codec.ProcessEnd(identifier):
                    self._ended.add(identifier)
                case codec.PaperStatus():
                    self._fences.append(reply)
        self.counters.bad_frames = self._decoder.noise


def _ending(how: How, identifier: bytes) -> bytes:
    if how == "gs_h":
        return codec.request_process_end(identifier)
    return codec.GS_R_PAPER * _FENCES if how == "gs_r" else b""


_TEST_SLIP = Slip(
    number="TEST",
    hall_zh="取号小票打印机自检",
    hall_en="Ticket printer self-test",
    item_zh="打印：一二三 䶮 abc",
    item_en="Printed: 䶮 abc",
    title_zh="绘制：一二三 𬭛 abc",
    title_en="Drawn: 𬭛 abc",
    issued="----------",
    papers_zh=("税务登记证件", "身份证件"),
    qr="SELF-TEST",
)
