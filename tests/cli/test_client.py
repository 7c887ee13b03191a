"""The client against a server that misbehaves as real ones do."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from firmware_py.cli.absence import BENCH, away
from firmware_py.cli.client import Client, socket_path
from firmware_py.cli.errors import NoDaemon, Refused, WrongUse

Serve = Callable[[Callable[[dict[str, Any]], bytes | None]], Path]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Return a starter of servers: each request's answer is bytes, or None to hang up."""
    stopping, threads, servers = threading.Event(), list[threading.Thread](), list[socket.socket]()

    def start(answer: Callable[[dict[str, Any]], bytes | None]) -> Path:
        path = tmp_path / f"s{len(servers)}.sock"
        server = socket.socket(socket.AF_UNIX)
        server.bind(str(path))
        server.listen()
        server.settimeout(0.05)

        def run() -> None:
            while not stopping.is_set():
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                with connection, connection.makefile("rwb") as lines:
                    connection.settimeout(60)
                    for line in lines:
                        said = answer(json.loads(line))
                        if said is None:
                            break
                        lines.write(said)
                        lines.flush()

        thread = threading.Thread(target=run, name=f"server-{path.name}")
        threads.append(thread)
        servers.append(server)
        thread.start()
        return path

    yield start
    stopping.set()
    for thread in threads:
        thread.join(60)
    for server in servers:
        server.close()


def result(request: dict[str, Any], value: object) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": request["id"], "result": value}).encode() + b"\n"


def error(request: dict[str, Any], **fields: object) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": request["id"], "error": fields}).encode() + b"\n"


def test_a_command_whose_connection_broke_is_given_again_with_the_same_id(serve: Serve) -> None:
    seen: list[dict[str, Any]] = []

    def answer(request: dict[str, Any]) -> bytes | None:
        seen.append(request["params"])
        return None if len(seen) == 1 else result(request, {"events": [], "repeated": True})

    client = Client(serve(answer))
    assert client.command("ticket.take", item="A01")["repeated"]
    client.close()
    assert len(seen) == 2
    assert seen[0] == seen[1]
    assert len(seen[0]["command_id"]) == 32
    assert seen[0]["by"] == "hallctl"


def test_a_command_that_breaks_twice_is_said_to_be_uncertain(serve: Serve) -> None:
    seen: list[dict[str, Any]] = []

    def answer(request: dict[str, Any]) -> None:
        seen.append(request)

    client = Client(serve(answer))
    with pytest.raises(NoDaemon) as raised:
        client.command("ticket.take", item="A01")
    assert raised.value.code == "uncertain"
    assert raised.value.exit_code == 3
    assert len(seen) == 2


def test_two_commands_have_two_ids(serve: Serve) -> None:
    ids = []

    def answer(request: dict[str, Any]) -> bytes:
        ids.append(request["params"]["command_id"])
        return result(request, {"events": [], "repeated": False})

    client = Client(serve(answer))
    client.command("day.close")
    client.command("day.close")
    client.close()
    assert len(set(ids)) == 2


def test_an_answer_that_never_comes_ends_with_a_sentence(serve: Serve) -> None:
    client = Client(serve(lambda _: b""), answer_s=0.2)
    with pytest.raises(NoDaemon) as raised:
        client.ask("hall.status")
    client.close()
    assert raised.value.en == (
        "The daemon gave no answer within 0.2 s. See its log: journalctl -u halld"
    )
    assert raised.value.zh == "服务 0.2 秒内没有应答。请查看日志：journalctl -u halld"


def test_a_command_without_an_answer_is_not_given_again(serve: Serve) -> None:
    seen: list[str] = []

    def answer(request: dict[str, Any]) -> bytes:
        seen.append(request["method"])
        return b""

    client = Client(serve(answer), answer_s=0.2)
    with pytest.raises(NoDaemon, match="not known whether"):
        client.command("day.close")
    client.close()
    assert seen == ["day.close"]


@pytest.mark.parametrize("noise", [b"HTTP/1.0 400 Bad Request\n", b"[]\n", b"\xff\xfe\n"])
def test_something_else_at_the_socket_is_named_as_such(serve: Serve, noise: bytes) -> None:
    client = Client(serve(lambda _: noise))
    with pytest.raises(NoDaemon, match="is no halld"):
        client.ask("hall.status")
    client.close()


def test_events_between_request_and_answer_do_not_disturb(serve: Serve) -> None:
    event = b'{"jsonrpc":"2.0","method":"event","params":{"seq":7}}\n'
    client = Client(serve(lambda request: event * 3 + result(request, "here")))
    assert client.ask("hall.status") == "here"
    client.close()


def test_bad_parameters_are_wrong_use(serve: Serve) -> None:
    client = Client(serve(lambda r: error(r, code=-32602, message="why: number is missing")))
    with pytest.raises(WrongUse) as raised:
        client.ask("why")
    client.close()
    assert raised.value.exit_code == 2
    assert raised.value.zh == "参数有误：why: number is missing"


def test_a_method_that_an_older_daemon_lacks_is_explained(serve: Serve) -> None:
    def answer(request: dict[str, Any]) -> bytes:
        if request["method"] == "hall.status":
            return result(request, {"mode": "normal", "problem": None})
        return error(request, code=-32601, message="no method item.list")

    client = Client(serve(answer))
    with pytest.raises(Refused, match=r"does not know item\.list"):
        client.ask("item.list")
    client.close()


@pytest.mark.parametrize(
    ("given", "environment", "path"),
    [
        ("/x/a.sock", {"HALL_SOCKET": "/y", "HALL_RUN": "/z"}, "/x/a.sock"),
        (None, {"HALL_SOCKET": "/y/b.sock", "HALL_RUN": "/z"}, "/y/b.sock"),
        (None, {"HALL_RUN": "/z", "RUNTIME_DIRECTORY": "/r"}, "/z/hall.sock"),
        (None, {"RUNTIME_DIRECTORY": "/r/hall:/r/more"}, "/r/hall/hall.sock"),
        (None, {}, "/run/hall/hall.sock"),
    ],
)
def test_the_socket_is_where_the_line_or_the_environment_says(
    given: str | None, environment: dict[str, str], path: str
) -> None:
    assert socket_path(given, environment) == Path(path)


def test_the_bench_below_the_current_folder_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "out" / "run").mkdir(parents=True)
    (tmp_path / "out" / "run" / "hall.sock").touch()
    monkeypatch.chdir(tmp_path)
    assert socket_path(None, {}) == Path("out/run/hall.sock")


def test_a_bench_whose_daemon_is_gone_is_not_sought_at_systemd(tmp_path: Path) -> None:
    gone = ConnectionRefusedError()
    assert "make run" in away(BENCH, gone).zh
    assert "make run" in away(BENCH, gone).en
    assert "systemctl start halld" in away(tmp_path / "hall.sock", gone).en
