"""Boxes for the hub: only it opens them, and only its own key is used for one."""

from __future__ import annotations

import subprocess
import sys
from base64 import b64decode, b64encode
from datetime import UTC, datetime
from pathlib import Path

import pytest

from firmware_py.store.authority import Authority
from firmware_py.sync.sealed import FILL, MOST, HubKey, NotSealed, about, seal

NUMBER = b"110105194912310021"
HERE = about("demo", "kiosk-2", "card", "kiosk/kiosk-2")
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def test_a_box_opens_with_the_hubs_key_and_its_length_tells_nothing() -> None:
    hub = HubKey(None, None)
    boxes = [seal(hub.offer(), "hub", None, HERE, content) for content in (NUMBER, b"", NUMBER * 4)]
    assert [hub.open(box, HERE) for box in boxes] == [NUMBER, b"", NUMBER * 4]
    # enc, 96 bytes, tag: RFC 9180, 5.1 and 7.1.
    assert {len(b64decode(box)) for box in boxes} == {32 + FILL + 16}
    assert all(NUMBER not in b64decode(box) for box in boxes)
    # Nobody sees that the same card was laid twice.
    assert seal(hub.offer(), "hub", None, HERE, NUMBER) != boxes[0]
    ends = NUMBER + b"\x80\0\0"
    assert hub.open(seal(hub.offer(), "hub", None, HERE, ends), HERE) == ends
    with pytest.raises(NotSealed):
        seal(hub.offer(), "hub", None, HERE, bytes(MOST + 1))
    # A point of small order gives the same secret to everybody: RFC 7748, 6.1.
    with pytest.raises(NotSealed):
        seal({"key": b64encode(bytes(32)).decode()}, "hub", None, HERE, NUMBER)


def test_a_box_opens_at_no_other_place_and_with_no_other_key() -> None:
    hub = HubKey(None, None)
    box = seal(hub.offer(), "hub", None, HERE, NUMBER)
    for other in (
        about("demo", "window-3", "card", "window/3"),
        about("demo", "kiosk-2", "keep", "kiosk/kiosk-2"),
        about("other", "kiosk-2", "card", "kiosk/kiosk-2"),
    ):
        with pytest.raises(NotSealed):
            hub.open(box, other)
    # A hub that started again has another key: what was recorded before opens nowhere any more.
    with pytest.raises(NotSealed):
        HubKey(None, None).open(box, HERE)
    turned = bytearray(b64decode(box))
    turned[40] ^= 1
    for wrong in (b64encode(turned).decode(), "", "AAAA", "no base64", "A" * 20_000):
        with pytest.raises(NotSealed) as error:
            hub.open(wrong, HERE)
        assert NUMBER.decode() not in str(error.value)


def test_with_certificates_the_key_must_be_the_hubs(tmp_path: Path) -> None:
    authority = Authority.make(tmp_path / "ca", "demo", NOW)
    for name in ("hub", "window-3"):
        authority.issue(name, NOW)
    foreign = Authority.make(tmp_path / "other", "demo", NOW)
    foreign.issue("hub", NOW)
    ca_file = str(authority.folder / "ca.crt")

    def key_of(folder: Path, name: str) -> HubKey:
        return HubKey(str(folder / f"{name}.crt"), str(folder / f"{name}.key"))

    hub = key_of(authority.folder, "hub")
    offer = hub.offer()
    assert hub.open(seal(offer, "hub", ca_file, HERE, NUMBER), HERE) == NUMBER
    thief, another = key_of(authority.folder, "window-3"), key_of(foreign.folder, "hub")
    wrong: tuple[dict[str, str], ...] = (
        thief.offer(),
        another.offer(),
        HubKey(None, None).offer(),
        # The broker, between both: its own key, and what the hub signed of another one.
        {**offer, "key": HubKey(None, None).offer()["key"]},
        {**thief.offer(), "cert": offer["cert"]},
        {**offer, "signed": ""},
        {**offer, "cert": "no certificate"},
        {},
    )
    for one in wrong:
        with pytest.raises(NotSealed):
            seal(one, "hub", ca_file, HERE, NUMBER)
    with pytest.raises(NotSealed):
        seal(offer, "standby", ca_file, HERE, NUMBER)


def test_nothing_is_imported_before_the_first_box() -> None:
    program = """
import sys
import firmware_py.sync.asks
from firmware_py.sync.sealed import HubKey

HubKey(None, None)
assert "cryptography" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120)
