"""What a pad says of itself."""

from __future__ import annotations

from devices.base import HealthState, Sentence, Status

__all__ = ["ANSWERS", "HEARD", "NOT_ASKED", "NOT_HEARD", "NOT_HEARING", "ODD_SCORE", "SILENT"]

NOT_HEARD = Status(
    HealthState.UNKNOWN,
    "not_heard",
    Sentence("尚未收到此评价器的按键。", "Nothing was heard from this pad yet."),
)
HEARD = Status(HealthState.OK, "heard", Sentence("已收到此评价器的按键。", "The pad was heard."))
NOT_HEARING = Status(
    HealthState.WARNING,
    "repeats",
    Sentence(
        "评价器不断重发同一按键：请检查收发线路，或把 local_echo 设为 true。",
        "The pad keeps repeating one key: check the line to it, or set local_echo to true.",
    ),
)
ODD_SCORE = Status(
    HealthState.WARNING,
    "unknown_score",
    Sentence(
        "评价器发来未配置的分值，该次评价未计入：请检查 scores 设置。",
        "The pad sent a score that is not configured; that rating was not counted: check scores.",
    ),
)
NOT_ASKED = Status(
    HealthState.UNKNOWN,
    "not_asked",
    Sentence("正在等待此评价器首次应答轮询。", "The pad has not answered its first question yet."),
)
ANSWERS = Status(
    HealthState.OK, "answers", Sentence("评价器应答轮询正常。", "The pad answers when asked.")
)
SILENT = Status(
    HealthState.GONE,
    "silent",
    Sentence(
        "评价器不应答轮询：请检查电源、A/B 接线、地址和波特率。",
        "The pad does not answer when asked: check its power, A and B, address and baud rate.",
    ),
)
