"""Each Pi's cable is pulled at each step of a ticket's life; it is lived to its end all the same.

Five Pis, one hall for all: a ticket after the other goes from the kiosk's button to its rating, and
each time another cable is pulled at another step, or the broker dies or hangs. Who can go on alone
does; when the cable is back all agree, and no number is on two slips, or on none.
"""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from firmware_py.bench.spread import HUB
from tests.faults.cables import How, namespaces_lack
from tests.faults.cut_hall import KIOSK, LINKS, STANDBY, WALL, WINDOW, Cut
from tests.faults.ticket_life import STEPS, lived

APART = pytest.mark.skipif(
    bool(namespaces_lack()), reason=f"no network namespaces here: {namespaces_lack()}"
)
#: Each step once and each cable; some are noticed, some are over before.
USUAL = (
    Cut("press", KIOSK, long=False),
    Cut("decided", HUB, long=False),
    Cut("printed", "broker", "killed", long=False),
    Cut("waiting", "broker", "hung"),
    Cut("next", WINDOW, "down", long=False),
    Cut("shown", WALL, long=False),
    Cut("started", "broker", "killed", long=False),
    Cut("finished", HUB, "down"),
    Cut("rated", STANDBY, long=False),
)


async def test_a_ticket_lives_on_whichever_cable_is_pulled_at_whichever_step(place: Path) -> None:
    if namespaces_lack():
        # The cables are TCP forwarders then, which stop passing bytes.
        await lived(place, USUAL, apart=False)
    else:
        await lived(place, USUAL, apart=True)


@pytest.mark.long
async def test_a_broker_connection_that_passes_nothing_is_a_cut_like_any_other(
    place: Path,
) -> None:
    """Where namespaces may be made too: a forwarder cuts otherwise than a cable does."""
    cuts = (Cut("decided", KIOSK, long=False), Cut("finished", WINDOW), Cut("rated", HUB))
    await lived(place, cuts, apart=False)


@APART
@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("link", LINKS)
async def test_every_cable_at_every_step(place: Path, link: str) -> None:
    kinds: tuple[tuple[How, bool], ...] = (("silent", True), ("silent", False), ("down", True))
    cuts = [Cut(step, link, how, long) for step, (how, long) in product(STEPS, kinds)]
    await lived(place, cuts, apart=True)


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_the_broker_killed_and_hung_at_every_step(place: Path) -> None:
    killed = [Cut(step, "broker", "killed", long) for step in STEPS for long in (True, False)]
    hung = [Cut(step, "broker", "hung", long) for step in STEPS for long in (True, False)]
    cuts = [*killed, *hung]
    await lived(place, cuts, apart=False)
