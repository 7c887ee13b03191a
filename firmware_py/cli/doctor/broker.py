"""The broker: reached, let in, its certificate good for a while, and nothing piling up.

A connection of our own asks (MQTT 5, another client id than the hall's), says nothing and leaves.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from firmware_py.cli.doctor.broker_certificates import look_authority, look_list, look_own
from firmware_py.cli.doctor.broker_rights import look_rights
from firmware_py.cli.doctor.facts import Facts
from firmware_py.cli.doctor.finding import Finding, Level, fine, red, unknown, warning
from firmware_py.cli.doctor.login import REACH_S, address_of, login
from firmware_py.cli.doctor.readers import look_readers
from firmware_py.settings import BrokerSettings
from firmware_py.sync.encryption import explain, tls_context

__all__ = ["look"]

_SOON_S = 30 * 86_400
#: Events that wait: a burst is sent in seconds, so this many are no burst.
_BACKLOG, _LAG = 200, 1000


def look(facts: Facts) -> Iterator[Finding]:
    """Ask the broker itself, then the daemon how far it is."""
    settings = facts.settings
    if settings is None:
        yield unknown("没有可用的配置。", "There is no configuration to go by.")
        return
    broker = settings.broker
    if broker is None:
        yield unknown("没有配置消息服务器。", "No broker is configured.")
        return
    told = (facts.status or {}).get("broker") or {}
    # A standby may be the hub, and a former hub not: the running daemon knows.
    beside = "trouble" in told if told else "hub" not in settings.hall.roles
    found = [*look_own(facts, settings, broker)]
    if broker.ca_file is not None:
        found += _certificate(broker, beside=beside)
    # By certificate an identity has one connection: a login would end the daemon's own.
    spared = broker.cert_file is not None and told.get("connected")
    if not spared and not any(one.level is Level.RED for one in found):
        found += _let_in(broker, beside=beside)
    if not any(one.level is Level.RED for one in found):
        found += look_list(facts, settings)
    found += [*look_authority(facts), *look_rights(facts)]
    found += look_readers(settings, broker)
    found += _hub(facts, told) if beside else _progress(facts)
    yield from found
    where = f"{broker.host}:{broker.port}"
    if not found and beside and told.get("hub"):
        hub = told["hub"]
        yield fine(
            f"{where} 可连接，登录成功，主控 {hub} 有应答。",
            f"{where} lets us in; the hub, {hub}, answers.",
        )
    elif not found:
        yield fine(
            f"{where} 可连接，登录成功，没有积压。", f"{where} lets us in; nothing piles up."
        )


def _certificate(broker: BrokerSettings, *, beside: bool) -> Iterator[Finding]:
    """See whether the certificate is good, and for how long."""
    where = f"{broker.host}:{broker.port}"
    try:
        context = tls_context(address_of(broker, None))
        with (
            socket.create_connection((broker.host, broker.port), REACH_S) as plain,
            context.wrap_socket(plain, server_hostname=broker.host) as safe,
        ):
            certificate = safe.getpeercert() or {}
    except ssl.SSLCertVerificationError as error:
        yield red(
            f"{where} 的证书不可信：{error.verify_message}。",
            f"The certificate of {where} is not good: {error.verify_message}.",
            "更新服务器证书，或更正 broker.ca_file；时钟不对也会这样。",
            "Renew the broker's certificate or correct broker.ca_file; or the clock is wrong.",
        )
        return
    except OSError as error:
        # A broker that ends what it does not like may do so as if a cable were pulled.
        if isinstance(error, ssl.SSLError) or _explained(broker, str(error)):
            yield _refused(broker, str(error))
        else:
            yield _unreached(broker, error, beside=beside)
        return
    ends_s = ssl.cert_time_to_seconds(str(certificate["notAfter"]))
    if ends_s - time.time() < _SOON_S:
        day = datetime.fromtimestamp(ends_s, UTC)
        yield warning(
            f"消息服务器的证书 {day:%Y-%m-%d} 到期。",
            f"The broker's certificate ends on {day:%Y-%m-%d}.",
            "请在到期前更新证书。",
            "Have it renewed before that day.",
        )


def _unreached(broker: BrokerSettings, error: OSError, *, beside: bool) -> Finding:
    where, why = f"{broker.host}:{broker.port}", error.strerror or str(error)
    if beside:
        return red(
            f"连不上消息服务器 {where}：{why}。本机与大厅断开，屏幕已说明。",
            f"The broker {where} cannot be reached: {why}. This Pi is cut off; its screens say so.",
            "检查网线、broker.host 和防火墙；在服务器上：systemctl status mosquitto",
            "Check cable, broker.host and firewall; at the broker: systemctl status mosquitto",
        )
    return red(
        f"连不上消息服务器 {where}：{why}。大厅照常工作，数据稍后补发。",
        f"The broker {where} cannot be reached: {why}. The hall goes on; everything is sent later.",
        "systemctl status mosquitto；检查地址、网线和防火墙。",
        "systemctl status mosquitto; check address, cable and firewall.",
    )


def _refused(broker: BrokerSettings, reason: str) -> Finding:
    """Return what encryption failed of, in words if there are some."""
    where = f"{broker.host}:{broker.port}"
    _, zh, en = _explained(broker, reason) or ("", f"{reason}。", f"{reason}.")
    return red(
        f"与 {where} 的加密连接失败：{zh}",
        f"No encrypted connection with {where}: {en}",
        "查看：hallctl broker certs；docs/broker.md",
        "See: hallctl broker certs; docs/broker.md",
    )


def _explained(broker: BrokerSettings, reason: str) -> tuple[str, str, str] | None:
    ours, fresh = broker.cert_file is not None, broker.ca_file is not None
    return explain(reason, ours=ours, fresh=fresh)


def _let_in(broker: BrokerSettings, *, beside: bool) -> Iterator[Finding]:
    password = None
    if broker.password_file is not None:
        try:
            password = Path(broker.password_file).read_text(encoding="utf-8").strip()
        except PermissionError:
            yield unknown(
                "没有权限读取密码文件，未试登录。",
                "You may not read the password's file; the login was not tried.",
                "请以 root 身份运行：sudo hallctl doctor",
                "Run it as root: sudo hallctl doctor",
            )
            return
        except (OSError, UnicodeDecodeError):
            # That it is not there is said among the rights.
            return
    try:
        reason = login(broker, password)
    except OSError as error:
        if _explained(broker, str(error)):
            yield _refused(broker, str(error))
        else:
            yield _unreached(broker, error, beside=beside)
        return
    if reason and (broker.cert_file is not None or _explained(broker, reason)):
        yield _refused(broker, reason)
    elif reason:
        yield red(
            f"消息服务器拒绝登录：{reason}。",
            f"The broker does not let us in: {reason}.",
            "核对 broker.username 和密码文件；密码在服务器上用 mosquitto_passwd 设置。",
            "Compare broker.username and the password's file with the broker's (mosquitto_passwd).",
        )


def _hub(facts: Facts, told: Mapping[str, Any]) -> Iterator[Finding]:
    """See, at a Pi beside the hub, whether the hub answers it, and what it does meanwhile."""
    yield from _alone(told.get("alone") or {})
    trouble, hub = told.get("trouble"), told.get("hub") or "hub"
    if trouble == "broker":
        yield from _progress(facts)
    elif trouble == "joining":
        yield warning(
            "正在取得大厅现状。",
            "This Pi fetches how the hall stands.",
            "通常不到一秒；若一直如此，看日志：journalctl -u halld -n 50",
            "Usually within a second; if it stays so: journalctl -u halld -n 50",
        )
    elif trouble == "version":
        problem = told.get("problem") or {}
        yield red(
            str(problem.get("zh", "")),
            str(problem.get("en", "")),
            "升级步骤：docs/operations.md，“升级多台设备的大厅”。",
            'How: docs/operations.md, "A hall of many Pis".',
        )
    elif trouble == "set_back":
        yield red(
            f"主控 {hub} 的存储卡像是旧的副本：缺少已告诉过本机的记录，已停止受理。",
            f"The card of the hub, {hub}, looks like an old copy: it lacks what it had told this "
            "Pi, and takes nothing.",
            f"ssh {told.get('host') or hub}，执行 hallctl status，按所说处理。",
            f"ssh {told.get('host') or hub}, then hallctl status, and do as it says.",
        )
    elif trouble:
        host = told.get("host") or hub
        yield red(
            f"主控 {hub} 没有应答，本机与大厅断开，屏幕已说明。",
            f"The hub, {hub}, does not answer: this Pi is cut off, and its screens say so.",
            f"检查主控的电源和网线；ssh {host}，再 systemctl status halld。",
            f"See to the hub's power and network cable; ssh {host}, then systemctl status halld.",
        )


def _alone(alone: Mapping[str, Any]) -> Iterator[Finding]:
    """See whether this Pi goes on by itself, and for how long it can."""
    left = sum((alone.get("left") or {}).values())
    if alone.get("now"):
        waiting = alone["waiting"]
        yield warning(
            f"本机独立工作中：{waiting} 条记录待交给主控，可用号码还有 {left} 个。",
            f"This Pi works by itself: {waiting} records wait for the hub, {left} numbers left.",
            "恢复后自动合并，不用重新取号。",
            "They are merged when the hub is back; nobody needs another number.",
        )
    elif alone.get("why_not"):
        yield warning(
            "本机启动后还没有与主控取得联系，断网时暂不能独立工作。",
            "This Pi has not heard the hub since it was switched on: it cannot go on by itself.",
            "接好网络，待主控应答一次即可。",
            "Connect it; once the hub has answered it can.",
        )


def _progress(facts: Facts) -> Iterator[Finding]:
    told = (facts.status or {}).get("broker")
    if not told:
        return
    if not told["connected"]:
        problem = told.get("problem") or {}
        yield red(
            f"服务没有连上消息服务器。{problem.get('zh', told.get('error') or '')}",
            f"The daemon is not connected. {problem.get('en', told.get('error') or '')}",
            "查看：hallctl status；journalctl -u halld -n 50",
            "See: hallctl status; journalctl -u halld -n 50",
        )
        return
    backlog, last = told.get("backlog") or 0, (facts.status or {}).get("last_seq", 0)
    if backlog > _BACKLOG:
        yield warning(
            f"有 {backlog} 条记录待发。",
            f"{backlog} events wait to be sent.",
            "刚恢复网络时属正常，几分钟后再看；仍不减少则检查服务器。",
            "Usual just after an outage; look again in some minutes, then at the broker.",
        )
    for name, seq in (told.get("consumers") or {}).items():
        if last - seq > _LAG:
            yield warning(
                f"{name} 落后 {last - seq} 条（确认到第 {seq} 条）。",
                f"{name} is {last - seq} events behind (it has stored up to {seq}).",
                f"请联系 {name} 的维护人员。",
                f"Call those who look after {name}.",
            )
