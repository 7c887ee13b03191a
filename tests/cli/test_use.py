"""How the command line is used, and misused. No daemon runs here."""

from __future__ import annotations

import gettext
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from firmware_py.cli.helptext import cells, wrap
from firmware_py.cli.root import root
from firmware_py.cli.sentences import SENTENCES
from firmware_py.cli.words import choose
from firmware_py.core.events import EVENTS
from tests.cli.hallrun import ROOT, Hallctl

LOCALE = ROOT / "firmware_py" / "cli" / "locale" / "zh_CN" / "LC_MESSAGES"


@pytest.fixture
def hallctl(tmp_path: Path) -> Hallctl:
    """``hallctl`` where no daemon runs."""
    return Hallctl({"HALL_RUN": str(tmp_path)})


def paths(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the words of every command."""
    yield path
    if isinstance(command, click.Group):
        with click.Context(command) as ctx:
            for name in command.list_commands(ctx):
                child = command.get_command(ctx, name)
                assert child is not None
                yield from paths(child, (*path, name))


ALL = sorted(paths(root))


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys, json; from firmware_py.cli.main import main; main(['--help']);"
        "sys.stderr.write(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, timeout=120, check=True
    )
    loaded = set(json.loads(done.stderr))
    assert "click" in loaded
    heavy = {"rich", "msgspec", "asyncio", "serial", "sqlite3", "socket", "json", "shutil"}
    # json is the script's own.
    assert loaded & heavy == {"json"}
    assert {name for name in loaded if name.startswith(("firmware_py", "devices"))} == {
        "firmware_py",
        "firmware_py.cli",
        *(f"firmware_py.cli.{n}" for n in ("base", "errors", "helptext", "main", "root", "words")),
    }


def test_a_quick_command_needs_no_tables_and_no_configuration(hallctl: Hallctl) -> None:
    script = (
        "import sys; from firmware_py.cli.main import main; main(['window', 'next', '1']);"
        "print(sorted(set(sys.modules) & {'rich', 'msgspec', 'asyncio', 'sqlite3', 'serial'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=hallctl.environment,
        capture_output=True,
        timeout=120,
        check=True,
    )
    assert done.stdout == b"[]\n"


_PAGES = """
import contextlib, io, json, sys
from firmware_py.cli import words
words.use(sys.argv[1])
from firmware_py.cli.root import root
pages = []
for path in json.load(sys.stdin):
    with contextlib.redirect_stdout(io.StringIO()) as page:
        root.main([*path, "--help"], "hallctl", standalone_mode=False)
    pages.append(page.getvalue())
json.dump(pages, sys.stdout)
"""


def pages(language: str) -> list[str]:
    """Return the page of help of every command, as a process of that language shows it."""
    done = subprocess.run(
        [sys.executable, "-c", _PAGES, language],
        input=json.dumps(ALL).encode(),
        cwd=ROOT,
        capture_output=True,
        timeout=120,
        check=True,
    )
    found: list[str] = json.loads(done.stdout)
    return found


def test_every_page_of_help_fits_80_columns_in_both_languages() -> None:
    for path, english, chinese in zip(ALL, pages("en"), pages("zh"), strict=True):
        name = " ".join(("hallctl", *path))
        assert english.startswith(f"Usage: {name} ")
        assert chinese.startswith(f"用法：{name} ")
        assert "\n选项：\n" in chinese
        assert not re.search("[一-龥]", english), name
        # No sentence was left in English, but for what is typed.
        left = re.findall(r"[a-z]+(?: [a-z]+){3,}", re.sub(".*hallctl .*", "", chinese))
        assert not left, name
        for line in (english + chinese).splitlines():
            assert cells(line) <= 80, line


def test_help_is_asked_for_by_either_option(hallctl: Hallctl) -> None:
    assert hallctl("ticket", "take", "-h").out == hallctl("ticket", "take", "--help").out
    assert hallctl("--help", lang="zh").out.startswith("用法：hallctl [选项] 命令")


@pytest.mark.parametrize(
    ("arguments", "english", "chinese"),
    [
        (["windw"], "No such command 'windw'.", "没有命令 'windw'"),
        (["window", "nxt", "1"], "No such command 'nxt'.", "没有命令 'nxt'"),
        (["status", "--colour"], "No such option '--colour'.", "没有选项 '--colour'"),
        (["why"], "Missing argument 'NUMBER'.", "缺少参数 'NUMBER'"),
        (["rate", "3", "good"], "'good' is not a valid integer.", "'good' 不是数字"),
        (["ticket", "take", "A01", "--trait", "tall"], "'tall' is not one of", "'tall' 不在"),
        (["status", "now"], "Got unexpected extra argument (now)", "多余的参数：now"),
        (["open", "--date"], "Option '--date' requires an argument.", "选项 '--date' 后面要写值"),
        (["window"], "Usage: hallctl window", "用法：hallctl window"),
        (["--lang", "fr", "status"], "'fr' is not one of", None),
    ],
)
def test_wrong_use_is_code_2_and_says_what_is_wrong(
    hallctl: Hallctl, arguments: list[str], english: str, chinese: str | None
) -> None:
    ran = hallctl(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert english in ran.err
    if chinese is not None:
        ran = hallctl(*arguments, lang="zh")
        assert (ran.code, ran.out) == (2, "")
        assert chinese in ran.err


@pytest.mark.parametrize(
    "arguments",
    [
        "status", "open", "close", "ticket take A01", "ticket show A001", "ticket list",
        "window list", "window next 1", "window park 1", "rate 1 5", "why A001", "alarms",
        "alarms ack --all", "items", "devices", "devices test printer", "journal tail",
        "journal tail -f", "journal verify", "journal export", "backup", "backups", "report",
        "config show", "bench list", "bench press pad-1 next",
    ],
)  # fmt: skip
def test_without_a_daemon_every_command_says_so_with_code_3(
    hallctl: Hallctl, arguments: str
) -> None:
    ran = hallctl(*arguments.split())
    assert (ran.code, ran.out) == (3, "")
    assert len(ran.err.splitlines()) == 1
    assert ran.err.startswith(("No daemon runs (", "No bench runs ("))


def test_no_daemon_is_said_in_chinese_and_in_json(hallctl: Hallctl, tmp_path: Path) -> None:
    chinese = hallctl("status", lang="zh")
    assert chinese.code == 3
    assert chinese.err == (
        f"服务没有运行（{tmp_path}/hall.sock 无人应答）。请启动：systemctl start halld\n"
    )
    other = hallctl("--json", "status", "--socket", "/nonexistent/x.sock")
    assert other.code == 3
    assert other.json()["error"]["code"] == "no_daemon"
    assert "/nonexistent/x.sock" in other.err


@pytest.mark.parametrize(
    ("arguments", "environment", "language"),
    [
        ([], {}, "en"),
        ([], {"LANG": "zh_CN.UTF-8"}, "zh"),
        ([], {"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ([], {"LANG": "de_DE.UTF-8", "LC_MESSAGES": "zh_TW"}, "zh"),
        (["--lang", "en", "status"], {"LANG": "zh_CN.UTF-8"}, "en"),
        (["status", "--lang=zh"], {}, "zh"),
        (["why", "--", "--lang", "zh"], {}, "en"),
    ],
)
def test_the_language_is_that_of_the_line_else_of_the_locale(
    arguments: list[str], environment: dict[str, str], language: str
) -> None:
    assert choose(arguments, environment) == language


def test_every_event_of_the_hall_has_a_sentence() -> None:
    assert set(SENTENCES) == set(EVENTS)


def test_the_translations_in_use_are_those_of_the_source() -> None:
    with (LOCALE / "messages.mo").open("rb") as file:
        used = gettext.GNUTranslations(file)
    source = (LOCALE / "messages.po").read_text(encoding="utf-8")
    entries = re.findall(
        r'^msgid "(.+)"\n(?:msgid_plural "(.+)"\n)?msgstr(?:\[0\])? "(.+)"$', source, re.MULTILINE
    )
    assert len(entries) > 15
    for one, many, translated in entries:
        assert (used.ngettext(one, many, 2) if many else used.gettext(one)) == translated


def test_chinese_wraps_by_its_width_and_no_line_begins_with_a_stop() -> None:
    assert wrap("等候的人很多，请稍候。", 12) == ["等候的人很", "多，请稍候。"]
    assert wrap("see the catalogue of items", 13) == ["see the", "catalogue of", "items"]
    assert cells("窗口 3") == 6
