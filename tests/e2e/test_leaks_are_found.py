"""The search of the marked people's day, proven: each kind of leak, planted, is found."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import html
import json
import socket
import sqlite3
import threading
import time
import urllib.parse
from collections.abc import Callable
from pathlib import Path

import pytest

from firmware_py.bench.stage import Stage
from tests.e2e.leaks import Leak, Needles, leaks_in
from tests.e2e.marked import PEOPLE, PHOTO, marks
from tests.e2e.marked_hall import marked_hall
from tests.e2e.scene import until
from tests.sync.support import Ear

NEEDLES = Needles(marks(), {"photo": PHOTO[3:99]})
OLD = PEOPLE[0]
NAME, ADDRESS, NUMBER = OLD.fields[0][2], OLD.fields[4][2], OLD.number

#: How a program may write a text, each of them without meaning any harm.
WRITINGS: dict[str, Callable[[str], bytes]] = {
    "utf-8": str.encode,
    "utf-16, low byte first": lambda text: text.encode("utf-16-le"),
    "utf-16, high byte first": lambda text: text.encode("utf-16-be"),
    "utf-32": lambda text: text.encode("utf-32-le"),
    "gb18030": lambda text: text.encode("gb18030"),
    "json": lambda text: json.dumps({"reason": text}).encode(),
    "json in json": lambda text: json.dumps(json.dumps({"reason": text})).encode(),
    "repr": lambda text: ascii(text).encode(),
    "repr of bytes": lambda text: repr(text.encode("gb18030")).encode(),
    "hex": lambda text: text.encode().hex().encode(),
    "hex, capitals": lambda text: text.encode("gb18030").hex().upper().encode(),
    "hex of a trace": lambda text: text.encode("utf-16-le").hex(" ").encode(),
    "hex, at an odd place": lambda text: b"a" + text.encode().hex().encode(),
    "base64": lambda text: base64.b64encode(text.encode()),
    "base64, second place": lambda text: base64.b64encode(b"x" + text.encode()),
    "base64, third place": lambda text: base64.b64encode(b"xy" + text.encode()),
    "base64 of gb18030": lambda text: base64.b64encode(b"{" + text.encode("gb18030") + b"}"),
    "base64 for urls": lambda text: base64.urlsafe_b64encode(text.encode("utf-16-le")),
    "base64 of hex": lambda text: base64.b64encode(text.encode().hex().encode()),
    "percent": lambda text: urllib.parse.quote(text).encode(),
    "percent of gb18030": lambda text: urllib.parse.quote(text.encode("gb18030")).encode(),
    "percent, small": lambda text: urllib.parse.quote(text.lower()).lower().encode(),
    "html": lambda text: text.encode("ascii", "xmlcharrefreplace"),
    "html, escaped": lambda text: html.escape(text).encode(),
    "octal": lambda text: "".join(f"\\{byte:03o}" for byte in text.encode()).encode(),
}


def found(data: bytes) -> set[str]:
    """Return the marks that are found in data between other data."""
    around = b"\x00\x91before " + data + b" after\xff\x00"
    return {leak.mark for leak in NEEDLES.search("here", around)}


@pytest.mark.parametrize("writing", WRITINGS)
def test_a_name_an_address_and_a_number_are_found_in_every_writing(writing: str) -> None:
    write = WRITINGS[writing]
    for one in PEOPLE:
        for text in (one.number, *one.words):
            assert f"{one.key}:{text}" in found(write(text)), text
        whole = [text for _, _, text in one.fields if len(text) > 9 and not text.isdigit()]
        for text in whole:
            assert any(mark.startswith(f"{one.key}:") for mark in found(write(text))), text


@pytest.mark.parametrize(
    "written",
    [
        NUMBER, NUMBER[:-1], f"{NUMBER[:6]} {NUMBER[6:14]} {NUMBER[14:]}", NUMBER[6:],
        "９９０１０３１９４１１１２３７３１" + NUMBER[17], "1941-11-23", "1941年11月23日",
        "qwyxthorne", "Qwyxthorne", "uto739150482617", "yy-90817263",
    ],
)  # fmt: skip
def test_numbers_and_latin_names_are_found_in_other_forms(written: str) -> None:
    assert found(written.encode())
    assert found(written.encode("utf-16-le"))


@pytest.mark.parametrize("how", ["md5", "sha1", "sha256", "sha512", "blake2b"])
def test_a_plain_hash_of_a_number_is_as_good_as_the_number(how: str) -> None:
    digest = hashlib.new(how, NUMBER.encode()).digest()
    mark = f"old:{NUMBER}"
    assert mark in found(digest)
    assert mark in found(digest.hex().encode())
    assert mark in found(digest.hex().upper()[:32].encode())
    assert mark in found(base64.b64encode(digest))


def test_a_face_and_pictures_of_pages_are_found() -> None:
    assert "photo" in found(PHOTO)
    assert "photo" in found(base64.b64encode(PHOTO))
    assert "a JPEG picture" in found(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01")
    assert "a PDF" in found(b"%PDF-1.7\n")
    hidden = {leak.mark for leak in NEEDLES.search("dump.gz", b"\x1f\x8b\x08")}
    assert hidden == {"what cannot be searched (gzip)"}


def test_what_is_masked_or_meant_for_all_is_no_leak() -> None:
    shown = f"**************{NUMBER[-4:]} 99010319******** A001 2026-11-23 09:00 居民身份证 1023"
    assert found(shown.encode()) == set()


# ---- places


def leaks_below(folder: Path) -> list[Leak]:
    return NEEDLES.search_files(folder, lambda path: False)


def in_files(folder: Path) -> set[str]:
    return {leak.where for leak in leaks_below(folder)}


def test_a_row_that_was_deleted_is_found_in_the_free_pages(tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "journal.db")) as base:
        base.execute("PRAGMA secure_delete = OFF")
        base.execute("CREATE TABLE events (body BLOB)")
        base.execute("INSERT INTO events VALUES (?)", (b"x" * 9000 + ADDRESS.encode(),))
        base.commit()
        base.execute("DELETE FROM events")
        base.commit()
        assert base.execute("PRAGMA freelist_count").fetchone()[0] >= 1
    assert in_files(tmp_path) == {"journal.db"}


def test_a_write_that_is_in_the_wal_alone_is_found(tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "journal.db")) as base:
        base.execute("PRAGMA journal_mode = WAL")
        base.execute("PRAGMA wal_autocheckpoint = 0")
        base.execute("CREATE TABLE events (body TEXT)")
        base.execute("INSERT INTO events VALUES (?)", (NAME,))
        base.commit()
        assert in_files(tmp_path) == {"journal.db-wal"}


def test_a_mark_in_a_files_name_or_in_a_log_or_a_trace_is_found(tmp_path: Path) -> None:
    (tmp_path / f"{NUMBER}-1.jpg.part").touch()
    (tmp_path / "halld.log").write_text(json.dumps({"text": f"no card of {NAME}"}))
    (tmp_path / "id-1.trace").write_text(json.dumps({"hex": OLD.block.hex(" ")}))
    (tmp_path / "core").write_bytes(bytes(5000) + OLD.block)
    assert in_files(tmp_path) == {
        f"name of {NUMBER}-1.jpg.part", "halld.log", "id-1.trace", "core",
    }  # fmt: skip


def test_a_message_is_found_on_the_broker_and_in_its_file(place: Path) -> None:
    stage = Stage(place / "s")
    stage.prepare()
    stage.start_broker()
    try:
        await_port(stage.broker_port)
        ear = Ear(stage.broker_port, "#")
        ear.say("state/window/1", json.dumps({"name": NAME}).encode(), retain=True)
        heard = until_heard(ear)
        ear.close()
    finally:
        stage.stop()
    assert {leak.mark for leak in leaks_in(NEEDLES, heard)} >= {f"old:{OLD.words[0]}"}
    assert in_files(stage.folder) == {"broker/mosquitto.db"}


def await_port(port: int) -> None:
    end, pause = time.monotonic() + 60, threading.Event()
    while time.monotonic() < end:
        with socket.socket() as sock:
            if sock.connect_ex(("127.0.0.1", port)) == 0:
                return
        pause.wait(0.02)
    raise AssertionError("the broker does not start")


def until_heard(ear: Ear) -> list[tuple[str, bytes]]:
    end, pause = time.monotonic() + 60, threading.Event()
    while not ear.heard:
        assert time.monotonic() < end, "nothing came"
        pause.wait(0.02)
    return [(one.topic, one.payload) for one in ear.heard]


async def test_what_goes_to_a_device_is_found_as_the_device_gets_it(place: Path) -> None:
    clock, scene = marked_hall(place)
    del clock
    async with scene as hall:
        # A name cannot be told from other words: somebody typed one all the same.
        await hall.hall.call("notice.show", text="请QWYXTHORNE到3号窗口")
        await hall.hall.call("voice.say", text="请QWYXTHORNE到3号窗口")

        async def told() -> bool:
            return in_files(scene.stage.folder / "sent") >= {"led-wall-2", "voice"}

        await until(told)
    where = in_files(scene.stage.folder)
    assert {"data/journal.db", "sent/voice"} <= where
    assert "broker/mosquitto.db" not in where
