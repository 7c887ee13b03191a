"""Checks of what a window's outer screen shows: the clerk's screen, pictures between two people."""

from __future__ import annotations

from pathlib import Path

from firmware_py.config.lines import KeyPath
from firmware_py.config.mistakes import Findings, close_to
from firmware_py.config.walk import listing
from firmware_py.settings import MirrorSettings, Settings
from firmware_py.settings.mirror import Area

__all__ = ["check_mirror_files", "check_mirrors", "is_missing"]

_WHOLE = 100.0
#: Which of these a kind of security may have.
_PROOFS = {
    "none": frozenset[str](),
    "password": frozenset({"password_file"}),
    "x509": frozenset({"password_file", "user", "ca", "fingerprint"}),
}


def check_mirrors(settings: Settings, found: Findings) -> None:
    """Add what contradicts itself."""
    screens = settings.displays.screens
    for n, window in enumerate(settings.windows):
        at: KeyPath = ("windows", n)
        if window.idle and window.idle not in screens:
            near = close_to(window.idle, screens)
            en, zh = (f"; did you mean {near}?", f"，是否应为 {near}？") if near else ("", "")
            found.add(
                (*at, "idle"),
                f"{window.idle} is none of displays.screens ({listing(screens)}){en}",
                f"displays.screens 中没有 {window.idle}（现有：{listing(screens)}）{zh}",
            )
        if window.mirror is not None and not found.unsure((*at, "mirror")):
            _check_access(window.mirror, (*at, "mirror"), found)
            _check_areas(window.mirror, (*at, "mirror"), found)


def _check_access(mirror: MirrorSettings, at: KeyPath, found: Findings) -> None:
    allowed = _PROOFS.get(mirror.security)
    if allowed is None:
        return
    for key in sorted(_PROOFS["x509"] - allowed):
        if getattr(mirror, key):
            kinds = listing(kind for kind, may in _PROOFS.items() if key in may)
            found.add(
                (*at, key),
                f'is not used with security = "{mirror.security}", only with {kinds}',
                f'security = "{mirror.security}" 时不使用此项，只用于 {kinds}',
            )
    if mirror.security == "password" and not mirror.password_file:
        found.add(
            (*at, "security"), '"password" needs a password_file', "“password”需要 password_file"
        )
    if mirror.security == "x509" and not mirror.ca and not mirror.fingerprint:
        found.add(
            (*at, "security"),
            '"x509" needs what the certificate is checked against: ca or fingerprint',
            "“x509”需要核对证书的依据：ca 或 fingerprint",
        )
    if mirror.security == "x509" and mirror.user and not mirror.password_file:
        found.add((*at, "user"), "needs a password_file too", "还需要 password_file")


def _check_areas(mirror: MirrorSettings, at: KeyPath, found: Findings) -> None:
    if mirror.crop is not None:
        _check_area(mirror.crop, (*at, "crop"), found, percent=False)
        _check_sizes(mirror, (*at, "crop"), found)
    for m, mask in enumerate(mirror.masks):
        if mask.unit == "pixels":
            _check_sizes(mirror, (*at, "masks", m, "unit"), found)
        for k, area in enumerate(mask.areas):
            path = (*at, "masks", m, "areas", k)
            _check_area(area, path, found, percent=mask.unit == "percent")


def _check_sizes(mirror: MirrorSettings, at: KeyPath, found: Findings) -> None:
    """On a desktop of another size the same pixels would be something else."""
    if not mirror.sizes:
        found.add(
            at,
            "pixels need sizes, the widths and heights that the desktop may have",
            "使用像素时需要 sizes（桌面可能的宽和高）",
        )


def _check_area(area: Area, at: KeyPath, found: Findings, *, percent: bool) -> None:
    left, top, width, height = area
    if not width or not height:
        found.add(at, "has no width or no height", "宽度或高度为 0")
    elif not percent and any(one != int(one) for one in area):
        found.add(at, "pixels are whole numbers", "像素应为整数")
    elif percent and (left + width > _WHOLE or top + height > _WHOLE):
        found.add(
            at,
            f"reaches beyond the screen: {left:g} + {width:g} and {top:g} + {height:g} are per "
            "cent and at most 100",
            f"超出屏幕：{left:g} + {width:g} 和 {top:g} + {height:g} 为百分比，都不能大于 100",
        )


def check_mirror_files(settings: Settings, found: Findings) -> None:
    """Add files that are not there. Whether the screen's user may read them, it says itself."""
    for n, window in enumerate(settings.windows):
        for key in ("password_file", "ca"):
            name = getattr(window.mirror, key, None)
            if name and is_missing(Path(name)):
                found.add(
                    ("windows", n, "mirror", key), f"there is no file {name}", f"没有文件 {name}"
                )


def is_missing(path: Path) -> bool:
    """Say that there is no such file; one in a folder that we may not enter may be there."""
    try:
        path.stat()
    except PermissionError:
        return False
    except OSError:
        return True
    return False
