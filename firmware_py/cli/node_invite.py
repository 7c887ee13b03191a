"""Showing a code and waiting for the new Pi: what ``adopt`` and ``replace`` have in common."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import ssl
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING

from firmware_py.cli.base import Session
from firmware_py.cli.errors import CliError, Refused
from firmware_py.cli.output import say, write_json
from firmware_py.cli.words import joined, t

if TYPE_CHECKING:
    from firmware_py.config.parcel import Parcel
    from firmware_py.store.authority import Authority
    from firmware_py.sync.adopting import Ending, Step

__all__ = ["Listening", "invite", "record"]


@dataclass(frozen=True, slots=True)
class Listening:
    """Where and for how long: an address of this machine ("": all), a port, minutes."""

    address: str
    port: int
    minutes: float
    #: What the new Pi is told to connect to; "": found out.
    shown: str = ""


def record(session: Session, action: str, node: str) -> None:
    """Have the journal keep it; say so when no daemon does."""
    try:
        session.client.ask("node.record", action=action, node=node)
    except CliError as error:
        if not session.json and not session.said_unrecorded:
            session.said_unrecorded = True
            words = t("未记入业务流水：", "Not in the journal: ")
            say((f"{words}{error.sentence}", "yellow"))


def invite(
    session: Session,
    authority: Authority,
    parcel: Parcel,
    listening: Listening,
    before_signing: Callable[[], None],
) -> None:
    """Show a code and wait until the new Pi has joined. Raises ``Refused``."""
    from firmware_py.store.authority_checks import AuthorityError
    from firmware_py.sync.adopting import Adopting, CannotSign
    from firmware_py.sync.adoption import Parting
    from firmware_py.sync.adoption_code import new_code

    code, ca = new_code(), (authority.folder / "ca.crt").read_bytes()
    parting = Parting(
        node=parcel.node,
        hall=parcel.settings.hall.id,
        version=version("hall-controller"),
        ca=parcel.ca,
        cert=parcel.cert,
        key=parcel.key,
        files={**parcel.files, parcel.ca: ca},
    )

    def sign(request: bytes) -> bytes:
        try:
            before_signing()
            made = authority.sign(request, parcel.node, datetime.now(UTC))
        except AuthorityError as error:
            raise CannotSign(error.code, error.zh, error.en) from error
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise CannotSign(
                "not_written",
                f"主控无法写入证书机构的文件夹：{why}。",
                f"The hub cannot write to its authority's folder: {why}.",
            ) from error
        record(session, "adopt", parcel.node)
        return made

    with _listener() as (context, certificate), _socket(listening) as listener:
        # A door that is opened is recorded before it opens.
        record(session, "code", parcel.node)
        adopting = Adopting(
            code,
            parting,
            context,
            certificate,
            sign,
            lambda step: _tell(session, parcel.node, step),
            time.time,
        )

        async def shown() -> Ending:
            # From here on Ctrl-C ends a loop that is there, not one that is being made.
            _show(session, code, parcel, listening, listener.getsockname()[1])
            return await adopting.serve(listener, asyncio.sleep(listening.minutes * 60))

        try:
            ending = asyncio.run(shown())
        except KeyboardInterrupt as stopped:
            if not session.json:
                say(t("已停止，代码作废。", "Stopped; the code is void."))
            if adopting.signed:
                raise _not_confirmed(parcel.node) from stopped
            raise
    _end(session, parcel.node, ending)


@contextlib.contextmanager
def _listener() -> Iterator[tuple[ssl.SSLContext, bytes]]:
    """Yield what the listener speaks with: a certificate for it alone, which the code vouches for.

    None of the authority's: a server's certificate of the hall could play its broker. Its key is
    never on a disk.
    """
    from firmware_py.store.certificates import make_authority, new_key

    key = new_key()
    pem = make_authority("adoption", key, datetime.now(UTC) + timedelta(days=1))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    memory = os.memfd_create("adoption")
    try:
        os.write(memory, pem + key)
        # OpenSSL takes files alone.
        context.load_cert_chain(f"/proc/self/fd/{memory}")
    finally:
        os.close(memory)
    yield context, ssl.PEM_cert_to_DER_cert(pem.decode("ascii"))


@contextlib.contextmanager
def _socket(listening: Listening) -> Iterator[socket.socket]:
    both = not listening.address and socket.has_dualstack_ipv6()
    family = socket.AF_INET6 if both or ":" in listening.address else socket.AF_INET
    try:
        made = socket.create_server(
            (listening.address, listening.port), family=family, dualstack_ipv6=both
        )
    except OSError as error:
        raise Refused(
            "not_listening",
            f"无法在端口 {listening.port} 上等待：{error.strerror}。可用 --port 换一个端口。",
            f"Cannot listen on port {listening.port}: {error.strerror}. Another one: --port.",
        ) from error
    with made:
        yield made


def _show(session: Session, code: str, parcel: Parcel, listening: Listening, port: int) -> None:
    from firmware_py.sync.adoption import DEFAULT_PORT

    broker = parcel.settings.broker
    hub = listening.shown or listening.address or _own_address(broker.host if broker else "")
    if ":" in hub:
        hub = f"[{hub}]"
    hub = hub if port == DEFAULT_PORT else f"{hub}:{port}"
    if session.json:
        told = {"node": parcel.node, "code": code, "hub": hub, "minutes": listening.minutes}
        write_json(told | {"by_hand": list(parcel.by_hand)}, line=True)
        return
    until = datetime.now().astimezone() + timedelta(minutes=listening.minutes)
    own = parcel.settings.nodes[parcel.node]
    windows = (t(f"窗口 {one}", f"window {one}") for one in own.windows)
    stands = joined([*windows, *own.kiosks, *own.walls, *own.voices])
    place = t(f"（{stands}）", f" ({stands})") if stands else ""
    say(
        (f"{parcel.node}{place}", "bold"),
        t(
            f"  在新设备上执行，{until:%H:%M} 以前：",
            f"  At the new Pi, before {until:%H:%M}:",
        ),
    )
    say("")
    say((f"    sudo hallctl node join {code} --hub {hub}", "bold cyan"))
    say("")
    say(
        t(
            "代码只用一次，请当面或电话告知；不要拍照或发到群里。",
            "The code is good once. Tell it in person or by telephone; no photo, no chat.",
        )
    )
    if broker is not None and _is_loopback(broker.host):
        say(
            (
                t(
                    f"注意：broker.host 是 {broker.host}，新设备会在它自己身上找消息服务器。"
                    "请先改为主控在大厅网络中的地址。",
                    f"Mind: broker.host is {broker.host}, so the new Pi will look for the broker "
                    "at itself. Make it the hub's address in the hall's network first.",
                ),
                "yellow",
            )
        )
    for name in parcel.by_hand:
        words = t(f"不会传送，需要时请手工放置：{name}", f"Not sent; bring it by hand: {name}")
        say((words, "yellow"))
    say((t("等待中……（Ctrl-C 结束）", "Waiting ... (Ctrl-C ends it)"), "dim"))
    # Over ssh without a terminal nothing would be seen until the end.
    sys.stdout.flush()


def _is_loopback(host: str) -> bool:
    return host == "localhost" or host.startswith("127.") or host == "::1"


def _own_address(broker: str) -> str:
    """Return how others reach this machine, as well as it can tell; nothing is sent."""
    where = broker if broker and not _is_loopback(broker) else "192.0.2.1"
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect((where, 9))
        return str(probe.getsockname()[0])
    return socket.gethostname()


def _tell(session: Session, node: str, step: Step) -> None:
    if session.json:
        return
    peer = step.peer.removeprefix("::ffff:")
    words, style = {
        "wrong": (
            t(
                f"代码不对，还可以试 {step.left} 次。",
                f"a wrong code; {step.left} more tries.",
            ),
            "yellow",
        ),
        "proved": (t("代码正确，正在发送配置。", "the code is right; sending the files."), ""),
        "signed": (t("已签发证书。", "its certificate is signed."), ""),
        "failed": (t(step.zh, step.en), "red"),
        "broken": (
            t(f"连接中断（{step.zh}），可重试同一命令。",
              f"the connection broke ({step.en}); it may try again."),
            "yellow",
        ),
        "taken": (
            t("知道代码，但不是已签发的那一台，已拒绝。",
              "it knows the code, but is not the Pi that was signed for: refused."),
            "red",
        ),
        "joined": (
            t(f"{node} 已加入（主机名 {step.host}）。", f"{node} has joined ({step.host})."),
            "green",
        ),
    }[step.what]  # fmt: skip
    say((f"{datetime.now().astimezone():%H:%M:%S}  {peer}  ", "dim"), (words, style))
    sys.stdout.flush()


def _end(session: Session, node: str, ending: Ending) -> None:
    if ending.how == "joined":
        if session.json:
            write_json({"node": node, "joined": True, "host": ending.host}, line=True)
        else:
            say(t("查看：hallctl node list", "See: hallctl node list"))
        return
    if ending.how == "void":
        record(session, "code_void", node)
    if ending.signed:
        raise _not_confirmed(node)
    if ending.how == "void":
        raise Refused(
            "void_code",
            "代码多次输错，已作废；没有签发证书。如果不是你们输错，请查看交换机上接了什么。",
            "The code was wrong too often and is void; nothing was signed. If it was none of you, "
            "see what is plugged into the switch.",
        )
    raise Refused(
        "expired",
        "时间已到，没有设备加入；代码作废，没有签发证书。请再执行一次。",
        "The time is over and no Pi has joined; the code is void and nothing was signed. Give the "
        "command again.",
    )


def _not_confirmed(node: str) -> Refused:
    return Refused(
        "not_confirmed",
        f"已为 {node} 签发证书，但没有得到它的确认。请看该机：已加入则无事；否则在这里执行 "
        f"hallctl node replace {node}",
        f"A certificate for {node} was signed, but the Pi did not confirm that it has it. Look "
        f"there: if it has joined, all is well; else here: hallctl node replace {node}",
    )
