"""A secured broker and its certificates: what ended, ends soon, or is not what it should be."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from firmware_py.cli.doctor import broker, rights
from firmware_py.cli.doctor.broker_certificates import look_authority
from firmware_py.cli.doctor.finding import Finding, Level
from firmware_py.store.authority import Authority
from tests.cli.doctor.fakes import PLAIN, Fake, at, status_of, words
from tests.sync.secured import Peer, SecuredBroker

YEAR_S = 365 * 86_400.0


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecuredBroker]:
    made = SecuredBroker(tmp_path_factory.mktemp("b"), ("hub", "window-3", "old"))
    made.authority.issue("old", datetime.now(UTC), days=-1)
    for end in ("crt", "key"):
        (made.authority.folder / f"empty.{end}").touch()
    made.start()
    yield made
    made.kill()


def hall(secured: SecuredBroker, name: str = "hub", *, key: str = "", port: int = 0) -> str:
    """Return a configuration that comes in as ``name``."""
    folder = secured.authority.folder
    return (
        f"{PLAIN}\n[broker]\nport = {port or secured.port}\nca_file = \"{folder}/ca.crt\"\n"
        f"cert_file = \"{folder}/{name}.crt\"\nkey_file = \"{folder}/{key or name}.key\"\n"
    )  # fmt: skip


def look(fake: Fake, config: str) -> list[Finding]:
    fake.wall_s = max(time.time(), fake.wall_s)
    return list(broker.look(fake.facts(config)))


def test_a_hall_with_a_good_certificate_is_let_in(fake: Fake, secured: SecuredBroker) -> None:
    (found,) = look(fake, hall(secured))
    assert (found.level, found.say.en) == (
        Level.OK,
        f"127.0.0.1:{secured.port} lets us in; nothing piles up.",
    )


def test_a_daemon_that_is_in_is_not_thrown_out_by_the_doctor(
    fake: Fake, secured: SecuredBroker
) -> None:
    fake.wall_s = time.time()
    facts = fake.facts(hall(secured))
    connected = {"connected": True, "backlog": 0, "consumers": {}}
    with Peer(secured.port, secured.context("hub")) as daemon:
        (found,) = broker.look(replace(facts, status=status_of(broker=connected)))
        assert found.level is Level.OK
        daemon.say_all([("hall/v1/demo/state/hall", b"{}")])
        assert daemon.is_in


@pytest.mark.parametrize(
    ("name", "zh", "en"),
    [
        ("old", "已于", "(old) ended on"),
        ("window-3", "证书的名称是 window-3", "names window-3, but hall.node is hub"),
        ("broker", "不是设备用的证书", "is for no node"),
        ("empty", "不是可用的证书", "is no certificate (its content is wrong)"),
    ],
)
def test_a_certificate_that_is_not_this_machines_or_over_is_red(
    fake: Fake, secured: SecuredBroker, name: str, zh: str, en: str
) -> None:
    found = at(Level.RED, look(fake, hall(secured, name)))
    assert any(zh in one.say.zh and en in one.say.en for one in found), words(found)
    assert all(one.do for one in found)


def test_what_the_broker_refuses_is_told_in_words(fake: Fake, tmp_path: Path) -> None:
    made = SecuredBroker(tmp_path, ("hub",))
    other = Authority.make(tmp_path / "other", "demo", datetime.now(UTC))
    other.issue("hub", datetime.now(UTC))
    for end in ("crt", "key"):
        (made.authority.folder / f"hub.{end}").write_bytes(
            (other.folder / f"hub.{end}").read_bytes()
        )
    made.start()
    try:
        (found,) = look(fake, hall(made))
    finally:
        made.kill()
    assert found.level is Level.RED
    assert "machine's certificate" in found.say.en
    assert "本机" in found.say.zh


def test_a_key_of_another_certificate_is_red(fake: Fake, secured: SecuredBroker) -> None:
    found = at(Level.RED, look(fake, hall(secured, key="window-3")))
    assert "cert_file and broker.key_file do not belong together" in words(found)


@pytest.mark.parametrize(
    ("ahead_years", "level", "en"),
    [
        (2.95, Level.WARNING, "ends on"),
        (3.1, Level.RED, "or this clock is wrong"),
        (-20.0, Level.RED, "begins on 2020-01-01, or this clock is wrong"),
    ],
)
def test_what_this_clock_says_of_our_certificate_is_told(
    fake: Fake, secured: SecuredBroker, ahead_years: float, level: Level, en: str
) -> None:
    fake.wall_s = time.time() + ahead_years * YEAR_S
    found = at(level, broker.look(fake.facts(hall(secured))))
    assert any(en in one.say.en for one in found), words(found)


def test_all_that_the_halls_authority_signed_is_looked_at(
    fake: Fake, secured: SecuredBroker
) -> None:
    now = datetime.now(UTC)
    made = Authority.make(fake.root / "authority", "demo", now)
    for name, days in (("wall-1", 900), ("kiosk-1", 12), ("centre", -3), ("stolen", -3)):
        made.issue(name, now, days=days)
    made.revoke("stolen", now)

    def found_there() -> list[Finding]:
        fake.wall_s = max(time.time(), fake.wall_s)
        return list(look_authority(fake.facts(hall(secured))))

    found = found_there()
    (ended,), (soon,) = at(Level.RED, found), at(Level.WARNING, found)
    assert "Certificates have ended: centre;" in ended.say.en
    assert "证书即将到期：kiosk-1，" in soon.say.zh
    assert ended.do is not None
    assert ended.do.en == "sudo hallctl broker certs renew"
    made.renew(60, now)
    assert found_there() == []
    (fake.root / "authority").chmod(0o755)
    assert "Other users may enter" in words(at(Level.RED, found_there()))


def test_a_key_that_everybody_reads_is_red(
    fake: Fake, secured: SecuredBroker, tmp_path: Path
) -> None:
    key = tmp_path / "hub.key"
    config = hall(secured).replace(f"{secured.authority.folder}/hub.key", str(key))
    key.write_text("", encoding="utf-8")
    key.chmod(0o644)
    found = words(at(Level.RED, rights.look(fake.facts(config))))
    assert f"Everybody may read the key in {key} (0644)" in found
    key.chmod(0o600)
    assert "the key" not in words(at(Level.RED, rights.look(fake.facts(config))))
