"""A broker that was not told what the hall's authority revoked or renewed: found out by trying."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from firmware_py.cli import broker_seen
from firmware_py.cli.doctor.broker_certificates import look_list
from firmware_py.cli.doctor.broker_rights import look_rights
from firmware_py.cli.doctor.finding import Finding, Level
from firmware_py.store.authority import Authority
from firmware_py.store.authority_register import TRIAL
from tests.cli.doctor.fakes import PLAIN, Fake, words
from tests.cli.hallrun import Hallctl
from tests.sync.secured import SecuredBroker, comes_in

STANDBY = '[nodes.{name}]\nroles = ["standby"]\n'


class Here:
    """A hub with its authority; the broker has been given its folder once, as by a stick."""

    def __init__(self, folder: Path) -> None:
        self.broker = SecuredBroker(folder, ("hub", "window-3", "window-4"))
        self.authority = self.broker.authority
        self.certs = folder / "certs"
        own = self.authority.folder
        self.config = folder / "hall.toml"
        self.config.write_text(
            f'{PLAIN}\n[broker]\nport = {self.broker.port}\nca_file = "{own}/ca.crt"\n'
            f'cert_file = "{own}/hub.crt"\nkey_file = "{own}/hub.key"\n',
            encoding="utf-8",
        )

    def carried(self, *, away: bool = False) -> None:
        """Whether the broker's folder can be reached from here."""
        if away:
            self.certs.rename(self.certs.with_name("certs.away"))
        else:
            self.certs.with_name("certs.away").rename(self.certs)

    def again(self) -> None:
        self.broker.kill()
        self.broker.start()

    def found(self, fake: Fake) -> list[Finding]:
        facts = fake.facts(self.config.read_text(encoding="utf-8"))
        assert facts.settings is not None
        assert facts.config.parent / "authority" == self.authority.folder
        return list(look_list(facts, facts.settings))


def done(found: Finding) -> str:
    assert found.do is not None
    return found.do.en


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Here]:
    # A busy machine is waited for; a technician is not kept waiting by a broker that hangs.
    monkeypatch.setattr(broker_seen, "REACH_S", 30.0)
    monkeypatch.setattr(broker_seen, "LOGIN_S", 30.0)
    monkeypatch.setattr(broker_seen, "QUIET_S", (0.3, 1.0, 2.0, 10.0))
    made = Here(tmp_path)
    made.broker.start()
    yield made
    made.broker.kill()


def test_the_doctor_tries_whether_the_broker_has_the_newest_list_and_says_what_to_type(
    here: Here, fake: Fake
) -> None:
    authority, now = here.authority, datetime.now(UTC)
    # Nothing was revoked and nothing renewed yet.
    assert here.found(fake) == []

    # Revoked at the hub; the broker's folder is out of reach, then reached and not read yet.
    here.carried(away=True)
    authority.revoke("window-3", now)
    assert [one.trouble for one in authority.spread()] == ["No such file or directory"]
    (found,) = here.found(fake)
    assert (found.level, "older list" in found.say.en) == (Level.RED, True)
    assert "broker certs place broker /etc/mosquitto/certs" in done(found)
    hallctl = Hallctl({"HALL_CONFIG": str(here.config), "HALL_RUN": str(here.config.parent)})
    listed = hallctl("broker", "certs").out
    assert TRIAL not in listed
    # Where a busy machine took too long it says that it could not find out.
    assert "list of revoked certificates" in listed, listed
    here.carried()
    authority.spread()
    (found,) = here.found(fake)
    assert found.level is Level.RED
    here.again()
    assert here.found(fake) == []
    assert comes_in(here.broker.port, here.broker.context("window-4"))

    # Renewed: the broker shows the former one until it has read the new.
    authority.issue("broker", now)
    (found,) = here.found(fake)
    assert (found.level, "older certificate" in found.say.en) == (Level.WARNING, True)
    authority.spread()
    here.again()
    assert here.found(fake) == []

    # A broker that is not there is told by others, not here.
    here.broker.kill()
    assert here.found(fake) == []


def test_an_authority_of_before_gets_its_trial_with_the_next_command(
    here: Here, fake: Fake
) -> None:
    here.authority.revoke("window-3", datetime.now(UTC))
    here.authority.spread()
    here.again()
    for end in ("crt", "key"):
        (here.authority.folder / f"{TRIAL}.{end}").unlink()
    (found,) = here.found(fake)
    assert (found.level, "cannot be tried yet" in found.say.en) == (Level.WARNING, True)
    assert done(found) == "sudo hallctl broker certs make"
    Authority(here.authority.folder).spread()
    # A new list, which the broker has not read.
    (found,) = here.found(fake)
    assert found.level is Level.RED
    here.again()
    assert here.found(fake) == []


def test_what_the_command_carries_is_no_secret_and_enough(here: Here, tmp_path: Path) -> None:
    here.authority.revoke("window-3", datetime.now(UTC))
    to = tmp_path / "there"
    to.mkdir()
    packed = subprocess.run(
        ["tar", "-C", str(here.authority.folder), "-c", "broker.crt", "revoked.crl"],
        check=True, capture_output=True,
    )  # fmt: skip
    subprocess.run(["tar", "-C", str(to), "-x"], input=packed.stdout, check=True)
    assert all(b"PRIVATE" not in path.read_bytes() for path in to.iterdir())
    assert (to / "revoked.crl").read_bytes() == (here.authority.folder / "revoked.crl").read_bytes()


def test_of_a_list_of_rights_elsewhere_it_is_said_for_whom_it_was_last_written(
    fake: Fake, tmp_path: Path
) -> None:
    first = f"{PLAIN}\n[broker]\n{STANDBY.format(name='standby-1')}"
    facts = fake.facts(first)
    folder = facts.config.parent / "authority"
    folder.mkdir(mode=0o700)
    assert list(look_rights(facts)) == []
    hallctl = Hallctl({"HALL_CONFIG": str(facts.config), "HALL_RUN": str(tmp_path)})
    assert "user standby-1" in hallctl("broker", "acl").out
    assert list(look_rights(facts)) == []
    (found,) = look_rights(fake.facts(first.replace("standby-1", "standby-2")))
    assert found.level is Level.WARNING
    assert "standby-2 was not in it" in words([found])
    assert "cannot be seen from here" in words([found])


def test_a_broker_that_hangs_is_asked_once_and_told_by_others(
    fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = SecuredBroker(tmp_path, ("hub", "window-3"))
    made.authority.revoke("window-3", datetime.now(UTC))
    monkeypatch.setattr(broker_seen, "LOGIN_S", 0.2)
    own = made.authority.folder
    with socket.create_server(("127.0.0.1", made.port)) as silent:
        facts = fake.facts(
            f'{PLAIN}\n[broker]\nport = {made.port}\nca_file = "{own}/ca.crt"\n'
            f'cert_file = "{own}/hub.crt"\nkey_file = "{own}/hub.key"\n'
        )
        assert facts.settings is not None
        assert list(look_list(facts, facts.settings)) == []
        silent.settimeout(0.5)
        silent.accept()[0].close()
        # Nobody came a second time.
        with pytest.raises(TimeoutError):
            silent.accept()
