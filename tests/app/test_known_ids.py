"""The filter of known ids: never a false "new", hardly ever a false "perhaps"."""

from __future__ import annotations

from firmware_py.app.known_ids import KnownIds


def test_what_was_added_is_always_known_and_strangers_hardly_ever() -> None:
    known = KnownIds()
    for n in range(200_000):
        known.add(f"kiosk-1:3f9a:{n}")
    assert all(f"kiosk-1:3f9a:{n}" in known for n in range(0, 200_000, 7))
    assert sum(f"pad-3:77aa:{n}" in known for n in range(20_000)) < 20_000 / 200


def test_an_empty_filter_knows_nothing() -> None:
    assert "anything" not in KnownIds()
