"""Where sound goes: a sound card by ALSA's ``aplay``, or the bench's.

Each sound is a process of its own: it says by its exit code and its words whether the card took
it. That costs 5 to 10 ms, and no library: simpleaudio is no longer kept, sounddevice needs
PortAudio and cffi, pyalsaaudio has no wheels for a Pi, and each would hold the card and a thread
all day. The samples reach it through an anonymous file in memory, so nothing waits for a pipe.
"""

from __future__ import annotations

import contextlib
import os
import re
import select
import socket
import subprocess
import tempfile
from abc import ABC, abstractmethod
from pathlib import Path
from typing import IO

from devices.errors import DeviceFault, DeviceTimeout, DeviceUnavailable
from devices.voice.sound import silence

__all__ = ["Aplay", "BenchCard", "Output", "open_output"]

_PROBE_S = 2.0
_CARD = re.compile(r"CARD=([A-Za-z0-9_]+)|hw:(?!CARD=)([A-Za-z][A-Za-z0-9_]*)")
_CARDS = Path("/proc/asound")


class Output(ABC):
    """Plays one WAV after another. ``name`` is what the configuration called it."""

    def __init__(self, name: str) -> None:
        self.name = name

    def open(self) -> None:
        """Play a moment of silence, to hear whether the card takes it.

        Raises ``DeviceUnavailable``, ``DeviceTimeout``, ``DeviceFault``.
        """
        self.start(silence(0.02, 22_050).wav())
        if not self.wait(_PROBE_S):
            self.close()
            raise DeviceTimeout(self.name, _PROBE_S)

    @abstractmethod
    def start(self, wav: bytes) -> None:
        """Begin to play. Raises as ``open`` does."""

    @abstractmethod
    def wait(self, timeout_s: float) -> bool:
        """Say whether what was begun is over. Raises ``DeviceUnavailable``: the card's words."""

    def check(self) -> None:
        """See that the card is still there. Raises ``DeviceUnavailable``."""

    @abstractmethod
    def stop(self) -> None:
        """Cut off what is being played; the card stays. Raises as ``open`` does."""

    @abstractmethod
    def close(self) -> None:
        """Stop at once; a second call does nothing."""


class Aplay(Output):
    """A sound card: ``name`` is a device of ALSA's (``default``, ``plughw:CARD=Device``)."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._process: subprocess.Popen[bytes] | None = None
        self._words: IO[bytes] | None = None
        found = _CARD.search(name)
        self._card = _CARDS / (found[1] or found[2]) if found else None

    def start(self, wav: bytes) -> None:
        """Begin to play."""
        self.close()
        words = tempfile.TemporaryFile()  # noqa: SIM115 - read when the process has ended
        sound = os.memfd_create("announcement")
        try:
            view = memoryview(wav)
            while view:
                view = view[os.write(sound, view) :]
            os.lseek(sound, 0, os.SEEK_SET)
            self._process = subprocess.Popen(
                ["aplay", "-q", "-D", self.name, "-"], stdin=sound, stdout=words, stderr=words
            )
        except FileNotFoundError:
            words.close()
            raise DeviceFault(
                "aplay_missing",
                "没有安装播放程序，请执行：apt install alsa-utils。",
                "The program that plays sound is missing: apt install alsa-utils.",
            ) from None
        finally:
            os.close(sound)
        self._words = words

    def wait(self, timeout_s: float) -> bool:
        """Say whether the process has ended. Raises ``DeviceUnavailable`` with its words."""
        process, words = self._process, self._words
        if process is None or words is None:
            return True
        try:
            code = process.wait(timeout_s) if timeout_s else process.poll()
        except subprocess.TimeoutExpired:
            return False
        if code is None:
            return False
        words.seek(0)
        told = words.read().decode("utf-8", "replace").strip().splitlines()
        self.close()
        if code != 0:
            raise DeviceUnavailable(self.name, told[-1] if told else f"aplay ended with {code}")
        return True

    def check(self) -> None:
        """See that the named card is still plugged in."""
        if self._card is not None and _CARDS.exists() and not self._card.exists():
            raise DeviceUnavailable(self.name, f"there is no sound card {self._card.name}")

    def stop(self) -> None:
        """Kill the process: ALSA drops what the card has not played."""
        self.close()

    def close(self) -> None:
        """Stop the process."""
        if self._process is not None:
            if self._process.poll() is None:
                self._process.kill()
                self._process.wait()
            self._process = None
        if self._words is not None:
            self._words.close()
            self._words = None


class BenchCard(Output):
    """The bench's sound card at a Unix socket: takes a WAV, answers ``done`` or ``error ...``.

    ``STOP`` cuts a WAV off and is answered by ``stopped``.
    """

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self._socket: socket.socket | None = None
        self._heard = b""
        self._playing = False
        #: So many ``stopped`` are still to come; lines before them are of what was cut off.
        self._stopping = 0

    def open(self) -> None:
        """Connect, then as every output."""
        self.close()
        card = socket.socket(socket.AF_UNIX)
        card.settimeout(_PROBE_S)
        try:
            card.connect(self.name)
        except OSError as error:
            card.close()
            raise DeviceUnavailable(self.name, error.strerror or str(error)) from error
        self._socket = card
        super().open()

    def start(self, wav: bytes) -> None:
        """Send a WAV."""
        self._send(wav)
        self._playing = True

    def stop(self) -> None:
        """Cut off what is being played."""
        if self._playing:
            self._send(b"STOP")
            self._playing = False
            self._stopping += 1

    def _send(self, data: bytes) -> None:
        try:
            self._line().sendall(data)
        except TimeoutError:
            raise DeviceTimeout(self.name, _PROBE_S) from None
        except OSError as error:
            raise DeviceUnavailable(self.name, error.strerror or str(error)) from error

    def wait(self, timeout_s: float) -> bool:
        """Say whether the card has answered."""
        if not self._playing:
            return True
        self._read(timeout_s)
        while True:
            line, mark, rest = self._heard.partition(b"\n")
            if not mark:
                return False
            self._heard = rest
            if not self._stopping:
                break
            self._stopping -= line == b"stopped"
        self._playing = False
        if line != b"done":
            raise DeviceUnavailable(self.name, line.decode("utf-8", "replace")[:200])
        return True

    def check(self) -> None:
        """See that nobody hung up."""
        self._read(0.0)
        if not self._playing and not self._stopping:
            # Nothing was asked: whatever came is no answer.
            self._heard = b""

    def _read(self, timeout_s: float) -> None:
        line = self._line()
        if not select.select([line], [], [], timeout_s)[0]:
            return
        try:
            data = line.recv(4096)
        except OSError as error:
            raise DeviceUnavailable(self.name, error.strerror or str(error)) from error
        if not data:
            raise DeviceUnavailable(self.name, "unplugged")
        self._heard = (self._heard + data)[-4096:]

    def _line(self) -> socket.socket:
        if self._socket is None:
            raise DeviceUnavailable(self.name, "not open")
        return self._socket

    def close(self) -> None:
        """Hang up."""
        self._playing, self._heard, self._stopping = False, b"", 0
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.close()
            self._socket = None


def open_output(output: str) -> Output:
    """Return the output that the option names; it is not open yet."""
    kind, _, name = output.partition(":")
    return Aplay(name) if kind == "alsa" else BenchCard(name)
