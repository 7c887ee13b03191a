"""``hallctl voice`` and ``hallctl say``: what the hall says, and the clips that it says it with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from devices.errors import DeviceError, DeviceFault
from devices.voice import bank, placeholder, recording
from devices.voice.sound import read
from devices.voice.wording import WORDS
from firmware_py.cli.base import HallCommand, HallGroup, Session, pass_session
from firmware_py.cli.errors import Refused
from firmware_py.cli.output import say as tell
from firmware_py.cli.output import table, write_json
from firmware_py.cli.recorder import record_all
from firmware_py.cli.words import joined, t

__all__ = ["say", "voice"]

_folder = click.argument("folder", metavar="FOLDER", type=click.Path(path_type=Path))


@click.command(
    "say",
    cls=HallCommand,
    help=t(
        "让大厅播报一句话，排在正在等候的叫号之后。",
        "Have the hall say a sentence, after the calls that wait.",
    ),
)
@click.argument("text", metavar="TEXT")
@click.option("--voice", metavar="ID", help=t("只用这一处播报。", "By this voice alone."))
@pass_session
def say(session: Session, text: str, voice: str | None) -> None:
    """Say a text."""
    answer = session.client.ask("voice.say", **_given(text=text, voice=voice))
    if session.json:
        write_json(answer)
        return
    for one in answer:
        if one["there"]:
            tell(t(f"{one['id']}：将播报。", f"{one['id']}: will say it."))
        else:
            tell(
                t(
                    f"{one['id']}：设备 {one['device']} 未连接，恢复后播报。",
                    f"{one['id']}: the device {one['device']} is gone; said when it is back.",
                )
            )


def _given(**params: Any) -> dict[str, Any]:
    return {name: value for name, value in params.items() if value is not None}


@click.group(
    "voice",
    HallGroup,
    help=t(
        "语音播报与语音库。FOLDER 是语音库的文件夹。",
        "Voices and their banks of clips. FOLDER is a bank's folder.",
    ),
)
def voice() -> None:
    """Voices."""


@voice.command("list", cls=HallCommand, help=t("各处播报的现状。", "What each voice does now."))
@pass_session
def list_all(session: Session) -> None:
    """List the voices."""
    found = session.client.ask("voice.list")
    if session.json:
        write_json(found)
        return
    columns = (
        (t("播报", "Voice"), ""),
        (t("设备", "Device"), ""),
        (t("等候", "Waiting"), "right"),
        (t("已播", "Said"), "right"),
        (t("未播", "Dropped"), "right"),
        (t("最近一次", "Last"), "wrap"),
    )
    table(
        columns,
        [
            (
                one["id"],
                one["device"] if one["there"] else (one["device"], "bold red"),
                str(one["waiting"]),
                str(one["count"]),
                str(one["dropped"]),
                " / ".join(one["last"]),
            )
            for one in found
        ],
    )


@voice.command(
    "record",
    cls=HallCommand,
    help=t(
        "逐条录制语音库：提示、录音、试听、下一条；中断后再次运行会接着录。",
        "Record a bank clip by clip: prompt, record, listen, next; run again to go on.",
    ),
)
@_folder
@click.option(
    "--language",
    type=click.Choice(["zh", "en"]),
    help=t("只录这一种语言。", "This language alone."),
)
@click.option("--again", is_flag=True, help=t("已有的也重录。", "Also those that are there."))
@click.option(
    "--device",
    default="default",
    metavar="ALSA",
    help=t("话筒（arecord -L 列出）。", "The microphone, as arecord -L lists it."),
)
@click.option(
    "--from-folder",
    metavar="FOLDER",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help=t(
        "不用话筒：导入已录好的文件（请.wav、A.wav 等）。",
        "No microphone: take files recorded elsewhere, named by their words (A.wav).",
    ),
)
@pass_session
def record(
    session: Session,
    folder: Path,
    language: str | None,
    again: bool,
    device: str,
    from_folder: Path | None,
) -> None:
    """Record a bank."""
    folder.mkdir(parents=True, exist_ok=True)
    chosen: Any = language
    words = recording.to_record(folder, chosen, again=again)
    if from_folder is not None:
        _import(session, folder, from_folder, words)
        return
    try:
        record_all(folder, words, device)
    except DeviceFault as error:
        raise Refused(error.code, error.zh, error.en) from error
    except DeviceError as error:
        raise Refused("microphone", f"录音失败：{error}", f"Not recorded: {error}") from error
    finally:
        recording.write_index(folder)


def _import(session: Session, folder: Path, source: Path, words: list[Any]) -> None:
    taken: list[str] = []
    wrong: list[dict[str, str]] = []
    for word in words:
        path = recording.found_for(word, source)
        if path is None:
            continue
        try:
            clip, complaints = recording.usable(read(path))
        except (OSError, ValueError) as error:
            wrong.append({"file": path.name, "zh": str(error), "en": str(error)})
            continue
        wrong += [{"file": path.name, "zh": one.zh, "en": one.en} for one in complaints]
        if not complaints:
            recording.store(folder, word, clip)
            taken.append(word.text)
    recording.write_index(folder)
    if session.json:
        write_json({"taken": taken, "refused": wrong})
    else:
        for one in wrong:
            tell((f"{one['file']}: ", "bold red"), t(one["zh"], one["en"]))
        tell(t(f"已导入 {len(taken)} 条。", f"{len(taken)} clips were taken."))
    if wrong:
        raise Refused(
            "clips_refused",
            f"{len(wrong)} 条未导入，原因见上。",
            f"{len(wrong)} clips were not taken; the reasons are above.",
        )


@voice.group("bank", cls=HallGroup, help=t("语音库。", "Banks of clips."))
def bank_group() -> None:
    """Banks."""


@bank_group.command(
    "check",
    cls=HallCommand,
    help=t(
        "检查语音库：缺少的词、音量、失真、首尾静音、采样率。",
        "Check a bank: missing words, levels, distortion, silence at the ends, rates.",
    ),
)
@_folder
@pass_session
def check(session: Session, folder: Path) -> None:
    """Check a bank."""
    try:
        found = bank.load(str(folder))
    except (OSError, ValueError) as error:
        raise Refused(
            "bank", f"语音库不可用：\n{error}", f"The bank cannot be used:\n{error}"
        ) from error
    files = {(word.language, bank.usual(word.text, word.language)): word.file for word in WORDS}
    wrong = [
        {"language": language, "word": word, "file": files.get((language, word), ""),
         "zh": one.zh, "en": one.en}
        for language, clips in found.clips.items()
        for word, clip in clips.items()
        for one in recording.problems(clip)
    ]  # fmt: skip
    lacking = found.lacking()
    count = len({id(clip) for clips in found.clips.values() for clip in clips.values()})
    if session.json:
        write_json({"clips": count, "rate": found.rate, "lacking": lacking, "problems": wrong})
    else:
        for one in wrong:
            tell((f"{one['word']} {one['file']}: ", "bold red"), t(one["zh"], one["en"]))
        if lacking:
            tell(t("缺少：", "Missing: ") + joined(lacking))
        tell(t(f"{count} 条录音，{found.rate} Hz。", f"{count} clips, {found.rate} Hz."))
    if wrong or lacking:
        raise Refused(
            "bank_faulty",
            f"{len(lacking)} 个词缺录音，{len(wrong)} 处需要重录。",
            f"{len(lacking)} words are missing, {len(wrong)} clips should be recorded again.",
        )


@voice.command(
    "make-placeholder",
    cls=HallCommand,
    help=t(
        "用 espeak-ng 生成临时语音库；已有的录音保留。",
        "Make a bank by espeak-ng for the time being; clips that are there stay.",
    ),
)
@_folder
@pass_session
def make_placeholder(session: Session, folder: Path) -> None:
    """Make a placeholder."""
    try:
        written = placeholder.make(folder)
    except DeviceFault as error:
        raise Refused(error.code, error.zh, error.en) from error
    except (DeviceError, OSError) as error:
        raise Refused("placeholder", f"未能生成：{error}", f"Not made: {error}") from error
    if session.json:
        write_json({"written": written, "folder": str(folder)})
    else:
        tell(
            t(
                f"{folder} 中新生成 {written} 条，请在启用前录制本厅的语音。",
                f"{written} clips are new in {folder}; record the hall's own before long.",
            )
        )
