"""The daemon's control socket from the side of ``hallctl``: JSON-RPC 2.0, one message a line."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

from firmware_py.cli.absence import BENCH, away, broken, silent, uncertain
from firmware_py.cli.errors import CliError, NoDaemon, Refused, WrongUse
from firmware_py.cli.lines import LineSocket
from firmware_py.cli.other_version import not_understood

__all__ = ["ANSWER_S", "BY", "Client", "socket_path"]

#: An answer that takes longer is none: whoever types should not wait for a hung daemon.
ANSWER_S = 10.0
#: A daemon that is started again listens within this time.
RETURN_S = 3.0
_PAUSE_S = 0.1

BY = "hallctl"
_REFUSED, _BAD_PARAMS, _NO_METHOD = -32010, -32602, -32601
#: Refusals of what was written wrong, whatever the hall's state.
_NOT_KNOWN = frozenset({"unknown_command", "unknown_field"})
_MISWRITTEN = frozenset({"bad_day", "bad_time", "transfer_where"})


def socket_path(given: str | None, env: Mapping[str, str], name: str = "hall.sock") -> Path:
    """Return where the socket should be: as given, else by the environment, else where it is.

    ``HALL_SOCKET`` (the daemon's alone), ``HALL_RUN``, ``RUNTIME_DIRECTORY``, then ``/run/hall``;
    the bench of ``make run`` is found below the current folder.
    """
    own = given or (env.get("HALL_SOCKET") if name == "hall.sock" else None)
    if own:
        return Path(own)
    # systemd joins several directories by colons; the unit's first is ours.
    folder = env.get("HALL_RUN") or env.get("RUNTIME_DIRECTORY", "").partition(":")[0]
    if folder:
        return Path(folder) / name
    usual, bench = Path("/run/hall") / name, BENCH.with_name(name)
    return bench if bench.exists() and not usual.exists() else usual


class Client:
    """Asks and commands. Connects when first used, stays connected.

    ``answer_s`` is how long an answer may take, ``return_s`` how long a daemon that went away.
    """

    def __init__(
        self, path: Path, *, answer_s: float = ANSWER_S, return_s: float = RETURN_S
    ) -> None:
        self._path = path
        self._answer_s = answer_s
        self._return_s = return_s
        self._line: LineSocket | None = None
        self._number = 0
        #: Notifications that came while an answer was awaited.
        self._events = 0
        self._told: Callable[[str, dict[str, Any]], None] | None = None
        #: Whether it is being found out which version the daemon is.
        self._asking = False

    def close(self) -> None:
        """Hang up."""
        if self._line is not None:
            self._line.close()
            self._line = None

    def ask(self, method: str, within_s: float | None = None, **params: Any) -> Any:
        """Return the answer to a query. Raises ``CliError``."""
        timeout_s = self._answer_s if within_s is None else within_s
        for last in (False, True):
            try:
                return self._call(method, params, timeout_s)
            except TimeoutError:
                raise silent(timeout_s) from None
            except OSError as error:
                # A query changes nothing, so it may be asked again.
                self.close()
                if last:
                    raise broken(self._path, error) from error
        raise AssertionError

    def act(
        self,
        method: str,
        within_s: float,
        told: Callable[[str, dict[str, Any]], None] = lambda method, params: None,
        **params: Any,
    ) -> Any:
        """Ask for what must not be begun twice and may last; ``told`` hears notifications.

        Raises ``CliError``.
        """
        self._told = told
        try:
            return self._call(method, params, within_s)
        except TimeoutError:
            raise silent(within_s) from None
        except OSError as error:
            self.close()
            raise broken(self._path, error) from error
        finally:
            self._told = None

    def command(self, method: str, **params: Any) -> dict[str, Any]:
        """Return the outcome of a command: ``{"events": [...], "repeated": false}``.

        A connection that breaks is tried once more with the same id, which counts once whatever
        happened. Raises ``CliError``.
        """
        params |= {"command_id": uuid4().hex, "by": BY}
        for last in (False, True):
            try:
                outcome: dict[str, Any] = self._call(method, params, self._answer_s)
            except TimeoutError:
                raise uncertain() from None
            except OSError as error:
                self.close()
                if last:
                    raise uncertain() from error
                self._wait_for_return()
            else:
                return outcome
        raise AssertionError

    def follow(self) -> Iterator[None]:
        """Yield whenever something was recorded; begins with one. Raises ``CliError``."""
        self.ask("subscribe")
        while True:
            self._events = 0
            yield
            try:
                while not self._events:
                    self._take(self._connected().receive(None), None)
            except OSError as error:
                raise broken(self._path, error) from error

    def notifications(self, name: str, for_s: float | None = None) -> Iterator[dict[str, Any]]:
        """Yield what comes after a question that goes on, for ``for_s`` or for ever.

        Raises ``CliError``.
        """
        for method, told in self.all_notifications(for_s):
            if method == name:
                yield told

    def all_notifications(self, for_s: float | None = None) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the name and content of everything that comes. Raises ``CliError``."""
        until_s = None if for_s is None else time.monotonic() + for_s
        while True:
            left_s = None if until_s is None else max(until_s - time.monotonic(), 0.0)
            try:
                message = self._connected().receive(left_s)
            except TimeoutError:
                return
            except OSError as error:
                raise broken(self._path, error) from error
            if "method" in message:
                yield message["method"], message["params"]

    # ---- one exchange

    def _connected(self) -> LineSocket:
        if self._line is None:
            try:
                self._line = LineSocket(self._path, self._answer_s)
            except TimeoutError:
                raise silent(self._answer_s) from None
            except OSError as error:
                raise away(self._path, error) from error
        return self._line

    def _call(self, method: str, params: dict[str, Any], timeout_s: float) -> Any:
        line = self._connected()
        self._number += 1
        line.send({"jsonrpc": "2.0", "id": self._number, "method": method, "params": params})
        until_s = time.monotonic() + timeout_s
        while True:
            answer = line.receive(max(until_s - time.monotonic(), 0.0))
            if self._take(answer, self._number):
                break
        if "error" in answer:
            raise self._error(method, answer["error"])
        return answer.get("result")

    def _take(self, message: dict[str, Any], number: int | None) -> bool:
        """Say whether the message is the answer; count it if it is a notification."""
        if message.get("method") == "event":
            self._events += 1
        elif "method" in message and self._told is not None:
            self._told(message["method"], message["params"])
        return number is not None and message.get("id") == number

    def _wait_for_return(self) -> None:
        until_s = time.monotonic() + self._return_s
        while True:
            try:
                self._connected()
            except NoDaemon:
                if time.monotonic() >= until_s:
                    raise uncertain() from None
                time.sleep(_PAUSE_S)
            else:
                return

    # ---- what went wrong

    def _error(self, method: str, error: dict[str, Any]) -> CliError:
        code, text, data = error.get("code"), str(error.get("message", "")), error.get("data")
        if code == _NO_METHOD:
            return self._no_method(method)
        if isinstance(data, dict) and data.get("code") in _NOT_KNOWN and not self._asking:
            other = self.other_version()
            if other is not None:
                return other
        if isinstance(data, dict) and "zh" in data:
            wrong = code == _BAD_PARAMS or data["code"] in _MISWRITTEN
            kind = WrongUse if wrong else Refused
            return kind(str(data["code"]), data["zh"], data["en"], data.get("data"))
        if code == _BAD_PARAMS:
            return WrongUse("bad_params", f"参数有误：{text}", text)
        return Refused("failed", f"系统报错：{text}", text)

    def other_version(self) -> Refused | None:
        """Return that the daemon is of another version; None: it is not, or cannot be asked."""
        if self._line is None:
            return None
        self._asking = True
        try:
            return not_understood(self.ask("hall.status"))
        except CliError:
            return None
        finally:
            self._asking = False

    def _no_method(self, method: str) -> CliError:
        if method != "hall.status":
            status = self.ask("hall.status")
            problem = status.get("problem") or {}
            if status.get("mode") == "safe" and "zh" in problem:
                return Refused(
                    "safe_mode",
                    f"系统处于安全模式，不能执行。{problem['zh']}",
                    f"The controller is in safe mode and cannot do this. {problem['en']}",
                )
        return Refused(
            "no_method",
            f"正在运行的服务不认识“{method}”，版本可能不同。请重启服务：systemctl restart halld",
            f"The daemon that runs does not know {method}; it may be of another version. "
            "Restart it: systemctl restart halld",
        )
