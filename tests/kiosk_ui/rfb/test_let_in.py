"""Passwords and certificates with a real server: right ones, wrong ones, and none."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk_ui.rfb.access import Access, Kind, Trust
from tests.kiosk_ui.rfb.certificates import Papers, papers
from tests.kiosk_ui.rfb.desktop import NEEDS_VNC, Desktop, mirrored, seen, shows, until

pytestmark = NEEDS_VNC

NAME = "pc7.hall.test"
SECRET = "geheim78"


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    return papers(tmp_path_factory.mktemp("papers") / "hall", NAME)


@pytest.fixture
def desktop(tmp_path: Path, given: Papers) -> Iterator[Desktop]:
    """A server that takes passwords in the clear and over TLS, and TLS alone."""
    password = tmp_path / "passwd"
    hidden = subprocess.run(
        ["tigervncpasswd", "-f"], input=SECRET.encode(), capture_output=True, check=True
    ).stdout
    password.write_bytes(hidden)
    options = (
        *("-SecurityTypes", "X509Vnc,X509None,VncAuth", "-PasswordFile", str(password)),
        *("-X509Cert", str(given.certificate), "-X509Key", str(given.key)),
    )
    with Desktop(tmp_path, *options, easel=False) as found:
        found.plaid(3, 5)
        yield found


def comes_over(desktop: Desktop, access: Access) -> None:
    with mirrored(desktop, access=access) as mirror:
        until(lambda: shows(mirror, desktop.pixels()), "the picture")


def is_refused(desktop: Desktop, access: Access, code: str) -> None:
    with mirrored(desktop, access=access) as mirror:
        until(lambda: mirror.status().code == code, code)
        assert seen(mirror) is None
        assert mirror.status().zh


def test_the_right_password_lets_in(desktop: Desktop) -> None:
    comes_over(desktop, Access(("vnc",), SECRET))


def test_a_wrong_password_is_refused(desktop: Desktop) -> None:
    is_refused(desktop, Access(("vnc",), "falsch"), "password")


def test_without_a_password_nobody_comes_in_where_one_is_wanted(desktop: Desktop) -> None:
    is_refused(desktop, Access(("none",)), "security")


@pytest.mark.parametrize("kinds", [("x509-none",), ("x509-vnc", "x509-none")])
def test_a_certificate_of_the_halls_authority_is_trusted(
    desktop: Desktop, given: Papers, kinds: tuple[Kind, ...]
) -> None:
    comes_over(desktop, Access(kinds, SECRET, trust=Trust(given.ca, name=NAME)))


def test_a_certificate_whose_fingerprint_is_configured_is_trusted(
    desktop: Desktop, given: Papers
) -> None:
    digits = given.fingerprint.upper()
    colons = ":".join(digits[i : i + 2] for i in range(0, 64, 2))
    comes_over(desktop, Access(("x509-vnc",), SECRET, trust=Trust(fingerprint=colons)))


def test_both_hold_where_both_are_configured(desktop: Desktop, given: Papers) -> None:
    both = Trust(given.ca, given.fingerprint, name="")
    comes_over(desktop, Access(("x509-none",), trust=both))
    wrong = replace(both, fingerprint="00" * 32)
    is_refused(desktop, Access(("x509-none",), trust=wrong), "certificate")


def test_a_certificate_of_somebody_else_is_refused(desktop: Desktop, tmp_path: Path) -> None:
    other = papers(tmp_path / "other")
    for trust in (Trust(other.ca, name=NAME), Trust(fingerprint=other.fingerprint)):
        is_refused(desktop, Access(("x509-vnc",), SECRET, trust=trust), "certificate")


def test_a_certificate_of_another_computer_is_refused(desktop: Desktop, given: Papers) -> None:
    access = Access(("x509-none",), trust=Trust(given.ca, name="pc8.hall.test"))
    is_refused(desktop, access, "certificate")


def test_a_wrong_password_within_tls_is_refused(desktop: Desktop, given: Papers) -> None:
    access = Access(("x509-vnc",), "falsch", trust=Trust(given.ca, name=NAME))
    is_refused(desktop, access, "password")


def test_an_authority_that_cannot_be_read_lets_nobody_in(desktop: Desktop, tmp_path: Path) -> None:
    access = Access(("x509-none",), trust=Trust(tmp_path / "none.pem", name=NAME))
    is_refused(desktop, access, "tls")


def test_a_name_is_checked_unless_told_otherwise(desktop: Desktop, given: Papers) -> None:
    # A Unix socket has no name of its own.
    is_refused(desktop, Access(("x509-none",), trust=Trust(given.ca)), "tls")
    comes_over(desktop, Access(("x509-none",), trust=Trust(given.ca, name="")))
