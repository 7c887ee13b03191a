"""A Pi says no to a device whose library it has not; what it lacked before keeps nothing back."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from devices.errors import DeviceUnavailable
from firmware_py.runtime import config_needs
from firmware_py.settings import DeviceSettings, Settings


def settings(**kinds: str) -> Settings:
    devices = {name: DeviceSettings(kind=kind) for name, kind in kinds.items()}
    return cast("Settings", SimpleNamespace(devices=devices))


def test_a_new_kind_without_its_library_is_a_mistake_and_a_known_one_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def load(kind: str) -> type:
        if kind == "voice.local":
            raise DeviceUnavailable(kind, "the library pypinyin is missing", "缺少程序库 pypinyin")
        return object

    monkeypatch.setattr(config_needs, "load_driver", load)
    before = settings(pad="pad.ff68")
    after = settings(pad="pad.ff68", voice="voice.local")
    (wrong,) = config_needs.lacking("/etc/hall/hall.toml", after, before)
    assert str(wrong) == (
        "/etc/hall/hall.toml: devices.voice.kind: the library pypinyin is missing"
    )
    assert wrong.zh == "缺少程序库 pypinyin"
    assert config_needs.lacking("/etc/hall/hall.toml", after, after) == []
