"""What ``hallctl status`` says of a broker that was never connected."""

from __future__ import annotations

import pytest

from tests.cli.hallrun import CONFIG, Hall

BROKER = """
[broker]
port = 1
password_file = "nowhere.password"
"""


def test_a_missing_password_file_is_told_in_words(tmp_path_factory: pytest.TempPathFactory) -> None:
    hall = Hall(tmp_path_factory.mktemp("h"), CONFIG + BROKER)
    try:
        hall.start()
        found = hall.hallctl.ok("status")["broker"]
        assert found["connected"] is False
        shown = hall.hallctl("status", lang="zh").out
        assert "消息服务器  未连接" in shown
        assert "读不到消息服务器的密码文件" in shown
        assert "nowhere.password（文件不存在）" in shown
        assert "cannot be read (it is not there)" in hall.hallctl("status").out
    finally:
        hall.stop()
