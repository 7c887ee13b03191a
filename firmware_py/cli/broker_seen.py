"""Whether the broker goes by what the hall's authority has: found out by speaking to it.

With each new list of revoked certificates the authority makes a certificate that this list alone
revokes (``Authority``). A broker that lets it in goes by an older list, whatever was copied where.
Which certificate of its own a broker shows, everybody sees. Its list of rights cannot be seen.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from devices.base import Sentence
from firmware_py.cli.configfile import config_path, read
from firmware_py.cli.doctor.login import LOGIN_S, REACH_S, address_of
from firmware_py.cli.node_services import Services
from firmware_py.cli.output import say
from firmware_py.cli.words import t
from firmware_py.config.mistakes import ConfigError
from firmware_py.settings import BrokerSettings, Settings
from firmware_py.store.authority_checks import BROKER
from firmware_py.store.authority_register import TRIAL, Register, read_register, trial_fits
from firmware_py.sync.encryption import tls_context

__all__ = ["Behind", "behind", "behind_here", "say_behind"]

#: Seconds that a "no" is waited for before anything is said: what is said to somebody who has left
#: already may lose the words of that. Then it is asked for again.
QUIET_S = (0.3, 1.0, 2.0)
#: As any client of MQTT 5 begins, with a clean start and a name of its own; and ends.
_CONNECT = bytes.fromhex("10 13 0004 4d515454 05 02 000a 00 0006 646f63746f72".replace(" ", ""))
_CONNACK, _DISCONNECT = 0x20, bytes.fromhex("e000")


@dataclass(frozen=True, slots=True)
class Behind:
    """What is wrong and the one command that mends it. ``bad``: revoked ones come in."""

    zh: str
    en: str
    do: Sentence
    bad: bool


def say_behind(config: Path | None, folder: Path | None = None) -> bool:
    """Say to whoever is at the authority what the broker lacks; whether there was anything."""
    path = config_path(config)
    if not os.access((folder or path.parent / "authority") / "register.json", os.R_OK):
        return False
    try:
        settings = read(path, with_files=False).settings
    except ConfigError:
        # Its mistakes are told by whoever needs the file.
        return False
    found = behind_here(path, settings, folder)
    for one in found:
        say((t(one.zh, one.en), "red" if one.bad else "yellow"))
        say("  ", (t(one.do.zh, one.do.en), "bold"))
    return bool(found)


def behind_here(config: Path, settings: Settings, folder: Path | None = None) -> list[Behind]:
    """As ``behind``, with the authority beside a hall's file; nothing where that is not to read."""
    if settings.broker is None or settings.broker.ca_file is None:
        return []
    try:
        return list(behind(settings.broker, folder or config.parent / "authority"))
    except (OSError, ValueError, ModuleNotFoundError):
        # No authority is here, or only root may look; or the broker is not there: others say so.
        return []


def behind(broker: BrokerSettings, folder: Path) -> Iterator[Behind]:
    """Yield in what the broker is behind the authority in ``folder``.

    Raises ``OSError`` (no broker answers, the folder may not be read), ``ValueError`` (a register
    that is damaged), ``ModuleNotFoundError`` (without cryptography).
    """
    register = read_register(folder / "register.json")
    if register is None:
        return
    where = broker.host
    if any(one.revoked is not None for one in register.entries):
        yield from _list(broker, folder, register)
    newest = next((one for one in reversed(register.entries) if one.name == BROKER), None)
    if newest is not None and newest.revoked is None and _shown(broker) != int(newest.serial, 16):
        yield Behind(
            f"消息服务器（{where}）出示的是旧证书，新的 {newest.made:%Y-%m-%d} 已签发。",
            f"The broker at {where} shows an older certificate; a newer one was made on "
            f"{newest.made:%Y-%m-%d}.",
            _carry(broker, folder, "reload"),
            bad=False,
        )


def _list(broker: BrokerSettings, folder: Path, register: Register) -> Iterator[Behind]:
    where = broker.host
    if not trial_fits(folder, register):
        yield Behind(
            f"不能确认消息服务器（{where}）是否已用最新的吊销名单：还没有试验用的证书。",
            f"Whether the broker at {where} goes by the newest list of revoked certificates cannot "
            "be tried yet: there is no certificate to try it with.",
            Sentence("sudo hallctl broker certs make", "sudo hallctl broker certs make"),
            bad=False,
        )
        return
    cert, key = folder / f"{TRIAL}.crt", folder / f"{TRIAL}.key"
    with key.open("rb"):
        pass
    tried = msgspec.structs.replace(broker, cert_file=str(cert), key_file=str(key))
    reason = "-"
    for quiet_s in QUIET_S:
        reason = _refused(tried, quiet_s)
        if not reason or "revoked" in reason:
            break
    if not reason:
        yield Behind(
            f"消息服务器（{where}）还在用旧的吊销名单：后来吊销的设备仍可连接"
            "（用一张已吊销的试验证书连上了）。",
            f"The broker at {where} goes by an older list of revoked certificates: what was "
            "revoked since comes in (a revoked certificate, made to try it, was let in).",
            _carry(broker, folder, "restart"),
            bad=True,
        )
    elif "revoked" not in reason:
        yield Behind(
            f"不能确认消息服务器（{where}）是否已用最新的吊销名单（{reason}）。",
            f"Whether the broker at {where} goes by the newest list of revoked certificates could "
            f"not be found out ({reason}).",
            Sentence("稍后再试：sudo hallctl doctor", "Try again later: sudo hallctl doctor"),
            bad=False,
        )


def _refused(broker: BrokerSettings, quiet_s: float) -> str:
    """Return why the broker does not let an identity in, in lower case; "" when it does.

    Raises ``OSError`` when it is not there.
    """
    # Here: what only lists certificates does without OpenSSL.
    import ssl

    context = tls_context(address_of(broker, None))
    with socket.create_connection((broker.host, int(broker.port)), REACH_S) as plain:
        plain.settimeout(LOGIN_S)
        try:
            with context.wrap_socket(plain, server_hostname=broker.host) as safe:
                safe.settimeout(quiet_s)
                try:
                    said = safe.recv(1)
                except TimeoutError:
                    safe.settimeout(LOGIN_S)
                    safe.sendall(_CONNECT)
                    said = safe.recv(1)
                if said and said[0] == _CONNACK:
                    safe.sendall(_DISCONNECT)
                    return ""
                return "no answer" if not said else "another answer than MQTT 5"
        except ssl.SSLError as error:
            return str(error.reason or error).lower()
        except TimeoutError:
            # It hangs: others say so, and nobody waits for it again and again.
            raise
        except OSError as error:
            return (error.strerror or type(error).__name__).lower()


def _shown(broker: BrokerSettings) -> int:
    """Return the serial number of the certificate that the broker shows. Raises ``OSError``."""
    context = tls_context(address_of(broker, None))
    with (
        socket.create_connection((broker.host, int(broker.port)), REACH_S) as plain,
        context.wrap_socket(plain, server_hostname=broker.host) as safe,
    ):
        found = safe.getpeercert() or {}
    return int(str(found.get("serialNumber", "0")), 16)


def _carry(broker: BrokerSettings, folder: Path, word: str) -> Sentence:
    """Return the command: where the broker is, its files anew. None of them is a secret."""
    place = "/etc/mosquitto/certs"
    if broker.host in {"localhost", "127.0.0.1", "::1"} or Services.of_machine().broker_runs():
        line = (
            f"sudo hallctl broker certs place broker {place} --owner mosquitto && "
            f"sudo systemctl {word} mosquitto"
        )
        return Sentence(line, line)
    there = f"sudo tar -C {place} -x && sudo systemctl {word} mosquitto"
    line = f'sudo tar -C {folder} -c broker.crt revoked.crl | ssh {broker.host} "{there}"'
    return Sentence(
        f"{line}（或用 U 盘：config/mosquitto/README.md）",
        f"{line} (or by a stick: config/mosquitto/README.md)",
    )
