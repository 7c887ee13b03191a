"""A bank of clips louder or softer, in a process of its own.

Each of half a million samples is multiplied: in a thread of the daemon that would hold Python's
lock, and every pad and printer would wait for it (0.3 s on a PC, more than a second on a Pi).
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Mapping

from devices.errors import DeviceTimeout, DeviceUnavailable
from devices.voice.bank import Bank
from devices.voice.sound import Sound
from devices.voice.speech import Language

__all__ = ["Louder"]

_TIMEOUT_S = 20.0


class Louder:
    """Makes ``bank`` louder by ``factor``; ask ``ready`` now and then, then take ``bank``."""

    def __init__(self, bank: Bank, factor: float) -> None:
        self._bank = bank
        self._clips = list(
            {id(clip): clip for clips in bank.clips.values() for clip in clips.values()}.values()
        )
        self._answer = tempfile.TemporaryFile()  # noqa: SIM115 - read when the process has ended
        with tempfile.TemporaryFile() as question:
            question.write(b"".join(clip.pcm for clip in self._clips))
            question.seek(0)
            self._process = subprocess.Popen(
                [sys.executable, "-m", "devices.voice.louder", str(factor)],
                stdin=question,
                stdout=self._answer,
                stderr=subprocess.DEVNULL,
            )

    def ready(self) -> bool:
        """Say whether it is done."""
        return self._process.poll() is not None

    def bank(self) -> Bank:
        """Return the new bank, waiting for it. Raises ``DeviceTimeout``, ``DeviceUnavailable``."""
        try:
            code = self._process.wait(_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.close()
            raise DeviceTimeout("volume of the clips", _TIMEOUT_S) from None
        self._answer.seek(0)
        data = self._answer.read()
        self.close()
        if code != 0 or len(data) != sum(len(clip.pcm) for clip in self._clips):
            raise DeviceUnavailable("volume of the clips", f"the process ended with {code}")
        made: dict[int, Sound] = {}
        at = 0
        for clip in self._clips:
            made[id(clip)] = Sound(data[at : at + len(clip.pcm)], clip.rate)
            at += len(clip.pcm)
        clips: Mapping[Language, Mapping[str, Sound]] = {
            language: {word: made[id(clip)] for word, clip in words.items()}
            for language, words in self._bank.clips.items()
        }
        return Bank(clips, self._bank.rate)

    def close(self) -> None:
        """Give it up; a second call does nothing."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._answer.close()


def main() -> int:
    """Multiply the samples of the standard input."""
    sound = Sound(sys.stdin.buffer.read(), 1).scaled(float(sys.argv[1]))
    sys.stdout.buffer.write(sound.pcm)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
