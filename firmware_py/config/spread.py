"""Checks of ``[spread]``: three different Pis vote, or none."""

from __future__ import annotations

from firmware_py.config.mistakes import Findings
from firmware_py.settings import Settings

__all__ = ["check_spread", "standby_of", "voters_of"]


def standby_of(settings: Settings) -> str | None:
    """Return the Pi that follows the hub's journal, if the hall has one."""
    return next((name for name, node in settings.nodes.items() if "standby" in node.roles), None)


def voters_of(settings: Settings) -> tuple[str, ...]:
    """Return hub, standby and witness; nothing in a hall without a lease."""
    spread, standby = settings.spread, standby_of(settings)
    if spread.promote != "lease" or standby is None or spread.witness is None:
        return ()
    return spread.hub, standby, spread.witness


def check_spread(settings: Settings, found: Findings) -> None:
    """Add what contradicts itself."""
    if found.unsure(("spread",)) or found.unsure(("nodes",)):
        return
    if settings.spread.promote == "lease":
        _check_voters(settings, found)
    if settings.spread.promote == "lease" or standby_of(settings) is not None:
        _check_hub(settings, found)


def _check_hub(settings: Settings, found: Findings) -> None:
    """All Pis go by its name: nobody else is followed, whoever says that it decides."""
    hub, own = settings.spread.hub, settings.hall.node
    if hub in settings.nodes or (own not in settings.nodes and own != hub):
        found.add(
            ("spread", "hub"),
            f"{hub} is not the name of the Pi that holds the queue (this Pi is {own})",
            f"{hub} 不是主控设备的名称（本机是 {own}）",
        )


def _check_voters(settings: Settings, found: Findings) -> None:
    standby, witness = standby_of(settings), settings.spread.witness
    if standby is None:
        found.add(
            ("spread", "promote"),
            'a lease needs a standby: a Pi of [nodes] with the role "standby"',
            "自动接管需要一台备用主控：请在 [nodes] 中为一台设备写明 standby 角色",
        )
    if witness is None:
        found.add(
            ("spread", "promote"),
            "a lease needs a third voter: name a Pi of a window or a wall in witness",
            "自动接管需要第三台设备投票：请用 witness 写明一台窗口或主屏的设备",
        )
    elif witness not in settings.nodes or witness == standby:
        able = ", ".join(name for name in settings.nodes if name != standby)
        found.add(
            ("spread", "witness"),
            f"{witness} is none of the nodes beside hub and standby ({able})",
            f"{witness} 不是主控和备用主控以外的设备（可选：{able}）",
        )
