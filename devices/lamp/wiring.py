"""Which output switches which part of a lamp: a pin, or a relay's coil."""

from __future__ import annotations

__all__ = ["check_wiring", "wired"]


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
        raise ValueError(f"{what} is a lamp of one colour: leave out red, amber and green")
    if single is None and red is None and amber is None:
        raise ValueError(f"no {what}: give {what}, or red and amber")
    used = [*wired(single, red, amber, green, buzzer).values()]
    if heartbeat is not None:
        used.append(heartbeat)
    if len(set(used)) != len(used):
        raise ValueError(f"two parts of the lamp are on the same {what}")
