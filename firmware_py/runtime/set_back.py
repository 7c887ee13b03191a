"""A hub whose card is an old copy: its journal lacks what the standby copied from it before.

Nothing at the Pi itself tells: marker and marks came back with the card. The standby's copy does,
for one hub alone writes an epoch. Numbers that are on papers are unknown here, so nothing is
decided any more; kiosks and windows go on as if cut off, until the standby is promoted.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from firmware_py.app.writer import HallWriter
from firmware_py.core.refusals import Refusal

if TYPE_CHECKING:
    from firmware_py.runtime.hall import Hall

__all__ = ["SET_BACK", "was_set_back"]

log = logging.getLogger(__name__)

#: The refusal's code.
SET_BACK = "set_back"


def was_set_back(hall: Hall, standby: str, upto: int) -> None:
    """Decide nothing from now on: ``standby`` has events of this epoch that are not here."""
    if not isinstance(hall.writer, HallWriter) or _known(hall):
        return
    why = _refusal(standby, hall.writer.last_seq, upto)
    log.error("%s %s", why.zh, why.en)
    hall.writer.held_back = lambda: why
    hall.storage = why
    if hall.sync is not None:
        hall.sync.decides(False)


def _known(hall: Hall) -> bool:
    return hall.storage is not None and hall.storage.code == SET_BACK


def _refusal(standby: str, here: int, upto: int) -> Refusal:
    return Refusal(
        SET_BACK,
        f"主控的存储卡像是旧的副本：流水只到第 {here} 条，备用主控 {standby} 有到第 {upto} 条。"
        "主控已停止受理，以免重号；取号机用预留的号码继续。"
        f"请在 {standby} 上执行 hallctl hub promote。",
        f"The hub's card looks like an old copy: its journal ends with event {here}, and the "
        f"standby {standby} has up to event {upto}. The hub takes nothing more, so that no number "
        "is given twice; kiosks go on with numbers of their own. Give hallctl hub promote at "
        f"{standby}.",
        {"standby": standby, "here": str(here), "upto": str(upto)},
    )
