"""``hallctl pads``: the makes of pads that are described, and learning another."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from firmware_py.cli.base import HallCommand, HallGroup, Session, pass_session
from firmware_py.cli.errors import Refused, WrongUse
from firmware_py.cli.output import say, table, write_json
from firmware_py.cli.words import joined, t

if TYPE_CHECKING:
    from devices.pad.learned import Learned

__all__ = ["pads"]

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,40}")
#: Where a hall keeps its profiles: their names alone mean files there.
_HALLS_OWN = Path("/etc/hall/pads")
#: Ports of keypads that type: nothing of their bytes is to be found out.
_TYPING = ("hid:", "records:", "/dev/input/")
_BAUDS = ("1200", "2400", "4800", "9600", "14400", "19200", "38400", "57600", "115200")


@click.group(
    "pads",
    HallGroup,
    help=t("评价器配置：已有的型号，按键学习新型号。", "Pads: the makes described; learn another."),
)
def pads() -> None:
    """Pads."""


@pads.command("list", cls=HallCommand, help=t("已有的评价器配置。", "The profiles there are."))
@pass_session
def list_all(session: Session) -> None:
    """List the profiles, the hall's own first, with the mistakes of those that cannot be used."""
    from devices.pad.profile import PROFILE_FOLDERS, ProfileError, load_profile

    rows: list[dict[str, Any]] = []
    for folder in PROFILE_FOLDERS:
        for path in sorted(folder.glob("*.toml")):
            if any(row["name"] == path.stem for row in rows):
                continue
            row: dict[str, Any] = {"name": path.stem, "file": str(path), "problems": []}
            try:
                made = load_profile(str(path))
                row |= {"zh": made.title_zh, "en": made.title_en, "baud": made.serial.baud}
                row["polled"] = made.poll is not None
            except ProfileError as error:
                row["problems"] = list(error.problems)
            rows.append(row)
    if session.json:
        write_json(rows)
        return
    columns = (
        (t("配置", "Profile"), ""),
        (t("说明", "What"), ""),
        (t("波特率", "Baud"), "right"),
        (t("文件", "File"), "wrap"),
    )
    table(columns, [_row(row) for row in rows])


def _row(row: dict[str, Any]) -> tuple[str | tuple[str, str], ...]:
    if row["problems"]:
        wrong = t(f"{len(row['problems'])} 处错误", f"{len(row['problems'])} mistakes")
        return (row["name"], (wrong, "bold red"), "", "\n".join(row["problems"]))
    return (row["name"], t(row["zh"], row["en"]), str(row["baud"]), row["file"])


@pads.command(
    "learn",
    cls=HallCommand,
    help=t(
        "按键学习：依次按下每个键，生成评价器配置 NAME。需先停用占用端口的设备。",
        "Learn a pad by its keys and write the profile NAME. The port must be free.",
    ),
)
@click.argument("name", metavar="NAME")
@click.option("--port", metavar="PORT", help=t("端口；只有一个空闲时可省略。", "The port."))
@click.option(
    "--baud",
    type=click.Choice(_BAUDS),
    default="9600",
    show_default=True,
    help=t("波特率。", "The speed."),
)
@click.option(
    "--parity",
    type=click.Choice(["N", "E", "O"]),
    default="N",
    show_default=True,
    help=t("校验位。", "The parity."),
)
@click.option(
    "--address",
    type=click.IntRange(1, 255),
    metavar="N",
    help=t("评价器拨码地址；没有则省略。", "Its switches' number, if it has one."),
)
@click.option(
    "--address-at",
    type=click.IntRange(1, 255),
    metavar="PLACE",
    help=t("地址是第几个字节（从 1 数）。", "Which byte is the address, from 1."),
)
@click.option(
    "--to",
    "folder",
    metavar="FOLDER",
    default=_HALLS_OWN,
    type=click.Path(path_type=Path, file_okay=False),
    help=t("写入的文件夹，默认 /etc/hall/pads。", "Where to write; /etc/hall/pads."),
)
@pass_session
def learn(
    session: Session,
    name: str,
    port: str | None,
    baud: str,
    parity: str,
    address: int | None,
    address_at: int | None,
    folder: Path,
) -> None:
    """Learn a pad."""
    path = _free_file(name, folder)
    if session.json:
        raise WrongUse(
            "not_for_programs",
            "学习需要有人按键，不能输出 JSON。",
            "Learning needs somebody who presses keys: there is no JSON of it.",
        )
    place = port or _only_port()
    if place.startswith(_TYPING):
        _learn_keypad(name, place)
        return
    learned = _learned(name, place, int(baud), parity, address, address_at)
    _write(path, learned, address)
    _say_what_to_do(name, path, place, address)


def _learn_keypad(name: str, port: str) -> None:
    """Hear a USB keypad's keys, and say the lines for ``hall.toml``. Raises ``Refused``."""
    from devices.errors import DeviceError
    from devices.transport import open_line
    from firmware_py.cli.keypad_lesson import KeypadLesson, options_of

    lesson = KeypadLesson(lambda: open_line(port), _ask, _tell)
    try:
        lesson.take()
    except DeviceError as error:
        raise _no_port(port, error) from error
    if not lesson.keys:
        raise Refused("no_keys", "没有学到任何按键。", "No key was learned.")
    say(
        t(
            "请把下面几行写入 hall.toml，并用 hallctl config check 检查：",
            "Put these lines into hall.toml and run hallctl config check:",
        )
    )
    for line in (
        f"[devices.{name}]",
        'kind = "pad.hid"',
        f'port = "{port}"',
        f"options = {options_of(lesson.keys)}",
    ):
        say("  ", (line, "bold"))


def _no_port(port: str, error: Exception) -> Refused:
    return Refused(
        "no_port",
        f"无法打开 {port}：{getattr(error, 'zh', '') or error}。"
        "若被本服务占用，请先运行 hallctl devices disable。",
        f"{error}. If the daemon holds it, run hallctl devices disable first.",
    )


def _free_file(name: str, folder: Path) -> Path:
    if not _NAME.fullmatch(name):
        raise WrongUse(
            "bad_name",
            "名称只能用小写字母、数字和连字符，如 acme-k8。",
            "A name has small letters, digits and hyphens, such as acme-k8.",
        )
    path = folder / f"{name}.toml"
    if path.exists():
        raise WrongUse(
            "file_exists",
            f"{path} 已存在，请换一个名称。",
            f"{path} is there already; take another name.",
        )
    return path


def _only_port() -> str:
    """Return the only free serial port. Raises ``WrongUse`` naming those there are."""
    from firmware_py.cli.finding import collect

    free = [
        port.write
        for one in collect({})
        for port in one.ports
        if port.node.sort == "serial" and not port.held_by and not one.seems.kind
    ]
    if len(free) == 1:
        return free[0]
    raise WrongUse(
        "which_port",
        f"请用 --port 指明端口。空闲的有：{joined(free) or '无'}。",
        f"Say which port with --port. Free: {joined(free) or 'none'}.",
    )


def _learned(
    name: str, port: str, baud: int, parity: str, address: int | None, address_at: int | None
) -> Learned:
    """Hear the keys and work out what their frames are. Raises ``Refused``."""
    import msgspec

    from devices.errors import DeviceError
    from devices.pad.learn import Ambiguous, find_layout
    from devices.pad.learned import Learned
    from devices.transport import LineSettings, open_line
    from firmware_py.cli.pad_lesson import Lesson

    try:
        line = open_line(port, msgspec.convert({"baud": baud, "parity": parity}, LineSettings))
    except DeviceError as error:
        raise _no_port(port, error) from error
    lesson = Lesson(line, _ask, _tell)
    try:
        lesson.take()
        place = None if address_at is None else address_at - 1
        layout = find_layout(lesson.captures, address, place)
    except Ambiguous as error:
        raise Refused("ambiguous", error.zh, error.en) from error
    except DeviceError as error:
        raise Refused("line_lost", f"端口已断开：{error}", f"The port is gone: {error}") from error
    finally:
        line.close()
    captures, unheard = tuple(lesson.captures), tuple(lesson.unheard)
    return Learned(name, baud, parity, captures, layout, lesson.echoed, unheard)


def _ask(words: str) -> str:
    answer: str = click.prompt(words, default="", show_default=False)
    return answer.strip().lower()


def _tell(words: str) -> None:
    say(words)
    sys.stdout.flush()


def _write(path: Path, learned: Learned, address: int | None) -> None:
    """Write the file, and take it back when it does not read what it was learned from."""
    from devices.pad.learn import Ambiguous
    from devices.pad.learned import prove, write_profile

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(write_profile(learned), encoding="utf-8")
    except OSError as error:
        raise Refused(
            "not_written",
            f"无法写入 {path}：{error.strerror}。请用 sudo，或用 --to 指定其他文件夹。",
            f"{path} cannot be written: {error.strerror}. Use sudo, or another folder with --to.",
        ) from error
    try:
        prove(path, learned, address)
    except Ambiguous as error:
        path.unlink()
        raise Refused("ambiguous", error.zh, error.en) from error


def _say_what_to_do(name: str, path: Path, port: str, address: int | None) -> None:
    say((t("已写入 ", "Written: "), "green"), str(path))
    say(
        t(
            "请核对文件中的按键，然后把下面几行写入 hall.toml，并用 hallctl config check 检查：",
            "Look through its keys, then put these lines into hall.toml and run "
            "hallctl config check:",
        )
    )
    profile = name if path.parent == _HALLS_OWN else str(path.resolve())
    options = [f'profile = "{profile}"']
    if address is not None:
        options.append(f"address = {address}")
    for line in (
        "[devices.pad-1]",
        'kind = "pad.profile"',
        f'port = "{port}"',
        f"options = {{ {', '.join(options)} }}",
    ):
        say("  ", (line, "bold"))
