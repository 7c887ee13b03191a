"""A kiosk's own loudspeaker in a whole hall: pages at once, calls never."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from tests.e2e.scene import Change, Scene, refused, unplugged, until

SPEAKER = "voice-kiosk-1"
#: The same kiosk with the Pi's own sound.
LOCAL: Change = (
    'kind = "voice.xfs5152"\nport = "${HALL_RUN}/wire/voice-kiosk-1"\n',
    'kind = "voice.local"\noptions = { output = "mock:${HALL_RUN}/wire/card" }\n',
)
SYN: Change = (
    'kind = "voice.xfs5152"\nport = "${HALL_RUN}/wire/voice-kiosk-1"\n',
    'kind = "voice.syn6288"\nport = "${HALL_RUN}/wire/voice-kiosk-1"\n',
)
PAGE = "请选择您要办理的事项。税务登记，申报征收，税收优惠，发票办理，证明开具，咨询信用投诉。"


async def say(hall: Scene, text: str, **more: Any) -> bool:
    told = await hall.hall.call(
        "kiosk.say", **{"kiosk": "kiosk-1", "text": text, "language": "zh", **more}
    )
    assert told["kiosk"] == "kiosk-1"
    return bool(told["spoken"])


async def test_a_page_that_is_left_is_cut_off_by_the_next(place: Path) -> None:
    async with Scene(place, windows=["1"]) as hall:
        await hall.becomes(SPEAKER, "ok")
        assert (await hall.hall.call("kiosk.show", kiosk="kiosk-1"))["voice"]
        assert await say(hall, PAGE, volume=30)
        await hall.shows(SPEAKER, speaking=PAGE, volume=3)
        assert await say(hall, "您的号码是A001，前面2人", volume=100)
        await hall.shows(SPEAKER, speaking="您的号码是A零零一，前面二人", cut_off=1, volume=10)
        # A call in the hall is said in the hall.
        await hall.take()
        await hall.do("window.next", window="1")
        await hall.shows("voice", speaking="请A零零一号到一号窗口")
        assert await say(hall, "") is False
        seen = await hall.shows(SPEAKER, speaking=None, cut_off=2)
        assert (seen["spoken"], seen["count"]) == ([], 2)
        # Neither is in the journal, nor in the log.
        assert not any("号码是" in str(event) for event in await hall.journal())
        assert "号码是" not in hall.stage.log_of("halld")


async def test_twenty_pages_turned_in_a_moment_leave_the_last(place: Path) -> None:
    async with Scene(place) as hall:
        await hall.becomes(SPEAKER, "ok")
        await hall.fault(SPEAKER, "quick", 20)
        told = await asyncio.gather(*[say(hall, f"第{n}页") for n in range(1, 21)])
        assert told[-1] is True

        async def last() -> bool:
            return "第二十页" in (await hall.seen(SPEAKER))["spoken"]

        await until(last)
        assert (await hall.seen(SPEAKER))["spoken"][-1] == "第二十页"


async def test_the_pis_own_sound_is_cut_off_too(place: Path) -> None:
    async with Scene(place, changes=[LOCAL]) as hall:
        await hall.becomes(SPEAKER, "ok")
        assert await say(hall, PAGE)
        await hall.shows(SPEAKER, playing=True, count=1)
        assert await say(hall, "请取走您的号票", language="zh")
        seen = await hall.shows(SPEAKER, count=2)
        assert (seen["cut_off"], seen["overlaps"]) == (1, 0)
        await say(hall, "")
        seen = await hall.shows(SPEAKER, playing=False)
        assert seen["count"] == 2


async def test_what_cannot_or_may_not_be_said_is_refused(place: Path) -> None:
    async with Scene(place, changes=[SYN]) as hall:
        await hall.becomes(SPEAKER, "ok")
        assert await say(hall, PAGE)
        await hall.shows(SPEAKER, speaking=PAGE)
        refusal = await refused(say(hall, "Choose what you came for", language="en"))
        assert (refusal.code, "SYN6288" in refusal.zh) == ("unspeakable", True)
        # The page was left all the same.
        await hall.shows(SPEAKER, speaking=None)
        nobody = await refused(say(hall, "请110105194912310021到窗口"))
        assert nobody.code == "personal_data"
        assert (await refused(say(hall, "请", kiosk="kiosk-2"))).code == "no_voice"
        assert (await refused(say(hall, "请", kiosk="kiosk-9"))).code == "unknown_kiosk"


async def test_wrong_parameters_are_named(place: Path) -> None:
    wrong: list[dict[str, Any]] = [
        {"text": "页" * 501},
        {"language": "fr"},
        {"volume": 101},
        {"volume": -1},
        {"voice": "hall"},
    ]
    async with unplugged(place, open_day=False) as hall:
        for more in wrong:
            refusal = await refused(say(hall, **{"text": "请", **more}))
            assert refusal.code in {"bad_field", "unknown_field"}, more


async def test_a_loudspeaker_that_is_unplugged_says_so_at_once_and_comes_back(place: Path) -> None:
    async with Scene(place) as hall:
        await hall.becomes(SPEAKER, "ok")
        assert await say(hall, PAGE)
        await hall.bench.do("unplug", SPEAKER)
        await hall.becomes(SPEAKER, "gone")
        assert await say(hall, "请选择事项") is False
        assert not (await hall.hall.call("kiosk.show", kiosk="kiosk-1"))["voice"]
        await hall.bench.do("plug", SPEAKER)
        await hall.becomes(SPEAKER, "ok")
        # What was to be said meanwhile is of a page that nobody sees any more.
        seen = await hall.seen(SPEAKER)
        assert seen["speaking"] is None
        assert await say(hall, "请选择事项")
        await hall.shows(SPEAKER, speaking="请选择事项")
