"""What a speech chip's health is in words."""

from __future__ import annotations

from devices.base import HealthState, Sentence, Status

__all__ = ["OK", "REFUSED", "STUCK", "UNCONFIRMED"]

OK = Status(HealthState.OK, "ok", Sentence("语音模块应答正常。", "The speech chip answers."))
UNCONFIRMED = Status(
    HealthState.UNKNOWN,
    "unconfirmed",
    Sentence(
        "语音模块设置为不应答，无法确认是否发声，请现场试听。",
        "The speech chip is set not to answer: listen whether it speaks.",
    ),
)
REFUSED = Status(
    HealthState.FAULT,
    "refused",
    Sentence(
        "语音模块拒绝播报，请检查模块型号设置和接线。",
        "The speech chip refuses what it is sent: check its model in the settings, and the wiring.",
    ),
)
STUCK = Status(
    HealthState.WARNING,
    "stuck",
    Sentence(
        "语音模块一直未说完，已令其停止；若再次出现请断电重启模块。",
        "The speech chip did not come to an end and was stopped; if it does so again, switch it "
        "off and on.",
    ),
)
