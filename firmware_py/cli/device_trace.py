"""``hallctl devices trace``: every byte of a device with its time, on the screen or in a file."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO

from devices.tracefile import Chunk
from devices.tracewords import TraceWords
from firmware_py.cli.base import Session
from firmware_py.cli.errors import Refused, WrongUse
from firmware_py.cli.output import say, write_json
from firmware_py.cli.version import version_number
from firmware_py.cli.words import t

__all__ = ["chunk_of", "trace_device"]

_ROW = 16
#: An image is thousands of bytes; the file has them all.
_MOST_ROWS = 12
_INDENT = " " * 29


def trace_device(
    session: Session, device: str, to: Path | None, seconds: float | None, *, follow: bool
) -> None:
    """Show or write what was kept, then what comes: for ``seconds``, or until Ctrl-C."""
    follow = follow or seconds is not None
    if to is not None and to.exists():
        raise WrongUse(
            "file_exists",
            f"文件 {to} 已存在，请换一个文件名。",
            f"{to} is there already; take another name.",
        )
    answer = session.client.ask("device.trace", device=device, follow=follow)
    head = answer["head"] | {"version": version_number()[0]}
    records = _records(session, answer["kept"], seconds, follow=follow)
    words = TraceWords(head["kind"], head.get("options"))
    if to is not None:
        _to_file(session, to, head, _with_words(records, words))
        return
    if session.json:
        write_json(head, line=True)
    with suppress(KeyboardInterrupt):
        count = 0
        for record in _with_words(records, words):
            count += 1
            if session.json:
                write_json(record, line=True)
            else:
                _show(record)
            sys.stdout.flush()
        if not count and not session.json:
            say(
                t(
                    "这条线路还没有收发过数据；加 --follow 可等候。",
                    "Nothing went over this line yet; --follow waits for it.",
                )
            )


def _records(
    session: Session, kept: list[dict[str, Any]], seconds: float | None, *, follow: bool
) -> Iterator[dict[str, Any]]:
    yield from kept
    if follow:
        for record in session.client.notifications("trace", seconds):
            yield {name: value for name, value in record.items() if name != "device"}


def _with_words(records: Iterator[dict[str, Any]], words: TraceWords) -> Iterator[dict[str, Any]]:
    for record in records:
        told = words.of(chunk_of(record)) if "dir" in record or "note" in record else []
        yield record | {"words": told} if told else record


def chunk_of(record: Mapping[str, Any]) -> Chunk:
    """Return a trace's line of bytes, or its note, as what went over the line."""
    at_ns = round(record["ms"] * 1e6)
    if "note" in record:
        return Chunk(at_ns, "note", note=record["note"])
    return Chunk(at_ns, record["dir"], bytes.fromhex(record["hex"]))


def _to_file(
    session: Session, to: Path, head: dict[str, Any], records: Iterator[dict[str, Any]]
) -> None:
    count = lost = 0
    try:
        with to.open("x", encoding="utf-8") as out:
            _write(out, head)
            # Ctrl-C is how following ends; what came until then is in the file.
            with suppress(KeyboardInterrupt):
                for record in records:
                    _write(out, record)
                    count += 1
                    lost += record.get("lost", 0)
    except OSError as error:
        raise Refused(
            "not_written",
            f"无法写入 {to}：{error.strerror}。",
            f"{to} cannot be written: {error.strerror}.",
        ) from error
    if session.json:
        write_json({"path": str(to), "records": count, "lost": lost})
        return
    say(t(f"已写入 {to}，共 {count} 条。", f"{to}: {count} records."))
    if lost:
        say(_lost(lost))


def _write(out: TextIO, record: Mapping[str, Any]) -> None:
    out.write(json.dumps(record, ensure_ascii=False) + "\n")
    out.flush()


def _show(record: Mapping[str, Any]) -> None:
    time = f"{record['ms']:>12.3f}  {record['at'][11:23]}"
    if "lost" in record:
        say((time, "dim"), "  ", _lost(record["lost"]))
    elif "note" in record:
        say((time, "dim"), "  ", (f"-- {record['note']}", "dim"))
    else:
        _show_bytes(record, time)


def _show_bytes(record: Mapping[str, Any], time: str) -> None:
    data = record["hex"].split()
    rows = [" ".join(data[at : at + _ROW]) for at in range(0, len(data), _ROW)]
    arrow = (">", "cyan") if record["dir"] == "out" else ("<", "green")
    say((time, "dim"), " ", arrow, " ", *rows[:1])
    for row in rows[1:_MOST_ROWS]:
        say(_INDENT, row)
    more = len(data) - _ROW * _MOST_ROWS
    if more > 0:
        say(_INDENT, (t(f"…还有 {more} 字节", f"... {more} more bytes"), "dim"))
    for line in record.get("words", ()):
        say(_INDENT, (line, "bold"))


def _lost(count: int) -> tuple[str, str]:
    return (
        t(f"读取太慢，丢失 {count} 段", f"{count} pieces lost: this reader was too slow"),
        "yellow",
    )
