"""What somebody wrote on a wall may hold a name: on the broker stands that there is a notice."""

from __future__ import annotations

import json

from firmware_py.app.wire import encode
from firmware_py.core.events_aside import NoticeShown
from firmware_py.sync.privacy import clean_event


def test_a_notices_words_stay_in_the_hall_and_its_times_go_out() -> None:
    shown = NoticeShown("n1", "请张三到导税台", ("电话 | 13800000000", "b"), "", "2026-10-01 24:00")
    sent = json.loads(clean_event("notice.shown", encode(shown)))
    assert sent == {
        "notice": "n1",
        "text": "withheld",
        "lines": ["withheld", "withheld"],
        "since": "",
        "until": "2026-10-01 24:00",
        "priority": 0,
        "walls": [],
    }
