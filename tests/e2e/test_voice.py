"""What people hear in a whole hall: every call, one after another, also over a pulled plug."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from devices.voice.sound import level_db, quiet_ends, read
from firmware_py.bench.measure_voice import local_voice
from tests.e2e.scene import Change, Scene, refused, until

ONCE: list[Change] = [('device = "voice"\n', 'device = "voice"\ntimes = 1\nlanguages = ["zh"]\n')]


async def heard(hall: Scene, count: int) -> Any:
    """Wait until the chip has said so many sentences to their end; return what it is like."""

    async def look() -> Any:
        seen = await hall.bench.do("seen", "voice")
        return seen if len(seen["spoken"]) >= count else None

    return await until(look)


async def quick(hall: Scene, value: int = 20) -> None:
    await hall.bench.do("fault", "voice", fault="quick", value=value)


async def test_two_calls_at_once_are_said_one_after_the_other(place: Path) -> None:
    async with Scene(place, windows=("1", "12"), changes=ONCE) as hall:
        await quick(hall)
        for window in ("1", "12"):
            await hall.take()
            await hall.do("window.next", window=window)
        seen = await heard(hall, 2)
        assert seen["spoken"] == ["请A零零一号到一号窗口", "请A零零二号到十二号窗口"]
        assert seen["cut_off"] == 0
        assert seen["volume"] == 8


async def test_a_plug_pulled_in_the_middle_of_a_call_loses_no_call(place: Path) -> None:
    async with Scene(place, windows=("1",), changes=ONCE) as hall:
        await hall.take()
        await hall.do("window.next", window="1")

        async def speaking() -> bool:
            return (await hall.bench.do("seen", "voice"))["speaking"] is not None

        await until(speaking)
        await hall.bench.do("unplug", "voice")
        await hall.becomes("voice", "gone")
        await quick(hall)
        await hall.bench.do("plug", "voice")
        seen = await heard(hall, 1)
        assert seen["spoken"][-1] == "请A零零一号到一号窗口"


async def test_a_typed_text_is_said_and_recorded_and_what_cannot_be_said_is_refused(
    place: Path,
) -> None:
    async with Scene(place, changes=ONCE) as hall:
        await quick(hall)
        await hall.hall.call("voice.say", text="请3号窗口的纳税人返回")
        assert (await heard(hall, 1))["spoken"] == ["请三号窗口的纳税人返回"]
        refusal = await refused(hall.hall.call("voice.say", text="😀"))
        assert refusal.code == "unspeakable"
        nobody = await refused(hall.hall.call("voice.say", text="请", voice="cellar"))
        assert nobody.code == "no_voice"


async def test_the_pis_own_sound_says_a_call_of_which_length_level_and_silence_are_right(
    place: Path,
) -> None:
    scene = Scene(place, windows=("1",))
    local_voice(scene.stage.config, place / "no-bank")
    text = scene.stage.config.read_text(encoding="utf-8")
    scene.stage.config.write_text(
        text.replace(f', bank = "{place}/no-bank", chime = false', ""), encoding="utf-8"
    )
    async with scene as hall:
        await hall.take()
        await hall.do("window.next", window="1")

        async def played() -> Any:
            return (await hall.bench.do("seen", "voice"))["heard"]

        first = (await until(played))[0]
        written = await hall.bench.do("pictures", "voice", folder=str(place / "sounds"))
        sound = read(Path(written[0]))
        # 请A零零一号到一号窗口, and the same in English, by espeak-ng.
        assert 5 < sound.seconds < 12
        assert abs(sound.seconds - first["seconds"]) < 0.01
        assert -35 < level_db(sound) < -12
        before_s, after_s = quiet_ends(sound)
        assert before_s < 0.3
        assert after_s < 0.8
