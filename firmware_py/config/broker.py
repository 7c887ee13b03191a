"""Checks of how the hall makes itself known at its broker."""

from __future__ import annotations

from pathlib import Path

from firmware_py.config.mirrors import is_missing
from firmware_py.config.mistakes import Findings
from firmware_py.settings import Settings

__all__ = ["check_broker", "check_broker_files"]

#: Each of these is of no use without the other.
_NEEDS = (("cert_file", "ca_file"), ("cert_file", "key_file"), ("key_file", "cert_file"))


def check_broker(settings: Settings, found: Findings) -> None:
    """Add what contradicts itself."""
    broker = settings.broker
    if broker is None or found.unsure(("broker",)):
        return
    for key, needed in _NEEDS:
        if getattr(broker, key) and not getattr(broker, needed):
            found.add(("broker", key), f"needs {needed} too", f"还需要 {needed}")
    if broker.cert_file and broker.password_file:
        found.add(
            ("broker", "password_file"),
            "is not used with cert_file: the certificate says who this is",
            "有 cert_file 时不使用密码，以证书为准",
        )


def check_broker_files(settings: Settings, found: Findings) -> None:
    """Add files that are not there. What they hold, `hallctl doctor` looks at."""
    for key in ("ca_file", "cert_file", "key_file"):
        name = getattr(settings.broker, key, None)
        if name and is_missing(Path(name)):
            found.add(("broker", key), f"there is no file {name}", f"没有文件 {name}")
