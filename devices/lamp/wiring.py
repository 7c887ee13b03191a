"""Which output switches which part of a lamp: a pin, or a relay's coil."""

from __future__ import annotations

from devices.errors import WrongSetting

__all__ = ["check_wiring", "wired"]

_OUTPUTS = {"pin": "引脚", "coil": "线圈"}


def wired(
    single: int | None, red: int | None, amber: int | None, green: int | None, buzzer: int | None
) -> dict[str, int]:
    """Return part -> output of what is wired; a lamp of one colour counts as red."""
    outputs = {"red": single if red is None else red}
    outputs |= {"amber": amber, "green": green, "buzzer": buzzer}
    return {part: output for part, output in outputs.items() if output is not None}


def check_wiring(
    what: str,
    single: int | None,
    red: int | None,
    amber: int | None,
    green: int | None,
    buzzer: int | None,
    heartbeat: int | None,
) -> None:
    """Refuse a lamp that cannot be. ``what`` is an output's word. Raises ``ValueError``."""
    if single is not None and (red, amber, green) != (None, None, None):
        raise WrongSetting(
            f"{what}: 表示单色灯，请去掉 red、amber、green",
            f"{what}: is a lamp of one colour: leave out red, amber and green",
        )
    if single is None and red is None and amber is None:
        raise WrongSetting(
            f"没有写{_OUTPUTS[what]}：请写 {what}，或 red 和 amber",
            f"no {what}: give {what}, or red and amber",
        )
    used = [*wired(single, red, amber, green, buzzer).values()]
    if heartbeat is not None:
        used.append(heartbeat)
    if len(set(used)) != len(used):
        raise WrongSetting(
            f"灯的两个部分接在同一个{_OUTPUTS[what]}上",
            f"two parts of the lamp are on the same {what}",
        )
