"""Checks of ``[[voices]]``: their windows, hours and wordings, and what their devices can say."""

from __future__ import annotations

from collections.abc import Iterable
from string import Formatter

from devices.registry import KINDS, cannot_write
from firmware_py.config.lines import KeyPath
from firmware_py.config.mistakes import Findings, close_to
from firmware_py.config.walk import listing
from firmware_py.settings import Settings, VoiceSettings

__all__ = ["check_voices"]

#: What may stand in braces, and what must.
_CALL, _CLOSING = ("number", "window"), ("minutes",)


def check_voices(settings: Settings, found: Findings) -> None:
    """Add every mistake in ``[[voices]]`` to ``found``."""
    windows = [window.id for window in settings.windows]
    for n, voice in enumerate(settings.voices):
        at: KeyPath = ("voices", n)
        if not found.unsure(("windows",)):
            _check_windows(voice, windows, at, found)
        for key in ("quiet", "volumes"):
            for m, (begin, end, *_) in enumerate(getattr(voice, key)):
                if begin >= end:
                    found.add(
                        (*at, key, m),
                        f"{begin} is not before {end}",
                        f"{begin} 应早于 {end}",
                    )
        _check_texts(settings, voice, at, found)


def _check_windows(
    voice: VoiceSettings, windows: Iterable[str], at: KeyPath, found: Findings
) -> None:
    known = list(windows)
    for m, window in enumerate(voice.windows or ()):
        if window not in known:
            near = close_to(window, known)
            en, zh = (f"; did you mean {near}?", f"，是否应为 {near}？") if near else ("", "")
            found.add(
                (*at, "windows", m),
                f"there is no window {window}{en}",
                f"没有窗口 {window}{zh}",
            )


def _check_texts(settings: Settings, voice: VoiceSettings, at: KeyPath, found: Findings) -> None:
    device = settings.devices.get(voice.device)
    kind = KINDS.get(device.kind) if device is not None else None
    texts: list[tuple[str, tuple[str, ...]]] = [(one, _CALL) for one in voice.languages]
    if voice.closing_soon_min:
        texts += [(f"closing_{one}", _CLOSING) for one in voice.languages]
    for key, braces in texts:
        text: str = getattr(voice, key)
        if not _braces_fit(text, braces, (*at, key), found) or kind is None:
            continue
        sample = text.format(number="A一", window="一", minutes="一")
        if key.endswith("en"):
            sample = text.format(number="A one", window="one", minutes="one")
        why = cannot_write(kind, sample)
        if why is not None:
            hint = ('; give languages = ["zh"]', '；请写 languages = ["zh"]')
            en, zh = hint if key.endswith("en") else ("", "")
            found.add((*at, key), f"{why.en.rstrip('.')}{en}", f"{why.zh.rstrip('。')}{zh}")


def _braces_fit(text: str, braces: tuple[str, ...], at: KeyPath, found: Findings) -> bool:
    try:
        stands = [name for _, name, _, _ in Formatter().parse(text) if name is not None]
    except ValueError as error:
        found.add(at, f"a brace is not closed: {error}", "花括号没有成对")
        return False
    wrong = [name for name in stands if name not in braces]
    lacking = [name for name in braces if name not in stands]
    allowed = listing("{" + name + "}" for name in braces)
    if wrong:
        named = listing("{" + name + "}" for name in wrong)
        found.add(
            at, f"{named} means nothing here ({allowed})", f"此处不认识 {named}（可用：{allowed}）"
        )
    elif lacking:
        named = listing("{" + name + "}" for name in lacking)
        found.add(at, f"{named} is missing", f"缺少 {named}")
    return not wrong and not lacking
