"""Which authority ``hallctl broker certs`` means, and what the configuration says of names."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from firmware_py.cli.configfile import config_path, settings_of
from firmware_py.cli.errors import Refused

if TYPE_CHECKING:
    from firmware_py.store.authority import Authority
    from firmware_py.store.authority_register import Entry

__all__ = ["authority", "authority_of", "hosts_of", "told", "usual_names"]

TECHNICIAN = "technician"


@contextmanager
def told() -> Iterator[None]:
    """Turn what an authority cannot do into a refusal with a sentence."""
    from firmware_py.store.authority_checks import AuthorityError

    try:
        yield
    except AuthorityError as error:
        raise Refused(error.code, error.zh, error.en) from error
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "cryptography":
            raise
        raise Refused(
            "no_cryptography",
            "缺少 cryptography 软件包，不能签发证书。请安装 hall-controller[privacy]。",
            "The package cryptography is missing, so no certificate can be made. "
            "Install hall-controller[privacy].",
        ) from None
    except OSError as error:
        where, why = error.filename or "?", error.strerror or type(error).__name__
        raise Refused(
            "not_written",
            f"无法读写 {where}：{why}。请用 sudo 运行，并检查文件夹。",
            f"{where}: {why}. Run it by sudo, and look at the folder.",
        ) from error


def authority_of(
    config: Path | None, folder: Path | None, *, trust_clock: bool = False
) -> Authority:
    """Return the authority that is there. Raises ``AuthorityError``, ``OSError``."""
    from firmware_py.store.authority import Authority

    return Authority(_folder(config, folder), trust_clock=trust_clock)


def authority(
    config: Path | None, folder: Path | None, now: datetime, *, trust_clock: bool
) -> Authority:
    """Return the authority, made if there is none. Raises ``AuthorityError``, ``OSError``."""
    from firmware_py.store.authority import Authority

    where = _folder(config, folder)
    if (where / "register.json").exists():
        return Authority(where, trust_clock=trust_clock)
    return Authority.make(where, settings_of(config).hall.id, now, trust_clock=trust_clock)


def usual_names(config: Path | None) -> list[str]:
    """Return this node and the others of the hall, the configured consumers, the technician."""
    settings = settings_of(config)
    consumers = () if settings.broker is None else settings.broker.consumers
    return [settings.hall.node, *settings.nodes, *consumers, TECHNICIAN]


def hosts_of(config: Path | None, had: Entry | None, more: Sequence[str]) -> tuple[str, ...]:
    """Return the names under which the broker is reached: what it has, else the usual ones."""
    if had is not None:
        return (*had.hosts, *more)
    broker = settings_of(config).broker
    named = [] if broker is None else [broker.host]
    own = socket.gethostname()
    usual = (*more, *named, own, f"{own}.local", "localhost", "127.0.0.1")
    return tuple(dict.fromkeys(usual))


def _folder(config: Path | None, folder: Path | None) -> Path:
    return folder if folder is not None else config_path(config).parent / "authority"
