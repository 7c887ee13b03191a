"""A hall's authority: whom it lets in, until when, and what a stranger finds in its folder."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from firmware_py.store.authority import Authority
from firmware_py.store.authority_checks import AuthorityError
from firmware_py.store.authority_register import TRIAL
from firmware_py.store.certificates import (
    BEGIN,
    make_request,
    misfit,
    new_key,
    read_certificate,
)
from firmware_py.store.private_file import write_private

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority.make(tmp_path / "authority", "demo", NOW)


def certificate(authority: Authority, name: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate((authority.folder / f"{name}.crt").read_bytes())


def revoked(authority: Authority) -> set[int]:
    """Return what the list has beside the certificate that a broker may be tried with."""
    found = x509.load_pem_x509_crl((authority.folder / "revoked.crl").read_bytes())
    listed = {one.serial_number for one in found}
    if listed:
        listed.remove(certificate(authority, TRIAL).serial_number)
    return listed


def test_a_certificate_names_its_owner_and_is_signed_by_the_hall(authority: Authority) -> None:
    entry = authority.issue("window-3", NOW)
    found, ca = certificate(authority, "window-3"), certificate(authority, "ca")
    found.verify_directly_issued_by(ca)
    assert found.subject.rfc4514_string() == "CN=window-3"
    assert ca.subject.rfc4514_string() == "CN=hall demo"
    key = found.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert key.curve.name == "secp256r1"
    assert entry.ends == found.not_valid_after_utc == NOW + timedelta(days=1095)


def test_a_new_pi_sees_whether_the_certificate_that_it_gets_will_let_it_in(
    authority: Authority, tmp_path: Path
) -> None:
    own, ca = new_key(), (authority.folder / "ca.crt").read_bytes()
    right = authority.sign(make_request("new", own), "window-3", NOW)
    assert misfit(right, own, ca, "window-3") == ""
    assert misfit(right, new_key(), ca, "window-3") == "another key"
    assert misfit(right, own, ca, "window-4") == "window-3, client"
    assert misfit(b"", own, ca, "window-3").startswith("ValueError: ")
    other = Authority.make(tmp_path / "other", "demo", NOW)
    assert misfit(right, own, (other.folder / "ca.crt").read_bytes(), "window-3") != ""
    authority.issue("broker", NOW, hosts=("hub.local",))
    broker, key = ((authority.folder / f"broker.{one}").read_bytes() for one in ("crt", "key"))
    assert misfit(broker, key, ca, "broker") == "broker, broker"


def test_it_is_good_on_a_pi_whose_clock_is_years_behind(authority: Authority) -> None:
    authority.issue("window-3", NOW)
    assert certificate(authority, "window-3").not_valid_before_utc == BEGIN
    crl = x509.load_pem_x509_crl((authority.folder / "revoked.crl").read_bytes())
    assert crl.last_update_utc == BEGIN + timedelta(seconds=1)
    assert crl.next_update_utc == authority.ends


def test_only_the_broker_may_be_a_server_and_it_is_no_client(authority: Authority) -> None:
    authority.issue("broker", NOW, hosts=("hub.local", "192.168.1.10"))
    authority.issue("hub", NOW)
    broker, hub = (
        certificate(authority, name).extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        for name in ("broker", "hub")
    )
    assert list(broker) == [ExtendedKeyUsageOID.SERVER_AUTH]
    assert list(hub) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    told = read_certificate((authority.folder / "broker.crt").read_bytes())
    assert (told.use, told.hosts) == ("broker", ("hub.local", "192.168.1.10"))


def test_nobody_else_reads_a_key_or_enters_the_folder(authority: Authority, tmp_path: Path) -> None:
    authority.issue("hub", NOW)
    target = tmp_path / "etc"
    authority.place("hub", target, "")
    modes = {
        path.name: stat.S_IMODE(path.stat().st_mode)
        for folder in (authority.folder, target)
        for path in folder.iterdir()
    }
    assert modes["ca.key"] == modes["hub.key"] == modes["register.json"] == 0o600
    assert stat.S_IMODE((target / "hub.key").stat().st_mode) == 0o600
    assert stat.S_IMODE(authority.folder.stat().st_mode) == 0o700
    assert b"PRIVATE" not in (authority.folder / "register.json").read_bytes()
    authority.folder.chmod(0o755)
    with pytest.raises(AuthorityError, match="chmod 700"):
        Authority(authority.folder)


def test_renewing_keeps_the_key_and_what_ends_later(authority: Authority, tmp_path: Path) -> None:
    authority.issue("hub", NOW, days=30)
    authority.issue("wall-1", NOW, days=300)
    authority.place("hub", tmp_path / "etc", "")
    before = {path.name: path.read_bytes() for path in authority.folder.iterdir()}
    renewed, elsewhere = authority.renew(60, NOW)
    assert ([one.name for one in renewed], elsewhere) == (["hub"], [])
    for name in ("hub.key", "wall-1.crt", "ca.key"):
        assert (authority.folder / name).read_bytes() == before[name]
    assert certificate(authority, "hub").not_valid_after_utc == NOW + timedelta(days=1095)
    assert (tmp_path / "etc" / "hub.crt").read_bytes() == before["hub.crt"]
    assert [one.trouble for one in authority.spread()] == [""]
    new = (authority.folder / "hub.crt").read_bytes()
    assert (tmp_path / "etc" / "hub.crt").read_bytes() == new != before["hub.crt"]


def test_revoking_takes_in_all_that_a_name_ever_had(authority: Authority) -> None:
    serials = {int(authority.issue("window-3", NOW).serial, 16) for _ in range(3)}
    kept = authority.issue("window-2", NOW)
    old_key = (authority.folder / "window-3.key").read_bytes()
    # Whatever the clock says: it is needed most when things are bad.
    assert authority.revoke("window-3", datetime(1999, 1, 1, tzinfo=UTC)) == 3
    assert revoked(authority) == serials
    assert authority.good("window-3") is None
    assert authority.good("window-2") == kept
    with pytest.raises(AuthorityError, match="no certificate of window-3 that counts"):
        authority.revoke("window-3", NOW)
    again = authority.issue("window-3", NOW)
    assert int(again.serial, 16) not in revoked(authority)
    assert (authority.folder / "window-3.key").read_bytes() != old_key


def test_a_later_list_of_revoked_ones_is_dated_later(authority: Authority) -> None:
    dates = []
    for name in ("a", "b"):
        authority.issue(name, NOW)
        authority.revoke(name, NOW)
        crl = x509.load_pem_x509_crl((authority.folder / "revoked.crl").read_bytes())
        dates.append(crl.last_update_utc)
    assert dates[0] < dates[1]


def test_a_key_may_be_made_where_it_is_used_and_stays_there(authority: Authority) -> None:
    key = new_key()
    # What it asks for does not count: who signs says who it is.
    pem = authority.sign(make_request("hub", key), "window-9", NOW)
    assert read_certificate(pem).name == "window-9"
    assert not (authority.folder / "window-9.key").exists()
    own = serialization.load_pem_private_key(key, None)
    assert isinstance(own, ec.EllipticCurvePrivateKey)
    assert certificate(authority, "window-9").public_key() == own.public_key()
    renewed, elsewhere = authority.renew(2000, NOW)
    assert ([one.name for one in elsewhere], renewed) == (["window-9"], [])
    with pytest.raises(AuthorityError, match="on its own machine"):
        authority.issue("window-9", NOW)
    assert authority.revoke("window-9", NOW) == 1


@pytest.mark.parametrize("request_", [b"", b"nonsense", b"-----BEGIN CERTIFICATE REQUEST-----\n"])
def test_what_is_no_request_is_refused(authority: Authority, request_: bytes) -> None:
    with pytest.raises(AuthorityError, match="no request for a certificate"):
        authority.sign(request_, "window-3", NOW)
    assert authority.entries() == []


@pytest.mark.parametrize(
    "name", ["", "a/b", "..", ".a", "窗口", "a b", "+", "#", "ca", "x" * 65, "a\n"]
)
def test_a_name_that_is_no_level_of_a_topic_is_refused(authority: Authority, name: str) -> None:
    with pytest.raises(AuthorityError, match="cannot be a name"):
        authority.issue(name, NOW)


@pytest.mark.parametrize("year", [1970, 2024, 2106])
def test_nothing_is_signed_by_a_clock_that_is_plainly_wrong(tmp_path: Path, year: int) -> None:
    with pytest.raises(AuthorityError, match="The clock is wrong") as caught:
        Authority.make(tmp_path / "a", "demo", NOW.replace(year=year))
    assert "本机时钟不对" in caught.value.zh
    assert list((tmp_path / "a").iterdir()) == []


def test_a_clock_that_went_back_signs_only_when_somebody_says_that_it_is_right(
    authority: Authority,
) -> None:
    authority.issue("hub", NOW)
    earlier = NOW - timedelta(days=20)
    with pytest.raises(AuthorityError, match="The clock is wrong"):
        authority.issue("wall-1", earlier)
    Authority(authority.folder, trust_clock=True).issue("wall-1", earlier)
    assert Authority(authority.folder).good("wall-1") is not None


def test_nothing_outlives_the_authority_and_an_ended_one_signs_no_more(
    authority: Authority,
) -> None:
    late = authority.ends - timedelta(days=10)
    assert authority.issue("hub", late).ends == authority.ends
    with pytest.raises(AuthorityError, match="authority ended on"):
        authority.issue("wall-1", authority.ends)


@pytest.mark.parametrize("written", range(3))
def test_a_power_cut_between_two_files_is_mended_by_the_same_command(
    authority: Authority, monkeypatch: pytest.MonkeyPatch, written: int
) -> None:
    name, count = "firmware_py.store.authority.write_private", iter(range(10))

    def cut(path: Path, data: bytes, **rest: int) -> None:
        if next(count) == written:
            raise OSError("the power is cut")
        write_private(path, data, mode=rest.get("mode", 0o600))

    monkeypatch.setattr(name, cut)
    with pytest.raises(OSError, match="the power is cut"):
        authority.issue("hub", NOW)
    monkeypatch.setattr(name, write_private)
    after = Authority(authority.folder)
    assert after.good("hub") is None
    after.issue("hub", NOW)
    key = serialization.load_pem_private_key((after.folder / "hub.key").read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert certificate(after, "hub").public_key() == key.public_key()
    # All that was ever signed can be revoked.
    assert after.revoke("hub", NOW) == len([e for e in after.entries() if e.name == "hub"]) + (
        written == 2
    )


def test_a_place_that_is_away_is_told_and_no_hindrance(
    authority: Authority, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    authority.issue("hub", NOW)
    authority.issue("broker", NOW)
    authority.place("hub", stick, "")
    authority.place("broker", tmp_path / "certs", "")
    for path in stick.iterdir():
        path.unlink()
    stick.rmdir()
    authority.revoke("hub", NOW)
    authority.issue("hub", NOW)
    told = {one.name: one.trouble for one in authority.spread()}
    assert told == {"hub": "No such file or directory", "broker": ""}
    copied = (tmp_path / "certs" / "revoked.crl").read_bytes()
    assert copied == (authority.folder / "revoked.crl").read_bytes()


def test_a_damaged_register_is_never_taken_for_an_empty_one(authority: Authority) -> None:
    authority.issue("hub", NOW)
    (authority.folder / "register.json").write_bytes(b"")
    with pytest.raises(AuthorityError, match="register is damaged"):
        Authority(authority.folder)
    with pytest.raises(AuthorityError, match="register is damaged"):
        Authority.make(authority.folder, "demo", NOW)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file away")
def test_copies_belong_to_the_program_that_uses_them(authority: Authority, tmp_path: Path) -> None:
    authority.issue("broker", NOW)
    authority.place("broker", tmp_path / "certs", "nobody")
    key = tmp_path / "certs" / "broker.key"
    assert (key.owner(), stat.S_IMODE(key.stat().st_mode)) == ("nobody", 0o600)
    with pytest.raises(AuthorityError, match="no user mosquito"):
        authority.place("broker", tmp_path / "certs", "mosquito")
