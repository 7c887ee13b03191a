"""Chinese text to pinyin with tone numbers, which is what espeak-ng's Chinese voice reads.

(Its voice ``cmn``, which reads characters, is broken in Debian 12.) The words of calls stand in
``wording``; for any other text pypinyin knows the readings that depend on the word (银行 yin2
hang2, 还有 hai2 you3). It takes 0.3 s and 58 MB to import, so it runs in a process of its own that
ends with its answer, and the daemon keeps neither: ``python -m devices.voice.pinyin < text``.
"""

from __future__ import annotations

import subprocess
import sys
from functools import lru_cache

from devices.errors import DeviceFault
from devices.voice.wording import words_of

__all__ = ["pinyin"]

_TIMEOUT_S = 10.0
_KNOWN = {word.text: word.say for word in words_of("zh") if word.say}
_LONGEST = max(len(word) for word in _KNOWN)
#: Signs stay: they make espeak-ng pause.
_SIGNS = str.maketrans("，。、；：！？", ",.,;:!?")


@lru_cache(maxsize=64)
def pinyin(text: str) -> str:
    """Return how ``text`` is read: ``qing3 A ling2 ling2 yi1 hao4``.

    Raises ``DeviceFault`` when pypinyin is needed and missing.
    """
    return _by_words(text) or _by_library(text)


def _by_words(text: str) -> str | None:
    read: list[str] = []
    at = 0
    while at < len(text):
        for length in range(_LONGEST, 0, -1):
            word = text[at : at + length]
            if word in _KNOWN:
                read.append(_KNOWN[word])
                at += len(word)
                break
        else:
            if ord(text[at]) > 0x2E7F and text[at] not in "，。、；：！？":
                return None
            read.append(text[at].translate(_SIGNS))
            at += 1
    return " ".join(read)


def _by_library(text: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "devices.voice.pinyin"],
        input=text,
        capture_output=True,
        encoding="utf-8",
        timeout=_TIMEOUT_S,
        check=False,
    )
    if done.returncode != 0:
        raise DeviceFault(
            "pinyin",
            "朗读任意文字需要拼音库：pip install 'hall-controller[voice]'。",
            "To say any text, the pinyin library is needed: pip install 'hall-controller[voice]'.",
        )
    return done.stdout.strip()


def main() -> int:
    """Read a text on the standard input and write its pinyin."""
    from pypinyin import Style, lazy_pinyin

    read = lazy_pinyin(sys.stdin.read(), style=Style.TONE3, neutral_tone_with_five=True)
    sys.stdout.write(" ".join(one.translate(_SIGNS) for one in read) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
