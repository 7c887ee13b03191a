"""The kiosk's picture: a model and a look make it. Pure."""

from __future__ import annotations

from kiosk_ui.kiosk.kit import Kit
from kiosk_ui.kiosk.model import KioskModel
from kiosk_ui.kiosk.pages.still_there import still_there
from kiosk_ui.kiosk.pages.trouble import front
from kiosk_ui.look import Look
from kiosk_ui.ops import Picture

__all__ = ["view"]


def view(model: KioskModel, look: Look) -> Picture:
    """Return what the kiosk shows."""
    kit = Kit(model, look)
    if model.asking_s is not None:
        # A touch anywhere says that somebody is there.
        kit.draft.area("stay", kit.draft.rect, "")
        still_there(kit, model.asking_s)
    else:
        front(model).draw(kit)
    return kit.draft.picture()
