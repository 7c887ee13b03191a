"""The new Pi's side of an adoption: it believes nobody who does not know the code.

The hub's certificate is taken as it comes, and its hash goes into what both sides prove: one who
stands between them shows another certificate, and then neither proof fits. Before the hub has
proved itself nothing that it says is used but its random bytes.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import secrets
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from firmware_py.sync.adoption import (
    LARGEST_FILE,
    Broken,
    Done,
    Failed,
    Hello,
    Line,
    Proof,
    Ready,
    Signed,
    Sorry,
    Welcome,
)
from firmware_py.sync.adoption_code import key_of, proof_of

__all__ = ["CannotJoin", "Installer", "Joined", "join"]

_NONCE = 16
#: The authority's folder may lie on a slow card.
_SIGN_S = 60.0
_MOST_BYTES = 128 * 1024 * 1024
_MOST_FILES = 2000


class CannotJoin(Exception):
    """Why nothing was changed here, in both languages."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(en)
        self.code, self.zh, self.en = code, zh, en


class Installer(Protocol):
    """Where it all goes; each raises ``CannotJoin``, and both are called in a thread."""

    def stage(self, welcome: Welcome, files: Mapping[str, bytes]) -> None:
        """Put the files on the disk beside where they belong, and check them."""

    def commit(self, certificate: bytes) -> None:
        """Put everything in place, all or nothing."""


@dataclass(frozen=True, slots=True)
class Joined:
    """What this Pi is now. ``confirmed``: the hub knows it."""

    node: str
    hall: str
    hub_version: str
    hub_wire: int
    #: The hub's clock less this one's when the connection stood, in seconds.
    ahead_s: float
    files: tuple[str, ...]
    confirmed: bool


async def join(
    code: str,
    address: tuple[str, int],
    request: bytes,
    installer: Installer,
    *,
    host: str,
    wall_s: Callable[[], float],
    within_s: float = 15.0,
) -> Joined:
    """Join by a code; ``host`` is this machine's name. Raises ``CannotJoin``.

    ``request`` (PKCS #10, PEM) is the same each time that it is tried again.
    """
    line, certificate = await _connected(address, within_s)
    try:
        return await _talk(line, code, certificate, request, installer, host, wall_s)
    except Broken as error:
        raise CannotJoin(
            "connection_broken",
            f"与主控的连接中断（{error}），本机没有改动。请再执行一次同一命令。",
            f"The connection with the hub broke ({error}); nothing was changed here. Give the "
            "same command again.",
        ) from error
    finally:
        await line.close()


async def _connected(address: tuple[str, int], within_s: float) -> tuple[Line, bytes]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    # No authority is known here yet: the code vouches for what is shown (proof_of).
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    where, port = address
    try:
        async with asyncio.timeout(within_s):
            reader, writer = await asyncio.open_connection(where, port, ssl=context)
    except (OSError, TimeoutError) as error:
        why = "timed out" if isinstance(error, TimeoutError) else _why(error)
        raise CannotJoin(
            "not_reached",
            f"连不上 {where}:{port}：{why}。请检查网线、地址，以及主控上是否正显示代码。",
            f"{where}:{port} cannot be reached: {why}. Check cable and address, and that the hub "
            "is showing a code just now.",
        ) from error
    shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    return Line(reader, writer), shown or b""


def _why(error: OSError) -> str:
    return error.strerror or type(error).__name__


async def _talk(
    line: Line,
    code: str,
    certificate: bytes,
    request: bytes,
    installer: Installer,
    host: str,
    wall_s: Callable[[], float],
) -> Joined:
    hello = await line.hear(Hello)
    if not isinstance(hello, Hello):
        raise _unproved()
    key = await asyncio.to_thread(key_of, code, hello.salt)
    nonces = hello.nonce, secrets.token_bytes(_NONCE)
    await line.say(Proof(nonces[1], request, proof_of(key, "node", certificate, nonces, request)))
    welcome = await line.hear(Welcome)
    if isinstance(welcome, Sorry):
        raise _refused(welcome)
    if isinstance(welcome, Failed) or not hmac.compare_digest(
        welcome.proof, proof_of(key, "hub", certificate, nonces, request)
    ):
        raise _unproved()
    ahead_s = welcome.now_s - wall_s()
    try:
        files = await _files(line, welcome)
        await asyncio.to_thread(installer.stage, welcome, files)
        await line.say(Ready())
        certified = await _signed(line)
        await asyncio.to_thread(installer.commit, certified)
    except CannotJoin as error:
        with contextlib.suppress(Broken):
            await line.say(Failed(error.zh, error.en))
        raise
    confirmed = True
    try:
        await line.say(Done(host))
    except Broken:
        confirmed = False
    names = (*files, welcome.cert, welcome.key)
    return Joined(
        welcome.node, welcome.hall, welcome.version, welcome.wire, ahead_s, names, confirmed
    )


async def _signed(line: Line) -> bytes:
    answer = await line.hear(Signed, _SIGN_S)
    if isinstance(answer, Signed):
        return answer.certificate
    if isinstance(answer, Sorry) and not answer.zh:
        raise _refused(answer)
    raise CannotJoin("not_signed", answer.zh, answer.en)


async def _files(line: Line, welcome: Welcome) -> dict[str, bytes]:
    heads = welcome.files
    whole = sum(head.size for head in heads)
    if whole > _MOST_BYTES or len(heads) > _MOST_FILES:
        raise Broken(f"{len(heads)} files with {whole} bytes are too many")
    found = dict[str, bytes]()
    for head in heads:
        data = await line.receive(LARGEST_FILE)
        if len(data) != head.size:
            raise Broken(f"{head.name} has another size")
        found[head.name] = data
    return found


def _refused(told: Sorry) -> CannotJoin:
    """Return our own words: whoever says so may be anybody, and a terminal obeys some letters."""
    if told.code == "void_code":
        return CannotJoin(
            "void_code",
            "代码已作废（错误次数太多，或已被另一台设备使用）。请在主控上重新生成。",
            "The code is void: it was wrong too often, or another Pi has used it. Have a new one "
            "shown at the hub.",
        )
    left = max(told.left, 0)
    return CannotJoin(
        "wrong_code",
        f"主控不认可这个代码（还可以试 {left} 次）。请逐字核对代码和 --hub 的地址；都没有错时，"
        "可能有设备在中间冒充主控，请查看交换机上接了什么。",
        f"The hub does not take this code ({left} more tries). Compare the code letter by letter, "
        "and the address after --hub; if both are right, something may stand between this Pi and "
        "the hub: see what is plugged into the switch.",
    )


def _unproved() -> CannotJoin:
    return CannotJoin(
        "not_the_hub",
        "应答的设备不是显示代码的主控（可能有人冒充），没有发送任何资料，本机没有改动。"
        "请核对 --hub 的地址和代码。",
        "What answers is not the hub that shows the code; somebody may play it. Nothing was told "
        "to it, and nothing was changed here. Compare the address after --hub, and the code.",
    )
