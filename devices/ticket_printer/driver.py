"""Driver of an ESC/POS ticket printer on a serial line, USB (serial or class 07) or TCP 9100.

Source: Epson's ESC/POS command reference; never tried on hardware. What is written from memory of
clones: that NULs between commands print nothing, and that some ignore GS ( H.

A slip is only confirmed by the printer's own word for this very job. Silence is an error, never
"paper is fine". Which words a printer knows is found out once (``probe``) and kept by its identity
(``knowledge``); a printer that breaks its word is believed in the next weaker way (``trust``).
"""

from __future__ import annotations

import time
from collections.abc import Callable

from devices.base import Driver, HealthState, Line, Report, Sentence, Status
from devices.errors import DeviceError, DeviceTimeout
from devices.ticket_printer import codec, probe
from devices.ticket_printer.compile import CompiledTemplate, compiled
from devices.ticket_printer.condition import HEALTHY, SENTENCES, Condition
from devices.ticket_printer.knowledge import Memory
from devices.ticket_printer.options import Options
from devices.ticket_printer.render import Forms
from devices.ticket_printer.self_test import ASK, probe_slip
from devices.ticket_printer.sheet import Sheet, render_sheet, tickets_long
from devices.ticket_printer.slip import How, Printed, Slip
from devices.ticket_printer.talk import Talk
from devices.ticket_printer.template import load
from devices.ticket_printer.trust import Trust
from devices.usblp import device_id

__all__ = ["EscPosPrinter"]

#: While a slip comes out: how often the printer is asked whether it stopped.
_LOOK_EVERY_S = 0.1
#: GS V 66: feed to the cutter and cut.
_CUT = b"\x1d\x56\x42\x00"
_PROBE_JOB = 94**3 - 1
_LOOKS = 3


def _ignore() -> None:
    return None


class EscPosPrinter(Driver):
    """An ESC/POS printer.

    ``open``, ``poll``, ``print_slip`` and ``print_sheet`` raise ``DeviceTimeout`` when the
    printer is silent and ``DeviceUnavailable`` when its line is gone.
    """

    poll_every_s: float = 1.0

    def __init__(self, name: str, options: Options, line: Line | None) -> None:
        super().__init__(name, options, line)
        self.options: Options = options
        #: Seconds that only go forward; a test may set its own.
        self.clock: Callable[[], float] = time.monotonic
        #: Where it is kept what was found out; a test may set its own.
        self.memory = Memory.of_this_hall()
        self.trust = Trust(name, options, self.counters)
        self._forms: Forms | None = None
        self._sheets: dict[str, CompiledTemplate] = {}
        self._talk = Talk(self, options, self._told_by_asb)
        self._condition: Condition | None = None
        self._looked_at = float("-inf")
        self._told: Status | None = None
        self._asb: Condition | None = None
        self._met = False
        self._ready = False
        self._broken_off = False
        self._printed_any = False
        self._attempt = 0

    @property
    def how(self) -> How | None:
        """How jobs are confirmed; None until the printer was well enough to show it."""
        return self.trust.how

    def open(self) -> Status:
        """Compile the template, ask the printer's state and find out how it confirms.

        Raises ``TemplateError`` for a wrong template, else ``DeviceError``.
        """
        if self._forms is None:
            layout = compiled(load(self.options.template_name), self.options)
            self._forms = Forms(layout, self.options)
        self._talk.catch_up()
        self._look()
        if self._now().fault is None:
            self._make_ready()
        self._told = self.state()
        return self._told

    def state(self) -> Status:
        """Return what the printer said last; ``STARTING`` before it said anything."""
        if self._condition is None:
            return Status(HealthState.STARTING, "starting", SENTENCES["starting"])
        status = self._condition.status
        return self.trust.status if status.state is HealthState.OK else status

    def feed(self, data: bytes) -> list[Report]:
        """Take bytes that came unasked: automatic status, late answers, noise."""
        self._talk.take(data)
        return self._news()

    def poll(self) -> list[Report]:
        """Ask the printer's state; return it when it changed. Raises ``DeviceError``."""
        self._look()
        self._is_asb_true()
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
        if self._forms is None:
            raise RuntimeError(f"{self.name} is not open")
        self._printed_before(slip.reprint)
        return self._print(self._forms.render(slip), job, on_sent)

    def print_sheet(self, sheet: Sheet, job: int, on_sent: Callable[[], None] = _ignore) -> Printed:
        """Print a report or a form, as ``print_slip`` prints a ticket. ``TemplateError`` too."""
        name = sheet.template(self.options)
        if name not in self._sheets:
            self._sheets[name] = compiled(load(name, sheet.layout), self.options)
        self._printed_before("reprint" in sheet.marks)
        return self._print(render_sheet(self._sheets[name], sheet, self.options), job, on_sent)

    def self_test(self) -> Sentence:
        """Find out anew what the printer can do, and print a slip that shows it."""
        self.memory.forget(self._name_of_printer())
        self.trust.forget()
        self._ready = False
        printed = self.print_slip(probe_slip(), job=0)
        if not printed.confirmed:
            raise DeviceTimeout("self-test slip", self.options.print_timeout_s)
        return ASK

    def _printed_before(self, reprint: bool) -> None:
        if reprint and not self._printed_any:
            # Who asked for this paper first is gone: half of it may hang in the printer.
            self._broken_off = True
            self._ready = False

    # --- the printer's state

    def _now(self) -> Condition:
        return self._condition or HEALTHY

    def _look(self) -> None:
        """Ask its state; again when a report of its own overtakes the first answers."""
        self._talk.end_half_command()
        for _ in range(_LOOKS):
            self._looked_at = float("-inf")
            condition = self._talk.condition()
            overtaken = self._looked_at > float("-inf")
            self._set_condition(condition)
            if not overtaken:
                return

    def _set_condition(self, condition: Condition) -> None:
        self._condition = condition
        self._looked_at = self.clock()

    def _told_by_asb(self, block: bytes) -> None:
        self._asb = Condition.from_automatic(block)
        self._set_condition(self._asb)

    def _is_asb_true(self) -> None:
        """Hold what was asked against what the printer reported by itself, if it does."""
        if not self._talk.decoder.automatic:
            return
        if self.trust.reported(self._asb is not None and self._asb.agrees_with(self._now())):
            return
        self._asb = None
        self._talk.decoder.automatic = False
        self._talk.write(codec.GS_A_NONE)
        self._keep()

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
        """Make sure that a slip can be printed now; return how it will be confirmed."""
        fresh = self.clock() - self._looked_at <= self.options.fresh_s
        if not fresh or not self._ready or self._now().fault is not None:
            self._look()
        self._stop_for_a_fault()
        if not self._ready:
            self._make_ready()
        if self.how is None:
            raise DeviceTimeout("printer confirmation", self.options.probe_timeout_s)
        return self.how

    def _make_ready(self) -> None:
        """Put the printer into a known state; find out who it is and how it confirms, once.

        A slip that broke off may have left a command unfinished that swallows what follows:
        NULs fill it up, and what is on paper is cut off, lest the next slip hangs on it.
        """
        self._talk.decoder.automatic = False
        self._asb = None
        if self._broken_off:
            self._talk.write(codec.UNSTICK + codec.ESC_AT + _CUT)
        self._talk.write(codec.ESC_AT)
        if not self._met:
            self._meet()
        if self.how is None:
            self._probe()
        if self.how == "gs_r":
            self._drain_fences()
        elif self.how is not None and self.trust.wants_asb:
            self._listen()
        self._broken_off = False
        self._ready = self.how is not None

    def _meet(self) -> None:
        """Ask who it is, and recall what was found out about it."""
        if self.options.ask_identity:
            said = probe.who(
                self._talk, self.options.probe_timeout_s, again=bool(self.expected_identity)
            )
            self.identity = said or str(device_id(self.line.fileno()))
            # A clone that does not know GS I may have taken its last bytes for text: drop them.
            self._talk.write(codec.ESC_AT)
        self.trust.believe(self.memory.recall(self._name_of_printer()))
        self._met = True

    def _name_of_printer(self) -> str:
        return self.identity or f"port {self.line.port}"

    def _keep(self) -> None:
        self.memory.keep(self.trust.known(self._name_of_printer()))

    def _probe(self) -> None:
        identifier = codec.process_id(_PROBE_JOB, self._attempt)
        self._attempt += 1
        how = probe.job_end(self._talk, identifier, self.options.probe_timeout_s)
        if how is None:
            self._look()
            if self._now().fault is not None:
                return
        self.trust.found(how or "status")
        # A clone that does not know GS ( H may have taken its last bytes for text: drop them.
        self._talk.write(codec.ESC_AT)
        self._keep()

    def _listen(self) -> None:
        """Switch automatic status on; the first time find out whether the printer has it."""
        if self.trust.asb is not None:
            self._talk.decoder.automatic = True
            self._talk.write(codec.GS_A_ALL)
            return
        answers = probe.answers_by_itself(
            self._talk, lambda: self._asb is not None, self.options.reply_timeout_s
        )
        self._talk.decoder.automatic = answers
        self.trust.found_asb(answers)
        self._keep()

    def _drain_fences(self) -> None:
        """Wait out the fences of earlier jobs; a printer that is well and silent is believed less.

        Raises ``DeviceTimeout`` where the printer may still be at an earlier job.
        """
        limit_s = self.options.print_timeout_s
        if probe.fences_drained(self._talk, limit_s):
            return
        self._look()
        if self._now().fault is not None or not self.trust.broken("gs_r"):
            raise DeviceTimeout("printer's queued status", limit_s)
        self._keep()

    def _print(self, data: bytes, job: int, on_sent: Callable[[], None]) -> Printed:
        """Send a slip with its ending and wait for the printer's word."""
        how = self._well_enough()
        identifier = codec.process_id(job, self._attempt)
        self._attempt += 1
        self._talk.catch_up()
        self._printed_any = True
        self._talk.ended.discard(identifier)
        self._talk.fences.clear()
        try:
            self._talk.write(data + probe.ending(how, identifier))
        except DeviceError:
            self._broken_off = True
            self._ready = False
            on_sent()
            raise
        on_sent()
        self.counters.frames_out += 1
        try:
            confirmed = self._came_out(how, identifier, tickets_long(data))
            if not confirmed and self.options.confirm == "auto":
                how, confirmed = self._without_its_word(how, identifier)
        except DeviceError:
            self._ready = False
            raise
        self._ready = confirmed and how == self.how
        return Printed(confirmed, how)

    def _came_out(self, how: How, identifier: bytes, long: float) -> bool:
        """Wait for the job's end; raise the fault that stops it. False: not heard of.

        ``long``: as so many tickets.
        """
        waits = how != "status"
        limit_s = self.options.print_timeout_s if waits else self.options.settle_s
        deadline = self.clock() + limit_s * max(long, self.options.copies)
        talk = self._talk

        def ended() -> bool:
            if how == "gs_h":
                return identifier in talk.ended
            return how == "gs_r" and len(talk.fences) >= probe.FENCES

        silence: DeviceTimeout | None = None
        while self.clock() < deadline:
            talk.pump(
                lambda: ended() or self._now().fault is not None,
                min(_LOOK_EVERY_S, deadline - self.clock()),
            )
            if not ended():
                # A busy clone may answer late, so silence may pass.
                try:
                    self._look()
                    silence = None
                except DeviceTimeout as error:
                    silence = error
            if ended():
                talk.ended.clear()
                self.trust.kept_word()
                return self._paper_lasted(how)
            self._stop_for_a_fault()
        if silence is not None:
            raise silence
        return how == "status"

    def _without_its_word(self, how: How, identifier: bytes) -> tuple[How, bool]:
        """The printer is well and did not say that the job ended: can it be believed otherwise?

        GS r stands in the queue behind the request that was not answered. Its answer proves that
        all before it was carried out, and that the printer does not keep what it claimed.
        """
        talk = self._talk
        if how == "gs_h":
            talk.decoder.automatic = False
            talk.fences.clear()
            self._talk.write(codec.GS_A_NONE + codec.GS_R_PAPER * probe.FENCES)
            talk.pump(lambda: len(talk.fences) >= probe.FENCES, self.options.probe_timeout_s)
            if identifier in talk.ended:
                return how, True
            if len(talk.fences) >= probe.FENCES:
                if self.trust.broken(how, "gs_r"):
                    self._keep()
                return "gs_r", self._paper_lasted("gs_r")
        if not self.trust.broken(how):
            return how, False
        self._keep()
        # Well all the time in which a slip comes out: what is asked of a bare printer.
        self._look()
        self._stop_for_a_fault()
        return "status", True

    def _paper_lasted(self, how: How) -> bool:
        """GS r tells the paper too: at its end nobody knows how much of the slip is on it."""
        if how == "gs_r" and any(fence.end for fence in self._talk.fences):
            self._look()
            self._stop_for_a_fault()
            return False
        return True
