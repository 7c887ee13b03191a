"""One running hall: writer, devices, displays, paper, broker and clock, wired together."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from devices.base import Input, Reading, Status
from devices.scanner.base import PreviewFrame
from firmware_py.app.journal_thread import JournalThread
from firmware_py.app.ports import Happened, Outcome, Submission
from firmware_py.app.wire import encode, event_json
from firmware_py.config.layouts import layouts_of
from firmware_py.core import commands as c
from firmware_py.core.model import State
from firmware_py.core.refusals import Refusal
from firmware_py.core.rules import Rules
from firmware_py.runtime.away import Away
from firmware_py.runtime.backups import Backups
from firmware_py.runtime.brightness import Brightness
from firmware_py.runtime.cards import Cards
from firmware_py.runtime.checks import Checks
from firmware_py.runtime.control import ControlServer
from firmware_py.runtime.device_events import DeviceEvent, Finished, Lost, Opened, Reported, Result
from firmware_py.runtime.device_events import Outcome as Ended
from firmware_py.runtime.device_specs import device_specs
from firmware_py.runtime.displays import Strips, Walls
from firmware_py.runtime.forms import vet_papers
from firmware_py.runtime.hub_role import HubRole
from firmware_py.runtime.hub_start import HubStart
from firmware_py.runtime.jobs import QueueFull
from firmware_py.runtime.keeping import Keeping, kept_in
from firmware_py.runtime.kept_port import kept_of
from firmware_py.runtime.kiosk_voices import KioskVoices
from firmware_py.runtime.lease_hall import lease_of_hall
from firmware_py.runtime.lending import Lender
from firmware_py.runtime.list_intake import ListIntake
from firmware_py.runtime.log_room import make_room
from firmware_py.runtime.mirror_memory import MirrorMemory
from firmware_py.runtime.notices import Notices
from firmware_py.runtime.owed_paper import paper_of
from firmware_py.runtime.pad_choices import pad_choices_of
from firmware_py.runtime.papers import papers_of
from firmware_py.runtime.people import Inputs, Lamps, Pads
from firmware_py.runtime.personal import vet_words
from firmware_py.runtime.previews import Previews
from firmware_py.runtime.printing import Printing
from firmware_py.runtime.proof import Proof
from firmware_py.runtime.queue import queue_of
from firmware_py.runtime.report_paper import report_paper_of
from firmware_py.runtime.scans import Scans
from firmware_py.runtime.screens import WindowScreens
from firmware_py.runtime.signatures import Signatures
from firmware_py.runtime.supervisor import Supervisor
from firmware_py.runtime.voices import Voices
from firmware_py.settings import Settings
from firmware_py.store.journal import Journal

__all__ = ["Hall", "device_specs"]

log = logging.getLogger(__name__)

#: What a display shows changes by itself at most so often.
QUICKEST_S = 0.05


class Hall:
    """Everything that runs in the event loop of one daemon."""

    def __init__(
        self,
        settings: Settings,
        rules: Rules,
        journal: Journal,
        run_folder: Path,
        loop: asyncio.AbstractEventLoop,
        role: HubRole | None = None,
    ) -> None:
        self.settings = settings
        self.role = role = role or HubRole(decides="hub" in settings.hall.roles)
        self.rules = rules
        self.loop = loop
        self.store = journal
        self.journal = JournalThread(journal, loop)
        self.queue = queue_of(settings, rules, journal, self.journal, run_folder, loop, role)
        #: ``speed``: seconds that pass in the hall while one passes here; 1 but on the bench.
        self.clock, self.writer, self.speed = self.queue.clock, self.queue.writer, self.queue.speed
        self._mirrors = MirrorMemory.in_folder(run_folder, journal.epoch, self.clock.now_ms)
        self.storage: Refusal | None = None
        self.proof = Proof(journal, self.speed)
        self.backups = Backups(journal, settings.journal)
        self.vault = kept_in(settings.privacy)
        self.kept = kept_of(self)
        self.keeping = Keeping(self, self.vault)
        self.positions, self._unprinted = paper_of(self)
        self.control: ControlServer | None = None
        #: With the hub, where that is another Pi.
        self.trouble = "" if self.queue.decides else "broker"
        self.sync: Any = None
        self.beginning = HubStart(self)
        #: How the hall's configuration gets to its Pis; None in a hall of one.
        self.configuration: Any = None
        #: Where two of three Pis say who decides; None: whoever was promoted does.
        self.lease = lease_of_hall(self)
        self._run = secrets.token_hex(5)
        self._numbers = count(1)
        lines, devices = device_specs(settings)
        self.supervisor = Supervisor(lines, devices, self._from_worker)
        self._bind()

    def _bind(self) -> None:
        settings, writer = self.settings, self.writer
        self.printing = Printing(
            settings, self.rules, self.state, self.positions.of, self.positions.keep, self.post
        )
        self.report_paper = report_paper_of(self)
        layouts, wrong = layouts_of(settings)
        for mistake in (one for found in wrong for one in found.mistakes()):
            log.error("a wall shows calls alone, its layout cannot be used: %s", mistake)
        self.walls = Walls(settings, self.post, self._now_s, self._later, layouts)
        self.notices = Notices(settings, layouts, self.walls, self.state, self.clock.now_ms)
        self.brightness = Brightness(settings, self.post, self.state, self.clock.now_ms)
        self.strips = Strips(settings, self.post, self.state)
        self.screens = WindowScreens(self, self._mirrors)
        self.choices = pad_choices_of(self)
        self.pads = Pads(settings, self.post, self.state, self.choices.figures)
        self.lamps = Lamps(settings, self.post, self.state)
        self.voices = Voices(settings, self.rules, self.post, self.state, self.clock.now_ms)
        self.kiosk_voices = KioskVoices(settings, self.post)
        self.inputs = Inputs(
            settings, writer.submit, self.state, self.loop.time, self._input_refused, self.choices
        )
        self.papers = papers_of(self)
        writer.on_storage = self._storage
        self.scans = Scans(self)
        self.previews = Previews(self)
        self.cards = Cards(self)
        self.away = Away(self.state)
        self.list_intake = ListIntake(self, self.cards)
        self.lender = Lender(self)
        self.checks = Checks(self)
        self.signatures = Signatures(self)
        writer.complete = self.cards.complete
        writer.vet = lambda command: (
            vet_papers(command)
            or self.notices.vet(command)
            or self.printing.vet(command)
            or self.cards.vet(command)
            or vet_words(command)
        )
        writer.on_recorded += [
            self.papers.recorded,
            lambda _: self.positions.sent_with_events(self.printing.spools.values()),
            self.backups.recorded,
            self.keeping.recorded,
            self.report_paper.recorded,
            self.walls.recorded,
            self.notices.recorded,
            self.strips.recorded,
            self.choices.recorded,
            self.pads.recorded,
            self.lamps.recorded,
            self.voices.recorded,
            self.cards.recorded,
            self.away.recorded,
            self.checks.recorded,
            self.screens.recorded,
            self.signatures.recorded,
            self._to_subscribers,
        ]
        self.kept.bind()

    def _now_s(self) -> float:
        return self.clock.now_ms() / 1000

    def _later(self, after_s: float, job: Callable[[], None]) -> asyncio.TimerHandle:
        """Run ``job`` after seconds of the hall; quicker than anybody sees is not needed."""
        return self.loop.call_later(max(after_s / self.speed(), QUICKEST_S), job)

    def state(self) -> State:
        """Return what is recorded; read it, never change it."""
        return self.writer.recorded

    @property
    def may_decide(self) -> bool:
        """Whether nothing else than this Pi says who decides, or it has the lease."""
        return self.lease is None or not self.queue.decides or self.lease.holds()

    def start(self) -> None:
        """Start the journal's thread, then the devices and the paper that is still owed."""
        self.journal.start()
        if self.storage is None and (self.lease is None or not self.queue.decides):
            self.print_owed()
        self.walls.recovered(self.state())
        self.notices.refresh()
        self.voices.recovered(self.state())

    def print_owed(self) -> None:
        """Print what was not printed when the daemon ended; a hub does once it may decide."""
        self.papers.owed_before(self._unprinted)
        self._unprinted = []
        for spool in self.printing.spools.values():
            if not spool.waiting and spool.confirmed < self.papers.last:
                # So that the next start need not look through the whole day again.
                self.positions.keep(spool.settle(self.papers.last), None)

    def start_devices(self) -> None:
        """Start the workers; drivers are imported there, so this comes after "ready"."""
        self.supervisor.start()
        make_room(self.journal, self.store)

    async def start_broker(self) -> None:
        """Connect to the hall's broker, if there is one; it may be away for as long as it likes."""
        broker = self.settings.broker
        if broker is None:
            return
        # Imported here: a hall without a broker does without the library's 5 MB.
        from firmware_py.runtime.broker_port import line_of

        try:
            self.sync = line_of(self, broker)
        except OSError as error:
            # The queue does not need the broker: it goes on alone, and says so.
            log.error("the hall works without its broker: %s", error)  # noqa: TRY400
            return
        self.writer.on_recorded.append(self.sync.recorded)
        await self.sync.start()
        if self.lease is not None:
            self.lease.start()
        self.role.start(self)
        for health in self.supervisor.health():
            self.publish_health(health.device)

    async def stop(self) -> None:
        """Stop the devices, keep a snapshot, close the journal."""
        self.walls.stop()
        self.screens.stop()
        await self.cards.stop()
        await self.report_paper.stop()
        await self.role.stop()
        if self.lease is not None:
            await self.lease.stop()
        await self.beginning.stop()
        if self.sync is not None:
            await self.sync.stop()
        # Less than half of what systemd waits: a busy Pi may need seconds for a slip's last answer.
        await asyncio.to_thread(self.supervisor.stop, 12.0)
        await self.scans.stop()
        self.writer.snapshot()
        await self.journal.run(lambda journal: None)
        if not await asyncio.to_thread(self.journal.stop):
            log.error("the journal's thread did not end; its disk hangs")
            return
        self.store.close()

    # Commands of the daemon itself.

    def command_id(self, what: str) -> str:
        """Return a new id for a command of the daemon's own."""
        return f"{what}:{self._run}:{next(self._numbers)}"

    def submit_own(self, command: c.Command, by: str = "halld") -> None:
        """Submit a command of the daemon's own; a refusal is logged."""

        def answered(outcome: Outcome) -> None:
            if outcome.refusal is not None:
                log.info("%s refused: %s", type(command).__name__, outcome.refusal.en)

        name = type(command).__name__.lower()
        self.writer.submit(Submission(self.command_id(name), by, command), answered)

    # What it keeps, and how that is.

    def broker_status(self) -> Any:
        """Return how the broker is doing, or None for a hall without one."""
        return self.sync.status() if self.sync is not None else None

    # Devices.

    def post(
        self,
        device: str,
        job: Callable[..., object],
        *,
        key: str | None = None,
        done: Callable[[Result], None] | None = None,
    ) -> None:
        """Post a job to a device. A full queue or an absent device drops it, and says so."""
        try:
            self.supervisor.post(device, job, key=key, done=done)
        except (QueueFull, KeyError) as error:
            # KeyError: the device is switched off in the configuration.
            log.warning("%s: nothing posted: %s", device, error)
            if done is not None:
                done(Result(device, Ended.NOT_OPEN))

    def _from_worker(self, batch: Sequence[DeviceEvent]) -> None:
        try:
            self.loop.call_soon_threadsafe(self._take, batch)
        except RuntimeError:
            log.debug("the loop ended before a device's report")

    def _take(self, batch: Sequence[DeviceEvent]) -> None:
        for event in batch:
            match event:
                case Finished(result=result, done=done):
                    if done is not None:
                        done(result)
                case Reported(device=device, report=Input() as given) if self.voices.knows(device):
                    self.voices.heard(device, given)
                case Reported(device=device, report=Input()) if self.kiosk_voices.knows(device):
                    pass  # Nobody waits for the end of a page.
                case Reported(device=device, report=Input() as given):
                    self.inputs.happened(device, given)
                case Reported(device=device, report=PreviewFrame() as frame):
                    self.previews.frame(device, frame)
                case Reported(device=device, report=Reading() as read):
                    self.cards.happened(device, read)
                case Reported(device=device, report=Status() as status):
                    self.printing.opened(device, status)
                    self.report_paper.opened(device, status)
                    self.publish_health(device)
                case Opened(device=device, status=status):
                    self._show_again(device, status)
                    self.publish_health(device)
                case Lost(device=device):
                    self.gone(device)

    def gone(self, device: str) -> None:
        """Whoever waits for the device no longer does: it is lost, or was taken out of use."""
        self.printing.lost(device)
        self.voices.lost(device)
        self.cards.gone(device)
        self.publish_health(device)

    def publish_health(self, device: str) -> None:
        """Tell the broker how a device is."""
        if self.sync is not None:
            health = self.supervisor.health_of(device)
            told = ("device", "kind", "state", "code", "say", "identity")
            body = encode({name: getattr(health, name) for name in told})
            self.sync.health(device, body)

    def _show_again(self, device: str, status: Status) -> None:
        self.printing.opened(device, status)
        self.report_paper.opened(device, status)
        self.walls.show(device)
        self.brightness.show(device)
        self.strips.show(device)
        self.lamps.show(device)
        self.pads.forget(device)
        self.pads.show(device)
        self.voices.opened(device)
        self.previews.opened(device)
        self.cards.gone(device)

    def shown_anew(self) -> None:
        """The hall was taken as a whole: every device of this Pi shows it."""
        self.walls.recovered(self.state())
        self.notices.refresh()
        for device in self.settings.devices:
            for shows in (self.walls, self.brightness, self.strips, self.lamps, self.pads):
                shows.show(device)

    def goes_on(self) -> bool:
        """Whether people at this Pi go on although the hub is not heard."""
        alone = getattr(self.writer, "alone", None)
        return alone is not None and bool(alone.goes_on)

    def tell_screens(self, trouble: str) -> None:
        """Tell this Pi's screens how it stands with the hub; "" is well."""
        self.trouble = trouble
        if self.control is not None:
            params = {"trouble": trouble, **({"alone": True} if self.goes_on() else {})}
            told = {"jsonrpc": "2.0", "method": "hub", "params": params}
            self.control.publish(encode(told) + b"\n")

    def _input_refused(self, device: str, code: str) -> None:
        """The person at the pad hears that the key did nothing."""
        if self.pads.knows(device):
            self.post(device, lambda pad: pad.beep(), key="beep")

    def _storage(self, refusal: Refusal | None) -> None:
        self.storage = refusal
        if refusal is None:
            log.warning("the journal records again")

    def _to_subscribers(self, happened: Sequence[Happened]) -> None:
        if self.control is None or not self.control.subscribers:
            return
        for h in happened:
            self.control.publish(
                b'{"jsonrpc":"2.0","method":"event","params":%b}\n' % event_json(h)
            )
