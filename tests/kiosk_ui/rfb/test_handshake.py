"""The first bytes both ways, literally, for each version and kind of security."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk_ui.rfb.access import Access, Kind, Trust
from kiosk_ui.rfb.des import encrypt, vnc_response
from kiosk_ui.rfb.errors import SENTENCES, RfbError
from kiosk_ui.rfb.session import Laid, Session
from kiosk_ui.rfb.viewing import Viewing
from tests.kiosk_ui.rfb.wire import SMALL, server_init

V38 = b"RFB 003.008\n"
OK = bytes(4)
#: ClientInit shared, SetPixelFormat (BGRX), then SetEncodings begins.
AFTER = bytes.fromhex("01 00000000 2018 0001 00ff 00ff 00ff 10 08 00 000000 02 00")
TRUST = Trust(fingerprint="ab" * 32)


def opened(kinds: tuple[Kind, ...] = ("none",), password: str = "", user: str = "") -> Session:
    trust = TRUST if any(kind.startswith("x509") for kind in kinds) else None
    return Session(Access(kinds, password, user, trust), Viewing(), limits=SMALL)


def said(found: Session, data: bytes | str) -> bytes:
    """What it answers to these bytes."""
    found.feed(bytes.fromhex(data) if isinstance(data, str) else data)
    return found.to_send()


def refused(found: Session, data: bytes | str) -> RfbError:
    with pytest.raises(RfbError) as caught:
        said(found, data)
    return caught.value


def test_version_3_8_without_security() -> None:
    found = opened()
    assert said(found, V38) == V38
    assert said(found, "01 01") == b"\x01"
    assert said(found, OK) == b"\x01"  # ClientInit
    assert said(found, server_init(4, 3)).startswith(AFTER[1:])
    assert found.frame is not None
    assert found.frame.rect.size == (4, 3)


def test_version_3_7_tells_no_result_of_no_security() -> None:
    found = opened()
    assert said(found, b"RFB 003.007\n") == b"RFB 003.007\n"
    assert said(found, "01 01") == b"\x01\x01"


@pytest.mark.parametrize("version", [b"RFB 003.003\n", b"RFB 003.005\n"])
def test_version_3_3_and_what_means_it_let_the_server_choose(version: bytes) -> None:
    found = opened()
    assert said(found, version) == b"RFB 003.003\n"
    assert said(found, "00000001") == b"\x01"


@pytest.mark.parametrize("version", [b"RFB 003.889\n", b"RFB 004.001\n", b"RFB 005.000\n"])
def test_other_numbers_are_answered_with_3_8(version: bytes) -> None:
    assert said(opened(), version) == V38


def test_what_is_no_rfb_server_says_so() -> None:
    assert refused(opened(), b"HTTP/1.1 400 Bad Request\r\n").code == "not-rfb"
    assert refused(opened(), b"RFB 002.000\n").code == "not-rfb"


def test_des_as_its_standard_has_it_and_with_the_bits_of_the_key_reversed() -> None:
    # A worked example of FIPS 46: key 133457799BBCDFF1.
    plain, key = bytes.fromhex("0123456789abcdef"), bytes.fromhex("133457799bbcdff1")
    assert encrypt(key, plain).hex() == "85e813540f0ab405"
    # The same with each byte of the key reversed: as a password would have to be.
    reversed_key = bytes(int(f"{byte:08b}"[::-1], 2) for byte in key).decode("latin-1")
    assert vnc_response(reversed_key, plain * 2).hex() == "85e813540f0ab405" * 2


def test_a_password_counts_eight_characters() -> None:
    assert vnc_response("secret78", bytes(16)) == vnc_response("secret789", bytes(16))


def test_a_password_answers_a_challenge() -> None:
    found = opened(("vnc",), "secret")
    said(found, V38)
    assert said(found, "02 01 02") == b"\x02"
    assert said(found, bytes(range(16))) == vnc_response("secret", bytes(range(16)))
    assert said(found, OK) == b"\x01"


def test_a_wrong_password_says_so_with_the_servers_reason_for_the_log() -> None:
    found = opened(("vnc",), "secret")
    said(found, V38 + bytes.fromhex("01 02") + bytes(16))
    error = refused(found, "00000001 00000006 6e6f 0a 6e6f21")
    assert (error.code, error.detail) == ("password", "no no!")


def test_a_server_that_refuses_gives_its_reason() -> None:
    found = opened()
    said(found, V38)
    error = refused(found, b"\0\0\0\0\x08too many")
    assert (error.code, error.detail) == ("refused", "too many")


@pytest.mark.parametrize(
    ("kinds", "offered"),
    [(("vnc",), "01 01"), (("none",), "01 02"), (("x509-vnc",), "02 01 02"), (("none",), "01 05")],
)
def test_no_other_security_is_taken_than_the_configured(
    kinds: tuple[Kind, ...], offered: str
) -> None:
    found = opened(kinds, "secret")
    said(found, V38)
    assert refused(found, offered).code == "security"
    assert found.to_send() == b""


def test_vencrypt_begins_tls_and_then_asks_for_the_password() -> None:
    found = opened(("x509-vnc", "none"), "secret")
    said(found, V38)
    assert said(found, "02 01 13") == b"\x13"
    assert said(found, "00 02") == b"\x00\x02"
    # Accepted; three subtypes: TLS without certificate, 261, 262.
    assert said(found, "00 03 00000102 00000105 00000106") == bytes.fromhex("00000105")
    assert [found.wants_tls] == [False]
    assert said(found, "01") == b""
    assert [found.wants_tls] == [True]
    found.tls_is_up()
    assert said(found, bytes(16)) == vnc_response("secret", bytes(16))


def test_vencrypt_with_user_and_password() -> None:
    found = opened(("x509-plain",), "pä", "li")
    said(found, V38 + bytes.fromhex("01 13 0002"))
    assert said(found, "00 01 00000106") == bytes.fromhex("00000106")
    found.feed(b"\x01")
    found.tls_is_up()
    assert found.to_send() == bytes.fromhex("00000002 00000003") + "lipä".encode()


def test_bytes_in_the_clear_behind_the_beginning_of_tls_are_an_attack() -> None:
    found = opened(("x509-none",))
    said(found, V38 + bytes.fromhex("01 13 0002 00 01 00000104"))
    assert refused(found, "01 00").code == "lies"


def test_tls_without_a_certificate_is_not_taken() -> None:
    found = opened(("x509-none",))
    said(found, V38 + bytes.fromhex("01 13 0002"))
    # 257 and 258: anonymous TLS, which protects from nobody in between.
    assert refused(found, "00 02 00000101 00000102").code == "security"


def test_a_server_that_cannot_begin_tls_says_so() -> None:
    found = opened(("x509-none",))
    said(found, V38 + bytes.fromhex("01 13 0002 00 01 00000104"))
    assert refused(found, "00").code == "tls"


def test_bytes_one_by_one_are_the_same() -> None:
    found, out = opened(), b""
    stream = V38 + bytes.fromhex("01 01 00000000") + server_init(2, 2, b"x" * 300)
    laid = []
    for byte in stream:
        laid += found.feed(bytes([byte]))
        out += found.to_send()
    assert out.startswith(V38 + b"\x01" + AFTER)
    assert isinstance(laid[0], Laid)
    assert found.held == 0


def test_a_name_longer_than_any_is_a_lie() -> None:
    found = opened()
    said(found, V38 + bytes.fromhex("01 01 00000000"))
    stream = server_init(2, 2)[:-8] + bytes.fromhex("ffffffff")
    assert refused(found, stream).code == "lies"


def test_an_access_that_lacks_something_is_not_one() -> None:
    lacking: tuple[tuple[tuple[Kind, ...], str, str, Trust | None, str], ...] = (
        ((), "", "", None, "kinds of security are"),
        (("vnc",), "", "", None, "needs a password"),
        (("x509-none",), "", "", None, "needs a CA file or a fingerprint"),
        (("x509-plain",), "x", "", TRUST, "needs a user"),
        (("vnc",), "密码", "", None, "Latin-1"),
    )
    for kinds, password, user, trust, words in lacking:
        with pytest.raises(ValueError, match=words):
            Access(kinds, password, user, trust)
    with pytest.raises(ValueError, match="CA file or a fingerprint"):
        Trust()
    with pytest.raises(ValueError, match="64"):
        Trust(fingerprint="ab:cd")
    assert Trust(Path("ca.pem")).digits == ""


def test_a_password_is_in_no_repr() -> None:
    access = Access(("x509-plain",), "secret", "wang", TRUST)
    assert "secret" not in repr(access)
    assert "wang" not in repr(access)


def test_every_error_has_its_sentences() -> None:
    for code, (zh, en) in SENTENCES.items():
        error = RfbError(code)
        assert (error.zh, error.en) == (zh, en)
        assert zh.endswith("。")
        assert en.endswith((".", "?"))
        assert isinstance(error, ConnectionError)
