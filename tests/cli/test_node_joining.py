"""What a new Pi does with what the hub sends: taken as a whole, or not at all."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from firmware_py.cli.node_joining import Place
from firmware_py.config.parcel import Parcel, parcel_for
from firmware_py.store.authority import Authority
from firmware_py.store.certificates import make_request, new_key
from firmware_py.store.joining_files import JoiningFiles
from firmware_py.sync.adoption import Welcome
from firmware_py.sync.joining import CannotJoin
from tests.cli.pis import HubFolder


class NewPi:
    """A new Pi that a hub has told everything but its certificate."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        hub = HubFolder(folder / "hub")
        self.authority = Authority.make(hub.folder / "authority", "demo", datetime.now(UTC))
        self.parcel: Parcel = parcel_for(hub.config, "window-3", os.environ)
        self.etc = folder / "etc"
        self.etc.mkdir()
        monkeypatch.setenv("HALL_DATA", str(folder / "data"))
        self.files = JoiningFiles(self.etc)
        self.request = self.files.request()
        self.place = Place(self.files, lambda welcome, files: None)

    def stage(self, cert: str = "") -> None:
        """Take the files; ``cert`` is where the certificate is said to belong."""
        one, ca = self.parcel, (self.authority.folder / "ca.crt").read_bytes()
        welcome = Welcome(
            b"", one.node, "demo", "0.1.0", 0.0, one.ca, cert or one.cert, one.key, ()
        )
        self.place.stage(welcome, {**one.files, one.ca: ca})

    def signed(self, request: bytes, name: str = "window-3") -> bytes:
        """Return a certificate of the hall's."""
        return self.authority.sign(request, name, datetime.now(UTC))

    @property
    def in_place(self) -> set[str]:
        """Names of what is there already."""
        return {path.name for path in self.etc.iterdir()} - {".joining"}


@pytest.fixture
def pi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> NewPi:
    return NewPi(tmp_path, monkeypatch)


def test_a_certificate_that_would_not_let_it_in_changes_nothing(pi: NewPi) -> None:
    others = make_request("new", new_key())
    for wrong in (b"no certificate", pi.signed(others), pi.signed(pi.request, "window-4")):
        pi.stage()
        with pytest.raises(CannotJoin) as refused:
            pi.place.commit(wrong)
        assert refused.value.code == "bad_parcel"
        assert "broker/window-3.crt" in refused.value.zh
        assert pi.in_place == set()
    # The key stays for the next time, which is right.
    pi.stage()
    pi.place.commit(pi.signed(pi.request))
    assert pi.in_place == {"hall.toml", "items.toml", "node.env", "broker"}


def test_where_the_certificate_belongs_is_looked_at_before_anything_is_signed(pi: NewPi) -> None:
    with pytest.raises(CannotJoin) as refused:
        pi.stage(cert="../window-3.crt")
    assert refused.value.code == "bad_parcel"
    assert not pi.files.new.exists()
