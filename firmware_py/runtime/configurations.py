"""How a hall's configuration gets to its Pis: at the hub it is offered, at the others taken up."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from firmware_py.config.file import Configuration, Folders
from firmware_py.config.node_env import with_node
from firmware_py.config.versions import FileBusy, locked

if TYPE_CHECKING:
    from firmware_py.runtime.hall import Hall
    from firmware_py.runtime.reconfigure import Reconfigure

__all__ = ["Mixed", "configuration_of", "finish_coming", "mend"]

log = logging.getLogger(__name__)

#: How long somebody who is changing the files at this moment is waited for.
BUSY_S = 30.0
_PAUSE_S = 0.1


class Mixed(Exception):
    """Old and new files are mixed, and it cannot be mended here; ``again``: in a moment it can."""

    def __init__(self, zh: str, en: str, *, again: bool) -> None:
        super().__init__(en)
        self.zh, self.en, self.again = zh, en, again


def mend(file: Path, busy_s: float = BUSY_S) -> None:
    """Put back what ``hallctl config undo`` left half-way, before it is read. Raises ``Mixed``.

    In the unit this daemon may not write there: root does it before the start, and what is said
    here is for a machine whose unit is an older one.
    """
    # Imported here: hardly any start has something to mend.
    folder, until_s = file.absolute().parent, time.monotonic() + busy_s
    if not (folder / ".undoing").exists():
        return
    from firmware_py.config.together import Together

    together = Together(folder)
    try:
        while together.left:
            try:
                with locked(file.absolute()):
                    if together.put_back():
                        log.warning("config undo was ended half-way: all former files are back")
            except FileBusy:
                # Whoever is at it is alive, and goes to the end of it, one way or the other.
                if time.monotonic() > until_s:
                    raise Mixed(
                        f"{folder} 正在被修改，请稍后再启动。",
                        f"{folder} is being changed; start again in a moment.",
                        again=True,
                    ) from None
                time.sleep(_PAUSE_S)
    except (OSError, ValueError) as error:
        raise Mixed(
            f"恢复上一个配置时被中断，新旧文件混杂，所以没有启动（{error}）。请依次执行："
            "sudo hallctl config mend；sudo systemctl restart halld",
            f"Bringing the former configuration back was ended half-way and old and new files are "
            f"mixed, so nothing was started ({error}). Give, one after the other: "
            "sudo hallctl config mend ; sudo systemctl restart halld",
            again=False,
        ) from error


def finish_coming(file: Path, env: Mapping[str, str]) -> None:
    """Finish what a power cut left of putting a hub's configuration in place, before it is read."""
    known = with_node(file, env)
    node = known.get("HALL_NODE", "")
    pending = file.absolute().parent / f".coming-{node}"
    if not node or not (pending / "commit").exists():
        return
    # Imported here: hardly any start has something to finish.
    from firmware_py.store.coming_files import ComingFiles
    from firmware_py.store.editions import FOLDER, EditionBook

    book = EditionBook(Folders.of(file, known).data / FOLDER)
    try:
        ComingFiles(file.absolute(), node, book).finish()
    except (OSError, ValueError) as error:
        log.error("%s: the hub's configuration is not wholly in place: %s", pending, error)  # noqa: TRY400
    else:
        log.warning("the hub's configuration was put in place, after a restart half-way")


def configuration_of(
    hall: Hall,
    reconfigure: Reconfigure,
    configuration: Configuration,
    file: Path,
    env: Mapping[str, str],
) -> Any:
    """Return this Pi's part in it, not started; None in a hall of one Pi."""
    # Imported here: a hall of one Pi does without.
    if not hall.settings.nodes and hall.settings.broker is None:
        return None
    if hall.queue.decides:
        from firmware_py.runtime.config_offer import HubConfiguration

        offer = HubConfiguration(hall, configuration, file, env)
        reconfigure.spread = offer
        return offer
    from firmware_py.runtime.config_follower import NodeConfiguration, coming_files

    return NodeConfiguration(hall, reconfigure, coming_files(configuration, file))
