"""A lamp on a Modbus RTU relay board (RS-485, 9600 8N1; never tried on hardware).

Source: ``devices.lamp.modbus``. Wiring: the board's A and B to the line's, 120 ohm at both ends;
each part of the lamp on the normally open contact of a relay, with a supply of its own. Several
boards share a line, each with its ``address``; several lamps share a board, each with its coils.

``OK`` is a board that answers and whose coils are as they were set. A coil tells what its relay
was told: a burnt contact or a broken lamp nobody but the self-test's watcher sees. A coil that
somebody else changed, or a board that lost its power, is set again and counted
(``restored_coils``). Only what changes is written; the board is asked every ``check_s``.

A dead controller: a relay keeps its last state, so a lamp that nobody drives any more looks alive.
``heartbeat`` is a coil that changes every ``heartbeat_s``; it feeds a retriggerable off-delay
(watchdog) relay of at least three beats, as in ``devices.gpio.lamp``. A mechanical relay that
beats every second has made ten million moves in four months: take a board with semiconductor
outputs for it, or ``heartbeat_flash_s``: each beat then tells the board to hold the relay for so
long, which stays pulled in and drops by itself when nobody feeds it. Waveshare's boards document
that command; whether it takes up the time anew while it runs is to be tried.

Bus load at 9600 baud: a lamp that stands still costs two questions a second of 24 ms, one that
blinks red 80 ms a second: eight boards, all red, leave a third of the line free.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import TypeVar

from devices.base import HealthState, Line, Report, Sentence, Status
from devices.errors import DeviceError, DeviceFault, DeviceTimeout
from devices.lamp import modbus
from devices.lamp.lamp import Lamp
from devices.lamp.modbus_options import ModbusLampOptions

__all__ = ["ModbusLamp"]

_T = TypeVar("_T")

#: The standard's silence between frames, in characters of eleven bits; above 19200 baud a time.
_SILENCE_BITS = 3.5 * 11
_SHORTEST_SILENCE_S = 0.00175
#: After a fault somebody must come; asking four times a second would not call him sooner.
_AFTER_FAULT_S = 2.0
#: The board has taken the command and is still at it; or is busy.
_LATER = frozenset({5, 6})

_OK = Status(
    HealthState.OK,
    "ok",
    Sentence("继电器板应答正常，状态与设定一致。", "The relay board answers and is as it was set."),
)
_REASONS = {
    1: Sentence(
        "不支持该功能码：请核对型号，并把 write 设为 single",
        "knows no such function: check its model, and set write to single",
    ),
    2: Sentence(
        "没有这一路：请核对线圈号（第 1 路为 0）",
        "has no such coil: check the numbers (its first relay is 0)",
    ),
    3: Sentence("不接受该数值：请核对型号", "does not take this value: check its model"),
    4: Sentence(
        "报告自身故障：请断电重启，仍不行请更换",
        "reports a failure of its own: switch it off and on, else replace it",
    ),
    6: Sentence("一直忙：请断电重启", "stays busy: switch it off and on"),
}


class ModbusLamp(Lamp):
    """A lamp on one board's coils. ``options`` are ``ModbusLampOptions``.

    Example: ``ModbusLamp("lamp-3", ModbusLampOptions(address=3, red=0, amber=1), line)``.
    """

    def __init__(
        self,
        name: str,
        options: ModbusLampOptions,
        line: Line | None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(name, options, line, clock=clock)
        self.options: ModbusLampOptions = options
        self.blinks = options.blink
        beat_s = options.check_s if options.heartbeat is None else options.heartbeat_s
        self.calm_s = min(options.check_s, beat_s)
        #: Waits between frames; a test puts its own here.
        self.pause: Callable[[float], None] = time.sleep
        self._coils = options.by_part()
        self._first = min(self._coils.values())
        self._count = max(self._coils.values()) - self._first + 1
        self._question = modbus.encode_read(options.address, self._first, self._count)
        self._answers = modbus.answers(self._count)
        self._forget()

    def _forget(self) -> None:
        #: Coil -> on, as far as the board has confirmed.
        self._have: dict[int, bool] = {}
        #: What it says of itself is that all is well.
        self._well = False
        #: It had a fault, and nobody was told yet that it is over.
        self._owes_ok = False
        #: Coil -> what it did not follow to; it must be seen to follow before all is well.
        self._stuck: dict[int, bool] = {}
        self._heard_at = self._read_at = 0.0
        self._beat_at = 0.0
        self._beat_on = False
        self._rest_until = 0.0
        self._tries = 1 + self.options.retries

    @property
    def parts(self) -> Sequence[str]:
        """What has a coil."""
        return tuple(self._coils)

    # ---- the verbs

    def open(self) -> Status:
        """Switch all off and read it back. Raises ``DeviceError``."""
        self._forget()
        # Silent boards are opened again and again: one try each, for their neighbours' sake.
        self._tries = 1
        self._begin()
        self._show()
        self._check()
        self._beat()
        self._tries = 1 + self.options.retries
        self._well = True
        return _OK

    def close(self) -> None:
        """Switch all off, the heartbeat too, on a board that was heard. Raises ``DeviceError``."""
        if not self._have:
            return
        self._tries = 1
        try:
            self._write(dict.fromkeys(self._have, self.options.active_low))
            if self.options.heartbeat is not None:
                self._write({self.options.heartbeat: False})
        finally:
            self._have = {}

    def set(self, pattern: str) -> None:
        """Show a pattern from now on, as ``Lamp.set``. Raises ``ValueError``, ``DeviceError``."""
        self._rest_until = 0.0
        super().set(pattern)

    def poll(self) -> list[Report]:
        """Go on with the pattern, beat, and ask the board when it is time.

        Raises ``DeviceFault`` for a board that refuses or does not obey, ``DeviceTimeout``,
        ``DeviceUnavailable``.
        """
        if self._clock() < self._rest_until:
            return []
        super().poll()
        self._beat()
        now, check_s = self._clock(), self.options.check_s
        quiet = now - self._heard_at >= check_s or now - self._read_at >= 2 * check_s
        shows_it = any(self._have.get(coil) == on for coil, on in self._stuck.items())
        if quiet or shows_it or not self._well:
            self._check()
        self._well = True
        # While a stuck coil need not move, its board looks well: that proves nothing.
        if self._stuck or not self._owes_ok:
            return []
        self._owes_ok = False
        return [_OK]

    def feed(self, data: bytes) -> list[Report]:
        """Count what nobody asked for; neighbours' answers never come here."""
        self._count_up("stray_bytes", len(data))
        return []

    # ---- what is lit

    def _show(self) -> None:
        lit = self._lit()
        low = self.options.active_low
        want = {coil: (part in lit) != low for part, coil in self._coils.items()}
        changed = {coil: on for coil, on in want.items() if self._have.get(coil) != on}
        if changed:
            self._guarded(lambda: self._write(changed))

    def _beat(self) -> None:
        coil, now = self.options.heartbeat, self._clock()
        if coil is None or now < self._beat_at:
            return
        self._beat_at = now + self.options.heartbeat_s
        self._beat_on = not self._beat_on
        tenths = round(self.options.heartbeat_flash_s * 10)
        if tenths:
            request = modbus.encode_flash(self.options.address, coil, tenths)
            self._guarded(lambda: self._exchange(request, 8))
        else:
            self._guarded(lambda: self._switch(coil, on=self._beat_on))

    def _check(self) -> None:
        """Read the coils back; set again what is not as it was set, and look once more."""
        odd = self._guarded(self._odd_coils)
        if odd:
            self._count_up("restored_coils", len(odd))
            self._guarded(lambda: self._write({coil: self._have[coil] for coil in odd}))
            odd = self._guarded(self._odd_coils)
        if odd:
            self._guarded(lambda: self._disobeyed(odd))

    def _odd_coils(self) -> list[int]:
        answer = self._exchange(self._question, 5 + (self._count + 7) // 8)
        if not isinstance(answer, modbus.CoilsRead):
            raise TypeError(f"{answer} is no answer to a question")
        self._read_at = self._heard_at
        bits = answer.bits
        for coil, on in tuple(self._stuck.items()):
            if bits[coil - self._first] == on == self._have.get(coil):
                del self._stuck[coil]
        return [coil for coil, on in self._have.items() if bits[coil - self._first] != on]

    def _disobeyed(self, odd: Sequence[int]) -> None:
        self._stuck |= {coil: self._have[coil] for coil in odd}
        coils = ", ".join(str(coil) for coil in odd)
        raise DeviceFault(
            "stuck",
            f"{self._who().zh}的线圈 {coils} 不随指令变化：请检查线路上有无其他主站，或更换该板。",
            f"Coil {coils} of {self._who().en} does not follow: look for another master on the "
            "line, or replace the board.",
        )

    # ---- the wire

    def _guarded(self, exchange: Callable[[], _T]) -> _T:
        """Do an exchange; when it fails, nothing is known of the board."""
        try:
            return exchange()
        except DeviceError as error:
            self._have = {}
            self._well = False
            self._owes_ok = True
            if isinstance(error, DeviceFault):
                self._rest_until = self._clock() + _AFTER_FAULT_S
            raise

    def _write(self, changes: Mapping[int, bool]) -> None:
        for run in self._runs(sorted(changes)):
            if len(run) == 1:
                self._switch(run[0], on=changes[run[0]])
            else:
                bits = [changes[coil] for coil in run]
                unit = self.options.address
                self._exchange(modbus.encode_write_run(unit, run[0], bits), 8)
            self._have |= {coil: changes[coil] for coil in run if coil in self._coils.values()}

    def _runs(self, coils: Sequence[int]) -> list[list[int]]:
        """Return coils that go out together: side by side, and never one of another lamp."""
        runs = [[coils[0]]]
        for before, coil in pairwise(coils):
            if self.options.write == "multiple" and coil == before + 1:
                runs[-1].append(coil)
            else:
                runs.append([coil])
        return runs

    def _switch(self, coil: int, *, on: bool) -> None:
        self._exchange(modbus.encode_write(self.options.address, coil, on=on), 8)

    def _exchange(self, request: bytes, answer_bytes: int) -> modbus.Answer:
        """Write a request and return the board's answer to it, again when there is none.

        Raises ``DeviceFault`` for an exception, ``DeviceTimeout``, ``DeviceUnavailable``.
        """
        wait_s = self._wait_s(len(request) + answer_bytes)
        refused: modbus.Refused | None = None
        for attempt in range(self._tries):
            self.counters.retries += attempt > 0
            self._send(request)
            answer = self._answer(request, wait_s)
            if isinstance(answer, modbus.Refused):
                refused = answer
                if answer.code in _LATER:
                    continue
                break
            if answer is not None:
                return answer
        if refused is not None:
            raise self._fault(refused)
        raise DeviceTimeout(f"answer of {self._who().en}", round(wait_s * self._tries, 2))

    def _wait_s(self, characters: int) -> float:
        return characters * 11 / self.options.wire_baud + self.options.answer_timeout_s

    def _send(self, request: bytes) -> None:
        self.pause(max(_SILENCE_BITS / self.options.wire_baud, _SHORTEST_SILENCE_S))
        # What came too late belongs to an earlier question.
        self._count_up("stray_bytes", len(self.line.read_available()))
        self._answers.clear()
        self.line.write(request)
        self.counters.frames_out += 1

    def _answer(self, request: bytes, wait_s: float) -> modbus.Answer | None:
        deadline = time.monotonic() + wait_s
        echoed = b"" if self.options.local_echo else None
        left = wait_s
        while left > 0:
            left = deadline - time.monotonic()
            # What came while the whole machine stood still came in time.
            data = self.line.read_some(max(left, 0.0))
            if echoed is not None:
                # An echo reads like the board's obedience: nothing counts that stands before it.
                _, echo, data = (echoed := echoed + data).partition(request)
                if not echo:
                    continue
                echoed = None
            found = self._first_of(self._answers.feed(data), request)
            if found is not None:
                return found
        # A false beginning in noise may still hide the answer.
        return self._first_of(self._answers.flush(), request)

    def _first_of(self, answers: Sequence[modbus.Answer], request: bytes) -> modbus.Answer | None:
        self.counters.bad_frames = self._answers.bad_frames
        for answer in answers:
            if self._answers_to(answer, request):
                self.counters.frames_in += 1
                self._heard_at = self._clock()
                return answer
            self._count_up("foreign_frames", 1)
        return None

    def _answers_to(self, answer: modbus.Answer, request: bytes) -> bool:
        """Say whether this is this board's answer to this request: another's is ignored."""
        first, second = int.from_bytes(request[2:4], "big"), int.from_bytes(request[4:6], "big")
        function = request[1]
        match answer:
            case _ if answer.unit != self.options.address:
                return False
            case modbus.Refused():
                return answer.function == function
            case modbus.CoilsRead():
                return function == modbus.READ and len(answer.bits) == (second + 7) // 8 * 8
            case modbus.Written():
                return (function, first, second) == (modbus.WRITE, answer.coil, answer.value)
            case modbus.CoilsWritten():
                written = (modbus.WRITE_RUN, answer.first, answer.count)
                return (function, first, second) == written

    def _fault(self, refused: modbus.Refused) -> DeviceFault:
        usual = Sentence(f"拒绝了指令，代码 {refused.code}", f"refused, code {refused.code}")
        why, who = _REASONS.get(refused.code, usual), self._who()
        code = f"refused_{refused.code}"
        return DeviceFault(code, f"{who.zh}{why.zh}。", f"{who.en.capitalize()} {why.en}.")

    def _who(self) -> Sentence:
        unit = self.options.address
        return Sentence(f"继电器板（地址 {unit}）", f"relay board {unit}")

    def _count_up(self, what: str, by: int) -> None:
        if by:
            self.counters.extra[what] = self.counters.extra.get(what, 0) + by
