"""The hub's side of an adoption: a listener for some minutes, for one code and one new Pi.

Whoever connects must know the code before it is told anything of the hall. After a few wrong ones
the code is void; after one certificate it is good for the same key alone, so a new Pi whose
connection broke can go on, and nobody else can begin.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
import socket
import ssl
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Literal

from firmware_py.core.wire_version import WIRE
from firmware_py.sync.adoption import (
    STEP_S,
    Broken,
    Done,
    FileHead,
    Hello,
    Line,
    Parting,
    Proof,
    Ready,
    Signed,
    Sorry,
    Welcome,
)
from firmware_py.sync.adoption_code import key_of, proof_of

__all__ = ["TRIES", "Adopting", "CannotSign", "Ending", "Step"]

#: Wrong codes until it is void: a slip or two, and nobody who guesses.
TRIES = 5
#: Who connects beyond these is hung up on; from one address some less, so that nobody who holds
#: lines open keeps the new Pi out.
_AT_ONCE, _OF_ONE = 8, 4
_HANDSHAKE_S = 10.0
#: A slow card writes the files and checks them.
_WRITE_S = 180.0
_NONCE = 16

#: Said before the new Pi can know who speaks, so it has its own words for them.
_VOID = Sorry("void_code")


class CannotSign(Exception):
    """Why the authority did not sign, in both languages."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(en)
        self.code, self.zh, self.en = code, zh, en


@dataclass(frozen=True, slots=True)
class Step:
    """What just happened, for whoever looks on. ``peer`` is the other side's address."""

    what: Literal["wrong", "proved", "signed", "failed", "broken", "taken", "joined"]
    peer: str
    #: Tries that are left.
    left: int = 0
    #: The new Pi's own name.
    host: str = ""
    zh: str = ""
    en: str = ""


@dataclass(frozen=True, slots=True)
class Ending:
    """How it ended. ``signed`` without "joined": whether the new Pi has it all is not known."""

    how: Literal["joined", "expired", "void"]
    signed: bool
    host: str = ""


class Adopting:
    """One code. ``sign`` turns a request (PEM) into a certificate, in a thread of its own.

    ``certificate`` (DER) is what the listener shows. ``sign`` raises ``CannotSign``.
    """

    def __init__(
        self,
        code: str,
        parting: Parting,
        context: ssl.SSLContext,
        certificate: bytes,
        sign: Callable[[bytes], bytes],
        tell: Callable[[Step], None],
        wall_s: Callable[[], float],
    ) -> None:
        self._salt = secrets.token_bytes(_NONCE)
        self._key = key_of(code, self._salt)
        self._parting, self._context, self._certificate = parting, context, certificate
        self._sign, self._tell, self._wall_s = sign, tell, wall_s
        self._wrong = 0
        #: Request and certificate, once signed.
        self._signed: tuple[bytes, bytes] | None = None
        self._signing = asyncio.Lock()
        self._ending: Ending | None = None
        self._over = asyncio.Event()
        #: Who is being talked to, and from which address.
        self._talking = dict[asyncio.Task[None], str]()
        #: Those among them who know the code.
        self._known = set[asyncio.Task[None]]()

    @property
    def signed(self) -> bool:
        """Whether a certificate was signed, whoever has it now."""
        return self._signed is not None

    async def serve(self, listening: socket.socket, time_over: Coroutine[Any, Any, Any]) -> Ending:
        """Wait for the new Pi on a bound socket until ``time_over`` returns; return how it ended.

        Whoever has shown the code by then may end what it began. Raises ``OSError``.
        """
        waits = {asyncio.create_task(time_over), asyncio.create_task(self._over.wait())}
        try:
            server = await asyncio.start_server(
                self._come,
                sock=listening,
                ssl=self._context,
                ssl_handshake_timeout=_HANDSHAKE_S,
            )
            try:
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
                server.close()
                if self._known:
                    await asyncio.wait(self._known, timeout=_WRITE_S + STEP_S)
            finally:
                server.close()
        finally:
            left = [*waits, *self._talking]
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)
        return self._ending or Ending("expired", self.signed)

    async def _come(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line, task = Line(reader, writer), asyncio.current_task()
        name = writer.get_extra_info("peername")
        peer = str(name[0]) if name else "?"
        from_here = list(self._talking.values()).count(peer)
        if task is None or len(self._talking) >= _AT_ONCE or from_here >= _OF_ONE:
            await line.close()
            return
        self._talking[task] = peer
        try:
            await self._talk(line, peer, task)
        except Broken as error:
            if task in self._known:
                self._tell(Step("broken", peer, zh=str(error), en=str(error)))
        finally:
            self._talking.pop(task, None)
            self._known.discard(task)
            await line.close()
            if self._ending is not None:
                self._over.set()

    async def _talk(self, line: Line, peer: str, task: asyncio.Task[None]) -> None:
        nonce = secrets.token_bytes(_NONCE)
        await line.say(Hello(nonce, self._salt))
        told = await line.hear(Proof)
        if not isinstance(told, Proof):
            return
        nonces = nonce, told.nonce
        wanted = proof_of(self._key, "node", self._certificate, nonces, told.request)
        if self._ending is not None:
            await line.say(_VOID)
            return
        if not hmac.compare_digest(told.proof, wanted):
            await self._refuse(line, peer)
            return
        if self._signed is not None and self._signed[0] != told.request:
            self._tell(Step("taken", peer))
            await line.say(_VOID)
            return
        self._known.add(task)
        self._tell(Step("proved", peer))
        proof = proof_of(self._key, "hub", self._certificate, nonces, told.request)
        await self._give(line, proof)
        answer = await line.hear(Ready, _WRITE_S)
        if not isinstance(answer, Ready):
            self._tell(Step("failed", peer, zh=answer.zh, en=answer.en))
            return
        if (made := await self._certify(line, peer, told.request)) is None:
            return
        await line.say(Signed(made))
        done = await line.hear(Done, _WRITE_S)
        if not isinstance(done, Done):
            self._tell(Step("failed", peer, zh=done.zh, en=done.en))
            return
        self._ending = Ending("joined", signed=True, host=done.host)
        self._tell(Step("joined", peer, host=done.host))

    async def _refuse(self, line: Line, peer: str) -> None:
        self._wrong += 1
        left = max(TRIES - self._wrong, 0)
        self._tell(Step("wrong", peer, left=left))
        if not left:
            self._ending = Ending("void", self.signed)
            await line.say(_VOID)
            return
        await line.say(Sorry("wrong_code", left=left))

    async def _give(self, line: Line, proof: bytes) -> None:
        given = self._parting
        heads = tuple(FileHead(name, len(data)) for name, data in given.files.items())
        await line.say(
            Welcome(
                proof=proof,
                node=given.node,
                hall=given.hall,
                version=given.version,
                now_s=self._wall_s(),
                ca=given.ca,
                cert=given.cert,
                key=given.key,
                files=heads,
                wire=WIRE,
            )
        )
        for data in given.files.values():
            await line.send(data)

    async def _certify(self, line: Line, peer: str, request: bytes) -> bytes | None:
        async with self._signing:
            if self._signed is not None and self._signed[0] != request:
                self._tell(Step("taken", peer))
                await line.say(_VOID)
                return None
            if self._signed is None:
                try:
                    made = await asyncio.to_thread(self._sign, request)
                except CannotSign as error:
                    self._tell(Step("failed", peer, zh=error.zh, en=error.en))
                    await line.say(Sorry(error.code, error.zh, error.en))
                    return None
                self._signed = request, made
                self._tell(Step("signed", peer))
            return self._signed[1]
