"""A new Pi is adopted by a code: who comes in, who does not, and what broken tries leave behind."""

from __future__ import annotations

import asyncio
import contextlib
import random
import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest

from firmware_py.store.authority import Authority
from firmware_py.sync.adopting import TRIES, CannotSign, Ending
from firmware_py.sync.adoption import Hello, Line, Proof, Welcome
from firmware_py.sync.adoption_code import new_code
from firmware_py.sync.joining import CannotJoin
from tests.sync.adoptions import FILES, NOW_S, SECRET, WAIT_S, Between, Hub, Pi, shown


async def taken(port: int) -> bool:
    """Say whether anybody listens there."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


# ---- who comes in


async def test_a_new_pi_gets_what_it_is_and_the_hub_knows_its_machine() -> None:
    hub, pi = Hub(), Pi()
    async with hub.listening() as served:
        found = await pi.join(hub.code, hub.port, clock_s=NOW_S - 300)
        ending = await served
    assert ending == Ending("joined", signed=True, host="raspberrypi")
    assert hub.whats == ["proved", "signed", "joined"]
    assert (found.node, found.hall, found.hub_version) == ("window-3", "demo-east", "0.1.0")
    assert (found.ahead_s, found.confirmed) == (300, True)
    assert pi.staged == FILES
    assert (hub.signed, pi.certificate) == ([pi.request], b"certificate of " + pi.request)


async def test_a_code_is_good_once() -> None:
    hub, second = Hub(), Pi()
    async with hub.listening() as served:
        await Pi().join(hub.code, hub.port)
        await served
        with pytest.raises(CannotJoin) as refused:
            await second.join(hub.code, hub.port)
    assert refused.value.code == "not_reached"
    assert second.untouched


async def test_wrong_codes_are_counted_and_then_the_right_one_is_void_too() -> None:
    hub, pi = Hub(), Pi()
    async with hub.listening() as served:
        for left in reversed(range(TRIES)):
            with pytest.raises(CannotJoin) as refused:
                await pi.join(new_code(), hub.port)
            assert refused.value.code == ("wrong_code" if left else "void_code")
            assert (f"({left} more tries)" in refused.value.en) == bool(left)
            assert (f"还可以试 {left} 次" in refused.value.zh) == bool(left)
        assert await served == Ending("void", signed=False)
        with pytest.raises(CannotJoin):
            await pi.join(hub.code, hub.port)
    assert [step.left for step in hub.steps] == [4, 3, 2, 1, 0]
    assert pi.untouched
    assert hub.signed == []


async def test_many_who_guess_at_once_have_no_more_tries_than_one() -> None:
    hub = Hub()
    async with hub.listening() as served:
        for _ in range(2):
            guesses = [Pi().join(new_code(), hub.port) for _ in range(7)]
            outcomes = await asyncio.gather(*guesses, return_exceptions=True)
            assert all(isinstance(one, CannotJoin) for one in outcomes)
        assert await served == Ending("void", signed=False)
    assert hub.whats == ["wrong"] * TRIES


async def test_one_machine_that_holds_lines_open_keeps_nobody_else_out() -> None:
    hub, pi = Hub(), Pi()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    async with hub.listening() as served, contextlib.AsyncExitStack() as held:
        # More lines than the hub talks on at once. It greets those whom it talks to.
        greeted = 0
        for _ in range(10):
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", hub.port, ssl=context, local_addr=("127.0.0.2", 0)
            )
            held.callback(writer.close)
            greeted += bool(await reader.read(1))
        assert greeted == 4
        assert (await pi.join(hub.code, hub.port)).node == "window-3"
        assert (await served).how == "joined"


async def test_after_its_time_a_code_is_void() -> None:
    hub, pi = Hub(), Pi()
    async with hub.listening() as served:
        hub.time_over.set()
        assert await served == Ending("expired", signed=False)
        with pytest.raises(CannotJoin) as refused:
            await pi.join(hub.code, hub.port)
    assert refused.value.code == "not_reached"


async def test_whoever_has_shown_the_code_in_time_may_end_what_it_began() -> None:
    hub, pi = Hub(), Pi()
    go_on = asyncio.Event()
    loop = asyncio.get_running_loop()
    async with hub.listening() as served:

        def wait() -> None:
            asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result(WAIT_S)

        pi.before_commit = wait
        joining = asyncio.create_task(pi.join(hub.code, hub.port))
        await hub.until("signed")
        hub.time_over.set()
        async with asyncio.timeout(WAIT_S):
            while await taken(hub.port):
                pass
        go_on.set()
        assert (await joining).confirmed
        assert await served == Ending("joined", signed=True, host="raspberrypi")


# ---- who stands between, and who plays the hub


async def test_nobody_on_the_switch_can_stand_between_them() -> None:
    hub, pi = Hub(), Pi()
    async with hub.listening() as served:
        between = Between(hub.port)
        async with between.listening():
            with pytest.raises(CannotJoin) as refused:
                await pi.join(hub.code, between.port)
        assert refused.value.code == "wrong_code"
        assert "可能有设备在中间冒充主控" in refused.value.zh
        # It passed on the proof and the answer, and has learned neither code nor hall.
        assert b"proof" in between.read
        assert hub.code.encode() not in between.read
        assert SECRET not in between.read
        assert b"demo-east" not in between.read
        assert hub.whats == ["wrong"]
        assert pi.untouched
        # Taken off the switch, the same code does it.
        await pi.join(hub.code, hub.port)
        await served


async def test_one_who_plays_the_hub_and_says_yes_to_all_is_not_believed() -> None:
    pi = Pi()

    async def lie(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = Line(reader, writer)
        await line.say(Hello(bytes(16), bytes(16)))
        told = await line.hear(Proof)
        assert isinstance(told, Proof)
        # The best that it has is the Pi's own proof, sent back.
        await line.say(
            Welcome(told.proof, "window-3", "demo-east", "0.1.0", NOW_S, "a", "b", "c", ())
        )
        await line.close()

    server = await asyncio.start_server(lie, "127.0.0.1", 0, ssl=shown()[0])
    async with server:
        with pytest.raises(CannotJoin) as refused:
            await pi.join(new_code(), server.sockets[0].getsockname()[1])
    assert refused.value.code == "not_the_hub"
    assert pi.untouched


@pytest.mark.parametrize("said", [b"", b"GET / HTTP/1.1\r\n\r\n", b"\xff" * 4, b"\0\0\0\2[]",
                                  b"\0\0\0\x0e" + b'{"type":"sorr'])  # fmt: skip
async def test_whoever_says_something_else_learns_nothing_and_stops_nobody(said: bytes) -> None:
    hub = Hub()
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    async with hub.listening() as served:
        reader, writer = await asyncio.open_connection("127.0.0.1", hub.port, ssl=trusting)
        writer.write(said)
        writer.write_eof() if writer.can_write_eof() else writer.close()
        heard = await asyncio.wait_for(reader.read(), WAIT_S)
        writer.close()
        assert b"demo-east" not in heard
        assert b"window-3" not in heard
        await Pi().join(hub.code, hub.port)
        await served
    assert hub.whats == ["proved", "signed", "joined"]


async def test_nothing_is_said_over_an_encryption_that_is_older_than_tls_1_3(
    tmp_path: Path,
) -> None:
    # With a certificate that TLS 1.2 takes, as a broker's; the hub's own listener has none such.
    now = datetime.now(UTC)
    authority = Authority.make(tmp_path / "authority", "demo", now)
    authority.issue("broker", now, hosts=("127.0.0.1",))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.folder / "broker.crt", authority.folder / "broker.key")
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    heard, came = list[bytes](), asyncio.Event()

    async def come(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(1))
        came.set()
        writer.close()

    server = await asyncio.start_server(come, "127.0.0.1", 0, ssl=context)
    async with server:
        port = server.sockets[0].getsockname()[1]
        trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trusting)
        writer.write(b"a")
        async with asyncio.timeout(WAIT_S):
            await came.wait()
        writer.close()
        with pytest.raises(CannotJoin) as refused:
            await Pi().join(new_code(), port)
    assert refused.value.code == "not_reached"
    assert heard == [b"a"]


async def test_what_is_no_hub_at_all_is_said() -> None:
    async def deaf(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(random.Random(7).randbytes(64))
        writer.close()

    for context in (None, shown()[0]):
        server = await asyncio.start_server(deaf, "127.0.0.1", 0, ssl=context)
        async with server:
            with pytest.raises(CannotJoin) as refused:
                await Pi().join(new_code(), server.sockets[0].getsockname()[1])
        assert refused.value.code in {"not_reached", "connection_broken"}


# ---- what broken tries leave behind


async def test_a_full_disk_at_the_new_pi_signs_nothing_and_it_may_try_again() -> None:
    hub, pi = Hub(), Pi()
    async with hub.listening() as served:
        pi.full = True
        with pytest.raises(CannotJoin, match="The disk is full"):
            await pi.join(hub.code, hub.port)
        await hub.until("failed")
        assert (hub.steps[-1].zh, hub.signed) == ("存储空间已满。", [])
        pi.full = False
        await pi.join(hub.code, hub.port)
        assert (await served).how == "joined"


async def test_cut_off_after_the_signing_the_same_pi_gets_the_same_certificate() -> None:
    hub, pi, other = Hub(), Pi(), Pi()

    def power_cut() -> None:
        raise CannotJoin("power_cut", "断电", "the power went")

    async with hub.listening() as served:
        pi.before_commit = power_cut
        with pytest.raises(CannotJoin):
            await pi.join(hub.code, hub.port)
        # The code is this Pi's now: nobody else has a use for it.
        with pytest.raises(CannotJoin) as refused:
            await other.join(hub.code, hub.port)
        assert refused.value.code == "void_code"
        assert other.untouched
        pi.before_commit = lambda: None
        await pi.join(hub.code, hub.port)
        assert (await served).how == "joined"
    assert hub.signed == [pi.request]
    assert "taken" in hub.whats


async def test_signed_and_never_heard_of_again_is_not_called_joined() -> None:
    hub, pi = Hub(), Pi()

    def power_cut() -> None:
        raise CannotJoin("power_cut", "断电", "the power went")

    pi.before_commit = power_cut
    async with hub.listening() as served:
        with pytest.raises(CannotJoin):
            await pi.join(hub.code, hub.port)
        hub.time_over.set()
        assert await served == Ending("expired", signed=True)


async def test_a_hub_that_ends_meanwhile_changes_nothing_and_its_next_code_does_it() -> None:
    first, pi, again = Hub(), Pi(), Hub()
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()

    async with first.listening() as served:
        stage = pi.stage

        def slowly(welcome: Welcome, files: dict[str, bytes]) -> None:
            stage(welcome, files)
            loop.call_soon_threadsafe(served.cancel)
            asyncio.run_coroutine_threadsafe(stopped.wait(), loop).result(WAIT_S)

        pi.stage = slowly  # type: ignore[method-assign,assignment]
        joining = asyncio.create_task(pi.join(first.code, first.port))
        await asyncio.gather(served, return_exceptions=True)
        stopped.set()
        with pytest.raises(CannotJoin) as refused:
            await joining
        assert refused.value.code == "connection_broken"
        assert not pi.certificate
        pi.stage = stage  # type: ignore[method-assign]
    async with again.listening() as served:
        await pi.join(again.code, again.port)
        assert (await served).how == "joined"


async def test_an_authority_that_cannot_sign_says_why_at_both_ends() -> None:
    hub, pi = Hub(), Pi()
    hub.cannot = CannotSign("wrong_clock", "本机时钟不对。", "The clock is wrong.")
    async with hub.listening():
        with pytest.raises(CannotJoin, match="The clock is wrong"):
            await pi.join(hub.code, hub.port)
        await hub.until("failed")
    assert hub.steps[-1].zh == "本机时钟不对。"
    assert not pi.certificate
