"""Changing a hall's file: checked, the former version kept, written whole, taken up at once.

With a daemon it is the daemon that checks, with its own folders and variables, and that says
whether it can go on with the change; else this program checks, and the next start takes it.
"""

from __future__ import annotations

import os
import pwd
import time
import zlib
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from firmware_py.cli.base import Session
from firmware_py.cli.configfile import USUAL, config_path, read
from firmware_py.cli.errors import CliError, NoDaemon, Refused, WrongUse
from firmware_py.cli.words import joined, t

if TYPE_CHECKING:
    from firmware_py.config.mistakes import Mistake
    from firmware_py.config.together import Together

__all__ = ["BOM", "Changed", "ConfigFile", "Everywhere", "Mistaken", "whoami"]

Done = TypeVar("Done")

BOM = b"\xef\xbb\xbf"
#: How long another program may be changing the file; a small Pi checks it for seconds.
BUSY_S = 20.0
_PAUSE_S = 0.1
#: Devices that hang are waited for, and a small Pi that reads what it would have; the answer
#: comes after that.
APPLY_S = 90.0


def whoami() -> str:
    """Return who types, also behind sudo."""
    own = os.environ.get("SUDO_USER")
    if own:
        return own
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return f"uid{os.geteuid()}"


class Mistaken(Exception):
    """The file would have mistakes; nothing was written."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__(f"{len(mistakes)} mistakes")
        self.mistakes = mistakes


@dataclass(frozen=True, slots=True)
class Everywhere:
    """Which Pis must say yes first: all that are there but ``without``; or ``all_nodes``."""

    without: tuple[str, ...] = ()
    all_nodes: bool = False


EVERYWHERE = Everywhere()
NO_OTHERS: Mapping[Path, bytes] = MappingProxyType({})


@dataclass(slots=True)
class Changed:
    """What came of it. ``live``: a daemon goes by this file, and took it."""

    file: str
    before: str
    after: str
    changes: list[dict[str, Any]] = field(default_factory=list)
    written: bool = False
    live: bool = False
    #: Of the version that was kept.
    version: int | None = None
    #: What each of the hall's other Pis said of it.
    nodes: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return it as ``--json`` shows it."""
        shown = ("file", "written", "live", "version", "changes", "nodes")
        return {name: getattr(self, name) for name in shown}


class ConfigFile:
    """The file that is meant, and the daemon that goes by it, if one runs. Raises ``CliError``."""

    def __init__(self, session: Session, given: Path | None) -> None:
        self._client = session.client
        daemons = self._daemons_file()
        meant = given is not None or bool(os.environ.get("HALL_CONFIG"))
        path = config_path(given) if meant or daemons is None else Path(daemons)
        self.path = (path if meant or daemons else USUAL).resolve()
        self.live = daemons is not None and Path(daemons).resolve() == self.path

    def _daemons_file(self) -> str | None:
        try:
            found: str = self._client.ask("config.file")["file"]
        except (NoDaemon, Refused) as error:
            # Nobody there, or nobody with a configuration in force; anything else is a trouble.
            if error.code in {"no_daemon", "safe_mode"}:
                return None
            raise
        return found

    def text(self) -> str:
        """Return the file's text."""
        from firmware_py.config.toml import read_text

        try:
            data = self.path.read_bytes()
        except OSError as error:
            raise _trouble(self.path, error) from error
        _, found = read_text(self.path)
        if found:
            raise Mistaken(found.mistakes())
        return data.removeprefix(BOM).decode()

    def change(
        self,
        make: Callable[[str], str],
        *,
        dry_run: bool = False,
        later: bool = False,
        where: Everywhere = EVERYWHERE,
        others: Mapping[Path, bytes] = NO_OTHERS,
    ) -> Changed:
        """Have ``make`` return the new text of the old; check it, write it, have it taken up.

        ``others`` are files that change with it. Raises ``Mistaken``, ``CliError``; all is then as
        it was, or, where whether the daemon took it is not known, all as it was to be.
        """
        from firmware_py.config.paths import BadPath

        def change(together: Together, mended: bool) -> Changed:
            if not others:
                return self._change(make, dry_run, later, where, None)
            return self._change_all(make, dry_run, later, where, together, others)

        try:
            return self._alone(change)
        except BadPath as error:
            raise WrongUse("bad_path", error.zh, error.en) from error

    def mend(self) -> bool:
        """Put back what a change of several files left that was ended half-way; say whether it did.

        Raises ``CliError``.
        """
        return self._alone(lambda together, mended: mended)

    def _alone(self, work: Callable[[Together, bool], Done]) -> Done:
        """Hold the file alone, with nothing half done in it. Raises ``CliError``."""
        from firmware_py.config.together import Together
        from firmware_py.config.versions import FileBusy, locked

        until_s = time.monotonic() + BUSY_S
        while True:
            try:
                with locked(self.path):
                    together = Together(self.path.parent)
                    return work(together, together.put_back())
            except FileBusy as error:
                if time.monotonic() > until_s:
                    raise _trouble(self.path, error) from error
                time.sleep(_PAUSE_S)
            except OSError as error:
                raise _trouble(self.path, error) from error

    def _change_all(
        self,
        make: Callable[[str], str],
        dry_run: bool,
        later: bool,
        where: Everywhere,
        together: Together,
        others: Mapping[Path, bytes],
    ) -> Changed:
        from firmware_py.config.versions import replace_file

        try:
            together.begin([*others, self.path])
            for path, data in others.items():
                replace_file(path, data)
            done = self._change(make, dry_run, later, where, together)
        except BaseException:
            together.put_back()
            together.end()
            raise
        together.put_back()
        together.end()
        return done

    def _change(
        self,
        make: Callable[[str], str],
        dry_run: bool,
        later: bool,
        where: Everywhere,
        together: Together | None,
    ) -> Changed:
        """``together`` is there where other files change with it, and ends with the new file."""
        from firmware_py.config.versions import keep_version, replace_file

        before = self.text()
        after = make(before)
        done = Changed(str(self.path), before, after)
        if after == before and together is None:
            return done
        self._check(done, later, where)
        if dry_run:
            return done
        data = self.path.read_bytes()
        mark = BOM if data.startswith(BOM) else b""
        done.version = keep_version(self.path, whoami()).number
        replace_file(self.path, mark + after.encode())
        if together is not None:
            together.settle()
        done.written = True
        if self.live:
            try:
                self._apply(done, later, where)
            except Refused:
                if together is None:
                    replace_file(self.path, data)
                else:
                    together.take_back()
                raise
        return done

    def _check(self, done: Changed, later: bool, where: Everywhere) -> None:
        if not self.live:
            from firmware_py.config.mistakes import ConfigError

            try:
                read(self.path, text=done.after)
            except ConfigError as error:
                raise Mistaken(error.mistakes) from error
            return
        packed = b64encode(zlib.compress(done.after.encode())).decode()
        told = self._client.ask("config.plan", APPLY_S, text=packed, nodes=True, **asdict(where))
        self._heed(told, done)
        waits = [one for one in done.changes if one["when"] == "restart" and not one["pending"]]
        if waits and not later:
            paths = joined(one["path"] for one in waits)
            raise Refused(
                "needs_restart",
                f"{paths} 要重新启动服务才能生效，现在什么都没有改变。"
                "要先写入文件、下次启动时生效，请加 --restart-later。",
                f"{paths} can only change with a restart of halld; nothing was changed. "
                "To write it for the next start, add --restart-later.",
            )

    def _apply(self, done: Changed, later: bool, where: Everywhere) -> None:
        try:
            told = self._client.ask("config.apply", APPLY_S, later=later, **asdict(where))
        except NoDaemon as error:
            raise NoDaemon(
                "uncertain",
                f"文件已写入，但服务没有应答，不能确定是否已生效：{error.zh}",
                f"The file is written, but whether halld has taken it is not known: {error.en}",
            ) from error
        self._heed(told, done)
        done.live = True

    def apply(self, *, later: bool, where: Everywhere = EVERYWHERE) -> Changed:
        """Have the daemon take the file as it is."""
        if not self.live:
            raise NoDaemon(
                "no_daemon",
                f"没有服务使用 {self.path}；下次启动时生效。",
                f"No daemon goes by {self.path}; it holds at the next start.",
            )
        self.mend()
        done = Changed(str(self.path), "", "")
        self._apply(done, later, where)
        return done

    def former(self) -> Mapping[Path, bytes] | None:
        """Return the files of the last configuration that was another one, as the hub kept it.

        None: nobody kept it, as in a hall of one Pi. Raises ``CliError``.
        """
        if not self.live:
            return None
        try:
            found = self._client.ask("config.former")
        except Refused as error:
            if error.code == "no_method":
                return None
            raise
        if found is None:
            return None
        try:
            files = {Path(f["path"]): Path(f["content"]).read_bytes() for f in found["files"]}
        except OSError as error:
            raise _trouble(self.path, error) from error
        # As ``path`` is told: whatever links lead to the folder.
        return {path.parent.resolve() / path.name: data for path, data in files.items()}

    def _heed(self, told: dict[str, Any], done: Changed) -> None:
        if told["mistakes"]:
            from firmware_py.config.mistakes import Mistake

            wrong = [Mistake(**mistake) for mistake in told["mistakes"]]
            if done.written:
                raise Refused("mistakes", wrong[0].in_chinese(), str(wrong[0]))
            raise Mistaken(wrong)
        for refusal in told["refusals"]:
            raise Refused(refusal["code"], refusal["zh"], refusal["en"], refusal["data"])
        done.changes, done.nodes = told["changes"], told["nodes"]


def _trouble(path: Path, error: OSError) -> CliError:
    why = error.strerror or type(error).__name__
    hint = t("请用 sudo。", "Use sudo.") if isinstance(error, PermissionError) else ""
    return Refused(
        "not_written",
        f"{path} 没有改动：{why}。{hint}",
        f"{path} was not changed: {why}. {hint}".rstrip(),
    )
