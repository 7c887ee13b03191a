"""Signatures in a whole hall: asked, given, bound to a form's version, kept, taken out."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import stat
from pathlib import Path
from typing import Any

from firmware_py.core.form_code import code_of
from firmware_py.store.vault import Vault
from kiosk_ui.window.signing import png_of
from tests.e2e.scene import TODAY, Connection, Scene, refused, unplugged, until
from tests.e2e.test_checks import files_with

FORM = "F20261123-001"
PNG = png_of([((100, 700), (400, 150), (800, 600))])
OTHER = png_of([((200, 300), (500, 850), (900, 200))])
SHA, OTHER_SHA = (hashlib.sha256(one).hexdigest() for one in (PNG, OTHER))


async def with_form(hall: Scene) -> None:
    await hall.take()
    await hall.do("window.next", window="1")
    await hall.do("window.start", window="1")
    await hall.do("form.make", window="1", papers=[{"name": "合同"}], days=5)


def asked(hall: Scene | Connection, **more: Any) -> Any:
    client = hall if isinstance(hall, Connection) else hall.hall
    return client.call("signature.ask", window="1", form=FORM, **more)


def given(hall: Scene, png: bytes = PNG, **more: Any) -> Any:
    picture = base64.b64encode(png).decode()
    return hall.hall.call("signature.give", **{"window": "1", "form": FORM, "png": picture} | more)


def vault_of(hall: Scene) -> Vault:
    return Vault(hall.stage.data / "vault", hall.stage.data / "keys")


async def signed(hall: Scene, **more: Any) -> Any:
    return (await hall.hall.call("form.show", form=FORM, **more))["signed"]


async def test_a_form_is_signed_kept_and_unsigned_when_it_changes(place: Path) -> None:
    async with unplugged(place, windows=["1"]) as hall:
        await with_form(hall)
        assert await signed(hall) is None
        assert await asked(hall) == {
            "window": "1", "signature": {"form": FORM, "version": 1, "number": "A001"},
        }  # fmt: skip
        told = await given(hall, command_id="sign-1", by="window-1")
        assert (told["form"], told["version"], told["sha256"]) == (FORM, 1, SHA)
        assert [one["type"] for one in told["events"]] == ["form.signed"]
        assert told["events"][0]["data"] == {
            "form": FORM, "version": 1, "number": "A001", "window": "1",
            "size": len(PNG), "sha256": SHA,
        }  # fmt: skip
        found = await signed(hall)
        assert found["version"] == 1
        name = f"A001-{FORM}v1-sign-{SHA[:8]}"
        assert vault_of(hall).names(TODAY) == [name]
        assert vault_of(hall).get(TODAY, name) == PNG
        # Asked for once more: the new one takes the place of the first, on the disk too.
        await asked(hall)
        await given(hall, OTHER)
        assert vault_of(hall).names(TODAY) == [f"A001-{FORM}v1-sign-{OTHER_SHA[:8]}"]
        await hall.do("form.change", form=FORM, asked="多缴税款退税")
        assert await signed(hall) is None
        assert (await signed(hall, version=1))["version"] == 1
        await asked(hall)
        await given(hall)
        assert (await signed(hall))["version"] == 2
        history = (await hall.hall.call("form.show", form=FORM, history=True))["history"]
        assert [(one["type"], one["version"]) for one in history] == [
            ("form.made", 1), ("form.signed", 1), ("form.signed", 1), ("form.changed", 2),
            ("form.signed", 2),
        ]  # fmt: skip
        ran = await hall.hallctl("form", "show", FORM, "--history")
        assert "Signed" in ran.out
        # The signature is of a person: the picture is open in no file.
        packed = PNG[PNG.index(b"IDAT") + 4 :][:60]
        files = await asyncio.to_thread(lambda: [p for p in place.rglob("*") if p.is_file()])
        assert not [p for p in files if packed in p.read_bytes()]
        sent = base64.b64encode(PNG).decode()
        assert await asyncio.to_thread(files_with, place, sent[80:140]) == []


async def test_a_signature_is_taken_out_by_version_and_who_did_it_is_recorded(
    place: Path,
) -> None:
    async with unplugged(place, windows=["1"]) as hall:
        await with_form(hall)
        ran = await hall.hallctl("form", "signature", FORM)
        assert (ran.code, "is not signed" in ran.err) == (1, True)
        await asked(hall)
        await given(hall)
        await hall.do("form.change", form=FORM, asked="多缴税款退税")
        await asked(hall)
        await given(hall, OTHER)
        for version, png in ((1, PNG), (2, OTHER)):
            file = place / f"{version}.png"
            ran = await hall.hallctl(
                "form", "signature", FORM, "--version", str(version), "--out", str(file)
            )
            assert ran.code == 0, ran.err
            assert file.read_bytes() == png
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
        actions = [one for one in await hall.journal() if one["type"] == "action.taken"]
        assert [one["data"]["subject"] for one in actions] == [f"{FORM} v1", f"{FORM} v2"]
        assert {one["data"]["action"] for one in actions} == {"signature.exported"}
        assert {one["by"].partition(":")[0] for one in actions} == {"hallctl"}
        # A picture put in another's place is noticed.
        vault, name = vault_of(hall), f"A001-{FORM}v2-sign-{OTHER_SHA[:8]}"
        await asyncio.to_thread(vault.put, TODAY, name, PNG)
        refusal = await refused(hall.hall.call("form.signature", form=FORM))
        assert refusal.code == "signature_damaged"
        # At somebody's wish both go with the form's number, as its QR has it too.
        assert (await hall.hall.call("privacy.forget", number=code_of(FORM)))["files"] == 2
        assert vault.names(TODAY) == []
        refusal = await refused(hall.hall.call("form.signature", form=FORM))
        assert "没有这份资料" in refusal.zh


async def test_what_is_no_signature_of_whoever_is_here_is_refused(place: Path) -> None:
    async with unplugged(place, windows=["1", "2"]) as hall:
        await with_form(hall)
        await hall.take()
        codes = []

        async def wrong(call: Any) -> None:
            codes.append((await refused(call)).code)

        call = hall.hall.call
        await wrong(given(hall))
        await wrong(call("signature.cancel", window="1"))
        await wrong(call("signature.cancel", window="99"))
        await wrong(call("signature.ask", window="2", form=FORM))
        await wrong(call("signature.ask", window="1", form="F20261123-007"))
        assert codes == [
            "no_signature_asked", "no_signature_asked", "unknown_window", "form_not_signed_here",
            "unknown_form",
        ]  # fmt: skip
        codes.clear()
        await asked(hall)
        await wrong(given(hall, b"\xff\xd8\xff a JPEG"))
        await wrong(given(hall, png_of([])))
        await wrong(given(hall, bytes(40 * 1024 + 1)))
        await wrong(call("signature.give", window="1", form=FORM, png="not base64!"))
        assert codes == ["bad_signature", "signature_blank", "signature_too_large", "bad_signature"]
        codes.clear()
        # It goes on waiting until it is given, taken back, or cannot be given any more.
        await call("signature.cancel", window="1")
        await wrong(given(hall))
        await asked(hall)
        await hall.do("form.change", form=FORM, asked="退税")
        await wrong(given(hall))
        await asked(hall)
        await hall.do("form.withdraw", form=FORM)
        await wrong(given(hall))
        await hall.do("form.make", window="1", papers=[{"name": "合同"}], days=5)
        await call("signature.ask", window="1", form="F20261123-002")
        await hall.do("window.next", window="1")
        await wrong(given(hall, form="F20261123-002"))
        assert codes == [
            "no_signature_asked", "no_signature_asked", "form_is_withdrawn",
            "form_not_signed_here",
        ]  # fmt: skip
        assert not (hall.stage.data / "vault").exists()
        assert "form.signed" not in {one["type"] for one in await hall.journal()}


async def test_who_was_just_finished_may_still_sign(place: Path) -> None:
    async with unplugged(place, windows=["1"]) as hall:
        await with_form(hall)
        await hall.do("window.finish", window="1")
        await asked(hall)
        await given(hall)
        assert (await signed(hall))["version"] == 1


async def test_a_double_touch_and_a_retry_sign_once(place: Path) -> None:
    async with unplugged(place, windows=["1"]) as hall:
        await with_form(hall)
        await asked(hall)
        first, second = await asyncio.gather(
            given(hall, command_id="sign-1"), given(hall, command_id="sign-2")
        )
        assert (first["repeated"], second["repeated"]) == (False, True)
        await hall.kill()
        await hall.start(devices=False)
        # Sent again after the daemon started again: it is there. Another one nobody asked for.
        assert (await given(hall, command_id="sign-1"))["repeated"] is True
        assert (await refused(given(hall, OTHER))).code == "no_signature_asked"
        types = [one["type"] for one in await hall.journal()]
        assert types.count("form.signed") == 1


async def test_without_the_days_key_nothing_is_signed(place: Path) -> None:
    async with unplugged(place, windows=["1"]) as hall:
        await with_form(hall)
        await asked(hall)
        await given(hall)
        await hall.hall.call("privacy.destroy", day=TODAY)
        refusal = await refused(hall.hall.call("form.signature", form=FORM))
        assert "密钥已按期销毁" in refusal.zh
        await hall.do("form.change", form=FORM, asked="退税")
        await asked(hall)
        refusal = await refused(given(hall, OTHER))
        assert "密钥已按期销毁" in refusal.zh
        assert await signed(hall) is None
        assert [one["type"] for one in await hall.journal()].count("form.signed") == 1


async def test_the_windows_screens_see_which_form_waits_until_it_is_signed(place: Path) -> None:
    async with unplugged(place, windows=["1"]) as hall:
        await with_form(hall)
        screen = await hall.client()
        heard: list[Any] = []
        screen.on_event = lambda told: heard.append(told["params"]["signature"])
        assert (await screen.call("screen.watch", window="1"))["signature"] is None
        await asked(hall)
        await hall.hall.call("signature.cancel", window="1")
        await asked(hall)
        await given(hall)
        await asked(hall)
        await hall.do("form.change", form=FORM, asked="退税")

        async def all_heard() -> bool:
            return len(heard) >= 6

        await until(all_heard)
        waits = {"form": FORM, "version": 1, "number": "A001"}
        assert heard == [waits, None, waits, None, waits, None]
