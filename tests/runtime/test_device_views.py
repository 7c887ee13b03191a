"""What a technician is told of one device, and of a broker that cannot be reached."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from devices.base import HealthState, Sentence
from firmware_py.runtime.device_views import device_view, without_broker
from firmware_py.runtime.supervisor import Health
from firmware_py.settings import BrokerSettings, Settings

SETTINGS = msgspec.convert(
    {
        "hall": {"id": "demo", "name": {"zh": "示范大厅", "en": "Demo"}},
        "windows": [{"id": "3", "pad": "pad-3"}, {"id": "4", "pad": "pad-4"}],
        "kiosks": [{"id": "kiosk-1", "printer": "printer"}],
        "voices": [{"id": "hall", "device": "voice"}],
        "day": {"report_printer": "printer"},
        "forms": {"printer": "printer"},
        "lines": {"pads": {"port": "/dev/pads", "settings": {"baud": 19200}}},
        "devices": {
            "pad-3": {"kind": "pad.ff68", "line": "pads", "options": {"address": 3}},
            "pad-4": {
                "kind": "pad.ff68",
                "line": "pads",
                "options": {"address": 4},
                "enabled": False,
            },
            "printer": {"kind": "ticket_printer.escpos", "port": "socket://127.0.0.1:9100"},
            "voice": {"kind": "voice.xfs5152", "port": "/dev/serial0"},
        },
    },
    Settings,
)


def health(device: str, **changed: Any) -> Health:
    made: dict[str, Any] = {
        "device": device,
        "kind": "pad.ff68",
        "state": HealthState.GONE,
        "since_ms": 10_000,
        "last_good_ms": 9_500,
        "code": "silent",
        "say": Sentence("设备没有应答。", "The device does not answer."),
        "counters": {"opened": 2, "lost": 1},
    }
    return Health(**(made | changed))


def test_a_device_on_a_shared_line_has_the_lines_port_and_neighbours() -> None:
    view = device_view(SETTINGS, "pad-3", health("pad-3"), 75_400)
    assert (view["port"], view["line"], view["shares_line_with"]) == (
        "/dev/pads",
        "pads",
        ["pad-4"],
    )
    assert view["line_settings"] == {"baud": 19200}
    assert (view["since_s"], view["last_good_s"]) == (65, 65)
    assert view["used_by"] == [{"place": "window", "id": "3", "as": "pad"}]
    assert view["say"]["zh"] == "设备没有应答。"


def test_a_device_with_a_port_of_its_own_has_its_kinds_settings() -> None:
    view = device_view(SETTINGS, "printer", health("printer", last_good_ms=None), 20_000)
    assert (view["port"], view["line"]) == ("socket://127.0.0.1:9100", None)
    assert view["line_settings"]["baud"] > 0
    assert view["last_good_s"] is None
    assert view["used_by"] == [
        {"place": "kiosk", "id": "kiosk-1", "as": "printer"},
        {"place": "hall", "id": "demo", "as": "report"},
        {"place": "hall", "id": "demo", "as": "forms"},
    ]


def test_a_voice_says_whose_calls_it_says() -> None:
    view = device_view(SETTINGS, "voice", health("voice", kind="voice.xfs5152"), 20_000)
    assert view["used_by"] == [{"place": "voice", "id": "hall", "as": "voice"}]


def test_a_device_that_the_configuration_disables_says_so() -> None:
    view = device_view(SETTINGS, "pad-4", None, 20_000)
    assert (view["state"], view["enabled"], view["counters"]) == ("disabled", False, {})
    assert "enabled = false" in view["say"]["zh"]
    assert view["used_by"] == [{"place": "window", "id": "4", "as": "pad"}]


def broker(file: Path | None) -> BrokerSettings:
    return BrokerSettings(password_file=None if file is None else str(file))


def test_a_password_file_that_is_not_there_is_told_in_words(tmp_path: Path) -> None:
    missing = tmp_path / "broker.password"
    found = without_broker(broker(missing))
    assert found["connected"] is False
    assert found["problem"]["code"] == "broker_password"
    assert found["problem"]["zh"].startswith(f"读不到消息服务器的密码文件 {missing}（文件不存在）")
    assert found["error"] == found["problem"]["en"]
    assert f"{missing} cannot be read (it is not there)" in found["error"]


def test_other_reasons_have_words_too(tmp_path: Path) -> None:
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe")
    for file, zh in ((tmp_path, "是一个文件夹"), (binary, "不是 UTF-8 文本")):
        assert zh in without_broker(broker(file))["problem"]["zh"]


@pytest.mark.parametrize("with_file", [True, False])
def test_a_broker_that_is_only_not_started_yet_says_so(tmp_path: Path, with_file: bool) -> None:
    file = tmp_path / "broker.password"
    file.write_text("secret", encoding="utf-8")
    found = without_broker(broker(file if with_file else None))
    assert found["problem"]["code"] == "broker_not_started"
    assert "secret" not in str(found)
