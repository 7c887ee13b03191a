"""Which files that a configuration names are looked at: at the hub all, at another Pi its own.

A Pi is given what it goes by itself: templates of other Pis' printers, layouts of other walls and
passwords of other windows are not there, and nobody's mistake.
"""

from __future__ import annotations

import msgspec

from firmware_py.config.broker import check_broker_files
from firmware_py.config.devices import check_named_files
from firmware_py.config.displays import check_display_files
from firmware_py.config.mirrors import check_mirror_files
from firmware_py.config.mistakes import Findings
from firmware_py.config.places import HUB, device_nodes
from firmware_py.settings import Settings

__all__ = ["check_files_here"]


def check_files_here(settings: Settings, found: Findings) -> list[Findings]:
    """Add what is wrong with templates, profiles, mirrors' and broker's files; return the rest's.

    ``settings`` are those of the whole hall.
    """
    replace = msgspec.structs.replace
    own = settings.hall.node if settings.hall.node in settings.nodes else HUB
    check_broker_files(settings, found)
    if own == HUB:
        # Everything is given from here; but what a window's own Pi keeps to itself.
        elsewhere = {name for node in settings.nodes.values() for name in node.windows}
        check_mirror_files(_without_mirrors(settings, elsewhere), found)
        check_named_files(settings, found)
        return check_display_files(settings, found)
    node, places = settings.nodes[own], device_nodes(settings)
    others = {window.id for window in settings.windows} - set(node.windows)
    check_mirror_files(_without_mirrors(settings, others), found)
    devices = {name: one for name, one in settings.devices.items() if places[name] == own}
    check_named_files(replace(settings, devices=devices), found)
    walls = tuple(
        wall if wall.id in node.walls else replace(wall, layout=None) for wall in settings.walls
    )
    # A notice that cannot be used is said where it is shown, and keeps nothing else back.
    displays = replace(settings.displays, notices=None)
    return check_display_files(replace(settings, walls=walls, displays=displays), found)


def _without_mirrors(settings: Settings, windows: set[str]) -> Settings:
    replace = msgspec.structs.replace
    return replace(
        settings,
        windows=tuple(
            replace(one, mirror=None) if one.id in windows else one for one in settings.windows
        ),
    )
