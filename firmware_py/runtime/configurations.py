"""How a hall's configuration gets to its Pis: at the hub it is offered, at the others taken up."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from firmware_py.config.file import Configuration, Folders
from firmware_py.config.node_env import with_node

if TYPE_CHECKING:
    from firmware_py.runtime.hall import Hall
    from firmware_py.runtime.reconfigure import Reconfigure

__all__ = ["configuration_of", "finish_coming"]

log = logging.getLogger(__name__)


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
